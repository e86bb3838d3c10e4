"""Figures against hand-computed tables, scikit-learn and every possible order."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from embedder.evaluation.metrics import (
    average_precision,
    chance_average_precision,
    chance_hit,
    first_rank,
    mean_of_measured,
    modality_gap,
    precision_at,
    roc_auc,
)

ranked = st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=2, max_size=60)


@given(ranked)
def test_the_area_is_that_of_scikit_learn(rows: list[tuple[int, bool]]) -> None:
    scores, matches = zip(*rows, strict=True)
    if len(set(matches)) < 2:
        assert np.isnan(roc_auc(scores, matches))
    else:
        assert roc_auc(scores, matches) == pytest.approx(roc_auc_score(matches, scores))


@given(ranked)
def test_the_average_precision_is_that_of_scikit_learn(rows: list[tuple[int, bool]]) -> None:
    scores, matches = zip(*rows, strict=True)
    if not any(matches):
        assert np.isnan(average_precision(scores, matches))
    else:
        assert average_precision(scores, matches) == pytest.approx(
            average_precision_score(matches, scores)
        )


@given(ranked, st.sampled_from([np.exp, np.cbrt, lambda x: 3 * x - 7]))
def test_only_the_order_of_scores_counts(rows: list[tuple[int, bool]], monotone) -> None:
    scores, matches = np.array(rows, float).T
    if 0 < matches.sum() < len(matches):
        assert roc_auc(monotone(scores), matches) == roc_auc(scores, matches)
        assert average_precision(monotone(scores), matches) == average_precision(scores, matches)
        assert first_rank(monotone(scores), matches) == first_rank(scores, matches)


def test_precision_counts_the_best_k() -> None:
    assert precision_at(3, [5, 4, 3, 2, 1], [True, False, True, True, True]) == pytest.approx(2 / 3)


def test_a_tie_for_the_first_match_shares_its_ranks() -> None:
    assert first_rank([3, 2, 2, 2, 1], [False, True, False, False, True]) == 3


@pytest.mark.parametrize("matches", [1, 2, 3, 5])
def test_chance_is_the_mean_over_every_order(matches: int) -> None:
    truths = [np.arange(5) < matches]
    orders = [np.array(order) for order in permutations(range(5))]

    precisions = [average_precision(order, truth) for truth in truths for order in orders]
    hits = [first_rank(order, truth) <= 2 for truth in truths for order in orders]

    assert chance_average_precision(matches, 5) == pytest.approx(np.mean(precisions))
    assert chance_hit(2, matches, 5) == pytest.approx(np.mean(hits))


def test_two_equal_clouds_have_no_gap_and_opposite_ones_the_widest() -> None:
    cloud = np.array([[1.0, 0.0]], np.float32)

    assert modality_gap(cloud, cloud) == 0
    assert modality_gap(cloud, -cloud) == 2


def test_a_mean_leaves_out_what_could_not_be_measured() -> None:
    assert mean_of_measured([0.5, float("nan"), 1.0]) == 0.75
    assert np.isnan(mean_of_measured([float("nan")]))
