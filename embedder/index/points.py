"""Rules that every index shares: names of points, which vectors fit, what a payload carries."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID, uuid5

import numpy as np

from embedder.errors import UnusableVector, WrongSpace
from embedder.index.port import Hit, Payload, Point, Vector

NAMESPACE = UUID("6d1f8c1e-5b1c-5e0a-9f5e-0d5a3c8f7b42")
"""Namespace of the UUIDs of points; a constant, so that ids are the same everywhere, for ever."""

BATCH = 500
"""Points in one write; about 0.7 MB as JSON at 128 dimensions."""

PAGE = 1000
"""Points in one read of a scroll."""

T = TypeVar("T")


def point_uuid(point_id: str, space: str) -> UUID:
    """Return the name of a point inside Qdrant, which knows integers and UUIDs only.

    >>> point_uuid("track-1", "space-a") == point_uuid("track-1", "space-a")
    True
    >>> point_uuid("track-1", "space-a") == point_uuid("track-1", "space-b")
    False
    """
    return uuid5(NAMESPACE, f"{space}\n{point_id}")


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


def stored_payload(point: Point, space: str) -> dict[str, Any]:
    """Return a payload with the point's own id and the space that made its vector."""
    if taken := {"id", "space"} & point.payload.keys():
        raise ValueError(f"payload of {point.id!r} uses {sorted(taken)}, which the index writes")
    return {"id": point.id, "space": space, **point.payload}


def split_payload(stored: Payload | None) -> tuple[str, dict[str, Any]]:
    """Return the id and the caller's part of a stored payload."""
    rest = dict(stored or {})
    point_id = str(rest.pop("id"))
    rest.pop("space")
    return point_id, rest


def best_first(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Sort hits by score; equal scores by id, so that equal searches give equal answers."""
    return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.id)))


def check_name(name: str) -> None:
    """Refuse a name that is no plain file name."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
        raise ValueError(f"collection name {name!r}: use 1 to 64 letters, digits, '_' and '-'")


def check_belonging(name: str, found: tuple[str, int], expected: tuple[str, int]) -> None:
    """Refuse a collection of another space, given as (hash, dimension).

    Raises
    ------
    WrongSpace
        The hashes differ.

    """
    if found[0] != expected[0]:
        raise WrongSpace(
            *(found[0], expected[0]),
            what=f"the space of collection {name!r}",
            way_out="give the new space a collection of its own, or drop this one "
            "and fill it again from the topic track-vectors",
        )
    if found[1] != expected[1]:
        raise ValueError(f"collection {name!r} has {found[1]} dimensions, not {expected[1]}")


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Cut a stream into lists of at most `size`.

    >>> list(batches("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    stream = iter(items)
    while batch := list(islice(stream, size)):
        yield batch
