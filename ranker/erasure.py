"""What is left of sessions when their listener is erased: what occurred afterwards."""

from collections.abc import Sequence
from datetime import datetime

from ranker.config import RankerConfig
from ranker.listener import ModelOf, follow
from schemas import SessionState
from schemas.listener import ListenerState
from schemas.record import EARLIEST
from schemas.session import LEAP


def without(session: SessionState, until: datetime) -> SessionState:
    """Return a session as if it had begun after `until`; perhaps with no event at all."""
    left = tuple(event for event in session.events if event.occurred_at > until)
    floor = max(session.floor, floor_after(until))
    return session.model_copy(update={"events": left, "floor": floor})


def floor_after(until: datetime) -> int:
    """Return what revisions count from after an erasure: more than any session had before it.

    Follows from the time alone, so that whoever meets the erasure and the events in another order
    comes to the same. A `LEAP` for every second since 2000 is more than a session can have
    gathered, and below 2^53 until 2100; two erasures within a second count as one.
    """
    return LEAP * int((until - EARLIEST).total_seconds())


def listener_of(
    sessions: Sequence[SessionState], config: RankerConfig, *, model_of: ModelOf
) -> ListenerState:
    """Return what is remembered of a listener who has just these sessions, of an event or more."""
    by_id = {session.session_id: session for session in sessions}
    listener = ListenerState(listener_id=sessions[0].listener_id)
    for session in sessions:
        listener = follow(listener, session, by_id.get, config, model_of=model_of)
    return listener
