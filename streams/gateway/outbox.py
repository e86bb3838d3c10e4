"""Records -> the broker, each with a future that is done when the broker has it (acks=all)."""

import asyncio
import threading
from collections import deque
from time import monotonic
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from schemas import Position
from schemas.topics import Topic
from streams.client import PARTITIONER
from streams.errors import BrokerUnavailable
from streams.gateway.metrics import IN_FLIGHT
from streams.gateway.problems import Problem
from streams.groups import CLIENT_ID
from streams.kafka.reading import ANSWER_SECONDS, QUIET

POLL_SECONDS = 0.2
BEHIND_SECONDS = 2.0
"""A record that has waited so long for the broker says that it is behind."""
PATIENCE_SECONDS = 10.0
"""How long to try to bring a record to the broker."""
LINGER_MS = 1

Sent = asyncio.Future[Position]
_Done = tuple[Sent, KafkaError | None, Position]


class Outbox:
    """A producer for an event loop; belongs to the loop that runs when it is started.

    Parameters
    ----------
    most : records that may wait for their acknowledgement

    """

    def __init__(self, bootstrap: str, *, most: int) -> None:
        self._bootstrap = bootstrap
        self._most = most
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "client.id": CLIENT_ID,
                "partitioner": PARTITIONER,
                "enable.idempotence": True,  # implies acks=all
                "linger.ms": LINGER_MS,
                "delivery.timeout.ms": int(PATIENCE_SECONDS * 1000),
                "queue.buffering.max.messages": 2 * most,
                "log_level": QUIET,
            }
        )
        self._waiting: dict[Sent, float] = {}
        """When each was sent; the oldest first."""
        self._done: deque[_Done] = deque()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._poll, name="outbox", daemon=True)
        self._loop: asyncio.AbstractEventLoop

    def start(self, *topics: Topic) -> None:
        """Begin; topics that are met now cost their first record no time.

        Raises
        ------
        BrokerUnavailable
            It does not answer.

        """
        self._loop = asyncio.get_running_loop()
        for topic in topics:
            self.partitions(topic)
        self._thread.start()

    def stop(self) -> None:
        """Give what waits a last chance, then let go of the connection."""
        self._producer.flush(BEHIND_SECONDS)
        self._stopping.set()
        self._thread.join(BEHIND_SECONDS)

    def partitions(self, topic: Topic) -> int:
        """Return how many partitions a topic has; raises BrokerUnavailable."""
        try:
            found = self._producer.list_topics(topic.name, timeout=ANSWER_SECONDS)
        except KafkaException as error:
            raise BrokerUnavailable(self._bootstrap, str(error.args[0])) from None
        return len(found.topics[topic.name].partitions)

    @property
    def is_behind(self) -> bool:
        """Whether the broker takes records more slowly than they come."""
        if not self._waiting:
            return False
        oldest = next(iter(self._waiting.values()))
        return len(self._waiting) >= self._most or monotonic() - oldest > BEHIND_SECONDS

    def send(self, topic: Topic, key: bytes, value: bytes) -> Sent:
        """Hand a record over; the future has its place, or the problem that kept it away.

        Raises
        ------
        Problem
            Too much waits already: nothing was taken.

        """
        if self.is_behind:
            raise behind()
        sent: Sent = self._loop.create_future()
        try:
            self._producer.produce(topic.name, value, key, on_delivery=self._noting(sent, topic))
        except BufferError:
            raise behind() from None
        self._waiting[sent] = monotonic()
        IN_FLIGHT.set(len(self._waiting))
        return sent

    def _noting(self, sent: Sent, topic: Topic) -> Any:
        def note(error: KafkaError | None, message: Any) -> None:
            place = Position(
                topic=topic.name,
                partition=max(0, message.partition()),
                offset=max(0, message.offset() or 0),
            )
            self._done.append((sent, error, place))

        return note

    def _poll(self) -> None:
        while not self._stopping.is_set():
            self._producer.poll(POLL_SECONDS)
            if self._done:  # one call for all that was acknowledged together
                self._loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        while self._done:
            sent, error, place = self._done.popleft()
            self._waiting.pop(sent, None)
            if sent.done():  # who waited for it has gone
                continue
            if error is None:
                sent.set_result(place)
            else:
                sent.set_exception(_away(error))
        IN_FLIGHT.set(len(self._waiting))


def behind() -> Problem:
    """Return what a sender is told while the broker is behind."""
    return Problem(
        "broker-behind", "nothing was taken: send the same again in a second", retry_after=1
    )


def _away(error: KafkaError) -> Problem:
    return Problem(
        "broker-away",
        f"{error.str()}: send the same again, it counts once",
        retry_after=BEHIND_SECONDS,
    )
