"""The session compass: the fitted weights, named by the words they lean toward and away from.

The weights live in the joint space, so a word's cosine with them times their length is the
log-odds that a track exactly like the word would get. An edit of the compass ("less distorted") is
an intent like any other: one more event, and undone like any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranker.library import Array


@dataclass(frozen=True, slots=True)
class Leaning:
    """A word and how strongly the session leans toward it."""

    word: str
    strength: float
    """Log-odds of a track that is all this word; negative leans away."""


@dataclass(frozen=True, slots=True)
class Compass:
    """What the session leans toward and away from, strongest first."""

    toward: tuple[Leaning, ...]
    away: tuple[Leaning, ...]


def compass_of(
    weights: NDArray[np.float64], words: Mapping[str, Array], *, most: int = 8, least: float = 0.05
) -> Compass:
    """Name a direction by its nearest and farthest words; O(words x d).

    Parameters
    ----------
    weights : (d,), as `Preference.weights` gives them
    words : unit vectors, centred, (d,) each: the vocabulary of the space
    most : words named each way
    least : log-odds below which a word says nothing

    """
    names = sorted(words)
    if not names:
        return Compass((), ())
    strengths = np.stack([words[name] for name in names]).astype(np.float64) @ weights
    order = np.argsort(-strengths, kind="stable")
    ranked = [Leaning(names[row], round(float(strengths[row]), 6)) for row in order]
    toward = [leaning for leaning in ranked if leaning.strength >= least]
    away = [leaning for leaning in reversed(ranked) if leaning.strength <= -least]
    return Compass(tuple(toward[:most]), tuple(away[:most]))
