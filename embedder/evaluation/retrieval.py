"""Texts or music as queries -> how far up the right recordings come (P47)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedder.encoders import Array
from embedder.evaluation.metrics import (
    average_precision,
    chance_average_precision,
    chance_hit,
    first_rank,
)
from embedder.evaluation.resampling import Figure, Weights, figure, mean_draws, median_draws

DEPTHS = (1, 5, 10)
"""Results looked at: the first, what a screen shows, a page."""


@dataclass(frozen=True, slots=True)
class Chance:
    """What a random order gives on the same queries."""

    mean_average_precision: float
    recall: tuple[float, ...]
    median_rank: float


@dataclass(frozen=True, slots=True)
class Retrieval:
    """How well queries find what is relevant to them in a pool."""

    queries: int
    pool: int
    relevant: float
    """Relevant recordings a query, in the mean."""
    mean_average_precision: Figure
    recall: tuple[Figure, ...]
    """For each of `DEPTHS`, the share of queries with a relevant recording among so many."""
    median_rank: Figure
    """Of the best relevant recording; 1 is the top."""
    chance: Chance


def measure_retrieval(scores: Array, relevant: NDArray[np.bool_], weights: Weights) -> Retrieval:
    """Rank the pool by its scores for every query.

    Parameters
    ----------
    scores, relevant : (n_queries, n_pool); each query has something relevant to it
    weights : (resamples, n_queries) draws of the works that queries come from

    """
    pairs = list(zip(scores, relevant, strict=True))
    precisions = np.array([average_precision(row, right) for row, right in pairs])
    ranks = np.array([first_rank(row, right) for row, right in pairs])
    return Retrieval(
        queries=len(scores),
        pool=scores.shape[1],
        relevant=float(relevant.sum(axis=1).mean()),
        mean_average_precision=figure(float(precisions.mean()), mean_draws(precisions, weights)),
        recall=tuple(_recall(ranks <= depth, weights) for depth in DEPTHS),
        median_rank=figure(float(np.median(ranks)), median_draws(ranks, weights)),
        chance=_chance(relevant),
    )


def leave_one_out(
    vectors: Array, sources: Sequence[str]
) -> tuple[Array, NDArray[np.bool_], list[str]]:
    """Let each vector look for the others of its source; itself is never found.

    Returns
    -------
    scores, relevant : (n_queries, n - 1); sources with a single vector ask nothing
    asking : (n_queries,) the source of each query

    """
    names = np.asarray(sources)
    others = ~np.eye(len(names), dtype=bool)
    scores = (vectors @ vectors.T)[others].reshape(len(names), -1)
    relevant = (names[:, None] == names)[others].reshape(len(names), -1)
    asks = relevant.any(axis=1)
    return scores[asks], relevant[asks], names[asks].tolist()


def _recall(found: NDArray[np.bool_], weights: Weights) -> Figure:
    return figure(float(found.mean()), mean_draws(found.astype(np.float64), weights))


def _chance(relevant: NDArray[np.bool_]) -> Chance:
    counts, pool = relevant.sum(axis=1).tolist(), relevant.shape[1]
    hits = [[chance_hit(depth, count, pool) for count in counts] for depth in DEPTHS]
    return Chance(
        mean_average_precision=float(
            np.mean([chance_average_precision(count, pool) for count in counts])
        ),
        recall=tuple(float(np.mean(row)) for row in hits),
        median_rank=float(np.median([(pool + 1) / (count + 1) for count in counts])),
    )
