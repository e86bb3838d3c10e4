"""Events -> courses: how recorded sessions went, act by act, and what was expected before each.

What the sequence model is trained on (P91). Expected is what the session's model gave the track
just before the act, by everything but the order of what was done.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ranker.config import RankerConfig
from ranker.depth import depth_of
from ranker.errors import SessionFull
from ranker.examples import examples_of
from ranker.history import fold, history_of, in_force
from ranker.library import Array, Library
from ranker.listener import Background, background_of, remember
from ranker.session import preference_of
from schemas import SessionEvent, SessionState
from schemas.listener import ListenerState

Column = NDArray[np.float64]


@dataclass(frozen=True)
class Course:
    """The acts of one session, oldest first. Compares by identity."""

    name: str
    """Which session: listener and session id."""
    rows: Array
    """(n, d), vectors of the tracks."""
    signed: Column
    """(n,), weight of each act when it was done, < 0 for a refusal."""
    at: Column
    """(n,), when, in seconds since 1970."""
    expected: Column
    """(n,), log-odds that the order-blind model gave the track just before."""
    is_first: NDArray[np.bool_]
    """(n,), whether nothing was done with the track before: what could be queued then."""


def courses_of(
    events: Iterable[SessionEvent], library: Library, config: RankerConfig = RankerConfig()
) -> tuple[Course, ...]:
    """Return the course of every session that taught something, by the time it began.

    One refit an act: half a millisecond each.
    """
    states: dict[tuple[str, str], SessionState] = {}
    for event in events:
        key = (event.listener_id, event.session_id)
        state = states.get(key) or SessionState(listener_id=key[0], session_id=key[1])
        try:
            states[key] = fold(state, event, max_events=config.max_events)
        except SessionFull:
            continue  # a worker refused it too
    return tuple(_courses(states.values(), library, config))


def _courses(
    states: Iterable[SessionState], library: Library, config: RankerConfig
) -> Iterator[Course]:
    """Yield courses by the time they began, each foretold from what sessions before it taught."""
    listeners: dict[str, ListenerState] = {}
    model_of = partial(depth_of, library=library, config=config)
    for state in sorted(states, key=lambda state: (state.events[0].order, state.session_id)):
        listener_id = state.listener_id
        listener = listeners.get(listener_id) or ListenerState(listener_id=listener_id)
        background = background_of(listener, state, library, config)
        listeners[listener_id] = remember(listener, state, config, model_of=model_of)
        course = course_of(state, background, library, config)
        if len(course.rows):
            yield course


def course_of(
    state: SessionState, background: Background, library: Library, config: RankerConfig
) -> Course:
    """Return how a session went; what was undone never happened."""
    live = in_force(state)
    places = {event.event_id: place for place, event in enumerate(live)}
    lasting = replace(config, least_weight=0.0)
    acts = [
        example
        for example in examples_of(history_of(state), lasting)
        if example.track_id in library.rows and example.weight > 0
    ]
    expected = []
    for act in acts:
        before = history_of(state.model_copy(update={"events": live[: places[act.event_id]]}))
        model = preference_of(before, background, library, config)
        expected.append(float(model.scores(library, np.array([library.row(act.track_id)]))[0]))
    tracks = [act.track_id for act in acts]
    return Course(
        name=f"{state.listener_id}|{state.session_id}",
        rows=library.stack(tracks),
        signed=np.array([act.signed for act in acts]),
        at=np.array([act.at for act in acts]),
        expected=np.array(expected),
        is_first=np.array([track not in tracks[:row] for row, track in enumerate(tracks)], bool),
    )
