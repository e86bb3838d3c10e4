"""The index agent: keeps Qdrant, a view of the vector topics, up to date."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from embedder.index import Collection, KeyKind, Point, VectorIndex
from schemas import TextVector, TrackVector, unpack_vector
from schemas.topics import REJECTED_EVENTS, TEXT_VECTORS, TRACK_VECTORS
from streams import metrics
from streams.agents.app import build_app, raw_topic
from streams.codecs import decode
from streams.dead_letters import rejecting
from streams.delivery import App
from streams.errors import OtherSpace
from streams.settings import Settings

OVERLAP = 100
"""Vectors per partition to write again after an assignment: writing twice is one point."""

TRACKS, TEXTS = "tracks", "texts"

FILTERED: Mapping[str, KeyKind] = {"artist": "keyword", "genre": "keyword", "year": "integer"}
"""What searches may filter on."""

PointOf = Callable[[bytes, str], Point]


def index_app(settings: Settings, index: VectorIndex, space: str, dimension: int) -> App:
    """Build the app of the index agent; `space` is the hash of the only space it writes."""
    app = build_app("index", settings, overlap=OVERLAP)
    vectors = raw_topic(app, TRACK_VECTORS)
    texts = raw_topic(app, TEXT_VECTORS)
    rejected = raw_topic(app, REJECTED_EVENTS)
    tracks = index.collection(TRACKS, dimension=dimension, space=space, filtered=FILTERED)
    words = index.collection(TEXTS, dimension=dimension, space=space)

    async def write(stream: Any, collection: Collection, kind: str, point_of: PointOf) -> None:
        async for delivered in stream.events():
            message = delivered.message
            async with rejecting(message, rejected, kind):
                if message.value is None:
                    await asyncio.to_thread(collection.remove, [message.key.decode()])
                    metrics.EVENTS.labels(kind, "removed").inc()
                    continue
                point = point_of(message.value, space)
                await asyncio.to_thread(collection.upsert, [point])
                metrics.EVENTS.labels(kind, "folded").inc()

    @app.agent(vectors, name="index_tracks")
    async def index_tracks(stream: Any) -> None:
        await write(stream, tracks, TRACKS, track_point)

    @app.agent(texts, name="index_texts")
    async def index_texts(stream: Any) -> None:
        await write(stream, words, TEXTS, text_point)

    return app


def track_point(value: bytes, space: str) -> Point:
    """Return the point of a track vector; raises OtherSpace, pydantic.ValidationError."""
    track = decode(TrackVector, value)
    _same_space(track.space, space)
    payload = {"uri": track.uri, **track.info.model_dump(exclude_none=True)}
    return Point(track.track_id, np.array(unpack_vector(track.vector), np.float32), payload)


def text_point(value: bytes, space: str) -> Point:
    """Return the point of a text vector; raises OtherSpace, pydantic.ValidationError."""
    text = decode(TextVector, value)
    _same_space(text.space, space)
    return Point(text.text, np.array(unpack_vector(text.vector), np.float32), {"text": text.text})


def _same_space(theirs: str, ours: str) -> None:
    if theirs != ours:
        raise OtherSpace(theirs, ours)
