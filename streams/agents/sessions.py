"""The sessions agent: `streams.work.sessions`, driven by Faust."""

import asyncio
from time import monotonic
from typing import Any, cast

import numpy as np
from faust.types import TP

from streams import metrics
from streams.agents.app import build_app, message_of, raw_topic, sender
from streams.agents.tables import open_tables
from streams.delivery import App
from streams.settings import Settings
from streams.work.sessions import Sessions

OVERLAP = 2_000
"""Events per partition to read again after an assignment: 30 s at 60 events a second."""
MAX_DUE = 1_000
"""Sessions that may be due before they are ranked, whatever else waits: two seconds of ranking."""
FOLDING = 4
"""How many times as long as it last ranked a worker folds before it ranks again, while events keep
coming: the more sessions are due, the more of their events one ranking answers."""
FRESH_SECONDS = 0.1, 1.0
"""Least and longest time for which that may be. What is due must lie within the overlap."""
BACKLOG = 50
"""Events of a partition that are too many to rank before they have come: Faust fetches some two
hundred at a time, and between two fetches nothing waits here."""
LOOK_SECONDS = 0.002


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
        due_since, patience = monotonic(), FRESH_SECONDS[0]
        async for delivered in stream.events():
            if not work.waiting:
                due_since = monotonic()
            reread = app.is_reread(delivered.message)
            for output in work.take(message_of(delivered), tables, reread=reread):
                await send(output)
            until = due_since + patience
            is_late = work.waiting >= MAX_DUE or monotonic() > until
            # While it reads again, what is new waits behind it: no time for the same queues twice.
            if (is_late and not reread) or not await comes(stream, delivered.message, until):
                begun = monotonic()
                for output in work.answers(tables):
                    await send(output)
                    await asyncio.sleep(0)  # heartbeats go between two rankings
                patience = float(np.clip(FOLDING * (monotonic() - begun), *FRESH_SECONDS))
                metrics.SESSIONS.set(len(tables.sessions))

    async def comes(stream: Any, last: Any, until: float) -> bool:
        """Say whether more is there, having waited for what is known to be on its way."""
        while stream.channel.empty():
            if app.behind(last) < BACKLOG or monotonic() > until:
                return False
            await asyncio.sleep(LOOK_SECONDS)
        return True

    async def give_up(_: Any, revoked: set[TP], **__: Any) -> None:
        # What comes back was another worker's for a while, and is read again from its overlap.
        work.forget({tp.partition for tp in revoked})

    app.on_partitions_revoked.connect(cast(Any, give_up), weak=False)
    return app
