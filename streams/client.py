"""A client's two halves: publish records, follow a session's updates."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event
from time import monotonic
from typing import Any, Self

from confluent_kafka import KafkaError, KafkaException, Producer

from schemas import PlaylistUpdate, Versioned
from schemas.topics import PLAYLIST_UPDATES, Topic
from streams.errors import BrokerUnavailable, NoUpdate
from streams.groups import CLIENT_ID
from streams.kafka.reading import QUIET, assign_from_now, open_reader

PARTITIONER = "murmur2_random"
"""Faust's and Java's partitioner; librdkafka's own would scatter a listener over partitions."""

DELIVERY_SECONDS = 10.0
MEET_SECONDS = 2.0


class Publisher:
    """Writes records to their topics; a record counts as sent when the broker has it.

    Parameters
    ----------
    patience_seconds : how long to keep trying while the broker is away

    """

    def __init__(self, bootstrap: str, *, patience_seconds: float = DELIVERY_SECONDS) -> None:
        self._bootstrap = bootstrap
        self._patience = patience_seconds
        self._met: set[str] = set()
        self._failed = 0
        """Records given up since the last `flush`: they are in no queue that it could wait for."""
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "client.id": CLIENT_ID,
                "partitioner": PARTITIONER,
                "enable.idempotence": True,  # implies acks=all
                "linger.ms": 0,
                "delivery.timeout.ms": int(patience_seconds * 1000),
                "message.max.bytes": 4_194_304,  # a worker rejects what is too large, with a reason
                "log_level": QUIET,
            }
        )

    def publish(self, topic: Topic, record: Versioned) -> None:
        """Write one record and wait for the broker.

        Raises
        ------
        BrokerUnavailable
            It did not take the record within `patience_seconds`.

        """
        self.send(topic, record)
        self.flush()

    def send(
        self, topic: Topic, record: Versioned, done: Callable[..., None] | None = None
    ) -> None:
        """Write one record without waiting; `flush` waits for all of them."""
        self.send_raw(topic.name, topic.key_of(record), record.encode(), done)

    def send_raw(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        done: Callable[..., None] | None = None,
    ) -> None:
        """Write bytes as they are: for tests of what is not a record, and for tombstones.

        Raises
        ------
        BrokerUnavailable
            Too many records wait already, and go on waiting.

        """
        self._meet(topic)
        until = monotonic() + 2 * self._patience
        while True:
            try:
                self._producer.produce(topic, value, key, on_delivery=self._noting(done))
                self._producer.poll(0)
                return
            except BufferError:  # what waits longest is given up after our patience
                self._producer.poll(0.1)
            if monotonic() > until:
                raise BrokerUnavailable(self._bootstrap, "it takes records too slowly")

    def _meet(self, topic: str) -> None:
        """Ask for a topic's leaders now: the producer itself would do so up to a second later."""
        if topic not in self._met:
            with suppress(KafkaException):  # a broker that is away is `flush`'s to report
                self._producer.list_topics(topic, timeout=MEET_SECONDS)
            self._met.add(topic)

    def flush(self) -> None:
        """Wait until the broker has everything sent; raises BrokerUnavailable."""
        left = self._producer.flush(self._patience) + self._failed
        self._failed = 0
        if left:
            raise BrokerUnavailable(self._bootstrap, f"{left} records were not taken")

    def _noting(self, done: Callable[..., None] | None) -> Callable[..., None]:
        def note(error: KafkaError | None, message: Any) -> None:
            self._failed += error is not None
            if done is not None:
                done(error, message)

        return note


class Follower:
    """Reads `playlist-updates` from now on."""

    def __init__(self, bootstrap: str) -> None:
        self._consumer = open_reader(bootstrap, fetch_wait_max_ms=100)
        try:
            assign_from_now(self._consumer, PLAYLIST_UPDATES.name)
        except KafkaException as error:
            raise BrokerUnavailable(bootstrap, str(error.args[0])) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()

    def updates(self, stop: Event | None = None) -> Iterator[PlaylistUpdate]:
        """Yield every session's updates as they come, until `stop` is set."""
        while stop is None or not stop.is_set():
            for message in self._consumer.consume(100, 0.1):
                if message.error() is None and (value := message.value()) is not None:
                    yield PlaylistUpdate.model_validate_json(value)

    def answer_to(self, event_id: str, *, seconds: float) -> PlaylistUpdate:
        """Return the update that answers an event, alone or with others that waited.

        Raises
        ------
        NoUpdate
            None came within `seconds`.

        """
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            message: Any = self._consumer.poll(left)
            if message is None or message.error() is not None:
                continue
            update = PlaylistUpdate.model_validate_json(message.value())
            if update.answers(event_id):
                return update
        raise NoUpdate(event_id, seconds)
