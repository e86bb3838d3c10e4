"""What the rest of the system knows of a vector index: points in, nearest points out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
"""(dimension,) float32, finite."""

Scalar = str | int | float | bool | None
Payload = Mapping[str, Scalar]
"""What is stored beside a vector; `id` is taken."""

KeyKind = Literal["keyword", "integer", "float"]

NOTHING: Mapping[str, KeyKind] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """A vector under an id of the caller's choice."""

    id: str
    vector: Vector
    payload: Payload = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hit:
    """A point found: `score` is the inner product with the query, higher is nearer."""

    id: str
    score: float
    payload: Payload


@dataclass(frozen=True, slots=True)
class Equals:
    """The payload has this value under the key; a point without the key does not match.

    Raises
    ------
    TypeError
        The value is a bool: qdrant-edge-py 0.9.0 takes True for 1, which no bool in a payload
        equals. Store what is to be filtered on as a word or a number.

    """

    key: str
    value: str | int

    def __post_init__(self) -> None:
        if isinstance(self.value, bool):
            raise TypeError(f"cannot filter {self.key!r} by {self.value}: use a word or a number")


@dataclass(frozen=True, slots=True)
class Between:
    """The payload has a number under the key, no less than `least`, no more than `most`."""

    key: str
    least: float | None = None
    most: float | None = None


Condition = Equals | Between


class Collection(Protocol):
    """The points that have a vector of one space.

    A point is one track or word, whatever the number of spaces: it has a vector for each, named
    by the space, and one payload. So two spaces live side by side, and every method below reads
    and writes the vectors of its own space only. Writing is idempotent: a point written twice is
    one point, removing what is not there does nothing. What was written is seen by the next call.
    """

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        ...

    @property
    def space(self) -> str:
        """Hash of the space that made every vector."""
        ...

    def upsert(self, points: Iterable[Point]) -> None:
        """Write points; the vector in this space and the payload of one there are replaced.

        Raises
        ------
        UnusableVector
            A vector has another dimension or a value that is not finite. No point of its batch
            of 500 is written; earlier batches are.

        """
        ...

    def remove(self, ids: Iterable[str]) -> None:
        """Remove vectors, and points that have none left; unknown ids are passed over."""
        ...

    def fetch(self, ids: Iterable[str]) -> dict[str, Vector]:
        """Return the vectors of the ids that are there, bit for bit as they were written."""
        ...

    def scroll(self) -> Iterator[Point]:
        """Yield every point once, in no particular order, reading 1,000 at a time."""
        ...

    def search(
        self, vector: Vector, limit: int, where: Sequence[Condition] = ()
    ) -> tuple[Hit, ...]:
        """Return the points with the largest inner product, best first; equal scores by id.

        Parameters
        ----------
        vector : (dimension,) float32; a classifier's weights will do, it need not be of length 1
        limit : most hits; below 1 there are none
        where : conditions that must all hold

        Raises
        ------
        UnusableVector
            The vector has another dimension or a value that is not finite.

        """
        ...

    def count(self) -> int:
        """Return how many points there are."""
        ...


class VectorIndex(Protocol):
    """Collections by name, in one place."""

    def collection(
        self, name: str, *, dimension: int, space: str, filtered: Mapping[str, KeyKind] = NOTHING
    ) -> Collection:
        """Open one space's part of a collection; create what is missing of either.

        Parameters
        ----------
        name : letters, digits, `_` and `-`
        dimension : length of the space's vectors
        space : hash of the space, by which its vectors are named
        filtered : payload keys that searches filter on, which makes those some 30 times faster

        Raises
        ------
        UnusableVector
            The collection's vectors of this space have another dimension.
        IndexUnavailable
            A server does not answer, or what is on disk cannot be read.

        """
        ...

    def spaces(self, name: str) -> Mapping[str, int]:
        """Return the dimension of each space in a collection; none where it is missing."""
        ...

    def drop(self, name: str) -> None:
        """Delete a collection with its points of all spaces, if it is there."""
        ...

    def close(self) -> None:
        """Write what is pending and let go of files and connections; twice does no harm."""
        ...
