"""A vector index on a Qdrant server (1.18 or newer), for more than one process or machine."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from typing import Any

import numpy as np
from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException, UnexpectedResponse

from embedder.errors import IndexUnavailable, PointRefused
from embedder.index.points import (
    OF_ANOTHER_MAKE,
    PAGE,
    batches,
    best_first,
    check_dimension,
    check_name,
    checked_vector,
    latest,
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

TIMEOUT_SECONDS = 10
"""How long the server may be silent; a batch of 500 points takes it a tenth of a second."""

REFUSALS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
"""Answers that stay the same however often the same is sent. A missing collection can be made, a
key be corrected, and 5xx and 429 pass."""


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
        """Open one space's part of a collection (see `VectorIndex.collection`)."""
        check_name(name)
        with _answering(self._location):
            if not self._client.collection_exists(name):
                self._create(name, space, dimension)
            there = self._dimensions(name)
            if space not in there:
                self._hold(name, space, dimension)
            check_dimension(name, space, there.get(space, dimension), dimension)
            self._index_keys(name, filtered)
        spaces = partial(self._dimensions, name)
        return ServerCollection(self._client, self._location, name, (space, dimension), spaces)

    def spaces(self, name: str) -> Mapping[str, int]:
        """Return the dimension of each space in a collection; none where it is missing."""
        check_name(name)
        with _answering(self._location):
            return self._dimensions(name) if self._client.collection_exists(name) else {}

    def drop(self, name: str) -> None:
        """Delete a collection with its points of all spaces, if it is there."""
        check_name(name)
        with _answering(self._location):
            self._client.delete_collection(name)

    def close(self) -> None:
        """Let go of the connections; twice does no harm."""
        self._client.close()

    def _create(self, name: str, space: str, dimension: int) -> None:
        vectors = {space: models.VectorParams(size=dimension, distance=models.Distance.DOT)}
        try:
            self._client.create_collection(name, vectors)
        except UnexpectedResponse as error:
            # Another process was faster; whether it has our space is looked at next.
            if error.status_code != HTTPStatus.CONFLICT:
                raise

    def _hold(self, name: str, space: str, dimension: int) -> None:
        """Make room for vectors of one more space."""
        vector = models.DenseVectorConfig(size=dimension, distance=models.Distance.DOT)
        self._client.create_vector_name(name, space, models.DenseVectorNameConfig(dense=vector))

    def _dimensions(self, name: str) -> dict[str, int]:
        """Return the dimension of each space that a collection holds."""
        vectors = self._client.get_collection(name).config.params.vectors
        if isinstance(vectors, models.VectorParams):
            raise IndexUnavailable(f"{name} on {self._location}", OF_ANOTHER_MAKE)
        return {space: params.size for space, params in (vectors or {}).items()}

    def _index_keys(self, name: str, keys: Mapping[str, KeyKind]) -> None:
        there = self._client.get_collection(name).payload_schema
        for key, kind in keys.items():
            if key not in there:
                self._client.create_payload_index(name, key, models.PayloadSchemaType(kind))


class ServerCollection:
    """A `Collection` on a server: the vectors that have its space's name."""

    def __init__(
        self,
        client: QdrantClient,
        location: str,
        name: str,
        belonging: tuple[str, int],
        spaces: Callable[[], Iterable[str]],
    ) -> None:
        self._client = client
        self._location = location
        self._name = name
        self.space, self.dimension = belonging
        self._spaces = spaces
        self._ours = models.Filter(must=[models.HasVectorCondition(has_vector=self.space)])

    def upsert(self, points: Iterable[Point]) -> None:
        """Write points; the vector in this space and the payload of one there are replaced."""
        for batch in batches(points):
            vectors = [self._vector(point) for point in batch]
            payloads = {str(point_uuid(p.id)): stored_payload(p) for p in latest(batch)}
            with _answering(self._location):
                known = self._client.retrieve(
                    self._name, list(payloads), with_payload=False, with_vectors=False
                )
                self._client.batch_update_points(
                    self._name,
                    [
                        # Bare points first: one that is there keeps its vectors of other spaces.
                        _insert(payloads),
                        _update_vectors(vectors),
                        *(_overwrite(str(record.id), payloads) for record in known),
                    ],
                )

    def remove(self, ids: Iterable[str]) -> None:
        """Remove vectors, and points that have none left; unknown ids are passed over."""
        for batch in batches(ids):
            # By filters, for an id that is not there would be an error.
            theirs = models.HasIdCondition(has_id=[str(point_uuid(id_)) for id_ in batch])
            with _answering(self._location):
                bare = models.Filter(
                    must=[theirs],
                    must_not=[models.HasVectorCondition(has_vector=s) for s in self._spaces()],
                )
                self._client.delete_vectors(
                    self._name, [self.space], points=models.Filter(must=[theirs])
                )
                self._client.delete(self._name, models.FilterSelector(filter=bare))

    def fetch(self, ids: Iterable[str]) -> dict[str, Vector]:
        """Return the vectors of the ids that are there."""
        found: dict[str, Vector] = {}
        for batch in batches(ids):
            names = {str(point_uuid(id_)): id_ for id_ in batch}
            with _answering(self._location):
                records = self._client.retrieve(
                    self._name, list(names), with_payload=False, with_vectors=[self.space]
                )
            found |= {names[str(r.id)]: self._read(r) for r in records if r.vector}
        return found

    def scroll(self) -> Iterator[Point]:
        """Yield every point once, in no particular order."""
        offset: models.ExtendedPointId | None = None
        while True:
            with _answering(self._location):
                records, offset = self._client.scroll(
                    self._name,
                    scroll_filter=self._ours,
                    limit=PAGE,
                    offset=offset,
                    with_payload=True,
                    with_vectors=[self.space],
                )
            yield from map(self._point, records)
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
                self._name,
                query=query,
                using=self.space,
                limit=limit,
                query_filter=_filter(where),
            )
        return best_first(_hit(point) for point in found.points)

    def count(self) -> int:
        """Return how many points there are."""
        with _answering(self._location):
            return self._client.count(self._name, count_filter=self._ours, exact=True).count

    def _vector(self, point: Point) -> models.PointVectors:
        values = checked_vector(f"the vector of {point.id!r}", point.vector, self.dimension)
        return models.PointVectors(id=str(point_uuid(point.id)), vector={self.space: values})

    def _point(self, record: models.Record) -> Point:
        point_id, payload = split_payload(record.payload)
        return Point(point_id, self._read(record), payload)

    def _read(self, record: models.Record) -> Vector:
        vectors = record.vector
        assert isinstance(vectors, dict)  # named vectors are
        return np.array(vectors[self.space], np.float32)


def _insert(payloads: Mapping[str, dict[str, Any]]) -> models.UpsertOperation:
    """Write points without vectors, where there are none yet."""
    bare = [models.PointStruct(id=i, vector={}, payload=p) for i, p in payloads.items()]
    return models.UpsertOperation(
        upsert=models.PointsList(points=bare, update_mode=models.UpdateMode.INSERT_ONLY)
    )


def _update_vectors(vectors: list[models.PointVectors]) -> models.UpdateVectorsOperation:
    return models.UpdateVectorsOperation(update_vectors=models.UpdateVectors(points=vectors))


def _overwrite(
    point_id: str, payloads: Mapping[str, dict[str, Any]]
) -> models.OverwritePayloadOperation:
    return models.OverwritePayloadOperation(
        overwrite_payload=models.SetPayload(payload=payloads[point_id], points=[point_id])
    )


def _client(url: str, api_key: str | None) -> QdrantClient:
    try:
        # The version check would warn about a server that is not up yet.
        return QdrantClient(
            url, api_key=api_key, timeout=TIMEOUT_SECONDS, check_compatibility=False
        )
    except ValueError as error:
        raise IndexUnavailable(url, f"this is no URL of a server: {error}") from None


@contextmanager
def _answering(location: str) -> Iterator[None]:
    """Translate what goes wrong between here and the server."""
    try:
        yield
    except UnexpectedResponse as error:
        if error.status_code in REFUSALS:
            raise PointRefused(location, _one_line(error)) from error
        raise IndexUnavailable(location, _one_line(error)) from error
    except (ApiException, QdrantException) as error:
        raise IndexUnavailable(location, _one_line(error)) from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


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
