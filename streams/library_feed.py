"""The library of a ranking worker: `track-vectors` read from its beginning, and followed.

Read from the topic and not from Qdrant, so that ranking waits for no other server: both are views
of the same compacted topic.
"""

import logging
import threading
import time
from typing import Any

import numpy as np
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from pydantic import ValidationError

from ranker.errors import UnfitVector
from ranker.library import Array, Library, unit
from schemas import TrackVector, split_key, unpack_vector
from schemas.topics import TRACK_VECTORS
from streams.codecs import decode_keyed
from streams.compacted import key_of
from streams.errors import BrokerUnavailable, EventError
from streams.kafka.reading import is_end, open_reader
from streams.metrics import LIBRARY_TRACKS

log = logging.getLogger(__name__)

BATCH = 5_000
POLL_SECONDS = 0.2
LOAD_SECONDS = 60.0
"""How long the first reading may take: some two million tracks."""


class LibraryFeed:
    """Follows one space's part of `track-vectors` in a thread of its own.

    `library` is always a whole snapshot.
    """

    def __init__(self, bootstrap: str, *, space: str, dimension: int) -> None:
        self._bootstrap = bootstrap
        self._space = space
        self._dimension = dimension
        self._tracks: dict[str, tuple[Array, str]] = {}
        self._unread: set[int] = set()
        self._loaded = threading.Event()
        self._stopping = threading.Event()
        self._library = Library.of((), dimension, space)
        self._thread = threading.Thread(target=self._follow, name="library-feed", daemon=True)

    @property
    def library(self) -> Library:
        """The newest snapshot."""
        return self._library

    def start(self) -> None:
        """Begin, and return when all that was in the topic at the start is in the library.

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
        log.info("library loaded: %d tracks", len(self._library))

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
        while not self._stopping.is_set():
            changed = [self._take(message) for message in consumer.consume(BATCH, POLL_SECONDS)]
            if any(changed):
                self._publish()
            if not self._unread:
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
            return self._tracks.pop(track_id, None) is not None
        try:
            track = decode_keyed(TRACK_VECTORS, TrackVector, message.key(), message.value())
            values = np.array(unpack_vector(track.vector), np.float32)
            vector = unit(values, self._dimension, f"track {track_id!r}")
        except (ValidationError, EventError, UnfitVector) as error:
            # The index agent, which reads the same topic, writes the dead letter.
            log.debug("track vector %s passed over: %s", track_id, error)
            return False
        self._tracks[track.track_id] = vector, track.info.title
        return True

    def _publish(self) -> None:
        tracks = ((t, vector, title) for t, (vector, title) in self._tracks.items())
        self._library = Library.of(tracks, self._dimension, self._space)
        LIBRARY_TRACKS.set(len(self._library))
