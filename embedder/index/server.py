"""A vector index on a Qdrant server (1.16 or newer), for more than one process or machine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus

import numpy as np
from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException, UnexpectedResponse

from embedder.errors import IndexUnavailable
from embedder.index.points import (
    PAGE,
    batches,
    best_first,
    check_belonging,
    check_name,
    checked_vector,
    point_uuid,
    split_payload,
    stored_payload,
)
from embedder.index.port import (
    NOTHING,
    Between,
    Condition,
    Equals,
    Hit,
    KeyKind,
    Point,
    Vector,
)


class ServerIndex:
    """A `VectorIndex` on a server; nothing is sent before the first collection is opened.

    Each call blocks for a round trip: call it from a thread where an event loop runs. Searches
    of large collections (some 40,000 points and more) go through a graph and are approximate.

    Parameters
    ----------
    server : URL such as "http://localhost:6333", or a client that is connected already
    api_key : for a server that asks for one

    Raises
    ------
    IndexUnavailable
        The URL is none.

    """

    def __init__(self, server: str | QdrantClient, api_key: str | None = None) -> None:
        self._location = server if isinstance(server, str) else "the given client"
        self._client = _client(server, api_key) if isinstance(server, str) else server

    def collection(
        self, name: str, *, dimension: int, space: str, filtered: Mapping[str, KeyKind] = NOTHING
    ) -> "ServerCollection":
        """Open a collection; create it where it is missing (see `VectorIndex.collection`)."""
        check_name(name)
        with _answering(self._location):
            if not self._client.collection_exists(name):
                self._create(name, dimension, space)
            check_belonging(name, self._belonging(name), (space, dimension))
            self._index_keys(name, filtered)
        return ServerCollection(self._client, self._location, name, (space, dimension))

    def drop(self, name: str) -> None:
        """Delete a collection with its points, if it is there."""
        check_name(name)
        with _answering(self._location):
            self._client.delete_collection(name)

    def close(self) -> None:
        """Let go of the connections; twice does no harm."""
        self._client.close()

    def _create(self, name: str, dimension: int, space: str) -> None:
        vectors = models.VectorParams(size=dimension, distance=models.Distance.DOT)
        try:
            self._client.create_collection(name, vectors, metadata={"space": space})
        except UnexpectedResponse as error:
            # Another process was faster; whether it is of our space is looked at next.
            if error.status_code != HTTPStatus.CONFLICT:
                raise

    def _belonging(self, name: str) -> tuple[str, int]:
        config = self._client.get_collection(name).config
        vectors = config.params.vectors
        dimension = vectors.size if isinstance(vectors, models.VectorParams) else 0
        return str((config.metadata or {}).get("space", "unknown")), dimension

    def _index_keys(self, name: str, keys: Mapping[str, KeyKind]) -> None:
        there = self._client.get_collection(name).payload_schema
        for key, kind in keys.items():
            if key not in there:
                self._client.create_payload_index(name, key, models.PayloadSchemaType(kind))


class ServerCollection:
    """A `Collection` on a server."""

    def __init__(
        self, client: QdrantClient, location: str, name: str, belonging: tuple[str, int]
    ) -> None:
        self._client = client
        self._location = location
        self._name = name
        self.space, self.dimension = belonging

    def upsert(self, points: Iterable[Point]) -> None:
        """Write points; one that was there is replaced, its payload too."""
        for batch in batches(points):
            written = [self._stored(point) for point in batch]
            with _answering(self._location):
                self._client.upsert(self._name, written)

    def remove(self, ids: Iterable[str]) -> None:
        """Remove points; ids that are not there are passed over."""
        for batch in batches(ids):
            uuids: list[models.ExtendedPointId] = [self._uuid(id_) for id_ in batch]
            with _answering(self._location):
                self._client.delete(self._name, models.PointIdsList(points=uuids))

    def fetch(self, ids: Iterable[str]) -> dict[str, Vector]:
        """Return the vectors of the ids that are there."""
        found: dict[str, Vector] = {}
        for batch in batches(ids):
            names = {self._uuid(id_): id_ for id_ in batch}
            with _answering(self._location):
                records = self._client.retrieve(
                    self._name, list(names), with_payload=False, with_vectors=True
                )
            found |= {names[str(record.id)]: _vector(record) for record in records}
        return found

    def scroll(self) -> Iterator[Point]:
        """Yield every point once, in no particular order."""
        offset: models.ExtendedPointId | None = None
        while True:
            with _answering(self._location):
                records, offset = self._client.scroll(
                    self._name, limit=PAGE, offset=offset, with_payload=True, with_vectors=True
                )
            yield from map(_point, records)
            if offset is None:
                return

    def search(
        self, vector: Vector, limit: int, where: Sequence[Condition] = ()
    ) -> tuple[Hit, ...]:
        """Return the points with the largest inner product, best first; equal scores by id."""
        query = checked_vector("the query", vector, self.dimension)
        if limit < 1:
            return ()
        with _answering(self._location):
            found = self._client.query_points(
                self._name, query=query, limit=limit, query_filter=_filter(where)
            )
        return best_first(_hit(point) for point in found.points)

    def count(self) -> int:
        """Return how many points there are."""
        with _answering(self._location):
            return self._client.count(self._name, exact=True).count

    def _stored(self, point: Point) -> models.PointStruct:
        values = checked_vector(f"the vector of {point.id!r}", point.vector, self.dimension)
        payload = stored_payload(point, self.space)
        return models.PointStruct(id=self._uuid(point.id), vector=values, payload=payload)

    def _uuid(self, point_id: str) -> str:
        return str(point_uuid(point_id, self.space))


def _client(url: str, api_key: str | None) -> QdrantClient:
    try:
        # The version check would warn about a server that is not up yet.
        return QdrantClient(url, api_key=api_key, check_compatibility=False)
    except ValueError as error:
        raise IndexUnavailable(url, f"this is no URL of a server: {error}") from None


@contextmanager
def _answering(location: str) -> Iterator[None]:
    """Translate what goes wrong between here and the server."""
    try:
        yield
    except (ApiException, QdrantException) as error:
        raise IndexUnavailable(location, str(error).strip()) from error


def _filter(where: Sequence[Condition]) -> models.Filter | None:
    return models.Filter(must=[_condition(condition) for condition in where]) if where else None


def _condition(condition: Condition) -> models.FieldCondition:
    match condition:
        case Equals(key, value):
            return models.FieldCondition(key=key, match=models.MatchValue(value=value))
        case Between(key, least, most):
            return models.FieldCondition(key=key, range=models.Range(gte=least, lte=most))


def _hit(found: models.ScoredPoint) -> Hit:
    point_id, payload = split_payload(found.payload)
    return Hit(point_id, found.score, payload)


def _point(record: models.Record) -> Point:
    point_id, payload = split_payload(record.payload)
    return Point(point_id, _vector(record), payload)


def _vector(record: models.Record) -> Vector:
    return np.array(record.vector, np.float32)
