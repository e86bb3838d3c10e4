"""Every constant that the patent leaves open is a setting, and each does what it says it does."""

import inspect
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from ranker.config import RankerConfig
from ranker.library import Library
from ranker.replay import replay
from schemas import SessionCommand, SessionEvent
from tests.checks.model_contract import untrained
from tests.factories import (
    CALM,
    DRUMS,
    LOUD,
    TRACKS,
    clause,
    command,
    info,
    playback,
    skip,
    start,
    understood,
)

DAY = 86_400.0

LIBRARY = Library.of(
    [
        *(
            (track, np.array(point, np.float32), info(track, artist=track.split("-")[0]))
            for track, point in TRACKS.items()
        ),
        ("calm-1-live", np.array((-1.0, 0.0, 0.25), np.float32), info("", title="Calm 1 (live)")),
        ("copy", np.array((0.8, 0.605, 0.0), np.float32), info("", title="Another name")),
    ],
    3,
    "tiny",
)

MEMORY = untrained(dimension=3)
"""A sequence model, which has no say in a session as short as these unless it is asked to."""

LATE = {"position_seconds": 60, "duration_seconds": 200}
VERY_LATE = {"position_seconds": 190, "duration_seconds": 200}
PLAYLIST = start("calm-1", "loud-1", "calm-2", "loud-2", "calm-3")
LIKES = tuple(playback(track, "liked", at + 1) for at, track in enumerate(("calm-1", "calm-2")))
REFUSALS = (skip("loud-1", 3), skip("loud-2", 4))
WORDS = understood(clause("more", "calm", CALM), at=5)


def later(*events: SessionEvent, days: float = 1) -> tuple[SessionEvent, ...]:
    """Return events of a second session, so many days later."""
    return tuple(
        event.model_copy(
            update={
                "session_id": "s2",
                "event_id": f"later-{event.event_id}",
                "occurred_at": event.occurred_at.replace(day=event.occurred_at.day + int(days)),
            }
        )
        for event in events
    )


def signed(member: str, event: SessionEvent) -> SessionEvent:
    return event.model_copy(update={"member": member})


SHOWN: SessionCommand = command("shown", 1, playlist=("calm-1", "loud-1", "calm-2", "loud-2"))

THREE_DAYS = tuple(
    event.model_copy(
        update={
            "session_id": f"day-{day}",
            "event_id": f"{event.event_id}-{day}",
            "occurred_at": event.occurred_at.replace(day=10 + day),
        }
    )
    for day, events in enumerate((LIKES, REFUSALS, (start(at=50),)))
    for event in events
)

CASES: dict[str, tuple[Any, tuple[SessionEvent, ...]]] = {
    "listened_fraction": (0.25, (playback("calm-1", "skipped", **LATE), *REFUSALS)),
    "early_fraction": (0.2, (skip("calm-1", heard=0.15), *LIKES[1:])),
    "early_skip_weight": (0.3, (*LIKES, *REFUSALS)),
    "late_skip_weight": (0.9, (playback("calm-1", "skipped", **LATE), *LIKES[1:])),
    "unplaced_skip_weight": (0.1, (playback("loud-1", "skipped"), *LIKES)),
    "late_listen_weight": (2.0, (playback("calm-1", "skipped", **VERY_LATE), *REFUSALS)),
    "completed_weight": (3.0, (playback("calm-1"), *REFUSALS)),
    "repeated_weight": (5.0, (playback("calm-1"), playback("calm-1", at=1), *REFUSALS)),
    "progressed_weight": (3.0, (playback("calm-1", "progressed", **VERY_LATE), *REFUSALS)),
    "liked_weight": (0.5, (*LIKES, *REFUSALS)),
    "disliked_weight": (0.5, (*LIKES, playback("loud-1", "disliked", 3))),
    "removed_weight": (3.0, (*LIKES, playback("loud-1", "removed", 3))),
    "moved_weight": (3.0, (PLAYLIST, playback("calm-3", "moved", 1), *REFUSALS)),
    "own_choice_factor": (1.0, (*LIKES, playback("loud-1", "skipped", 3, chosen_by="listener"))),
    "least_weight": (1.9, (*LIKES, *REFUSALS)),
    "half_life_events": (1.0, (*LIKES, *REFUSALS)),
    "words_strength": (2.0, (WORDS,)),
    "words_half_life": (1.0, (WORDS, understood(clause("more", "drums", DRUMS), at=6))),
    "switch_factor": (3.0, (understood(clause("switch", "calm", CALM)),)),
    "switch_fade": (0.9, (*LIKES, understood(clause("switch", "loud", LOUD), at=9))),
    "extreme_factor": (4.0, (understood(clause("more", "calm", CALM, extreme=True)),)),
    "comparative_step": (
        5.0,
        (
            playback("calm-drums", "started"),
            understood(clause("more", "calm", CALM, relative=True), at=1),
        ),
    ),
    "l2": (0.2, (*LIKES, *REFUSALS)),
    "neighbours": (1, LIKES),
    "handover_weight": (50.0, (*LIKES, *REFUSALS)),
    "perceptron_from": (3, (*LIKES, *REFUSALS)),
    "perceptron_full": (80, (*LIKES, *REFUSALS)),
    "perceptron_hidden": (3, (*LIKES, *REFUSALS)),
    "perceptron_l2": (3.0, (*LIKES, *REFUSALS)),
    "perceptron_steps": (5, (*LIKES, *REFUSALS)),
    "perceptron_memory": (1.0, (*LIKES, *REFUSALS)),
    "perceptron_seed": (1, (*LIKES, *REFUSALS)),
    "sequence_from": (3, (*LIKES, *REFUSALS)),
    "sequence_full": (80, (*LIKES, *REFUSALS)),
    "sequence_minutes": (9.0, (*LIKES, *REFUSALS)),
    "sequence_changes": (1.0, (understood(clause("switch", "calm", CALM)), *LIKES, *REFUSALS)),
    "sequence_acts": (1, (*LIKES, *REFUSALS)),
    "model_head_start": (3, (*LIKES, *REFUSALS, *later(*LIKES, *REFUSALS))),
    "background_rate": (1.0, (*LIKES, *later(start()))),
    "background_refusal": (1.0, (*REFUSALS, *later(start()))),
    "background_half_life_days": (1.0, (*LIKES, *later(start(), days=9))),
    "background_lessons": (1, (*LIKES, *REFUSALS, *later(start()))),
    "remembered_sessions": (1, THREE_DAYS),
    "remembered_lessons": (1, (*LIKES, *REFUSALS, *later(start()))),
    "group_rule": ("turns", (signed("ann", LIKES[0]), signed("bob", REFUSALS[0]))),
    "order_strength": (9.0, (PLAYLIST, WORDS)),
    "order_evidence": (2.0, (PLAYLIST, WORDS)),
    "queue_length": (2, (PLAYLIST,)),
    "mined": (1, (start("loud-1", "loud-2", "loud-3", "loud-drums", "loud-voice"), WORDS)),
    "named_reasons": (1, (PLAYLIST, *LIKES, WORDS)),
    "artist_cap": (1, (WORDS,)),
    "artist_window": (2, (WORDS,)),
    "near_duplicate": (0.999, (PLAYLIST,)),
    "same_sound": (1.1, (WORDS,)),
    "churn_budget": (0, (PLAYLIST, SHOWN, WORDS)),
    "diversity": (9.0, (WORDS,)),
    "exploration": (1.0, (*LIKES, WORDS)),
    "exploration_draws": (1, (*LIKES, WORDS)),
    "drop_probability": (0.5, (*LIKES, *REFUSALS, WORDS)),
    "drop_evidence": (1e9, (*LIKES, *REFUSALS, WORDS)),
    "least_queue": (1, (*LIKES, *REFUSALS, WORDS)),
    "tells_device": (True, LIKES),
    "max_events": (2, (*LIKES, *REFUSALS)),
}
"""For each field another value, and a session in which it makes a difference."""

SOON = {
    "perceptron_from": 0,
    "perceptron_full": 8,
    "sequence_from": 0,
    "sequence_full": 8,
    "model_head_start": 0,
}
DEEP = {name: {**SOON, "sequence_minutes": 0.1} for name in CASES if name.startswith("sequence_")}
BENT = {name: SOON for name in CASES if name.startswith("perceptron_")}

BESIDE: dict[str, dict[str, Any]] = {
    **DEEP,
    **BENT,
    "artist_window": {"artist_cap": 1},
    "exploration_draws": {"exploration": 1.0},
    "mined": {"queue_length": 5},
    "drop_probability": {"least_queue": 1, "drop_evidence": 1.0},
    "drop_evidence": {"least_queue": 1, "drop_probability": 0.3, "drop_evidence": 1.0},
    "least_queue": {"drop_probability": 0.3, "drop_evidence": 1.0},
    "model_head_start": {**SOON, "perceptron_from": 3, "sequence_from": 3},
    "remembered_sessions": {"background_half_life_days": 1e4},
}
"""Settings without which a field has nothing to do."""


def outcomes(config: RankerConfig, *events: SessionEvent) -> list[str]:
    return [str(outcome) for outcome in replay(events, LIBRARY, config, MEMORY)]


@pytest.mark.parametrize("name", CASES)
def test_changing_a_constant_changes_what_it_is_for(name: str) -> None:
    value, events = CASES[name]
    # Weights that are told would differ where the queue does not.
    config = replace(RankerConfig(), tells_device=False, **BESIDE.get(name, {}))

    changed = outcomes(replace(config, **{name: value}), *events)

    assert changed != outcomes(config, *events)


def test_no_constant_is_without_its_test() -> None:
    assert {field.name for field in fields(RankerConfig)} == set(CASES)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("l2", 0.0),
        ("l2", -1.0),
        ("words_strength", 0.0),
        ("half_life_events", 0.0),
        ("background_half_life_days", 0.0),
        ("neighbours", 0),
        ("queue_length", 0),
        ("max_events", 0),
        ("model_head_start", -1),
        ("model_head_start", 11),
        ("artist_cap", -1),
        ("churn_budget", -1),
        ("diversity", -0.1),
        ("exploration", -1.0),
        ("early_fraction", 0.6),
        ("listened_fraction", 1.2),
        ("liked_weight", -1.0),
        ("skip", 1.0),
    ],
)
def test_a_value_that_no_formula_can_use_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises((ValueError, TypeError), match=name):
        replace(RankerConfig(), **{name: value})


def test_every_constant_says_why() -> None:
    source = inspect.getsource(RankerConfig)

    for field in fields(RankerConfig):
        told = source.split(f"    {field.name}:", 1)[1].split("\n", 1)[1].lstrip()
        assert told.startswith('"""'), field.name
