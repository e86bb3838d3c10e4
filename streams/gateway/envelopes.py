"""Two updates -> what a client that holds the first must be told to hold the second.

An envelope is full, or a delta against the update whose id it names. Applying a delta to that
update gives the newer one exactly; on any other it is refused, and the client asks for a full one.
Ids are `revision-offset`: where the update lies in its partition tells apart those of one revision,
the same on every gateway and after a restart.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from streams.errors import StreamsError

Update = Mapping[str, Any]
"""A `PlaylistUpdate` as its JSON has it."""

Envelope = Mapping[str, Any]


class UpdateId(NamedTuple):
    """What tells one update of a session from another, and which is newer.

    >>> str(UpdateId(12, 3)), UpdateId.read("12-3") < UpdateId(12, 10)
    ('12-3', True)
    """

    revision: int
    offset: int

    def __str__(self) -> str:
        return f"{self.revision}-{self.offset}"

    @classmethod
    def read(cls, text: str) -> "UpdateId | None":
        """Return the id that a client names; None where it is none of ours."""
        revision, _, offset = text.partition("-")
        if not (revision.isascii() and revision.isdigit() and offset.isascii()):
            return None
        if not offset.isdigit() or len(text) > 40:
            return None
        return cls(int(revision), int(offset))


class Gap(StreamsError):
    """A delta against an update that is not held."""

    def __init__(self, base: str, held: str | None) -> None:
        super().__init__(f"a delta against {base!r}, but {held!r} is held: ask for a full update")
        self.base = base
        self.held = held


def full(update: Update, named: UpdateId) -> dict[str, Any]:
    """Return the envelope for a client that holds nothing."""
    return {"kind": "full", "id": str(named), "revision": named.revision, "update": update}


def delta(base: Update, base_id: UpdateId, update: Update, named: UpdateId) -> dict[str, Any]:
    """Return the envelope for a client that holds `base`; O(slots)."""
    held = {slot["track_id"]: slot for slot in base["slots"]}
    return {
        "kind": "delta",
        "id": str(named),
        "revision": named.revision,
        "base": str(base_id),
        "slots": {
            "order": [slot["track_id"] for slot in update["slots"]],
            "changed": [slot for slot in update["slots"] if held.get(slot["track_id"]) != slot],
        },
        "update": {name: value for name, value in update.items() if name != "slots"},
    }


def apply(held: tuple[str, Update] | None, envelope: Envelope) -> tuple[str, Update]:
    """Return the id and the update that a client holds after an envelope.

    What is older than what is held is passed over.

    Parameters
    ----------
    held : id and update, None for a client that has just connected

    Raises
    ------
    Gap
        It is a delta against another update.

    """
    now, before = UpdateId.read(envelope["id"]), UpdateId.read(held[0]) if held else None
    if held and before and now and now <= before:
        return held
    if envelope["kind"] == "full":
        return envelope["id"], envelope["update"]
    if held is None or held[0] != envelope["base"]:
        raise Gap(envelope["base"], held[0] if held else None)
    slots = {slot["track_id"]: slot for slot in held[1]["slots"]}
    slots |= {slot["track_id"]: slot for slot in envelope["slots"]["changed"]}
    order = [slots[track_id] for track_id in envelope["slots"]["order"]]
    return envelope["id"], {**envelope["update"], "slots": order}
