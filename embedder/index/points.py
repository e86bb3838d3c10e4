"""Rules that every index shares: names of points, which vectors fit, what a payload carries."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID, uuid5

import numpy as np

from embedder.errors import UnusableVector
from embedder.index.port import Hit, Payload, Point, Vector

NAMESPACE = UUID("6d1f8c1e-5b1c-5e0a-9f5e-0d5a3c8f7b42")
"""Namespace of the UUIDs of points; a constant, so that ids are the same everywhere, for ever."""

BATCH = 500
"""Points in one write; about 0.7 MB as JSON at 128 dimensions."""

PAGE = 1000
"""Points in one read of a scroll."""

T = TypeVar("T")


OF_ANOTHER_MAKE = (
    "its vectors do not carry the name of their space: an earlier version made it, or someone "
    "else; delete it, and the index worker fills it again from the topics"
)
"""What is said of a collection that cannot hold two spaces side by side."""


def point_uuid(point_id: str) -> UUID:
    """Return the name of a point inside Qdrant, which knows integers and UUIDs only.

    >>> point_uuid("track-1") == point_uuid("track-1")
    True
    """
    return uuid5(NAMESPACE, point_id)


def latest(points: Iterable[Point]) -> list[Point]:
    """Return the last of each id: within one write the order of two would be the engine's."""
    return list({point.id: point for point in points}.values())


def checked_vector(what: str, vector: Vector, dimension: int) -> list[float]:
    """Return a vector as Qdrant takes it.

    Raises
    ------
    UnusableVector
        The shape is not (dimension,), or a value is not finite (Qdrant would store NaN).

    """
    values = np.asarray(vector, np.float32)
    if values.shape != (dimension,):
        raise UnusableVector(what, f"its shape is {values.shape}, not ({dimension},)")
    if not np.isfinite(values).all():
        raise UnusableVector(what, f"value {int(np.isfinite(values).argmin())} is not finite")
    floats: list[float] = values.tolist()
    return floats


def stored_payload(point: Point) -> dict[str, Any]:
    """Return a payload with the point's own id."""
    if "id" in point.payload:
        raise ValueError(f"payload of {point.id!r} uses 'id', which the index writes")
    return {"id": point.id, **point.payload}


def split_payload(stored: Payload | None) -> tuple[str, dict[str, Any]]:
    """Return the id and the caller's part of a stored payload."""
    rest = dict(stored or {})
    return str(rest.pop("id")), rest


def best_first(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Sort hits by score; equal scores by id, so that equal searches give equal answers."""
    return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.id)))


def check_name(name: str) -> None:
    """Refuse a name that is no plain file name."""
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}", name):
        raise ValueError(
            f"collection name {name!r}: use 1 to 64 letters, digits, '_', '-' and '.', no '.' first"
        )


def check_dimension(name: str, space: str, found: int, expected: int) -> None:
    """Refuse vectors of another length than the space's are; raises UnusableVector."""
    if found != expected:
        raise UnusableVector(
            f"a vector of {expected} dimensions in the space {space!r}",
            f"in {name!r} those of that space have {found}",
        )


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Cut a stream into lists of at most `size`.

    >>> list(batches("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    stream = iter(items)
    while batch := list(islice(stream, size)):
        yield batch
