"""What the agents' apps have in common: settings for Faust, raw topics, a lag gauge."""

from collections.abc import Awaitable, Callable
from typing import Any

from schemas.naming import named
from schemas.topics import Topic
from streams.delivery import App
from streams.groups import CLIENT_ID
from streams.metrics import LAG
from streams.settings import Settings
from streams.work.messages import Message, Output

COMMIT_SECONDS = 0.2
COMMIT_EVERY = 200
"""Faust's own 2.8 s and 10,000 events would all be redelivered after a crash."""
LAG_SECONDS = 5.0


def build_app(name: str, settings: Settings, *, overlap: int, **options: Any) -> App:
    """Return an app that loses no event; nothing connects until a worker starts it.

    Parameters
    ----------
    overlap : events per partition to read again after an assignment
    options : further settings of Faust's

    """
    datadir = settings.tenant_folder / "faust" / name / settings.worker_name
    datadir.mkdir(parents=True, exist_ok=True)
    app = App(
        named(f"upnext-{name}"),
        broker=[f"kafka://{address}" for address in settings.bootstrap.split(",")],
        broker_client_id=CLIENT_ID,
        overlap=overlap,
        store="memory://",
        datadir=datadir,
        topic_partitions=settings.partitions,
        topic_replication_factor=settings.replication,
        topic_disable_leader=True,
        table_standby_replicas=0,  # they do not shorten recovery with the memory store
        processing_guarantee="at_least_once",
        broker_commit_interval=COMMIT_SECONDS,
        broker_commit_every=COMMIT_EVERY,
        broker_session_timeout=settings.session_timeout_seconds,
        broker_heartbeat_interval=1.5,
        consumer_group_instance_id=f"{name}-{settings.worker_name}",
        producer_linger=settings.linger_seconds,
        web_enabled=False,
        **options,
    )
    app.timer(LAG_SECONDS)(_watch_lag(app))
    return app


def raw_topic(app: App, *topics: Topic) -> Any:
    """Return a Faust topic of plain bytes: decoding is ours, for it may fail."""
    return _raw(app, *(topic.name for topic in topics))


def _raw(app: App, *names: str) -> Any:
    return app.topic(
        *names,
        key_type=bytes,
        key_serializer="raw",
        value_type=bytes,
        value_serializer="raw",
    )


def message_of(delivered: Any) -> Message:
    """Return what a Faust event brings."""
    message = delivered.message
    return Message(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        timestamp=message.timestamp,
    )


def sender(app: App) -> Callable[[Output], Awaitable[None]]:
    """Return what hands outputs to the producer; a commit waits until the broker has them."""
    topics: dict[str, Any] = {}

    async def send(output: Output) -> None:
        if output.topic not in topics:
            topics[output.topic] = _raw(app, output.topic)
        await topics[output.topic].send(key=output.key, value=output.value)

    return send


def _watch_lag(app: App) -> Any:
    async def watch_lag() -> None:
        LAG.clear()  # of topics whose partitions another worker has now
        for topic, events in app.lag().items():
            LAG.labels(topic).set(events)

    return watch_lag
