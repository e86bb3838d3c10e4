"""How likely a subject that nobody taught the space is about music at all.

A text encoder places every sentence somewhere: "what is the weather" is as near to some word of
the space as "opera" is. What tells them apart is whether a subject is nearer to what people say of
music than to what they say of everything else, both given as lists (`subjects.toml`). Compared by
the sentence model itself and not in a space, which is taught to hear music in everything.
"""

import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from embedder.small.sentences import sentence_encoder

NEAREST = 5
"""Subjects of each list that a new one is compared with."""

SLOPE, OFFSET = 37.3, -2.84
"""Platt's curve over the difference of the two mean cosines, fitted on the subjects marked `fit`
in `tests/data/subjects.jsonl`; those marked `held_out` tell what it is worth."""


class Familiarity:
    """An ear for what is about music; some 5 s to make, for it encodes both lists."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        lists = tomllib.loads((files("streams") / "speech" / "subjects.toml").read_text("utf-8"))
        self._music = _encoded([*vocabulary, *lists["music"]])
        self._everyday = _encoded(lists["everyday"])

    def chance(self, subject: str) -> float:
        """Return the probability that a subject is about music; raises UnusableText."""
        vector = _encoded([subject])[0]
        margin = _nearness(self._music @ vector) - _nearness(self._everyday @ vector)
        return float(1 / (1 + np.exp(-(SLOPE * margin + OFFSET))))


def _encoded(texts: Iterable[str]) -> NDArray[np.float32]:
    vectors: NDArray[np.float32] = sentence_encoder().encode(list(texts)).numpy()
    return vectors


def _nearness(cosines: NDArray[np.float32]) -> float:
    return float(np.sort(cosines)[-NEAREST:].mean())


@lru_cache(maxsize=2)
def familiarity_of(vocabulary: tuple[str, ...]) -> Familiarity:
    """Return the ear for a space's vocabulary, made once."""
    return Familiarity(vocabulary)
