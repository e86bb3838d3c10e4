"""The sessions agent: `streams.work.sessions`, driven by Faust."""

import asyncio
from time import monotonic
from typing import Any, cast

from faust.types import TP

from streams import metrics
from streams.agents.app import build_app, message_of, raw_topic, sender
from streams.agents.tables import open_tables
from streams.delivery import App
from streams.settings import Settings
from streams.work.sessions import Sessions

OVERLAP = 2_000
"""Events per partition to read again after an assignment: 30 s at 60 events a second."""
MAX_DUE = 200
"""Sessions that may be due before they are ranked, whatever else waits: a third of a second."""
FRESH_SECONDS = 0.1
"""How long a session may be due while events keep coming."""


def sessions_app(settings: Settings, work: Sessions) -> App:
    """Build the app of the sessions agent.

    A burst is folded event by event and ranked at its end. An event is acknowledged when it is
    in the table; the answer that dies with a worker is made up for by the next, which finds the
    event in the overlap that it reads again.
    """
    app = build_app("sessions", settings, overlap=OVERLAP)
    tables = open_tables(app, settings.partitions)
    send = sender(app)

    @app.agent(raw_topic(app, *work.sources), name="follow")
    async def follow(stream: Any) -> None:
        due_since = monotonic()
        async for delivered in stream.events():
            if not work.waiting:
                due_since = monotonic()
            reread = app.is_reread(delivered.message)
            for output in work.take(message_of(delivered), tables, reread=reread):
                await send(output)
            is_late = work.waiting >= MAX_DUE or monotonic() > due_since + FRESH_SECONDS
            # While it reads again, what is new waits behind it: no time for the same queues twice.
            if stream.channel.empty() or (is_late and not reread):
                for output in work.answers(tables):
                    await send(output)
                    await asyncio.sleep(0)  # heartbeats go between two rankings
                metrics.SESSIONS.set(len(tables.sessions))

    async def give_up(_: Any, revoked: set[TP], **__: Any) -> None:
        # What comes back was another worker's for a while, and is read again from its overlap.
        work.forget({tp.partition for tp in revoked})

    app.on_partitions_revoked.connect(cast(Any, give_up), weak=False)
    return app
