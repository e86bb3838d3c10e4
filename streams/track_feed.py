"""The tracks of one space, as `track-vectors` has them now: read from its beginning, and followed.

Read from the topic and not from Qdrant, so that a worker waits for no other server: both are views
of the same compacted topic.
"""

import logging
import threading
import time
from abc import ABC, abstractmethod
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from pydantic import ValidationError

from ranker.errors import UnfitVector
from schemas import TrackVector, split_key
from schemas.topics import TRACK_VECTORS
from streams.codecs import decode_keyed
from streams.compacted import key_of
from streams.errors import BrokerUnavailable, EventError
from streams.kafka.reading import is_end, open_reader

log = logging.getLogger(__name__)

BATCH = 5_000
POLL_SECONDS = 0.2
REST = 9.0
"""No snapshot for so many times as long as the last one took: they cost a tenth of the time."""
LOAD_SECONDS = 60.0
"""How long the first reading may take: some two million tracks."""


class TrackFeed(ABC):
    """Follows `track-vectors` in a thread of its own; what is kept of a track is the subclass's."""

    def __init__(self, bootstrap: str, *, space: str) -> None:
        self._bootstrap = bootstrap
        self._space = space
        self._unread: set[int] = set()
        self._loaded = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._follow, name=type(self).__name__, daemon=True)

    @abstractmethod
    def _keep(self, track: TrackVector) -> None:
        """Take in a track; raises UnfitVector where its vector cannot be used."""

    @abstractmethod
    def _drop(self, track_id: str) -> bool:
        """Forget a track; says whether it was known."""

    @abstractmethod
    def _publish(self) -> None:
        """Make what is kept the newest snapshot."""

    def start(self) -> None:
        """Begin, and return when all that was in the topic at the start has been taken in.

        Raises
        ------
        BrokerUnavailable
            The topic could not be read within `LOAD_SECONDS`.

        """
        self._thread.start()
        if not self._loaded.wait(LOAD_SECONDS):
            raise BrokerUnavailable(
                self._bootstrap, f"{TRACK_VECTORS.name} was not read within {LOAD_SECONDS:.0f} s"
            )

    def stop(self) -> None:
        """Stop following; waits for the thread."""
        self._stopping.set()
        self._thread.join(5)

    def _follow(self) -> None:
        consumer = open_reader(self._bootstrap, enable_partition_eof=True)
        partitions = self._partitions(consumer)
        self._unread = set(partitions)
        consumer.assign(
            [TopicPartition(TRACK_VECTORS.name, p, OFFSET_BEGINNING) for p in partitions]
        )
        is_stale, due = False, 0.0
        while not self._stopping.is_set():
            for message in consumer.consume(BATCH, POLL_SECONDS):
                is_stale |= self._take(message)
            if self._unread:
                continue  # a snapshot costs as much as all that was read before it
            began = time.monotonic()
            if is_stale and began >= due:
                self._publish()
                is_stale = False
                due = time.monotonic() + REST * (time.monotonic() - began)
            self._loaded.set()
        consumer.close()

    def _partitions(self, consumer: Consumer) -> list[int]:
        while not self._stopping.is_set():
            topic = consumer.list_topics(TRACK_VECTORS.name, timeout=10).topics[TRACK_VECTORS.name]
            if topic.error is None and topic.partitions:
                return list(topic.partitions)
            time.sleep(POLL_SECONDS)
        return []

    def _take(self, message: Any) -> bool:
        """Apply one message; say whether it changed a track."""
        if error := message.error():
            if is_end(error):
                self._unread.discard(message.partition())
            return False
        space, track_id = split_key(key_of(message))
        if space != self._space:
            return False
        if message.value() is None:
            return self._drop(track_id)
        try:
            self._keep(decode_keyed(TRACK_VECTORS, TrackVector, message.key(), message.value()))
        except (ValidationError, EventError, UnfitVector) as error:
            # The index agent, which reads the same topic, writes the dead letter.
            log.debug("track vector %s passed over: %s", track_id, error)
            return False
        return True
