"""Probabilities -> how far they can be believed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedder.encoders import Array
from embedder.evaluation.labelled import Labelled
from embedder.space import Space

N_BINS = 10
"""Equal parts of the range of a probability."""


@dataclass(frozen=True, slots=True)
class Bin:
    """What was said and what was true, for the clips that were given about one probability."""

    said: float
    true: float
    weight: float
    """Share of all that was said."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """Calibration over all words that have one, matches and non-matches of each held equal."""

    bins: tuple[Bin, ...]
    error: float
    """Mean distance of what was said from what was true (expected calibration error)."""
    words: int


def measure_reliability(space: Space, audio: Array, labelled: Labelled) -> Reliability | None:
    """Compare `Space.probability` with the truth; None for a space that gives none.

    A probability holds both classes equal (its prior is one half), so each word's matches weigh
    together as much as the others do.
    """
    said, true, weight = [], [], []
    for query in labelled.queries:
        chances = space.probability(query.text, audio)
        if chances is None:
            continue
        share = query.matches.mean()
        said.append(chances)
        true.append(query.matches)
        weight.append(np.where(query.matches, 0.5 / share, 0.5 / (1 - share)) / len(chances))
    if not said:
        return None
    bins = _bins(np.concatenate(said), np.concatenate(true), np.concatenate(weight) / len(said))
    error = sum(one.weight * abs(one.said - one.true) for one in bins)
    return Reliability(tuple(bins), float(error), len(said))


def _bins(
    said: NDArray[np.floating], true: NDArray[np.bool_], weight: NDArray[np.floating]
) -> Sequence[Bin]:
    place = np.minimum((said * N_BINS).astype(int), N_BINS - 1)
    found = []
    for number in range(N_BINS):
        here = place == number
        if here.any():
            mass = float(weight[here].sum())
            means = [float((part[here] * weight[here]).sum()) / mass for part in (said, true)]
            found.append(Bin(means[0], means[1], mass))
    return found
