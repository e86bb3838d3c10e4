"""The words agent: `streams.work.words`, driven by Faust."""

import asyncio
import logging
import os
from collections.abc import Callable
from typing import Any

from streams.agents.app import build_app, message_of, raw_topic, sender
from streams.delivery import App
from streams.settings import Settings
from streams.work.messages import Message, Output
from streams.work.words import Words

log = logging.getLogger(__name__)

OVERLAP = 50
"""Intents per partition to read again after an assignment: understanding twice is harmless."""
BUSY_SECONDS = 5.0
"""After this long an intent is said to be slow, again and again; usually it takes 10 ms."""
HUNG_SECONDS = 120.0
"""After this long it does not come back: the process ends, and its successor reads it again."""


def words_app(settings: Settings, work: Words) -> App:
    """Build the app of the words agent."""
    app = build_app("words", settings, overlap=OVERLAP)
    send = sender(app)

    @app.agent(raw_topic(app, *work.sources), name="understand")
    async def understand(stream: Any) -> None:
        async for delivered in stream.events():
            await send(await watched(work.take, message_of(delivered)))

    return app


async def watched(
    take: Callable[[Message], Output],
    message: Message,
    end: Callable[[int], Any] = os._exit,
) -> Output:
    """Return what becomes of an intent, worked on off the event loop: heartbeats must not wait.

    Parameters
    ----------
    end : ends the process, with its status: a thread that hangs cannot be ended otherwise

    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    work = asyncio.ensure_future(asyncio.to_thread(take, message))
    while not work.done():
        await asyncio.wait({work}, timeout=BUSY_SECONDS)
        waited = loop.time() - began
        if not work.done():
            place = f"{message.topic} {message.partition}:{message.offset}"
            log.warning("the text tower works on %s for %.0f s", place, waited)
            if waited > HUNG_SECONDS:
                log.critical("the text tower hangs; ending, for a successor to try again")
                end(1)
    return await work
