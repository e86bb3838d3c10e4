"""Queues, and the envelopes that a gateway tells them by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import to_json

Json = dict[str, Any]

LISTENER, SESSION = "ann", "s1"


@dataclass(frozen=True, slots=True)
class Held:
    """What a client should hold at some moment."""

    id: str
    slots: tuple[Json, ...]
    head: Json = field(default_factory=dict)
    """Fields of the update beside its slots."""

    @property
    def revision(self) -> int:
        """The id's first part."""
        return int(self.id.partition("-")[0])

    @property
    def update(self) -> Json:
        """The update without its slots."""
        return {
            "schema_version": 1,
            "listener_id": LISTENER,
            "session_id": SESSION,
            "revision": self.revision,
            "caused_by": f"event-{self.id}",
            "occurred_at": "2026-05-10T12:00:00Z",
            "model": "logistic",
            **self.head,
        }


def held(
    envelope_id: str, queue: str, scores: Mapping[str, float] | None = None, **head: Any
) -> Held:
    """Return a queue by its tracks, next first; "*" after one locks it, "+" makes it an own entry.

    >>> [slot["track_id"] for slot in held("1-1", "a b* c+").slots]
    ['a', 'b', 'c']
    """
    slots = [_slot(name, scores or {}) for name in queue.split()]
    return Held(envelope_id, tuple(slots), head)


def _slot(name: str, scores: Mapping[str, float]) -> Json:
    track_id = name.rstrip("*+")
    slot: Json = {"track_id": track_id, "score": scores.get(track_id, 1.0)}
    if "*" in name:
        slot["locked"] = True
    if "+" in name:
        slot["lane"] = "listener"
    return slot


def full(queue: Held) -> Json:
    """Return the envelope that tells a queue whole."""
    update = {**queue.update, "slots": list(queue.slots)}
    return {"kind": "full", "id": queue.id, "revision": queue.revision, "update": update}


def delta(base: Held, queue: Held) -> Json:
    """Return the envelope that tells a queue by what differs from another."""
    known = {slot["track_id"]: slot for slot in base.slots}
    slots = {
        "order": [slot["track_id"] for slot in queue.slots],
        "changed": [slot for slot in queue.slots if known.get(slot["track_id"]) != slot],
    }
    envelope = {"kind": "delta", "id": queue.id, "revision": queue.revision, "base": base.id}
    return {**envelope, "slots": slots, "update": queue.update}


def message(envelope: Json) -> bytes:
    """Return an envelope as a server-sent event."""
    return b"id: %b\nevent: update\ndata: %b\n\n" % (envelope["id"].encode(), to_json(envelope))
