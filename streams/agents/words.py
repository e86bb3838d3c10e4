"""The words agent: what a listener said, taken apart and encoded by the text tower."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from embedder.space import Space
from ranker.names import Names
from schemas import Intent
from schemas.topics import INTENTS, REJECTED_EVENTS, UNDERSTOOD_INTENTS
from streams import metrics
from streams.agents.app import build_app, raw_topic
from streams.codecs import admit, decode
from streams.dead_letters import rejecting
from streams.delivery import App
from streams.settings import Settings
from streams.understanding import understand

OVERLAP = 50
"""Intents per partition to read again after an assignment: understanding twice is harmless."""


def words_app(settings: Settings, space: Space, names: Callable[[], Names]) -> App:
    """Build the app of the words agent.

    Parameters
    ----------
    space : encodes what was said
    names : returns the newest snapshot of what the catalogue's tracks are called

    """
    app = build_app("words", settings, overlap=OVERLAP)
    intents = raw_topic(app, INTENTS)
    understood = raw_topic(app, UNDERSTOOD_INTENTS)
    rejected = raw_topic(app, REJECTED_EVENTS)
    tolerance = timedelta(seconds=settings.future_seconds)

    @app.agent(intents, name="understand")
    async def understand_intents(stream: Any) -> None:
        async for delivered in stream.events():
            message = delivered.message
            async with rejecting(message, rejected, message.topic):
                sent_at = datetime.fromtimestamp(message.timestamp, UTC)
                intent = admit(decode(Intent, message.value), message.key, sent_at, tolerance)
                with metrics.PARSE_SECONDS.time():
                    # Off the event loop: heartbeats must not wait for the text tower.
                    answer = await asyncio.to_thread(understand, intent, space, names())
                await understood.send(key=message.key, value=answer.encode())
                metrics.EVENTS.labels("intent", "folded").inc()
                for clause in answer.clauses:
                    metrics.CLAUSES.labels(clause.grounding).inc()

    return app
