"""Which tracks have a vector: `track-vectors` as far as the embedder needs it."""

from typing import Self

from pydantic import ValidationError

from schemas import TrackVector, split_key, vector_key
from schemas.topics import TRACK_VECTORS
from streams.codecs import decode_keyed
from streams.errors import EventError
from streams.feeds.compacted import TopicReader, key_of


class KnownVectors:
    """The vectors of one space as bytes, some 0.7 KB a track, and which others a track has.

    Raises
    ------
    BrokerUnavailable
        The broker does not answer.

    """

    def __init__(self, bootstrap: str, space: str) -> None:
        self._space = space
        self._here: dict[str, bytes] = {}
        self._spaces: dict[str, set[str]] = {}
        self._reader = TopicReader(bootstrap, TRACK_VECTORS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._reader.close()

    def refresh(self) -> None:
        """Read what has come since; the first time, everything. Raises BrokerUnavailable."""
        for message in self._reader.news():
            self._take(key_of(message), message.value())

    def add(self, record: TrackVector) -> None:
        """Count a vector as known that was published just now."""
        self._take(record.key, record.encode())

    def forget(self, key: str) -> None:
        """Count a vector as gone whose removal was published just now."""
        self._take(key, None)

    def of(self, track_id: str) -> TrackVector | None:
        """Return a track's vector in the space."""
        if (value := self._here.get(track_id)) is None:
            return None
        key = vector_key(self._space, track_id).encode()
        try:
            return decode_keyed(TRACK_VECTORS, TrackVector, key, value)
        except (ValidationError, EventError):
            return None  # its consumer writes the dead letter

    def spaces_of(self, track_id: str) -> frozenset[str]:
        """Return the spaces that a track has a vector in."""
        return frozenset(self._spaces.get(track_id, ()))

    def _take(self, key: str, value: bytes | None) -> None:
        space, track_id = split_key(key)
        spaces = self._spaces.setdefault(track_id, set())
        if value is None:
            spaces.discard(space)
            if space == self._space:
                self._here.pop(track_id, None)
            return
        spaces.add(space)
        if space == self._space:
            self._here[track_id] = value
