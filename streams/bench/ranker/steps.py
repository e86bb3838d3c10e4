"""One whole step of a session in the middle of an evening, and where its time goes."""

import cProfile
import pstats
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from ranker.config import RankerConfig
from ranker.library import Library
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
BUSIEST = 12
"""Functions named, of those that take the most time themselves."""

CONFIG = RankerConfig(mined=1_000)
"""A thousand candidates compete for a queue of fifty."""

ACTIONS: tuple[Action, ...] = ("skipped", "completed", "liked")

BEGAN = datetime(2026, 5, 10, 20, tzinfo=UTC)


def steps() -> dict[str, Any]:
    """Return the time of a step and how it is spread over the ranker's functions."""
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
        "where": _where(state, last, library),
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


def _where(state: SessionState, last: SessionEvent, library: Library) -> dict[str, float]:
    """Return the share of the time that each function takes itself, the busiest first."""
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(REPEATS // 2):
        step(state, last, library, CONFIG)
    profile.disable()
    table: dict[Any, Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    total = sum(row[2] for row in table.values())
    busiest = sorted(table.items(), key=lambda item: -item[1][2])[:BUSIEST]
    return {_named(place): round(row[2] / total, 3) for place, row in busiest}


def _named(place: tuple[str, int, str]) -> str:
    file, _, function = place
    module = file.rsplit("/", 1)[-1].removesuffix(".py")
    return f"{module}.{function}" if module != "~" else function
