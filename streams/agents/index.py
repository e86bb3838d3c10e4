"""The index agent: keeps Qdrant, a view of the vector topics, up to date in every space."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np

from embedder.errors import IndexUnavailable
from embedder.index import Point
from schemas import TextVector, TrackVector, split_key, unpack_vector
from schemas.topics import TEXT_VECTORS, TRACK_VECTORS
from streams import metrics
from streams.agents.app import build_app, message_of, raw_topic, sender
from streams.agents.qdrant_view import TEXTS, TRACKS, QdrantView
from streams.codecs import decode_keyed
from streams.compacted import text_of
from streams.dead_letters import FAULTS, reject
from streams.delivery import App
from streams.settings import Settings
from streams.work.messages import Message

log = logging.getLogger(__name__)

OVERLAP = 100
"""Vectors per partition to write again after an assignment: writing twice is one point."""
EVERYTHING = 2**53
"""An overlap that begins at the beginning, whatever was committed."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.25, 10.0
"""Between two tries to reach Qdrant; doubled from the first to the longest."""

PointOf = Callable[[bytes | None, bytes], tuple[str, Point]]
"""Key and value of a vector record -> its space and its point."""


def index_app(settings: Settings, view: QdrantView, space: str, dimension: int) -> App:
    """Build the app of the index agent.

    Where Qdrant has nothing of the space, new or deleted, every vector is written anew.

    Parameters
    ----------
    space : hash of the space that the settings name, whose collections are opened at once; those
        of other spaces are opened when their first vector comes

    Raises
    ------
    IndexUnavailable
        Qdrant does not answer, or what is on disk cannot be used.

    """
    known = view.collection(TRACKS, space, dimension).count()
    view.collection(TEXTS, space, dimension)
    app = build_app("index", settings, overlap=OVERLAP if known else EVERYTHING)
    vectors = raw_topic(app, TRACK_VECTORS)
    texts = raw_topic(app, TEXT_VECTORS)
    send = sender(app)

    async def follow(stream: Any, name: str, point_of: PointOf) -> None:
        async for delivered in stream.events():
            message = message_of(delivered)
            try:
                result = await _apply(message, view, name, point_of)
            except FAULTS as error:
                await send(reject(message, error, datetime.now(UTC), kind=name))
            else:
                metrics.EVENTS.labels(name, result).inc()

    @app.agent(vectors, name="index_tracks")
    async def index_tracks(stream: Any) -> None:
        await follow(stream, TRACKS, track_point)

    @app.agent(texts, name="index_texts")
    async def index_texts(stream: Any) -> None:
        await follow(stream, TEXTS, text_point)

    return app


async def _apply(message: Message, view: QdrantView, name: str, point_of: PointOf) -> str:
    """Write or remove a point; return which."""
    if message.value is None:
        space, point_id = split_key(text_of(message.key))
        await _patiently(partial(view.remove, name, space, point_id))
        return "removed"
    space, point = point_of(message.key, message.value)
    await _patiently(partial(view.write, name, space, point))
    return "folded"


def track_point(key: bytes | None, value: bytes) -> tuple[str, Point]:
    """Return the space and the point of a track vector; raises EventError, ValidationError."""
    track = decode_keyed(TRACK_VECTORS, TrackVector, key, value)
    payload = {"uri": track.uri, **track.info.model_dump(exclude_none=True)}
    vector = np.array(unpack_vector(track.vector), np.float32)
    return track.space, Point(track.track_id, vector, payload)


def text_point(key: bytes | None, value: bytes) -> tuple[str, Point]:
    """Return the space and the point of a text vector; raises EventError, ValidationError."""
    text = decode_keyed(TEXT_VECTORS, TextVector, key, value)
    vector = np.array(unpack_vector(text.vector), np.float32)
    return text.space, Point(text.text, vector, {"text": text.text})


async def _patiently(write: Callable[[], None]) -> None:
    """Write off the event loop, again and again while Qdrant is away: nobody delivers it twice."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            return await asyncio.to_thread(write)
        except IndexUnavailable as error:
            log.warning("%s; trying again in %.1f s", error, pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
