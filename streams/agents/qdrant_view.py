"""The collections of every space that comes by, opened when they are needed."""

from collections.abc import Mapping

from embedder.index import Collection, KeyKind, Point, VectorIndex

TRACKS, TEXTS = "tracks", "texts"

FILTERED: Mapping[str, Mapping[str, KeyKind]] = {
    TRACKS: {"artist": "keyword", "genre": "keyword", "year": "integer"},
    TEXTS: {},
}
"""What searches may filter on, by collection."""


class QdrantView:
    """Writes points where their space has them.

    Raises (every method)
    ---------------------
    IndexUnavailable
        Qdrant does not answer.

    """

    def __init__(self, index: VectorIndex) -> None:
        self._index = index
        self._open: dict[tuple[str, str], Collection] = {}

    def collection(self, name: str, space: str, dimension: int) -> Collection:
        """Return a space's part of a collection; raises UnusableVector for another dimension."""
        known = self._open.get((name, space))
        if known is None or known.dimension != dimension:
            known = self._index.collection(
                name, dimension=dimension, space=space, filtered=FILTERED[name]
            )
            self._open[name, space] = known
        return known

    def write(self, name: str, space: str, point: Point) -> None:
        """Write a point; raises UnusableVector where its space has another dimension."""
        self.collection(name, space, len(point.vector)).upsert([point])

    def remove(self, name: str, space: str, point_id: str) -> None:
        """Remove a point from a space; of a space that is not there, nothing."""
        dimension = self._index.spaces(name).get(space)
        if dimension is not None:
            self.collection(name, space, dimension).remove([point_id])
