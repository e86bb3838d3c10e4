"""The index agent: keeps Qdrant, a view of the vector topics, up to date in every space."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from embedder.errors import IndexUnavailable
from schemas import split_key
from streams import metrics
from streams.agents.app import build_app, message_of, raw_topic, sender
from streams.agents.points import TEXT_SOURCE, TRACK_SOURCE, Source
from streams.agents.qdrant_view import QdrantView
from streams.agents.refill import is_whole, refill
from streams.delivery import App
from streams.errors import BrokerUnavailable
from streams.feeds.compacted import text_of
from streams.letters.dead_letters import FAULTS, reject
from streams.patience import trying_again_in_loop
from streams.settings import Settings
from streams.work.messages import Message

log = logging.getLogger(__name__)

R = TypeVar("R")

OVERLAP = 100
"""Vectors per partition to write again after an assignment: writing twice is one point."""
LOOK_SECONDS = 15.0
"""Between two looks whether Qdrant still has the collections."""


def index_app(settings: Settings, view: QdrantView, space: str, dimension: int) -> App:
    """Build the app of the index agent.

    A record waits while Qdrant is away: nobody delivers it twice. A view that is not whole, new
    or restarted on an empty disk, is filled again from the topics.

    Parameters
    ----------
    space : hash of the space that the settings name, whose collections are looked after; those
        of other spaces are opened when their first vector comes

    """
    app = build_app("index", settings, overlap=OVERLAP)
    send = sender(app)

    async def follow(stream: Any, source: Source) -> None:
        async for delivered in stream.events():
            message = message_of(delivered)
            try:
                result = await _patiently(partial(_apply, message, view, source))
            except FAULTS as error:
                await send(reject(message, error, datetime.now(UTC), kind=source.collection))
            else:
                metrics.EVENTS.labels(source.collection, result).inc()

    @app.agent(raw_topic(app, TRACK_SOURCE.topic), name="index_tracks")
    async def index_tracks(stream: Any) -> None:
        await follow(stream, TRACK_SOURCE)

    @app.agent(raw_topic(app, TEXT_SOURCE.topic), name="index_texts")
    async def index_texts(stream: Any) -> None:
        await follow(stream, TEXT_SOURCE)

    async def look_after() -> None:
        view.is_new |= not await _patiently(partial(is_whole, settings.bootstrap, view))
        while not app.should_stop:
            await _patiently(partial(view.restore, space, dimension))
            if view.is_new:
                await _patiently(partial(_fill, settings.bootstrap, view, lambda: app.should_stop))
            await app.sleep(LOOK_SECONDS)

    app.task(look_after)
    return app


def _fill(bootstrap: str, view: QdrantView, stopped: Callable[[], bool]) -> None:
    log.info("Qdrant is new, or not whole: filling it from the topics")
    view.is_new = False
    try:
        written = refill(bootstrap, view, stopped)
    except (BrokerUnavailable, IndexUnavailable):
        view.is_new = True
        raise
    log.info("Qdrant is filled: %d points written", written)


def _apply(message: Message, view: QdrantView, source: Source) -> str:
    """Write or remove a point; return which."""
    if message.value is None:
        space, point_id = split_key(text_of(message.key))
        view.remove(source.collection, space, point_id)
        return "removed"
    space, point = source.point_of(message.key, message.value)
    view.write(source.collection, space, point)
    return "folded"


async def _patiently(work: Callable[[], R]) -> R:
    """Work off the event loop, again and again while Qdrant or the broker is away."""
    passing = trying_again_in_loop(IndexUnavailable, BrokerUnavailable)
    return await passing(asyncio.to_thread, work)
