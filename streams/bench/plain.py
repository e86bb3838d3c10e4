"""A plain loop on confluent-kafka: the work of the sessions worker, and no promise at all.

What is left of a driver when nothing must survive: rows in a dictionary and on a changelog,
offsets committed now and then. Run as `python -m streams.bench.plain`.
"""

import logging
import signal
from threading import Event
from time import monotonic
from typing import Any

from confluent_kafka import Consumer, Producer
from prometheus_client import start_http_server
from threadpoolctl import threadpool_limits

from schemas import SessionState
from schemas.naming import named
from schemas.topics import Topic
from streams.client import PARTITIONER
from streams.kafka.admin import create_topics
from streams.kafka.topic_state import MAX_MESSAGE_BYTES
from streams.metrics import READY
from streams.settings import Settings
from streams.transactions.driver import Job, message_of
from streams.transactions.fold import Folded, fold
from streams.transactions.tables import Partition
from streams.work.tables import ROWS
from streams.workers import load_sessions

CHANGELOGS = {
    table: Topic(f"bench-plain-{table}-changelog", SessionState, "", compacted=True)
    for table in ROWS
}
COMMIT_SECONDS = 0.5


def run_plain(settings: Settings, job: Job, stop: Event) -> None:
    """Work until `stop` is set."""
    consumer = Consumer(
        {
            "bootstrap.servers": settings.bootstrap,
            "group.id": named("bench-plain"),
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "partition.assignment.strategy": "range",
        }
    )
    producer = Producer(
        {
            "bootstrap.servers": settings.bootstrap,
            "enable.idempotence": True,
            "partitioner": PARTITIONER,
            "linger.ms": settings.linger_seconds * 1000,
            "message.max.bytes": MAX_MESSAGE_BYTES,
        }
    )
    sources = [topic.name for topic in job.work.sources]
    consumer.subscribe(sources, on_assign=lambda *_: READY.set(1))
    partitions = {number: Partition({}) for number in range(settings.partitions)}
    commit_at = monotonic() + COMMIT_SECONDS
    while not stop.is_set():
        messages: list[Any] = consumer.consume(1, 0.2)
        messages += consumer.consume(job.max_messages - 1, 0) if messages else []
        batch = [message_of(each) for each in messages if each.error() is None]
        folded = fold(job.work, batch, partitions)
        folded.merge(partitions)
        _write(producer, folded)
        if monotonic() > commit_at:
            producer.flush()
            if batch:
                consumer.commit(asynchronous=False)
            commit_at = monotonic() + COMMIT_SECONDS
    consumer.close()


def _write(producer: Producer, folded: Folded) -> None:
    for change in folded.changes:
        topic = CHANGELOGS[change.table].name
        producer.produce(topic, change.packed, change.key.encode(), change.partition)
    for output in folded.outputs:
        producer.produce(output.topic, output.value, output.key)
    producer.poll(0)


def main() -> None:
    """Run the loop until it is stopped."""
    settings = Settings()
    logging.basicConfig(level="WARNING")
    threadpool_limits(1)
    start_http_server(settings.metrics_port)
    create_topics(settings, CHANGELOGS.values())
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    run_plain(settings, Job(load_sessions(settings, True), CHANGELOGS), stop)


if __name__ == "__main__":
    main()
