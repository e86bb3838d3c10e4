"""The tracks of one space, as `track-vectors` has them now: read from its beginning, and followed.

Read from the topic and not from Qdrant, so that a worker waits for no other server: both are views
of the same compacted topic.
"""

import logging
import threading
import time
from abc import ABC, abstractmethod
from contextlib import closing
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition
from pydantic import ValidationError

from ranker.errors import UnfitVector
from schemas import TrackVector, split_key
from schemas.topics import TRACK_VECTORS
from streams.codecs import decode_keyed
from streams.errors import BrokerUnavailable, EventError
from streams.feeds.compacted import key_of
from streams.kafka.reading import ANSWER_SECONDS, is_end, open_reader, place_of
from streams.patience import trying_again

log = logging.getLogger(__name__)

BATCH = 5_000
POLL_SECONDS = 0.2
REST = 9.0
"""No snapshot for so many times as long as the last one took: they cost a tenth of the time."""
LOAD_SECONDS = 60.0
"""How long the first reading may take: some two million tracks."""
LOOK_SECONDS = 2.0
"""Between two looks at where the topic ends, and how long one may take."""
STALE_SECONDS = 10.0
"""A snapshot that was not known to be the newest for so long is stale."""
STOP_SECONDS = 5.0


class TrackFeed(ABC):
    """Follows `track-vectors` in a thread of its own; what is kept of a track is the subclass's.

    A broker that goes away is waited for; the last snapshot stays, and is stale.
    """

    def __init__(self, bootstrap: str, *, space: str) -> None:
        self._bootstrap = bootstrap
        self._space = space
        self._unread: set[int] = set()
        self._read_until: dict[int, int] = {}
        self._is_newer = False
        """Whether more is kept than the newest snapshot has."""
        self._newest_at = time.monotonic()
        """When the snapshot was last known to be all that the topic has."""
        self._loaded = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=type(self).__name__, daemon=True)

    @property
    def is_stale(self) -> bool:
        """Whether the snapshot may lack what others know: the broker is away, or we are behind."""
        return time.monotonic() - self._newest_at > STALE_SECONDS

    @abstractmethod
    def _keep(self, track: TrackVector) -> None:
        """Take in a track; raises UnfitVector where its vector cannot be used."""

    @abstractmethod
    def _drop(self, track_id: str) -> bool:
        """Forget a track; says whether it was known."""

    @abstractmethod
    def _publish(self) -> None:
        """Make what is kept the newest snapshot."""

    @abstractmethod
    def _loaded_text(self) -> str:
        """Say, for the log, what was loaded."""

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
        log.info("%s", self._loaded_text())

    def stop(self) -> None:
        """Stop following; waits for the thread."""
        self._stopping.set()
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        try:
            trying_again(BrokerUnavailable, stop=self._stopping)(self._follow)
        except BrokerUnavailable:
            log.debug("stopped while the broker is away")

    def _follow(self) -> None:
        """Read from the beginning and follow, until told to stop; raises BrokerUnavailable."""
        try:
            with (
                closing(open_reader(self._bootstrap, enable_partition_eof=True)) as consumer,
                # Asked on a connection of its own: on the other, answers wait behind a fetch.
                closing(open_reader(self._bootstrap)) as watcher,
            ):
                self._assign(consumer)
                self._read(consumer, watcher)
        except KafkaException as error:
            raise BrokerUnavailable(self._bootstrap, error.args[0].str()) from None

    def _assign(self, consumer: Consumer) -> None:
        name = TRACK_VECTORS.name
        topic = consumer.list_topics(name, timeout=ANSWER_SECONDS).topics[name]
        if topic.error is not None or not topic.partitions:
            raise BrokerUnavailable(self._bootstrap, f"it has no topic {name} yet")
        self._unread = set(topic.partitions)
        self._read_until = dict.fromkeys(topic.partitions, 0)
        consumer.assign([TopicPartition(name, p, OFFSET_BEGINNING) for p in topic.partitions])

    def _read(self, consumer: Consumer, watcher: Consumer) -> None:
        publish_at = look_at = 0.0
        while not self._stopping.is_set():
            for message in consumer.consume(BATCH, POLL_SECONDS):
                self._is_newer |= self._take(message)
            if self._unread:
                continue  # a snapshot costs as much as all that was read before it
            began = time.monotonic()
            if self._is_newer and began >= publish_at:
                self._publish()
                self._is_newer = False
                publish_at = time.monotonic() + REST * (time.monotonic() - began)
            self._loaded.set()
            if began >= look_at:
                self._look(watcher)
                look_at = time.monotonic() + LOOK_SECONDS

    def _look(self, watcher: Consumer) -> None:
        """Remember when the snapshot was the newest."""
        was_stale = self.is_stale
        if not self._is_newer and self._is_at_end(watcher):
            self._newest_at = time.monotonic()
        if was_stale != self.is_stale:
            log.info("%s is up to date again", type(self).__name__)

    def _is_at_end(self, watcher: Consumer) -> bool:
        try:
            return all(
                watcher.get_watermark_offsets(
                    TopicPartition(TRACK_VECTORS.name, partition), timeout=LOOK_SECONDS
                )[1]
                <= until
                for partition, until in self._read_until.items()
            )
        except KafkaException as error:
            log.warning("following %s: %s", TRACK_VECTORS.name, error.args[0].str())
            return False

    def _take(self, message: Any) -> bool:
        """Apply one message; say whether it changed a track."""
        if error := message.error():
            if is_end(error):
                self._unread.discard(message.partition())
                self._read_until[message.partition()] = message.offset()
            return False
        partition, offset = place_of(message)
        self._read_until[partition] = offset + 1
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
