"""Scores and truth -> figures: how well a space finds what is asked for."""

from collections.abc import Sequence
from math import comb

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


def average_precision(scores: ArrayLike, matches: ArrayLike) -> float:
    """Return the mean, over the matches, of the precision among all that score no lower.

    The area under the precision-recall curve as scikit-learn sums it. NaN without a match.

    >>> average_precision([0.9, 0.8, 0.1], [True, False, True])
    0.8333333333333333
    """
    score, match = np.asarray(scores, np.float64), np.asarray(matches, bool)
    if not match.any():
        return float("nan")
    _, place, count = np.unique(-score, return_inverse=True, return_counts=True)
    found = np.bincount(place, weights=match)
    precision = np.cumsum(found) / np.cumsum(count)
    return float((found * precision).sum() / match.sum())


def precision_at(k: int, scores: ArrayLike, matches: ArrayLike) -> float:
    """Return the share of matches among the k best; equal scores keep their order.

    >>> precision_at(2, [0.1, 0.9, 0.8], [True, True, False])
    0.5
    """
    best = np.argsort(-np.asarray(scores, np.float64), kind="stable")[:k]
    return float(np.asarray(matches, bool)[best].mean())


def first_rank(scores: ArrayLike, matches: ArrayLike) -> float:
    """Return the rank of the best match: 1 is the top; a tie shares the mean of its ranks.

    NaN without a match.

    >>> first_rank([0.9, 0.8, 0.1], [False, True, True])
    2.0
    """
    score, match = np.asarray(scores, np.float64), np.asarray(matches, bool)
    if not match.any():
        return float("nan")
    best = score[match].max()
    return float((score > best).sum() + ((score == best).sum() + 1) / 2)


def chance_average_precision(matches: int, pool: int) -> float:
    """Return the average precision that a random order has in the mean.

    >>> chance_average_precision(matches=3, pool=3)
    1.0
    """
    harmonic = float((1 / np.arange(1, pool + 1)).sum()) / pool
    others = (matches - 1) / (pool - 1) if pool > 1 else 0.0
    return harmonic + others * (1 - harmonic)


def chance_hit(k: int, matches: int, pool: int) -> float:
    """Return how often k drawn at random hold a match.

    >>> chance_hit(k=1, matches=1, pool=4)
    0.25
    """
    return 1 - comb(pool - matches, k) / comb(pool, k) if k <= pool else 1.0


def modality_gap(audio: NDArray[np.float32], text: NDArray[np.float32]) -> float:
    """Return the distance between the centroids of two modalities: 0 is no gap, 2 the widest."""
    return float(np.linalg.norm(audio.mean(axis=0) - text.mean(axis=0)))


def mean_of_measured(values: Sequence[float]) -> float:
    """Return the mean of those that are numbers, NaN where none is."""
    numbers = [value for value in values if value == value]
    return float(np.mean(numbers)) if numbers else float("nan")
