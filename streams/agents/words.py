"""The words agent: `streams.work.words`, driven by Faust."""

import asyncio
from typing import Any

from streams.agents.app import build_app, message_of, raw_topic, sender
from streams.delivery import App
from streams.settings import Settings
from streams.work.words import Words

OVERLAP = 50
"""Intents per partition to read again after an assignment: understanding twice is harmless."""


def words_app(settings: Settings, work: Words) -> App:
    """Build the app of the words agent."""
    app = build_app("words", settings, overlap=OVERLAP)
    send = sender(app)

    @app.agent(raw_topic(app, *work.sources), name="understand")
    async def understand(stream: Any) -> None:
        async for delivered in stream.events():
            # Off the event loop: heartbeats must not wait for the text tower.
            await send(await asyncio.to_thread(work.take, message_of(delivered)))

    return app
