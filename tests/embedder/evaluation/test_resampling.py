"""The bootstrap: what it draws, and that its fast sums equal the plain ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder.evaluation.metrics import average_precision, roc_auc
from embedder.evaluation.resampling import (
    auc_draws,
    average_precision_draws,
    figure,
    mean_draws,
    mean_over_words,
    median_draws,
    over_seeds,
    weights_of,
)

drawn = st.lists(
    st.tuples(st.integers(0, 6), st.booleans(), st.integers(0, 3)), min_size=2, max_size=40
)


@given(drawn)
def test_a_clip_drawn_twice_counts_as_two_clips(rows: list[tuple[int, bool, int]]) -> None:
    scores, matches, times = (np.array(column) for column in zip(*rows, strict=True))
    matches = matches.astype(bool)
    weights = times[None].astype(np.float32)
    repeated, truth = np.repeat(scores, times), np.repeat(matches, times)

    area = auc_draws(scores, matches, weights)[0]
    precision = average_precision_draws(scores, matches, weights)[0]

    assert area == pytest.approx(roc_auc(repeated, truth), nan_ok=True)
    assert precision == pytest.approx(average_precision(repeated, truth), nan_ok=True)


def test_the_clips_of_a_work_are_drawn_together() -> None:
    weights = weights_of(["a", "b", "a", "c"], 200, np.random.default_rng(0))

    assert weights.shape == (200, 4)
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[:, [0, 1, 3]].sum(axis=1) == 3).all()
    assert len(np.unique(weights, axis=0)) > 3


def test_the_same_seed_draws_the_same() -> None:
    works = [str(number) for number in range(30)]

    first, again, other = (weights_of(works, 50, np.random.default_rng(seed)) for seed in (1, 1, 2))

    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_single_work_gives_no_interval() -> None:
    weights = weights_of(["a", "a"], 100, np.random.default_rng(0))

    found = figure(0.7, auc_draws(np.array([0.1, 0.9]), np.array([False, True]), weights))

    assert found.value == 0.7
    assert np.isnan(found.low)
    assert np.isnan(found.high)


def test_an_interval_holds_95_of_100_draws() -> None:
    found = figure(50.0, np.arange(101, dtype=float))

    assert (found.low, found.high) == pytest.approx((2.5, 97.5))


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(3)
    works = [str(number) for number in range(60)]
    covered = 0
    for _ in range(200):
        values = rng.normal(size=60)
        found = figure(0.0, mean_draws(values, weights_of(works, 200, rng)))
        covered += found.low <= 0 <= found.high

    assert 0.88 <= covered / 200 <= 0.99


def test_medians_and_means_are_those_of_the_repeated_values() -> None:
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([[1, 1, 1], [0, 5, 1], [0, 0, 0]])

    medians = median_draws(values, weights.astype(np.float32))
    means = mean_draws(values, weights.astype(np.float32))

    assert medians[:2].tolist() == [2, 1]
    assert means[:2].tolist() == pytest.approx([2, 7 / 6])
    assert np.isnan([medians[2], means[2]]).all()


def test_a_word_that_a_draw_cannot_measure_is_left_out_of_its_mean() -> None:
    means = mean_over_words([np.array([0.5, np.nan, np.nan]), np.array([0.7, 0.9, np.nan])])

    assert means[:2].tolist() == pytest.approx([0.6, 0.9])
    assert np.isnan(means[2])


def test_draws_over_seeds_spread_as_far_as_the_trainings_do() -> None:
    equal = [np.full(500, 0.8), np.full(500, 0.8)]
    apart = [np.full(500, 0.7), np.full(500, 0.9)]

    assert over_seeds(equal, np.random.default_rng(0)).std() == 0
    assert set(np.round(over_seeds(apart, np.random.default_rng(0)), 3)) == {0.7, 0.8, 0.9}
