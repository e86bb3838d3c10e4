"""A direction of the space -> the words that name it, and those that name its opposite."""

from dataclasses import replace
from typing import NamedTuple

from embedder.index.port import Collection, Hit, Vector


class Poles(NamedTuple):
    """What a direction points at, and what it points away from; each strongest first."""

    nearest: tuple[Hit, ...]
    farthest: tuple[Hit, ...]
    """Scores are inner products with the direction itself, so these are the lowest."""


def poles(words: Collection, direction: Vector, limit: int) -> Poles:
    """Name a direction, such as a session's weights, by the words at both ends of it.

    Two searches; a word can be at both ends where there are fewer than twice `limit`.

    Parameters
    ----------
    words : the collection `texts`, in the direction's space
    direction : (dimension,) float32, of any length
    limit : most words at each end

    Raises
    ------
    UnusableVector
        The direction has another dimension or a value that is not finite.

    """
    opposite = words.search(-direction, limit)
    return Poles(
        nearest=words.search(direction, limit),
        farthest=tuple(replace(hit, score=-hit.score) for hit in opposite),
    )
