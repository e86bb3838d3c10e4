"""Vector records -> points of the index."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from embedder.index import Point
from ranker.library import Array, unit
from schemas import TextVector, TrackVector, unpack_vector
from schemas.topics import TEXT_VECTORS, TRACK_VECTORS, Topic
from streams.agents.qdrant_view import TEXTS, TRACKS
from streams.codecs import decode_keyed

PointOf = Callable[[bytes | None, bytes], tuple[str, Point]]
"""Key and value of a vector record -> its space and its point."""


@dataclass(frozen=True, slots=True)
class Source:
    """A topic of vectors, and the collection that shows it."""

    topic: Topic
    collection: str
    point_of: PointOf


def track_point(key: bytes | None, value: bytes) -> tuple[str, Point]:
    """Return the space and the point of a track vector.

    Raises
    ------
    EventError, ValidationError, UnfitVector
        It is no such record, under another key, or has a vector without a direction.

    """
    track = decode_keyed(TRACK_VECTORS, TrackVector, key, value)
    payload = {"uri": track.uri, **track.info.model_dump(exclude_none=True)}
    return track.space, Point(track.track_id, _vector(track), payload)


def text_point(key: bytes | None, value: bytes) -> tuple[str, Point]:
    """Return the space and the point of a text vector.

    Raises
    ------
    EventError, ValidationError, UnfitVector
        It is no such record, under another key, or has a vector without a direction.

    """
    text = decode_keyed(TEXT_VECTORS, TextVector, key, value)
    return text.space, Point(text.text, _vector(text), {"text": text.text})


def _vector(record: TrackVector | TextVector) -> Array:
    """Return a record's vector; one that the ranker would pass over raises UnfitVector."""
    vector = np.array(unpack_vector(record.vector), np.float32)
    return unit(vector, len(vector), repr(record.key))


TRACK_SOURCE = Source(TRACK_VECTORS, TRACKS, track_point)
TEXT_SOURCE = Source(TEXT_VECTORS, TEXTS, text_point)
SOURCES = (TRACK_SOURCE, TEXT_SOURCE)
