"""What the workers made of the traffic, beside a pure replay of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from ranker.config import RankerConfig
from ranker.depth import depth_of
from ranker.history import fold
from ranker.library import Library
from ranker.listener import background_of, follow
from ranker.session import update_of
from schemas import PlaylistUpdate, SessionEvent, SessionState
from schemas.listener import ListenerState
from streams.work.tables import session_key


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far what came out is from what should have."""

    lost: int
    """Events that are missing from their session's row."""
    doubled: int
    """Events that are in a row more than once."""
    wrong_sessions: int
    """Sessions whose row, or whose newest queue, is not that of the replay byte for byte."""
    wrong_listeners: int
    """Listeners whose row is not that of the replay."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What the events make, whoever handles them."""

    sessions: Mapping[str, SessionState]
    listeners: Mapping[str, ListenerState]

    @classmethod
    def of(cls, events: Iterable[SessionEvent], library: Library, config: RankerConfig) -> "Replay":
        """Fold the events, each once, in the order in which they happened."""
        sessions: dict[str, SessionState] = {}
        for event in sorted(events, key=lambda event: event.order):
            key = session_key(event)
            state = sessions.get(key) or SessionState(
                listener_id=event.listener_id, session_id=event.session_id
            )
            sessions[key] = fold(state, event, max_events=config.max_events)
        listeners: dict[str, ListenerState] = {}
        model_of = partial(depth_of, library=library, config=config)
        for session in sorted(sessions.values(), key=lambda one: one.events[0].order):
            listener_id = session.listener_id
            known = listeners.get(listener_id) or ListenerState(listener_id=listener_id)
            find = partial(_find, sessions, listener_id)
            listeners[listener_id] = follow(known, session, find, config, model_of=model_of)
        return cls(sessions, listeners)

    def queue(self, key: str, library: Library, config: RankerConfig) -> PlaylistUpdate:
        """Rank the queue that a session ends with."""
        session = self.sessions[key]
        listener = self.listeners[session.listener_id]
        background = (
            background_of(listener, session, library, config) if listener.sessions else None
        )
        return update_of(session, session.events[-1], library, config, background)


def judge(
    replay: Replay,
    rows: Mapping[str, SessionState],
    listeners: Mapping[str, ListenerState],
    newest: Mapping[str, PlaylistUpdate],
    library: Library,
    config: RankerConfig,
) -> Verdict:
    """Compare what the workers left with the replay.

    Parameters
    ----------
    rows, listeners : what a new worker would recover, by key
    newest : the update that a follower ends with, by session

    """
    lost = doubled = wrong = 0
    for key, expected in replay.sessions.items():
        row = rows.get(key)
        had = [event.event_id for event in row.events] if row else []
        lost += len({event.event_id for event in expected.events} - set(had))
        doubled += len(had) - len(set(had))
        wrong += row is None or not (
            row.encode() == expected.encode()
            and key in newest
            and _is_current(key, newest[key], replay, library, config)
        )
    return Verdict(
        lost=lost,
        doubled=doubled,
        wrong_sessions=wrong,
        wrong_listeners=sum(
            listeners.get(name) != expected for name, expected in replay.listeners.items()
        ),
    )


def _is_current(
    key: str, update: PlaylistUpdate, replay: Replay, library: Library, config: RankerConfig
) -> bool:
    """Say whether a queue is the replay's.

    An earlier session that nobody listens to is not ranked again when the listener's taste
    changes: of it only the revision is compared.
    """
    session = replay.sessions[key]
    if replay.listeners[session.listener_id].current != session.session_id:
        return update.revision == session.revision
    expected = replay.queue(key, library, config)
    return update.ranked.encode() == expected.ranked.encode()


def _find(
    sessions: Mapping[str, SessionState], listener_id: str, session_id: str
) -> SessionState | None:
    return sessions.get(f"{listener_id}|{session_id}")
