"""Labels and decisions -> precision, recall and F1, with the intervals they lie in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedder.evaluation.resampling import Draws, Figure, figure, weights_of

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

RESAMPLES = 2_000
"""Draws of a bootstrap."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How decisions compare with labels."""

    precision: Figure
    """Share of the chosen that is right; 0 where nothing is chosen."""

    recall: Figure
    """Share of the right that is chosen; 0 where nothing is right."""

    f1: Figure
    """Harmonic mean of the two."""

    n: int
    positives: int


def figures(
    labels: Flags, chosen: Flags, groups: Sequence[int], rng: np.random.Generator
) -> Figures:
    """Return precision, recall and F1, each with its percentile bootstrap.

    Parameters
    ----------
    labels : (n,) what is right
    chosen : (n,) what was decided
    groups : (n,) near-duplicates share one, and are drawn together
    rng : draws the groups

    """
    draws = weights_of([str(group) for group in groups], RESAMPLES, rng)
    weights = np.vstack([np.ones((1, len(labels))), draws])  # the first counts each once
    hits, right, picked = (weights @ flags for flags in (labels & chosen, labels, chosen))
    return Figures(
        precision=_figure(hits, picked),
        recall=_figure(hits, right),
        f1=_figure(2 * hits, right + picked),
        n=len(labels),
        positives=int(labels.sum()),
    )


def _figure(part: Draws, whole: Draws) -> Figure:
    ratio = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
    return figure(float(ratio[0]), ratio[1:])


def best_threshold(labels: Flags, probability: Floats) -> float:
    """Return the probability from which on to say yes for the best F1, in [0, 1].

    It lies half-way between two neighbouring probabilities, so that rounding cannot tip it; of
    several that are equally good it is the middle one.
    """
    seen = np.unique(probability)
    below, above = seen[:-1], seen[1:]
    middle = (below + above) / 2
    # Half-way between neighbouring floats is one of the two: a cut there has to be the upper one.
    cuts = np.concatenate([[0.0], np.where(middle > below, middle, above)])
    chosen = probability >= cuts[:, None]
    scores = 2 * (labels & chosen).sum(axis=1) / (labels.sum() + chosen.sum(axis=1))
    best = cuts[scores == scores.max()]
    return float(best[(len(best) - 1) // 2])
