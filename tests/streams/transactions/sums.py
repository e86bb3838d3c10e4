"""The simplest work that shows a loss and a double: sums, which no event may enter twice."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition

from schemas import PlaybackEvent, SessionState
from schemas.topics import Topic
from streams.client import PARTITIONER
from streams.kafka.admin import create_topics
from streams.settings import Settings
from streams.transactions.driver import Job
from streams.transactions.supervision import run_job
from streams.work.messages import Message, Output
from streams.work.tables import ROWS, SESSION_ROW, Tables

PARTITIONS = 2
CLEAR = b"clear"
"""A message that deletes its row."""


@dataclass
class Sums:
    """Adds up the numbers that come under a key, and tells each sum; two sources, one table."""

    name: str
    forgotten: list[set[int]] = field(default_factory=list)

    @property
    def sources(self) -> tuple[Topic, ...]:
        return tuple(Topic(f"{self.name}-{which}", PlaybackEvent, "") for which in ("in", "also"))

    @property
    def out(self) -> Topic:
        return Topic(f"{self.name}-out", PlaybackEvent, "")

    def take(self, message: Message, tables: Tables) -> list[Output]:
        key = message.key.decode()
        if message.value == CLEAR:
            tables.sessions.pop(key, None)
            return []
        before = tables.sessions[key].floor if key in tables.sessions else 0
        after = before + int(message.value)
        tables.sessions[key] = SessionState(listener_id=key, session_id="sum", floor=after)
        return [Output(self.out.name, message.key, str(after).encode())]

    def answers(self, _: Tables) -> Sequence[Output]:
        return ()

    def forget(self, partitions: set[int]) -> None:
        self.forgotten.append(set(partitions))


def changelogs_of(work: Sums) -> dict[str, Topic]:
    return {
        table: Topic(f"{work.name}-{table}-changelog", SessionState, "", compacted=True)
        for table in ROWS
    }


def job_of(work: Sums, settings: Settings, **limits: int) -> Job:
    """Return the job, whose topics are there."""
    changelogs = changelogs_of(work)
    here = settings.model_copy(update={"partitions": PARTITIONS})
    create_topics(here, (*work.sources, work.out, *changelogs.values()))
    return Job(work, changelogs, **limits)


@dataclass
class Running:
    """A worker in a thread."""

    thread: Thread
    stop: Event
    ended_with: list[BaseException]

    def end(self) -> None:
        self.stop.set()
        self.thread.join(30)
        assert not self.thread.is_alive()


def begin(settings: Settings, job: Job, name: str = "w1") -> Running:
    stop, faults = Event(), list[BaseException]()
    named = settings.model_copy(update={"worker_name": name})

    def run() -> None:
        try:
            run_job(named, job, stop)
        except Exception as error:
            faults.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    return Running(thread, stop, faults)


@contextmanager
def working(settings: Settings, job: Job, name: str = "w1") -> Iterator[Running]:
    """Run a worker for as long as the context is open."""
    running = begin(settings, job, name)
    try:
        yield running
    finally:
        running.end()
    assert running.ended_with == []


def sender(bootstrap: str, **options: Any) -> Producer:
    return Producer({"bootstrap.servers": bootstrap, "partitioner": PARTITIONER, **options})


def send(bootstrap: str, topic: Topic, *records: tuple[str, int | bytes]) -> None:
    producer = sender(bootstrap)
    for key, value in records:
        producer.produce(topic.name, value if value == CLEAR else str(value).encode(), key.encode())
    assert producer.flush(20) == 0


def read(
    bootstrap: str, topic: Topic, count: int = 0, isolation: str = "read_committed"
) -> list[tuple[bytes, bytes | None]]:
    """Return what a topic holds, when it is at least so much; in order, by partition."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "test",
            "isolation.level": isolation,
            "enable.partition.eof": True,
        }
    )
    partitions = [TopicPartition(topic.name, p, 0) for p in range(PARTITIONS)]
    consumer.assign(partitions)
    found: dict[int, list[tuple[bytes, bytes | None]]] = {p: [] for p in range(PARTITIONS)}
    ended: set[int] = set()
    for _ in range(3_000):
        message = consumer.poll(0.01)
        if message is None:
            continue
        if message.error():
            ended.add(message.partition())
        else:
            ended.discard(message.partition())
            found[message.partition()].append((message.key(), message.value()))
        total = sum(map(len, found.values()))
        if total >= count and len(ended) == PARTITIONS:
            break
    consumer.close()
    return [each for p in range(PARTITIONS) for each in found[p]]


def told(outputs: list[tuple[bytes, bytes | None]]) -> dict[str, list[int]]:
    """Return the sums that were told, by key."""
    by_key: dict[str, list[int]] = {}
    for key, value in outputs:
        by_key.setdefault(key.decode(), []).append(int(value))
    return by_key


def rows(bootstrap: str, work: Sums) -> dict[str, int | None]:
    """Return the newest sum of each key on the changelog, None for a tombstone."""
    changelog = changelogs_of(work)["sessions"]
    return {
        key.decode(): None if value is None else SESSION_ROW.loads(value).floor
        for key, value in read(bootstrap, changelog)
    }
