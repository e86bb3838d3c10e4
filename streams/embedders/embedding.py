"""The batch embedder: `catalogue-tracks` -> `track-vectors`, by a consumer group of one space.

`upnext worker embed` and `upnext index` are members of this group, and so is the same worker on
any other machine that can read the files. Each space has a group of its own, and so its own place
in the catalogue: a new space begins at the beginning while the old one goes on.

Not a Faust agent but a plain consumer. A track takes from 20 ms to minutes of computing, which in
Faust's one event loop would starve its heartbeats; here librdkafka's own thread beats, and threads
embed while this one keeps polling. And Faust acknowledges what it has handed to an agent, done or
not; here an offset is committed when the vector is with the broker.

What is promised, however a member ends: no track is lost, and none gets a second vector. What was
published is seen to be there when its record is read again; only the tracks in work at that
moment, `AHEAD` for each job, are embedded again. (Two members may publish the same bytes twice
where one was cut off from the broker for longer than `SESSION_SECONDS` and came back.)
"""

import logging
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from threading import Lock
from time import monotonic
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from embedder.batch import (
    AudioSpace,
    Broken,
    Embedded,
    Known,
    Moved,
    Outcome,
    embed_track,
    is_current,
)
from schemas import Track, TrackVector, vector_key
from schemas.topics import CATALOGUE_TRACKS, REJECTED_EVENTS, TRACK_VECTORS
from streams.client import Publisher
from streams.codecs import decode_keyed
from streams.embedders.known_vectors import KnownVectors
from streams.feeds.compacted import text_of
from streams.groups import CLIENT_ID, group_of
from streams.kafka.reading import QUIET, place_of
from streams.letters.dead_letters import FAULTS, key_of_letter, letter_of
from streams.metrics import EMBED_SECONDS, READY

log = logging.getLogger(__name__)

AHEAD = 2
"""Tracks in work for each job: enough to keep all busy while the results are published in order."""
SESSION_SECONDS = 6.0
"""How long a dead member's partitions stay without one."""
COMMIT_SECONDS = 1.0
"""Between two commits; what lies between is known to have its vector when it is read again."""
POLL_SECONDS = 0.2
"""How long to wait for a track where none is in work."""
WAIT_SECONDS = 0.05
"""How long to wait for a track in work before polling again."""
INBOX = 500
"""Records read ahead, so that those with nothing to do are passed quickly."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be embedded, in what, and with how many hands."""

    bootstrap: str
    space: str
    """Hash of the space, known before it is loaded."""
    load: Callable[[], AudioSpace]
    """Loads it, which takes seconds; called when a first track needs it."""
    jobs: int = 1
    """Threads that embed."""


@dataclass(frozen=True, slots=True)
class CatalogueMessage:
    """A record of `catalogue-tracks` as it came."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    topic: str = CATALOGUE_TRACKS.name

    @property
    def track_id(self) -> str:
        """The track that it is about."""
        return text_of(self.key)


@dataclass(frozen=True, slots=True)
class Removed:
    """A track that left the catalogue, and its vectors of every space with it."""


@dataclass(frozen=True, slots=True)
class NoTrack:
    """A record that is none of a track, and what is wrong with it."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Handled:
    """A record and what became of it, all of it with the broker."""

    message: CatalogueMessage
    outcome: Outcome | Removed | NoTrack


@dataclass(frozen=True, slots=True)
class _Begun:
    message: CatalogueMessage
    outcome: "Future[Outcome | Removed | NoTrack]"


class Embedder:
    """A member of the group. Use it once: `work` joins, embeds and leaves.

    Parameters
    ----------
    vectors : those that there are, where the caller reads them too; else read when needed

    """

    def __init__(self, job: Job, vectors: KnownVectors | None = None) -> None:
        if job.jobs < 1:
            raise ValueError(f"jobs is {job.jobs}, at least 1 is needed")
        self._job = job
        self._publisher = Publisher(job.bootstrap)
        self._threads = ThreadPoolExecutor(job.jobs, thread_name_prefix="embed")
        self._inbox: deque[CatalogueMessage] = deque()
        self._begun: deque[_Begun] = deque()
        self._done: dict[int, int] = {}
        """Of each partition, the offset behind all that is handled."""
        self._committed: dict[int, int] = {}
        """Of each partition, what the broker has confirmed of that."""
        self._committed_at = monotonic()
        self._given = vectors
        self._loading = Lock()
        self._vectors_may_be_old = True
        self._consumer = Consumer({**_settings(job), "on_commit": self._on_commit})

    def work(self) -> Generator[Sequence[Handled]]:
        """Yield what became of each record, in the order of its partition, for ever.

        Yields several times a second, even nothing, so that the caller can look around. Closing
        the generator leaves the group; nothing that was yielded is lost: its vector, or its dead
        letter, is with the broker.

        Raises
        ------
        BrokerUnavailable
            The broker did not take a vector, or could not say which ones there are.

        """
        try:
            self._consumer.subscribe(
                [CATALOGUE_TRACKS.name],
                on_assign=self._on_assign,
                on_revoke=self._on_revoke,
                on_lost=self._on_lost,
            )
            while True:
                self._take()
                self._begin()
                yield self._finish()
                if monotonic() - self._committed_at > COMMIT_SECONDS:
                    self._commit(wait=False)
        finally:
            self._commit(wait=True)
            self._threads.shutdown(wait=True, cancel_futures=True)
            self._consumer.close()
            if self._given is None and "_vectors" in vars(self):
                self._vectors.close()

    def waiting(self) -> int:
        """Return how many records of this member's partitions are still to be handled."""
        behind = 0
        for place in self._consumer.position(self._consumer.assignment()):
            end = self._consumer.get_watermark_offsets(place, cached=True)[1]
            behind += max(0, end - place.offset) if place.offset >= 0 else 0
        return behind + len(self._inbox) + len(self._begun)

    def _take(self) -> None:
        """Read records; that alone keeps this member in the group, so one at least is asked for."""
        idle = not self._inbox and not self._begun
        room = max(1, INBOX - len(self._inbox))
        messages = self._consumer.consume(room, POLL_SECONDS if idle else 0)
        # Others may have written, or removed, while this member had nothing to do.
        self._vectors_may_be_old |= idle and bool(messages)
        for message in messages:
            if (error := message.error()) is not None:
                log.warning("reading %s: %s", CATALOGUE_TRACKS.name, error.str())
                continue
            self._inbox.append(CatalogueMessage(*place_of(message), message.key(), message.value()))

    def _begin(self) -> None:
        if self._inbox and self._vectors_may_be_old:
            self._vectors.refresh()
            self._vectors_may_be_old = False
        in_work = sum(not begun.outcome.done() for begun in self._begun)
        begun_tracks = {begun.message.track_id for begun in self._begun}
        while self._inbox and in_work < AHEAD * self._job.jobs:
            # What comes next of the same track depends on what becomes of it now.
            if self._inbox[0].track_id in begun_tracks:
                return
            message = self._inbox.popleft()
            outcome = self._outcome(message)
            self._begun.append(_Begun(message, outcome))
            begun_tracks.add(message.track_id)
            in_work += not outcome.done()

    def _outcome(self, message: CatalogueMessage) -> "Future[Outcome | Removed | NoTrack]":
        if message.value is None:
            return _certain(Removed())
        try:
            track = decode_keyed(CATALOGUE_TRACKS, Track, message.key, message.value)
        except FAULTS as error:
            return _certain(NoTrack(error))
        known = self._vectors.of(track.track_id)
        if known is not None and is_current(track, known):
            return _certain(Known(track))
        return self._threads.submit(self._embed, track, known)

    def _embed(self, track: Track, known: TrackVector | None) -> Outcome:
        """Embed a track in one of the threads; the first to need the space loads it."""
        with self._loading:
            space = self._space
        with EMBED_SECONDS.time():
            return embed_track(track, space, known)

    def _finish(self) -> Sequence[Handled]:
        """Publish what is done, in order, and return it once the broker has it."""
        if self._begun:
            futures.wait([self._begun[0].outcome], timeout=WAIT_SECONDS)
        finished = []
        while self._begun and self._begun[0].outcome.done():
            begun = self._begun.popleft()
            finished.append(Handled(begun.message, begun.outcome.result()))
        for handled in finished:
            self._publish(handled)
        if finished:
            self._publisher.flush()
        for handled in finished:
            self._done[handled.message.partition] = handled.message.offset + 1
        return finished

    def _publish(self, handled: Handled) -> None:
        match handled.outcome:
            case Embedded(record=record) | Moved(record=record):
                self._publisher.send(TRACK_VECTORS, record)
                self._vectors.add(record)
            case Broken(error=error) | NoTrack(error=error):
                letter = letter_of(handled.message, error, datetime.now(UTC))
                under = key_of_letter(handled.message.key)
                self._publisher.send_raw(REJECTED_EVENTS.name, under, letter.encode())
            case Removed():
                track_id = handled.message.track_id
                for space in self._vectors.spaces_of(track_id):
                    key = vector_key(space, track_id)
                    self._publisher.send_raw(TRACK_VECTORS.name, key.encode(), None)
                    self._vectors.forget(key)

    def _commit(self, *, wait: bool) -> None:
        """Commit what is not confirmed yet; what fails is tried again with the next."""
        self._committed_at = monotonic()
        offsets = [
            TopicPartition(CATALOGUE_TRACKS.name, partition, offset)
            for partition, offset in self._done.items()
            if self._committed.get(partition) != offset
        ]
        if not offsets:
            return
        try:
            if wait:
                self._consumer.commit(offsets=offsets, asynchronous=False)
            else:
                self._consumer.commit(offsets=offsets)
        except KafkaException as error:
            # The partition is another member's by now: it finds the vectors and goes on.
            log.info("offsets not committed: %s", error.args[0].str())

    def _on_commit(self, error: KafkaError | None, places: list[TopicPartition]) -> None:
        for place in places:
            if error is None and place.error is None:
                self._committed[place.partition] = place.offset

    def _on_assign(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        log.info("embedding partitions %s", _numbers(partitions))
        READY.set(1)
        # What their last owner published since we looked must not be embedded again.
        self._vectors_may_be_old = True

    def _on_revoke(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        self._commit(wait=True)
        self._let_go(_numbers(partitions))

    def _on_lost(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        self._let_go(_numbers(partitions))

    def _let_go(self, partitions: Sequence[int]) -> None:
        """Drop what is not done of partitions that are another member's now."""
        log.info("letting go of partitions %s", partitions)
        for partition in partitions:
            self._done.pop(partition, None)
            self._committed.pop(partition, None)
        self._inbox = deque(m for m in self._inbox if m.partition not in partitions)
        self._begun = deque(b for b in self._begun if b.message.partition not in partitions)

    @cached_property
    def _vectors(self) -> KnownVectors:
        return self._given or KnownVectors(self._job.bootstrap, self._job.space)

    @cached_property
    def _space(self) -> AudioSpace:
        return self._job.load()


def _settings(job: Job) -> dict[str, Any]:
    return {
        "bootstrap.servers": job.bootstrap,
        "client.id": CLIENT_ID,
        "group.id": group_of("embed", job.space),
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        # A member that comes takes some partitions, and the others go on with the rest. None has
        # a name that it keeps: a commit from before an outage would fence it for good.
        "partition.assignment.strategy": "cooperative-sticky",
        "session.timeout.ms": int(SESSION_SECONDS * 1000),
        "heartbeat.interval.ms": int(SESSION_SECONDS * 250),
        "log_level": QUIET,
    }


def _certain(
    outcome: Known | Removed | NoTrack,
) -> "Future[Outcome | Removed | NoTrack]":
    future: Future[Outcome | Removed | NoTrack] = Future()
    future.set_result(outcome)
    return future


def _numbers(partitions: list[TopicPartition]) -> list[int]:
    return [place.partition for place in partitions]
