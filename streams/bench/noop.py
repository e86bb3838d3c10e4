"""The yardstick: a Faust agent that does nothing but write a row and send a message.

Same framework, settings, table and topics as the sessions agent, and bytes of the same number;
what is missing is the work. Run as `python -m streams.bench.noop ROW_BYTES UPDATE_BYTES`.
"""

import sys
from typing import Any

import faust
from prometheus_client import start_http_server

from schemas.playback import PlaybackEvent
from schemas.topics import Topic
from schemas.updates import PlaylistUpdate
from streams.agents.app import build_app, raw_topic
from streams.bench.open_loop import event_id_of
from streams.delivery import App
from streams.kafka.admin import create_topics
from streams.settings import Settings
from streams.workers import ready

EVENTS = Topic("bench-noop-events", PlaybackEvent, "listener_id")
UPDATES = Topic("bench-noop-updates", PlaylistUpdate, "listener_id")

OVERLAP = 2_000


def noop_app(settings: Settings, row_bytes: int, update_bytes: int) -> App:
    """Build the yardstick's app."""
    app = build_app("bench-noop", settings, overlap=OVERLAP)
    events = raw_topic(app, EVENTS)
    updates = raw_topic(app, UPDATES)
    rows = app.Table("rows", key_type=bytes, value_type=bytes, partitions=settings.partitions)
    row = bytes(row_bytes)
    padding = b" " * update_bytes

    @app.agent(events, name="noop")
    async def noop(stream: Any) -> None:
        async for delivered in stream.events():
            message = delivered.message
            rows[message.key] = row
            cause = b'{"caused_by":"%s"' % event_id_of(message.value).encode()
            await updates.send(key=message.key, value=cause + padding[len(cause) + 1 :] + b"}")

    return app


def main() -> None:
    """Run the yardstick until it is stopped."""
    settings = Settings()
    create_topics(settings, (EVENTS, UPDATES))
    start_http_server(settings.metrics_port)
    app = noop_app(settings, *map(int, sys.argv[1:3]))
    app.task(ready)
    faust.Worker(app, loglevel="warning", redirect_stdouts=False).execute_from_commandline()


if __name__ == "__main__":
    main()
