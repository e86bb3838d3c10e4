"""Queues and what tells them, as hypothesis strategies and factories."""

from typing import Any

from hypothesis import strategies as st
from pydantic_core import to_json

from schemas import PlaylistUpdate
from upnext.conformance.story import Held, delta, full, held
from upnext.envelopes import Envelope, envelope_of
from upnext.queue import Gap, Queue, apply


def read(envelope: dict[str, Any]) -> Envelope:
    """Return an envelope as a client reads it."""
    made = envelope_of(to_json(envelope))
    assert made is not None
    return made


def queue_of(story: Held) -> Queue:
    """Return the queue that a client should hold."""
    update = PlaylistUpdate.model_validate({**story.update, "slots": story.slots})
    return Queue(story.id, update)


def after(*envelopes: dict[str, Any]) -> Queue:
    """Return what is held after envelopes, none of which leaves a gap."""
    now: Queue | None = None
    for envelope in envelopes:
        applied = apply(now, read(envelope))
        assert not isinstance(applied, Gap), applied.why
        now = applied
    assert now is not None
    return now


@st.composite
def sessions(draw: st.DrawFn) -> list[Held]:
    """Draw the queues of a session, each newer than the one before."""
    ids = sorted(draw(st.sets(st.tuples(st.integers(1, 20), st.integers(1, 20)), min_size=2)))
    names = st.sampled_from([f"{track}{mark}" for track in "abcdef" for mark in ("", "*", "+")])
    lines = st.lists(names, unique_by=lambda name: name[0], max_size=6).map(" ".join)
    scores = st.dictionaries(st.sampled_from("abcdef"), st.floats(-5, 5), max_size=3)
    return [held(f"{revision}-{count}", draw(lines), draw(scores)) for revision, count in ids[:8]]


__all__ = ["after", "delta", "full", "held", "queue_of", "read", "sessions"]
