"""Queues drawn from what the evidence allows: seeded, exact in their spread, and logged."""

from dataclasses import replace

import numpy as np
import pytest

from ranker.config import RankerConfig
from ranker.exploration import deviations, probabilities, seed_of
from schemas import PlaylistUpdate, SessionEvent
from tests.factories import follow, playback, random_library, skip, start, undo

TRACKS = random_library(count=30, dimension=6)
BOLD = RankerConfig(exploration=1.0, queue_length=10)
EVENING: tuple[SessionEvent, ...] = (
    start("t1", "t2", "t3"),
    playback("t4", "liked", 1),
    skip("t5", 2),
)


def update(*events: SessionEvent, config: RankerConfig = BOLD) -> PlaylistUpdate:
    return follow(*events, tracks=TRACKS, config=config)[1]


def test_the_draws_have_the_covariance_of_the_posterior() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(5, 4)).astype(np.float32)
    logits, weights, l2 = rng.normal(size=5), rng.uniform(0.5, 2, 5), 0.7

    drawn = deviations(rows, logits, weights, l2=l2, count=40_000, rng=rng)

    p = 1 / (1 + np.exp(-logits))
    hessian = l2 * np.eye(4) + (rows.T * (weights * p * (1 - p))) @ rows
    np.testing.assert_allclose(np.cov(drawn.T), np.linalg.inv(hessian), atol=0.04)
    np.testing.assert_allclose(drawn.mean(axis=0), 0, atol=0.03)


def test_without_examples_the_draws_are_the_priors() -> None:
    nothing = np.zeros((0, 3), np.float32)
    empty = np.zeros(0)

    drawn = deviations(nothing, empty, empty, l2=4.0, count=20_000, rng=np.random.default_rng(0))

    np.testing.assert_allclose(drawn.std(axis=0), 0.5, atol=0.02)


def test_the_same_event_draws_the_same_queue() -> None:
    assert update(*EVENING).encode() == update(*EVENING).encode()


def test_another_event_draws_another_queue() -> None:
    queues = {
        tuple(slot.track_id for slot in update(*EVENING, playback("t9", "started", at)).slots)
        for at in range(3, 13)
    }

    assert len(queues) > 5


def test_after_an_undo_the_queue_is_the_one_drawn_before() -> None:
    mistake = skip("t7", 3)

    assert update(*EVENING, mistake, undo(mistake)).slots == update(*EVENING).slots


def test_without_exploration_the_queue_is_the_likeliest_and_certain() -> None:
    sure = update(*EVENING, config=replace(BOLD, exploration=0.0))

    assert {slot.probability for slot in sure.slots} == {1.0}
    assert "chance" not in {cause.kind for cause in sure.causes}


def test_what_chance_added_is_a_reason_like_any_other() -> None:
    drawn = update(*EVENING)

    assert "chance" in {cause.kind for cause in drawn.causes}
    for slot in drawn.slots:
        assert sum(part for _, part in slot.reasons) == pytest.approx(slot.score, abs=1e-6)


def test_every_slot_tells_its_probability() -> None:
    assert all(0 < slot.probability < 1 for slot in update(*EVENING).slots)


def test_the_probability_told_is_how_often_it_happens() -> None:
    config = replace(BOLD, exploration_draws=400)
    first: list[tuple[str, float]] = []
    for at in range(3, 303):
        # Each start is a new event, which draws anew and teaches nothing.
        slot = update(*EVENING, playback("t9", "started", at), config=config).slots[0]
        first.append((slot.track_id, slot.probability))

    for track in {track for track, _ in first}:
        told = [chance for of, chance in first if of == track]
        share = len(told) / len(first)
        assert np.mean(told) == pytest.approx(share, abs=4 * np.sqrt(0.25 / len(first)))


def test_probabilities_by_hand() -> None:
    drawn = np.array([[3.0, 2, 1], [3, 1, 2], [1, 3, 2]])

    # The first is best in two of three draws; of the rest the second in two of three.
    assert probabilities(drawn, [0, 1, 2], frozenset()) == [3 / 4, 3 / 4, 1.0]


def test_a_fixed_place_is_no_chance() -> None:
    drawn = np.array([[1.0, 2.0], [1.0, 2.0]])

    assert probabilities(drawn, [0, 1], frozenset({0})) == [1.0, 1.0]


def test_a_seed_belongs_to_its_event() -> None:
    assert seed_of("e1").random() == seed_of("e1").random()
    assert seed_of("e1").random() != seed_of("e2").random()
