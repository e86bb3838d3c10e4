"""Figures against hand-computed tables."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from embedder.evaluation.metrics import modality_gap, precision_at, roc_auc


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=2, max_size=60))
def test_the_area_is_that_of_scikit_learn(rows: list[tuple[int, bool]]) -> None:
    scores, matches = zip(*rows, strict=True)
    if len(set(matches)) < 2:
        assert np.isnan(roc_auc(scores, matches))
    else:
        assert roc_auc(scores, matches) == pytest.approx(roc_auc_score(matches, scores))


def test_precision_counts_the_best_k() -> None:
    assert precision_at(3, [5, 4, 3, 2, 1], [True, False, True, True, True]) == pytest.approx(2 / 3)


def test_two_equal_clouds_have_no_gap_and_opposite_ones_the_widest() -> None:
    cloud = np.array([[1.0, 0.0]], np.float32)

    assert modality_gap(cloud, cloud) == 0
    assert modality_gap(cloud, -cloud) == 2
