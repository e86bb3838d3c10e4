"""Envelopes -> queue: the one rule by which every follower of a session comes to the same queue.

The contract is `docs/queue-updates.md`; the numbers of its rules are in the comments.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas import PlaylistUpdate, Slot
from upnext.envelopes import DeltaEnvelope, Envelope, FullEnvelope, whole


@dataclass(frozen=True, slots=True)
class Queue:
    """What a follower holds of a session."""

    id: str
    """Of the envelope that was applied last: `<revision>-<n>`."""
    update: PlaylistUpdate

    @property
    def revision(self) -> int:
        """The larger, the newer; it never falls."""
        return int(self.id.partition("-")[0])

    @property
    def track_ids(self) -> tuple[str, ...]:
        """The queue's tracks, next first."""
        return tuple(slot.track_id for slot in self.update.slots)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something was missed: only a full envelope helps."""

    why: str


def apply(held: Queue | None, envelope: Envelope) -> Queue | Gap:
    """Apply an envelope to what is held.

    Returns
    -------
    The queue after it; `held` itself where the envelope is no newer; a `Gap` where it builds on
    something else than what is held.

    """
    if held is not None and not is_newer(envelope.id, held.id):
        return held
    match envelope:
        case FullEnvelope():
            return Queue(envelope.id, envelope.update)
        case DeltaEnvelope():
            return _changed(held, envelope)


def _changed(held: Queue | None, delta: DeltaEnvelope) -> Queue | Gap:
    if held is None or held.id != delta.base:
        what = "nothing" if held is None else held.id
        return Gap(f"{delta.id} builds on {delta.base}, but {what} is held")
    known: Mapping[str, Slot] = {
        slot.track_id: slot for slot in (*held.update.slots, *delta.slots.changed)
    }
    if missing := [track_id for track_id in delta.slots.order if track_id not in known]:
        return Gap(f"{delta.id} names {missing[0]}, of which no slot is held")
    slots = tuple(known[track_id] for track_id in delta.slots.order)
    try:
        return Queue(delta.id, whole(delta.update, slots))
    except ValueError as error:
        return Gap(f"{delta.id} gives no update: {error}")


def is_newer(envelope_id: str, other: str) -> bool:
    """Say whether one id is of a later update than another: by revision, then by count.

    >>> is_newer("10-1", "9-7"), is_newer("9-8", "9-7"), is_newer("9-7", "9-7")
    (True, True, False)
    """
    return _parts(envelope_id) > _parts(other)


def _parts(envelope_id: str) -> tuple[int, int]:
    revision, _, count = envelope_id.partition("-")
    return int(revision), int(count)
