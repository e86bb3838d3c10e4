"""Vectors of unlike things -> how far apart they lie, and a refusal where they do not.

Looked at before anything is centred: what a collapsed tower still varies by is rounding, and
centring blows that up until it looks like meaning.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedder.errors import CollapsedTower

UNLIKE_TEXTS = (
    "drums",
    "calm piano music",
    "fast and loud",
    "a sad song with strings",
    "heavy metal",
    "a happy flute",
)
"""Sentences that any useful text tower keeps apart."""

LEAST_SPREAD = 0.1
"""Between the nearest and the farthest pair of `UNLIKE_TEXTS`. A tower seen in the wild that had
collapsed showed 0.002 (all cosines near .9993), towers at work show 0.5."""

LEAST_MARGIN = 0.02
"""From a text to the one nearest to it, in the median: a tower that only tells short texts from
long ones spreads widely, but each text has a twin."""

LEAST_AUDIO_SPREAD = 0.02
"""Between the nearest and the farthest pair of tracks: a library may well be all piano."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How far apart some unit vectors lie."""

    mean: float
    """Mean cosine of two of them."""

    width: float
    """Farthest minus nearest cosine of two of them."""

    margin: float
    """Median over the vectors of 1 minus the cosine to the nearest other one."""


def spread_of(vectors: NDArray[np.float32]) -> Spread:
    """Measure unit rows, (n, dimension), n >= 2.

    >>> spread_of(np.float32([[1, 0], [0, 1], [0, -1]]))
    Spread(mean=-0.3333333333333333, width=1.0, margin=1.0)
    """
    cosines = (vectors @ vectors.T).astype(np.float64)
    different = ~np.eye(len(vectors), dtype=bool)
    nearest = np.where(different, cosines, -np.inf).max(axis=1)
    pairs = cosines[different]
    return Spread(
        mean=float(pairs.mean()),
        width=float(pairs.max() - pairs.min()),
        margin=float(np.median(1 - nearest)),
    )


def check_texts(vectors: NDArray[np.float32]) -> Spread:
    """Return how far apart the vectors of `UNLIKE_TEXTS` lie.

    Raises
    ------
    CollapsedTower
        Not far enough to tell them apart, or they are no numbers.

    """
    spread = spread_of(vectors)
    if not spread.width >= LEAST_SPREAD:  # so that NaN fails too
        raise CollapsedTower(spread.width, LEAST_SPREAD)
    if not spread.margin >= LEAST_MARGIN:
        raise CollapsedTower(
            spread.margin, LEAST_MARGIN, what="a sentence and the one nearest to it"
        )
    return spread


def check_tracks(vectors: NDArray[np.float32]) -> Spread:
    """Return how far apart the vectors of two or more tracks lie.

    Raises
    ------
    CollapsedTower
        The audio tower gives them all the same vector, or no numbers.

    """
    spread = spread_of(vectors)
    if not spread.width >= LEAST_AUDIO_SPREAD:
        raise CollapsedTower(
            spread.width, LEAST_AUDIO_SPREAD, side="audio", what=f"{len(vectors)} tracks"
        )
    return spread
