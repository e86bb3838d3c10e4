"""Ranking on the device agrees with the ranker: exactly by its weights, mostly by a guess."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranker.config import RankerConfig
from ranker.examples import examples_of
from ranker.history import history_of
from schemas import DeviceModel, PlaybackEvent, PlaylistUpdate, Slot, pack_weights
from tests.client.listening import Act, agreement, golden, session
from tests.factories import follow, playback, skip, start, state, undo
from upnext.device import Lesson, anticipated, lesson_of, linear, mode_step, rescored, sigmoid

GOLDEN = Path(__file__).parents[2] / "clients" / "typescript" / "test" / "device.json"

ALONG: dict[str, np.ndarray] = {
    "a": np.array([1.0, 0.0], np.float32),
    "b": np.array([0.0, 1.0], np.float32),
    "c": np.array([-1.0, 0.0], np.float32),
}
NOTHING = DeviceModel(weights=pack_weights([0.0, 0.0]), bias=0.0, l2=1.0)


def update(*slots: Slot, device: DeviceModel | None = NOTHING) -> PlaylistUpdate:
    _, made = follow(start())
    return made.model_copy(update={"slots": slots, "device": device})


def queue(*slots: str, **scores: float) -> PlaylistUpdate:
    made = (
        Slot(track_id=name.rstrip("*"), score=scores.get(name.rstrip("*"), 0.0), locked="*" in name)
        for name in slots
    )
    return update(*made)


def order(slots: tuple[Slot, ...]) -> list[str]:
    return [slot.track_id for slot in slots]


def scores(slots: tuple[Slot, ...]) -> dict[str, float]:
    return {slot.track_id: slot.score for slot in slots}


# By the server's own weights.


def pure_sessions() -> list[Act]:
    """Acts before and after which the classifier ranks alone, so that its weights are all."""
    models, soon = ("logistic", "logistic"), RankerConfig(handover_weight=0.1)
    acts = (act for seed in range(6) for act in session(seed, playlist=0, config=soon))
    return [act for act in acts if (act.before.model, act.after.model) == models]


def test_under_the_next_weights_the_slots_have_the_next_scores() -> None:
    acts = pure_sessions()

    assert len(acts) > 50
    for act in acts:
        assert act.after.device is not None
        here = scores(rescored(act.before, act.vectors, act.after.device))
        there = scores(act.after.slots)
        both = here.keys() & there.keys()
        assert len(both) > 10
        assert {t: here[t] for t in both} == pytest.approx({t: there[t] for t in both}, abs=1e-5)


def test_under_the_next_weights_the_slots_have_the_next_order() -> None:
    for act in pure_sessions():
        assert act.after.device is not None
        here = order(rescored(act.before, act.vectors, act.after.device))
        assert agreement(here, order(act.after.slots)) > 0.999


def test_under_the_same_weights_nothing_moves() -> None:
    for act in session(1):
        assert act.before.device is not None
        assert rescored(act.before, act.vectors, act.before.device) == act.before.slots


def test_what_a_rule_put_behind_lesser_tracks_stays_there() -> None:
    capped = queue("a", "b", "c", a=3.0, b=1.0, c=2.0)

    slots = rescored(capped, ALONG, NOTHING)

    assert order(slots) == ["a", "b", "c"]
    assert scores(slots) == {"a": 3.0, "b": 1.0, "c": 2.0}


def test_other_weights_move_tracks_by_their_vectors() -> None:
    toward_c = DeviceModel(weights=pack_weights([-2.0, 0.5]), bias=0.25, l2=1.0)

    slots = rescored(queue("a", "b", "c", a=1.0), ALONG, toward_c)

    # a: 1 - 2 + 0.25, b: 0 + 0.5 + 0.25, c: 0 + 2 + 0.25
    assert scores(slots) == {"c": 2.25, "b": 0.75, "a": -0.75}
    assert order(slots) == ["c", "b", "a"]


def test_locked_slots_keep_their_places() -> None:
    toward_c = DeviceModel(weights=pack_weights([-2.0, 0.5]), bias=0.0, l2=1.0)

    assert order(rescored(queue("a*", "b", "c"), ALONG, toward_c)) == ["a", "c", "b"]


def test_a_track_without_a_vector_keeps_its_score() -> None:
    toward_c = DeviceModel(weights=pack_weights([-2.0, 0.5]), bias=0.25, l2=1.0)

    assert scores(rescored(queue("x", x=0.5), {}, toward_c)) == {"x": 0.5}


def test_without_weights_there_is_nothing_to_rank_by() -> None:
    plain = update(Slot(track_id="a", score=1.0), device=None)

    assert rescored(plain, ALONG, NOTHING) == plain.slots
    assert anticipated(plain, ALONG, playback("b", "liked")) == plain.slots


# By a guess at the next weights.


def test_one_like_moves_tracks_by_the_mode_of_its_posterior() -> None:
    slots = anticipated(queue("c", "b", "a"), ALONG, playback("a", "liked"))

    # s = 2 (1 - sigmoid(s)): 0.674832; the vectors of a and c are opposite.
    assert scores(slots) == pytest.approx({"a": 0.674832, "b": 0.0, "c": -0.674832}, abs=1e-6)
    assert order(slots) == ["a", "b", "c"]


def test_what_was_played_leaves_the_queue() -> None:
    for act in (skip("a"), playback("a", "completed"), playback("a", "started")):
        assert "a" not in order(anticipated(queue("a", "b", "c"), ALONG, act))


def test_an_unknown_track_still_leaves_and_moves_nothing() -> None:
    assert order(anticipated(queue("x", "b", "c"), ALONG, skip("x"))) == ["b", "c"]


def test_the_anticipated_order_is_nearer_to_the_next_one_than_the_old_order_is() -> None:
    guesses, idle = [], []
    for seed in range(12):
        for act in session(seed):
            after = order(act.after.slots)
            left = [track for track in order(act.before.slots) if track != act.event.track_id]
            guessed = order(anticipated(act.before, act.vectors, act.event))
            guesses.append(agreement(guessed, after))
            idle.append(agreement(left, after))

    guess, nothing = np.array(guesses), np.array(idle)
    # Measured over 30 sessions of 24 acts: 0.87 on average, where the old order has 0.79.
    assert guess.mean() > 0.85
    assert guess.mean() > nothing.mean() + 0.06
    assert np.mean(guess >= nothing) > 0.9


def test_it_helps_most_in_the_first_acts() -> None:
    early = [act for seed in range(12) for act in session(seed, acts=4) if act.before.revision > 1]

    guess = [
        agreement(order(anticipated(a.before, a.vectors, a.event)), order(a.after.slots))
        for a in early
    ]
    idle = [agreement(order(a.before.slots), order(a.after.slots)) for a in early]
    # Measured over 30 sessions, acts 2 to 4: 0.83 where the old order has 0.62.
    assert np.mean(guess) > np.mean(idle) + 0.12


# The pieces.


@given(
    st.floats(-50, 50),
    st.floats(0.01, 4),
    st.floats(0.01, 1000),
    st.booleans(),
)
def test_the_step_solves_its_equation(
    margin: float, square: float, gain: float, label: bool
) -> None:
    step = mode_step(margin, square, Lesson(label, gain), l2=1.0)

    wanted = gain * (label - sigmoid(margin + step * square))
    assert step == pytest.approx(wanted, abs=1e-9 * max(1.0, gain))


def test_the_linear_part_is_the_product_and_the_bias() -> None:
    device = DeviceModel(weights=pack_weights([0.5, -2.0]), bias=0.25, l2=1.0)

    assert linear(device, np.array([2.0, 1.0], np.float32)) == -0.75


@pytest.mark.parametrize(
    "event",
    [
        *(skip("t", heard=heard) for heard in (0.0, 0.02, 0.05, 0.2, 0.49, 0.5, 0.9)),
        playback("t", "skipped"),
        playback("t", "skipped", chosen_by="listener", position_seconds=4, duration_seconds=200),
        playback("t", "liked"),
        playback("t", "disliked"),
        playback("t", "completed"),
        playback("t", "removed"),
        playback("t", "started"),
        playback("t", "progressed", position_seconds=120, duration_seconds=200),
        playback("t", "progressed", position_seconds=20, duration_seconds=200),
        playback("t", "moved", from_rank=5, to_rank=2),
        playback("t", "moved", from_rank=2, to_rank=5),
        playback("t", "moved", from_rank=2, to_rank=2),
    ],
    ids=lambda event: f"{event.action} {event.fraction} {event.to_rank}",
)
def test_an_act_teaches_what_it_teaches_the_ranker(event: PlaybackEvent) -> None:
    taught = examples_of(history_of(state(event)), RankerConfig())

    lesson = lesson_of(event)

    assert ([lesson] if lesson else []) == [(e.label, e.weight) for e in taught]


def test_an_undone_act_is_anticipated_by_the_server_alone() -> None:
    liked = playback("calm-1", "liked", 1)

    _, back = follow(start(), liked, undo(liked))

    assert back.device == follow(start())[1].device


def test_other_languages_test_against_what_this_one_comes_to() -> None:
    assert GOLDEN.read_text() == golden(), "run python -m tests.client.write_golden"
