"""The rules of `docs/queue-updates.md`, as the cases name them."""

from enum import StrEnum


class Rule(StrEnum):
    """What a client must do; the words are those of the contract."""

    NEWER = "Only what is newer is applied."
    FULL = "A full envelope replaces everything."
    DELTA = "A delta is applied to the update that it names, and to no other."
    GONE = "What is not in the order is gone."
    PLACE = "The order is the gateway's."
    GAP = "After a gap, only a full envelope helps."
    RESUME = "After a break, go on from what is held."
    UNKNOWN = "What is not known is passed over."
    STREAM = "The stream is read as the HTML standard has it."
    CONVERGE = "All who follow a session come to the same queue."
