"""Ranking a pool, against figures worked out by hand."""

import numpy as np
import pytest

from embedder.evaluation.resampling import weights_of
from embedder.evaluation.retrieval import leave_one_out, measure_retrieval


def test_figures_are_those_worked_out_by_hand() -> None:
    scores = np.array([[0.9, 0.8, 0.1, 0.0], [0.9, 0.8, 0.7, 0.6]], np.float32)
    relevant = np.array([[True, False, True, False], [False, False, False, True]])

    found = measure_retrieval(scores, relevant, np.ones((10, 2), np.float32))

    assert found.mean_average_precision.value == pytest.approx(((1 + 2 / 3) / 2 + 1 / 4) / 2)
    assert [recall.value for recall in found.recall] == [0.5, 1.0, 1.0]
    assert found.median_rank.value == 2.5
    assert (found.queries, found.pool, found.relevant) == (2, 4, 1.5)
    assert found.chance.recall[0] == pytest.approx((2 / 4 + 1 / 4) / 2)
    assert found.chance.median_rank == pytest.approx((5 / 3 + 5 / 2) / 2)


def test_an_oracle_is_perfect_and_noise_is_no_better_than_chance() -> None:
    rng = np.random.default_rng(0)
    relevant = rng.random((300, 50)) < 0.1
    relevant[:, 0] |= ~relevant.any(axis=1)
    weights = weights_of([str(row) for row in range(300)], 200, rng)

    oracle = measure_retrieval(relevant.astype(np.float32), relevant, weights)
    noise = measure_retrieval(rng.random((300, 50), np.float32), relevant, weights)

    assert oracle.mean_average_precision.value == 1
    assert noise.mean_average_precision.value == pytest.approx(
        noise.chance.mean_average_precision, abs=0.02
    )
    assert noise.mean_average_precision.low < noise.chance.mean_average_precision
    assert noise.recall[1].value == pytest.approx(noise.chance.recall[1], abs=0.08)


def test_a_window_looks_for_the_others_of_its_recording_and_never_finds_itself() -> None:
    vectors = np.array([[1, 0], [0.9, 0.1], [0, 1], [0, 1]], np.float32)

    scores, relevant, asking = leave_one_out(vectors, ["a", "a", "b", "c"])

    assert asking == ["a", "a"]
    assert relevant.tolist() == [[True, False, False], [True, False, False]]
    assert scores[0].tolist() == pytest.approx([0.9, 0, 0])
