"""Figures -> their uncertainty: the bootstrap over works, and over seeds of a training."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
"""Draws of a bootstrap; the ends of a 95 % interval rest on 25 of them each."""

COVERAGE = 0.95
"""Share of the draws that an interval holds."""

CHUNK = 100
"""Draws computed at once, so that memory stays small on large sets."""

Draws = NDArray[np.float64]
"""(resamples,) one figure a draw; NaN where the draw holds nothing to measure it on."""

Weights = NDArray[np.float32]
"""(resamples, n_clips) how often each clip is in each draw."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value and the interval it lies in with 95 %; NaN where not known."""

    value: float
    low: float
    high: float


def weights_of(works: Sequence[str], resamples: int, rng: np.random.Generator) -> Weights:
    """Draw works with replacement, and with each all of its clips.

    Clips of one work are alike: drawing them one by one would make every interval too narrow. Of
    a single work nothing can be drawn: no row.
    """
    _, work_of_clip = np.unique(np.asarray(works), return_inverse=True)
    n_works = int(work_of_clip.max()) + 1
    if n_works < 2:
        return np.zeros((0, len(works)), np.float32)
    counts = rng.multinomial(n_works, np.full(n_works, 1 / n_works), size=resamples)
    weights: Weights = counts[:, work_of_clip].astype(np.float32)
    return weights


def figure(value: float, draws: Draws) -> Figure:
    """Join a value with the percentile interval of its draws (Efron, 1979)."""
    known = draws[np.isfinite(draws)]
    if len(known) < 2:
        return Figure(value, float("nan"), float("nan"))
    tail = 100 * (1 - COVERAGE) / 2
    low, high = np.percentile(known, [tail, 100 - tail])
    return Figure(value, float(low), float(high))


def auc_draws(scores: NDArray[np.floating], matches: NDArray[np.bool_], weights: Weights) -> Draws:
    """Return the area under the ROC curve in every draw; O(resamples n_clips)."""
    order, starts = _ties(scores)
    return _chunked(_auc, matches[order], weights[:, order], starts)


def average_precision_draws(
    scores: NDArray[np.floating], matches: NDArray[np.bool_], weights: Weights
) -> Draws:
    """Return the average precision in every draw; O(resamples n_clips)."""
    order, starts = _ties(-scores)
    return _chunked(_average_precision, matches[order], weights[:, order], starts)


def mean_draws(values: NDArray[np.floating], weights: Weights) -> Draws:
    """Return the mean of values, (n,), in every draw; NaN where a draw holds none."""
    with np.errstate(invalid="ignore"):
        means: Draws = (weights @ values).astype(np.float64) / weights.sum(axis=1)
    return means


def median_draws(values: NDArray[np.floating], weights: Weights) -> Draws:
    """Return the (lower) median of values, (n,), in every draw; NaN where a draw holds none."""
    order = np.argsort(values)
    reached = np.cumsum(weights[:, order], axis=1)
    total = reached[:, -1:]
    place = (reached < total / 2).sum(axis=1).clip(max=len(values) - 1)
    medians: Draws = np.where(total[:, 0] > 0, values[order][place], np.nan)
    return medians


def mean_over_words(draws: Sequence[Draws]) -> Draws:
    """Return the mean over words in every draw; words that a draw cannot measure are left out."""
    table = np.stack(draws)
    known = np.isfinite(table)
    with np.errstate(invalid="ignore"):
        means: Draws = np.where(known, table, 0).sum(axis=0) / known.sum(axis=0)
    return means


def over_seeds(draws: Sequence[Draws], rng: np.random.Generator) -> Draws:
    """Return draws that also draw seeds with replacement: what another training would give.

    Parameters
    ----------
    draws : for each seed the figure in every draw of works, the same works for all

    """
    table = np.stack(draws)
    n_seeds, resamples = table.shape
    seeds = rng.integers(n_seeds, size=(n_seeds, resamples))
    means: Draws = table[seeds, np.arange(resamples)].mean(axis=0)
    return means


def _ties(scores: NDArray[np.floating]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the ascending order, and where each run of equal scores starts in it."""
    order = np.argsort(scores, kind="stable")
    ascending = scores[order]
    return order, np.flatnonzero(np.r_[True, ascending[1:] != ascending[:-1]])


def _chunked(
    compute: Callable[[NDArray[np.float64], NDArray[np.float64]], Draws],
    matches: NDArray[np.bool_],
    weights: Weights,
    starts: NDArray[np.intp],
) -> Draws:
    parts = []
    with np.errstate(invalid="ignore"):  # 0 / 0 is NaN: a draw without a match
        for start in range(0, max(len(weights), 1), CHUNK):
            part = weights[start : start + CHUNK].astype(np.float64)
            found = np.add.reduceat(part * matches, starts, axis=1)
            missed = np.add.reduceat(part * ~matches, starts, axis=1)
            parts.append(compute(found, missed))
    return np.concatenate(parts)


def _auc(found: NDArray[np.float64], missed: NDArray[np.float64]) -> Draws:
    below = np.cumsum(missed, axis=1) - missed / 2
    areas: Draws = (found * below).sum(axis=1) / (found.sum(axis=1) * missed.sum(axis=1))
    return areas


def _average_precision(found: NDArray[np.float64], missed: NDArray[np.float64]) -> Draws:
    hits = np.cumsum(found, axis=1)
    seen = hits + np.cumsum(missed, axis=1)
    precision = hits / np.where(seen > 0, seen, 1)
    areas: Draws = (found * precision).sum(axis=1) / found.sum(axis=1)
    return areas
