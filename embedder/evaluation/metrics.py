"""Scores and truth -> figures: how well a space finds what is asked for."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def roc_auc(scores: ArrayLike, matches: ArrayLike) -> float:
    """Return the chance that a match scores above a non-match; ties count half.

    NaN where one of the two is missing. O(n log n).

    >>> roc_auc([0.9, 0.8, 0.1], [True, False, False])
    1.0
    >>> roc_auc([0.5, 0.5], [True, False])
    0.5
    """
    score, match = np.asarray(scores, np.float64), np.asarray(matches, bool)
    positives, negatives = int(match.sum()), int((~match).sum())
    if not positives or not negatives:
        return float("nan")
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    above = ranks[match].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def precision_at(k: int, scores: ArrayLike, matches: ArrayLike) -> float:
    """Return the share of matches among the k best; equal scores keep their order.

    >>> precision_at(2, [0.1, 0.9, 0.8], [True, True, False])
    0.5
    """
    best = np.argsort(-np.asarray(scores, np.float64), kind="stable")[:k]
    return float(np.asarray(matches, bool)[best].mean())


def modality_gap(audio: NDArray[np.float32], text: NDArray[np.float32]) -> float:
    """Return the distance between the centroids of two modalities: 0 is no gap, 2 the widest."""
    return float(np.linalg.norm(audio.mean(axis=0) - text.mean(axis=0)))
