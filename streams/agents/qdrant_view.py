"""The collections of every space that comes by: opened when needed, opened again when they fail."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from pybreaker import CircuitBreaker, CircuitBreakerError

from embedder.errors import IndexUnavailable, PointRefused
from embedder.index import Collection, KeyKind, Point, VectorIndex
from schemas.naming import named
from streams.patience import breaker

R = TypeVar("R")

TRACKS, TEXTS = named("tracks"), named("texts")

FILTERED: Mapping[str, Mapping[str, KeyKind]] = {
    TRACKS: {"artist": "keyword", "genre": "keyword", "year": "integer"},
    TEXTS: {},
}
"""What searches may filter on, by collection."""


class QdrantView:
    """Writes points where their space has them; leaves Qdrant alone while it keeps failing.

    Parameters
    ----------
    guard : shared by all who call this Qdrant

    Raises (every method)
    ---------------------
    IndexUnavailable
        Qdrant does not answer, or is left alone because it did not.

    """

    def __init__(self, index: VectorIndex, guard: CircuitBreaker | None = None) -> None:
        self._index = index
        self._guard = guard or breaker("qdrant", IndexUnavailable)
        self._open: dict[tuple[str, str], Collection] = {}
        self.is_new = False
        """Whether something had to be made here: what the topics hold of it has to be written."""

    def write(self, name: str, space: str, *points: Point) -> None:
        """Write points of one dimension.

        Raises
        ------
        UnusableVector
            Their space has another dimension, or Qdrant refuses them.

        """
        dimension = len(points[0].vector)
        self._guarded(lambda: self._patched(name, space, dimension, points))

    def remove(self, name: str, space: str, *point_ids: str) -> None:
        """Remove points from a space; of a space that is not there, nothing."""

        def remove() -> None:
            dimension = self._index.spaces(name).get(space)
            if dimension is not None:
                self.collection(name, space, dimension).remove(point_ids)

        self._guarded(remove)

    def count(self, name: str, space: str) -> int:
        """Return how many points a space has; 0 where it is not there."""

        def count() -> int:
            dimension = self._index.spaces(name).get(space)
            return 0 if dimension is None else self.collection(name, space, dimension).count()

        return self._guarded(count)

    def restore(self, space: str, dimension: int) -> None:
        """Make what is missing of a space, as after a restart on an empty disk; see `is_new`."""

        def restore() -> None:
            for name in FILTERED:
                if space not in self._index.spaces(name):
                    self._open.clear()
                self.collection(name, space, dimension)

        self._guarded(restore)

    def collection(self, name: str, space: str, dimension: int) -> Collection:
        """Return a space's part of a collection; raises UnusableVector for another dimension."""
        known = self._open.get((name, space))
        if known is None or known.dimension != dimension:
            self.is_new |= space not in self._index.spaces(name)
            known = self._index.collection(
                name, dimension=dimension, space=space, filtered=FILTERED[name]
            )
            self._open[name, space] = known
        return known

    def _patched(self, name: str, space: str, dimension: int, points: Sequence[Point]) -> None:
        """Write; what is refused once more in a freshly opened collection is at fault itself."""
        try:
            self.collection(name, space, dimension).upsert(points)
        except PointRefused:
            self._open.clear()  # someone may have made it anew, without our space
            self.collection(name, space, dimension).upsert(points)

    def _guarded(self, call: Callable[[], R]) -> R:
        try:
            return self._guard.call(call)
        except IndexUnavailable:
            self._open.clear()  # what is not there any more is made at the next try
            raise
        except CircuitBreakerError:
            raise IndexUnavailable("qdrant", "left alone, for it kept failing") from None
