"""What becomes of a text: kept, perhaps in other words, or dropped by a rule that has a name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kept:
    """A text that may be trained on."""

    text: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """A text that is not to be trained on, and the rule that found out."""

    rule: str


Verdict = Kept | Dropped
