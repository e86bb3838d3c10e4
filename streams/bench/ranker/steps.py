"""One whole step of a session in the middle of an evening, and where its time goes."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from time import perf_counter_ns
from typing import Any

import numpy as np

from ranker import session
from ranker.config import RankerConfig
from ranker.library import Library
from ranker.models import logistic
from ranker.queue import Ranking
from ranker.session import step
from schemas import (
    PlaybackEvent,
    SessionCommand,
    SessionEvent,
    SessionState,
    TrackInfo,
    UnderstoodClause,
    UnderstoodIntent,
    pack_vector,
)
from schemas.playback import Action
from streams.bench.ranker.intervals import figure, times_ms

TRACKS = 1_100
EXAMPLES = 50
DIMENSION = 128
REPEATS = 200

PARTS: Mapping[str, tuple[object, str]] = {
    "fold": (session, "fold"),
    "history": (session, "history_of"),
    "examples": (session, "examples_of"),
    "wishes": (session, "wishes_of"),
    "fit": (session, "fit"),
    "fit: classifier": (logistic, "fit"),
    "arrangement": (session, "arrangement_of"),
    "gather": (session, "gather"),
    "queue": (Ranking, "queue"),
    "queue: score": (Ranking, "scored"),
    "queue: line up": (Ranking, "_lined_up"),
    "queue: tell": (Ranking, "_slots"),
    "update": (session, "PlaylistUpdate"),
}
"""What a step consists of, in its order, and parts of parts; where its callers look it up."""

CONFIG = RankerConfig(mined=1_000)
"""A thousand candidates compete for a queue of fifty."""

ACTIONS: tuple[Action, ...] = ("skipped", "completed", "liked")

BEGAN = datetime(2026, 5, 10, 20, tzinfo=UTC)


def steps() -> dict[str, Any]:
    """Return the time of a step and how it is spread over the ranker's parts."""
    library = _library()
    state, last = _evening(library)
    times = times_ms(lambda: step(state, last, library, CONFIG), REPEATS)
    _, update = step(state, last, library, CONFIG)
    return {
        "ms": figure(times, np.median),
        "p99_ms": round(float(np.quantile(times, 0.99)), 3),
        "examples": EXAMPLES,
        "candidates": CONFIG.mined,
        "queue": len(update.slots),
        "parts_ms": _parts(lambda: step(state, last, library, CONFIG)),
    }


def _library() -> Library:
    rng = np.random.default_rng(1)
    return Library.of(
        [
            (
                f"t{number:05}",
                rng.normal(size=DIMENSION).astype(np.float32),
                TrackInfo(title=f"Title {number}", artist=f"Artist {number % 300}"),
            )
            for number in range(TRACKS)
        ],
        DIMENSION,
        "bench",
    )


def _evening(library: Library) -> tuple[SessionState, SessionEvent]:
    """Return a session of fifty acts and one sentence, and the act that comes next."""
    ids = library.track_ids
    common: dict[str, Any] = {"listener_id": "ann", "session_id": "evening"}
    events: list[SessionEvent] = [
        SessionCommand(
            **common, event_id="start", command="start", playlist=ids[60:110], occurred_at=BEGAN
        )
    ]
    for number in range(EXAMPLES):
        action = ACTIONS[number % len(ACTIONS)]
        heard: dict[str, Any] = {}
        if action == "skipped":
            heard = {"position_seconds": 5.0, "duration_seconds": 200.0}
        events.append(
            PlaybackEvent(
                **common,
                event_id=f"e{number}",
                track_id=ids[number],
                action=action,
                occurred_at=BEGAN + timedelta(minutes=number + 1),
                **heard,
            )
        )
    words = UnderstoodIntent(
        **common,
        event_id="words",
        text="calmer",
        space="bench",
        occurred_at=BEGAN + timedelta(minutes=20, seconds=30),
        clauses=(
            UnderstoodClause(
                text="calmer",
                operation="more",
                subject="calm",
                grounding="space",
                vector=pack_vector(library.vectors[-1].tolist()),
            ),
        ),
    )
    events.insert(21, words)
    *before, last = events
    state = SessionState(**common, events=tuple(before))
    return state, last


def _parts(work: Callable[[], object]) -> dict[str, float]:
    """Return the median milliseconds of each part of a step, and of what is between them."""
    times: dict[str, list[float]] = {"step": []}
    with ExitStack() as timers:
        for name, (owner, function) in PARTS.items():
            times[name] = []
            timers.enter_context(_timed(owner, function, times[name]))
        times["step"] = times_ms(work, REPEATS)
    # Each part runs once a step; the first step of all is not counted.
    outer = [taken[-REPEATS:] for name, taken in times.items() if name in PARTS and ":" not in name]
    times["rest"] = np.subtract(times.pop("step"), np.sum(outer, axis=0)).tolist()
    return {name: round(float(np.median(taken)), 4) for name, taken in times.items()}


@contextmanager
def _timed(owner: Any, function: str, times: list[float]) -> Iterator[None]:
    """Time every call of a function of a module or a class, where its callers look it up."""
    work = getattr(owner, function)

    def timed(*args: Any, **options: Any) -> Any:
        started = perf_counter_ns()
        result = work(*args, **options)
        times.append((perf_counter_ns() - started) / 1e6)
        return result

    setattr(owner, function, timed)
    try:
        yield
    finally:
        setattr(owner, function, work)
