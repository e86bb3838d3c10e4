"""What must come out in the end: a function of the set of events, written as one.

Nothing here folds. A session is what a set of events is once sorted, a listener what a set of
sessions is; only what a session taught, and ranking, are asked of the ranker.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ranker.config import RankerConfig
from ranker.depth import depth_of
from ranker.history import in_force
from ranker.library import Library
from ranker.listener import background_of, lessons_of
from ranker.session import update_of
from schemas import PlaylistUpdate, SessionCommand, SessionEvent, SessionState
from schemas.listener import ListenerState, PastSession
from schemas.session import is_forget
from streams.work.tables import session_key


@dataclass(frozen=True)
class Oracle:
    """The tables and queues that a set of events must end in."""

    events: tuple[SessionEvent, ...]
    library: Library
    config: RankerConfig

    @cached_property
    def sessions(self) -> Mapping[str, SessionState]:
        """Return the sessions table."""
        by_key: dict[str, dict[str, SessionEvent]] = {}
        for event in self.events:
            by_key.setdefault(session_key(event), {})[event.event_id] = event
        return {key: _session(events.values()) for key, events in by_key.items()}

    @cached_property
    def listeners(self) -> Mapping[str, ListenerState]:
        """Return the listeners table."""
        by_listener: dict[str, list[SessionState]] = {}
        for session in self.sessions.values():
            by_listener.setdefault(session.listener_id, []).append(session)
        return {
            listener_id: self._listener(listener_id, sessions)
            for listener_id, sessions in by_listener.items()
        }

    def queue(self, key: str) -> PlaylistUpdate:
        """Rank a session from the final tables; raises KeyError."""
        session = self.sessions[key]
        listener = self.listeners[session.listener_id]
        background = background_of(listener, session, self.library, self.config)
        return update_of(session, session.events[-1], self.library, self.config, background).ranked

    def _listener(self, listener_id: str, sessions: list[SessionState]) -> ListenerState:
        """Remember the sessions that ended last; the one of them that began last goes on."""
        newest = sorted(sessions, key=lambda one: (one.events[-1].occurred_at, one.session_id))
        newest = newest[-self.config.remembered_sessions :]
        current = max(newest, key=lambda one: (one.events[0].occurred_at, one.session_id))
        past = [self._past(one, goes_on=one is current and not _has_ended(one)) for one in newest]
        return ListenerState(
            listener_id=listener_id,
            current=current.session_id,
            sessions=tuple(sorted(past, key=lambda one: (one.at, one.session_id))),
        )

    def _past(self, session: SessionState, *, goes_on: bool) -> PastSession:
        began, last = session.events[0].occurred_at, session.events[-1].occurred_at
        lessons = () if goes_on else lessons_of(session, self.config)
        return PastSession(
            session_id=session.session_id,
            began=began,
            at=began if goes_on else last,
            lessons=lessons,
            model=depth_of(session, self.library, self.config) if lessons else None,
        )


def _session(events: Iterable[SessionEvent]) -> SessionState:
    """Sort a set of events; before the last forget, only forgets are left."""
    in_order = sorted(events, key=lambda event: event.order)
    last = max((event.order for event in in_order if is_forget(event)), default=None)
    left = [event for event in in_order if last is None or is_forget(event) or event.order > last]
    first = in_order[0]
    return SessionState(
        listener_id=first.listener_id, session_id=first.session_id, events=tuple(left)
    )


def _has_ended(session: SessionState) -> bool:
    return any(
        isinstance(event, SessionCommand) and event.command == "end" for event in in_force(session)
    )
