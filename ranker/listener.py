"""Sessions -> the listener's long-term taste: the slow model behind every session's fast one.

A session's model is soon forgotten; what it taught is fed back weakly, refusals more weakly still,
and fades with time (P76c, P94-P97). The slow model's weights are the prior mean of the next
session's: a track that was skipped over and over in one mood is passed over in that session, and
comes back in another. Guests, children and background noise read the prior and never write it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import nlargest
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ranker.config import RankerConfig
from ranker.examples import examples_of
from ranker.history import history_of, in_force
from ranker.library import Library
from ranker.models import logistic
from ranker.models.policy import Habit
from ranker.terms import Source
from schemas import SessionCommand, SessionState
from schemas.listener import Lesson, ListenerState, PastSession
from schemas.updates import Model

TASTE = Source("taste", "what you liked in earlier sessions")

DAY = 86_400.0
"""Seconds."""

ModelOf = Callable[[SessionState], Model]
"""Says how deep a session went, by itself: `ranker.depth.depth_of`."""


@dataclass(frozen=True, slots=True)
class Background:
    """The prior that a session starts from."""

    weights: NDArray[np.float64]
    """(d,), mean of the session's prior before any word is said."""
    habit: Habit = Habit()
    """How soon the deeper models may come in."""

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
    *,
    model_of: ModelOf,
) -> ListenerState:
    """Return the listener after an event of `session`: what every session but the newest taught.

    The newest is remembered too, once it has ended; until then it is only noted, so that its
    events leave the row as it is. What is remembered follows from the sessions as they stand now,
    whatever order their events came in, and whichever of them came again.

    Parameters
    ----------
    session : as it stands now, with at least one event
    find : returns another session of the listener by its id; None where it has expired

    """
    if listener.current == session.session_id and _is_noted(session, listener):
        return listener
    before = listener.current
    if before not in (None, session.session_id) and (one := find(before)):
        # It may not be the newest any more.
        listener = remember(listener, one, config, model_of=model_of)
    listener = remember(listener, session, config, model_of=model_of)
    newest = max(listener.sessions, key=lambda past: (past.began, past.session_id)).session_id
    current = session if newest == session.session_id else find(newest)
    if current and not _has_ended(current):
        listener = _with(listener, _note(current), config)
    return listener.model_copy(update={"current": newest})


def _is_noted(session: SessionState, listener: ListenerState) -> bool:
    """Say whether a session that goes on is noted as it stands."""
    known = (past for past in reversed(listener.sessions) if past.session_id == session.session_id)
    return next(known, None) == _note(session) and not _has_ended(session)


def _note(session: SessionState) -> PastSession:
    """Return what is kept of the session that goes on: as if it had ended where it began."""
    began = session.events[0].occurred_at
    return PastSession(session_id=session.session_id, began=began, at=began)


def _has_ended(session: SessionState) -> bool:
    return any(
        isinstance(event, SessionCommand) and event.command == "end" for event in in_force(session)
    )


def remember(
    listener: ListenerState, session: SessionState, config: RankerConfig, *, model_of: ModelOf
) -> ListenerState:
    """Return the listener with a session as it stands now, in place of how it stood before.

    The newest `remembered_sessions` are kept, by their last events: also those that taught
    nothing, for they may have before an undo, and whatever had made room for them is gone.
    """
    lessons = lessons_of(session, config)
    past = PastSession(
        session_id=session.session_id,
        began=session.events[0].occurred_at,
        at=session.events[-1].occurred_at,
        lessons=lessons,
        model=model_of(session) if lessons else None,
    )
    return _with(listener, past, config)


def lessons_of(session: SessionState, config: RankerConfig) -> tuple[Lesson, ...]:
    """Return what a session taught: the `remembered_lessons` that weigh most, heaviest first.

    A session that is not `normal` teaches nothing, nor does what was undone or forgotten.
    """
    history = history_of(session)
    examples = examples_of(history, config) if history.mode == "normal" else ()
    return tuple(
        Lesson(track_id=e.track_id, label=e.label, weight=round(e.weight, 4))
        for e in nlargest(config.remembered_lessons, examples, key=lambda e: e.weight)
        if e.weight >= 1e-4
    )


def _with(listener: ListenerState, past: PastSession, config: RankerConfig) -> ListenerState:
    """Return the listener with a session in place of what was known of it, the oldest dropped."""
    others = [known for known in listener.sessions if known.session_id != past.session_id]
    newest = sorted([*others, past], key=lambda known: (known.at, known.session_id))
    return listener.model_copy(update={"sessions": tuple(newest[-config.remembered_sessions :])})


def background_of(
    listener: ListenerState,
    session: SessionState,
    library: Library,
    config: RankerConfig,
) -> Background:
    """Fit the slow model that `session`, of at least one event, starts from: on those before it.

    Fades are measured at the session's first event, so that neither the prior nor the habit moves
    while it is played. O(k^2 d) for the k lessons that weigh most, `background_lessons`
    at most.
    """
    earlier = _earlier(listener, session.session_id, session.events[0].occurred_at, config)
    habit = _habit(earlier)
    strongest = nlargest(
        config.background_lessons, _faded(earlier, library, config), key=lambda one: one[1]
    )
    if not strongest:
        return replace(Background.none(library.dimension), habit=habit)
    rows = library.stack([lesson.track_id for lesson, _ in strongest]).astype(np.float64)
    alpha = logistic.fit(
        rows,
        np.zeros(len(rows)),
        np.array([float(lesson.label) for lesson, _ in strongest]),
        np.array([weight for _, weight in strongest]),
        l2=config.l2,
    )
    return Background(alpha @ rows, habit)


def _earlier(
    listener: ListenerState, session_id: str, now: datetime, config: RankerConfig
) -> list[tuple[PastSession, float]]:
    """Return the sessions before one that begins now, with what is left of them, in [0, 1]."""
    days = [(past, (now - past.at).total_seconds() / DAY) for past in listener.sessions]
    return [
        (past, 0.5 ** (since / config.background_half_life_days))
        for past, since in days
        if past.session_id != session_id and since >= 0
    ]


def _habit(earlier: Sequence[tuple[PastSession, float]]) -> Habit:
    """Return how deep earlier sessions went (P89), beside one that is assumed and did not.

    So one session is no habit yet, and whoever was away for long has none any more.
    """
    known = [(past.model, left) for past, left in earlier if past.model]
    heard = 1 + sum(left for _, left in known)
    return Habit(
        perceptron=sum(left for model, left in known if model in ("mlp", "sequence")) / heard,
        sequence=sum(left for model, left in known if model == "sequence") / heard,
    )


def _faded(
    earlier: Sequence[tuple[PastSession, float]], library: Library, config: RankerConfig
) -> list[tuple[Lesson, float]]:
    """Return the lessons of earlier sessions with what is left of their weights (P95, P97).

    weight * background_rate * 0.5^(days / half-life), and refusals times `background_refusal`.
    """
    taught = []
    for past, left in earlier:
        fade = config.background_rate * left
        for lesson in past.lessons:
            if lesson.track_id in library.rows:
                trust = 1.0 if lesson.label else config.background_refusal
                taught.append((lesson, lesson.weight * fade * trust))
    return taught
