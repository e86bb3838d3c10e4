"""Sessions -> the listener's long-term taste: the slow model behind every session's fast one.

A session's model is soon forgotten; what it taught is fed back weakly, refusals more weakly still,
and fades with time (P76c, P94-P97). The slow model's weights are the prior mean of the next
session's: a track that was skipped over and over in one mood is passed over in that session, and
comes back in another. Guests, children and background noise read the prior and never write it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ranker.config import RankerConfig
from ranker.examples import examples_of
from ranker.history import history_of
from ranker.library import Library
from ranker.models import logistic
from ranker.terms import Source
from schemas import SessionCommand, SessionState
from schemas.listener import Lesson, ListenerState, PastSession

TASTE = Source("taste", "what you liked in earlier sessions")

DAY = 86_400.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Background:
    """The prior that a session starts from."""

    weights: NDArray[np.float64]
    """(d,), mean of the session's prior before any word is said."""

    @classmethod
    def none(cls, dimension: int) -> Self:
        """Return the prior of a listener nobody knows."""
        return cls(np.zeros(dimension))

    @property
    def is_known(self) -> bool:
        """Whether there is any long-term taste to tell of."""
        return bool(self.weights.any())


def follow(
    listener: ListenerState,
    session: SessionState,
    find: Callable[[str], SessionState | None],
    config: RankerConfig,
) -> ListenerState:
    """Return the listener after an event of `session`: every session but the newest is remembered.

    The newest is too, once it has ended; and an earlier one anew when a late event changes it. So
    whatever order the events came in, what is remembered in the end is the same.

    Parameters
    ----------
    session : as it stands now, with at least one event
    find : returns another session of the listener by its id

    """
    current = find(listener.current) if listener.current not in (None, session.session_id) else None
    newest = max(filter(None, (current, session)), key=_began)
    for one in filter(None, (current, session)):
        if one is not newest or _has_ended(one):
            listener = remember(listener, one, config)
    if listener.current == newest.session_id:
        return listener
    return listener.model_copy(update={"current": newest.session_id})


def _began(session: SessionState) -> tuple[datetime, str]:
    return session.events[0].occurred_at, session.session_id


def _has_ended(session: SessionState) -> bool:
    return any(isinstance(e, SessionCommand) and e.command == "end" for e in session.events)


def remember(listener: ListenerState, session: SessionState, config: RankerConfig) -> ListenerState:
    """Return the listener with a session as it stands now, in place of how it stood before.

    A session that is not `normal`, or that taught nothing (any more), leaves no trace. The newest
    `remembered_sessions` are kept, of each the `remembered_lessons` that weigh most.
    """
    history = history_of(session)
    others = [past for past in listener.sessions if past.session_id != session.session_id]
    examples = examples_of(history, config) if history.mode == "normal" else ()
    lessons = [
        Lesson(track_id=e.track_id, label=e.label, weight=round(e.weight, 4))
        for e in nlargest(config.remembered_lessons, examples, key=lambda e: e.weight)
        if e.weight >= 1e-4
    ]
    if lessons:
        past = PastSession(
            session_id=session.session_id,
            at=session.events[-1].occurred_at,
            lessons=tuple(lessons),
        )
        others.append(past)
    others.sort(key=lambda past: (past.at, past.session_id))
    kept = tuple(others[-config.remembered_sessions :])
    return listener.model_copy(update={"sessions": kept})


def background_of(
    listener: ListenerState,
    session: SessionState,
    library: Library,
    config: RankerConfig,
) -> Background:
    """Fit the slow model that `session`, of at least one event, starts from: on those before it.

    Fades are measured at the session's first event, so that the prior does not move while it is
    played. O(k^2 d) for the k lessons that weigh most, `background_lessons`
    at most.
    """
    taught = _faded(listener, session.session_id, session.events[0].occurred_at, library, config)
    strongest = nlargest(config.background_lessons, taught, key=lambda one: one[1])
    if not strongest:
        return Background.none(library.dimension)
    rows = library.stack([lesson.track_id for lesson, _ in strongest]).astype(np.float64)
    alpha = logistic.fit(
        rows @ rows.T,
        np.zeros(len(rows)),
        np.array([float(lesson.label) for lesson, _ in strongest]),
        np.array([weight for _, weight in strongest]),
        l2=config.l2,
    )
    return Background(alpha @ rows)


def _faded(
    listener: ListenerState,
    session_id: str,
    now: datetime,
    library: Library,
    config: RankerConfig,
) -> list[tuple[Lesson, float]]:
    """Return the lessons of earlier sessions with what is left of their weights."""
    taught = []
    for past in listener.sessions:
        days = (now - past.at).total_seconds() / DAY
        if past.session_id == session_id or days < 0:
            continue
        fade = config.background_rate * 0.5 ** (days / config.background_half_life_days)
        for lesson in past.lessons:
            if lesson.track_id in library.rows:
                trust = 1.0 if lesson.label else config.background_refusal
                taught.append((lesson, lesson.weight * fade * trust))
    return taught
