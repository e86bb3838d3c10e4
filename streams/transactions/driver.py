"""The loop: read a batch, fold it, write it in one transaction, and only then believe it.

One thread. Callbacks of the group run only inside `poll`, so never within a transaction. Whatever
fails before a commit is undone by reading the batch again; whatever leaves it unknown whether a
commit came through is left to fresh clients, which ask the broker (`supervision`).
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event
from time import monotonic
from typing import Any, Self

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from schemas.topics import Topic
from streams.errors import ClientFailed, RowTooLarge, Stalled
from streams.kafka.reading import is_end
from streams.metrics import LAG, READY, SESSIONS
from streams.settings import Settings
from streams.transactions.batch import Batch
from streams.transactions.clients import Identity, open_consumer, open_producer
from streams.transactions.fold import Folded, Work, fold, refuse
from streams.transactions.restore import committed_positions, restore
from streams.transactions.tables import Partition
from streams.transactions.transaction import Stopped, Transactions
from streams.work.messages import Message

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2
"""How long to wait for a first message, and so how late a signal may be noticed."""
WATCH_SECONDS = 5.0
"""Between two looks at the lag."""
JOIN_SECONDS = 60.0
"""How long to be without an assignment: the others of the group may be restoring their rows."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is to do."""

    work: Work
    changelogs: Mapping[str, Topic] = field(default_factory=dict)
    """Where the rows of each table go; nothing for work that keeps none."""
    max_messages: int = 5_000
    """Messages of a batch."""
    max_keys: int = 200
    """Different keys of a batch: each is a queue to rank before anything is committed."""


@dataclass(slots=True)
class Held:
    """What outlives the clients: the rows in memory, and what is known of the worker itself."""

    partitions: dict[int, Partition] = field(default_factory=dict)
    """As of the last commit that we know of. They are used again where the group's committed
    offsets are still ours, for then nobody has written since."""
    members: set[str] = field(default_factory=set)
    """Ids that the group has given to this process."""
    stuck_since: float | None = None
    """Since when nothing was committed that should have been."""


@dataclass(slots=True)
class Faults:
    """What the clients report beside what their calls raise: in callbacks, or as messages."""

    fatal: KafkaError | None = None
    """Nothing comes after it."""

    def note(self, error: KafkaError) -> None:
        """Take a report."""
        if error.fatal() or error.code() == KafkaError._FATAL:  # noqa: SLF001  # its only name
            self.fatal = error


class Driver:
    """One generation of clients at work; a context manager."""

    def __init__(self, settings: Settings, job: Job, held: Held, stop: Event) -> None:
        self._settings = settings
        self._job = job
        self._held = held
        self._stop = stop
        self._batch = Batch(job.max_messages, job.max_keys)
        self._waiting_since: float | None = monotonic()
        self._caught_up: dict[tuple[str, int], int] = {}
        self._watched_at = 0.0
        self._faults = Faults()
        identity = Identity.of(job.work.name, settings)
        self._producer = open_producer(
            settings.bootstrap, identity, settings.linger_seconds, self._faults.note
        )
        self._consumer = open_consumer(
            settings.bootstrap, identity, settings.session_timeout_seconds, self._faults.note
        )
        self._transactions = Transactions(self._producer, job.changelogs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._batch.clear()
        # What came of the last batch may be unknown: what was committed is in the tables.
        self._job.work.forget(set(self._held.partitions))
        with suppress(KafkaException):  # one that failed complains again
            self._consumer.close()
        # Not `close`: it would wait for an abort, which the next producer of our name makes sooner.
        del self._producer, self._transactions

    def run(self) -> None:
        """Work until the worker is told to stop; the batch at hand is finished first.

        Raises
        ------
        Stalled, ClientFailed
            Fresh clients are needed.
        NotCopartitioned
            Nothing but an operator helps.

        """
        try:
            self._transactions.start(self._stop)
            self._consumer.subscribe(
                [topic.name for topic in self._job.work.sources],
                on_assign=self._on_assign,
                on_revoke=self._on_revoke,
                on_lost=self._on_revoke,
            )
            while not self._stop.is_set():
                self._read()
                if messages := self._batch.take():
                    self._handle(messages)
                elif self._waiting_since is None:
                    self._held.stuck_since = None
                self._watch()
        except Stopped:
            pass
        except KafkaException as error:
            raise ClientFailed("consuming", error.args[0].str()) from None

    # Reading

    def _read(self) -> None:
        """Fill the batch with what is there; wait only for the first message."""
        wait = POLL_SECONDS
        while not self._batch.is_full:
            message: Any = self._consumer.poll(wait)
            if message is not None:
                self._take(message)
            self._require_sound()
            if message is None:
                return
            wait = 0.0

    def _take(self, message: Any) -> None:
        if (error := message.error()) is None:
            self._batch.add(message_of(message))
        elif is_end(error):
            self._caught_up[message.topic(), message.partition()] = message.offset()
        else:
            self._faults.note(error)

    def _require_sound(self) -> None:
        if self._faults.fatal is not None:
            raise ClientFailed("staying in the group", self._faults.fatal.str())
        if self._waiting_since is not None and monotonic() > self._waiting_since + JOIN_SECONDS:
            raise Stalled("joining the group", JOIN_SECONDS, "no partitions were assigned")

    # Assignments

    def _on_assign(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        begun = monotonic()
        topics = {topic.name for topic in self._job.work.sources}
        positions = committed_positions(consumer, places, topics, self._stop)
        held = self._held.partitions
        kept = {p: held[p] for p in positions if p in held and held[p].positions == positions[p]}
        fresh = {p: Partition(positions[p]) for p in positions if p not in kept}
        self._job.work.forget(held.keys() - kept.keys())
        self._held.partitions = kept
        restore(self._settings.bootstrap, self._job.changelogs, fresh, self._stop)
        self._held.partitions = kept | fresh
        self._batch.start(positions)
        self._held.members.add(consumer.memberid())
        consumer.assign(
            [TopicPartition(t, p, o) for p, at in positions.items() for t, o in at.items()]
        )
        self._waiting_since = None
        READY.set(1)
        log.info(
            "assigned partitions %s: %s kept, %d rows of the others restored in %.1f s",
            sorted(positions),
            sorted(kept) or "none",
            sum(len(rows) for partition in fresh.values() for rows in partition.rows.values()),
            monotonic() - begun,
        )

    def _on_revoke(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        self._batch.clear()
        self._waiting_since = monotonic()
        consumer.unassign()
        log.info("gave back partitions %s", sorted({place.partition for place in places}))

    # Working

    def _handle(self, batch: list[Message]) -> bool:
        """Do the work of a batch, or put it back; say whether it is done."""
        partitions = self._held.partitions
        try:
            folded = fold(self._job.work, batch, partitions)
        except RowTooLarge as error:
            self._job.work.forget(set(partitions))
            if len(batch) > 1:
                half = len(batch) // 2
                return self._handle(batch[:half]) and self._handle(batch[half:])
            folded = refuse(batch[0], error, datetime.now(UTC))
        return self._commit(folded)

    def _commit(self, folded: Folded) -> bool:
        member = self._consumer.consumer_group_metadata()
        if self._transactions.write(folded, member):
            folded.merge(self._held.partitions)
            self._held.stuck_since = None
            return True
        self._rewind()
        return False

    def _rewind(self) -> None:
        """Read again what was not committed; raises KafkaException, for a gap must not be read."""
        self._job.work.forget(set(self._held.partitions))
        positions = {p: held.positions for p, held in self._held.partitions.items()}
        self._batch.start(positions)
        for partition, at in positions.items():
            for topic, offset in at.items():
                self._consumer.seek(TopicPartition(topic, partition, offset))

    # Watching

    def _watch(self) -> None:
        if monotonic() < self._watched_at + WATCH_SECONDS:
            return
        self._watched_at = monotonic()
        partitions = self._held.partitions
        if "sessions" in self._job.changelogs:
            SESSIONS.set(sum(len(held.rows["sessions"]) for held in partitions.values()))
        LAG.clear()  # of topics whose partitions another worker has now
        for partition, held in partitions.items():
            for topic, offset in held.positions.items():
                LAG.labels(topic).inc(self._lag(topic, partition, offset))

    def _lag(self, topic: str, partition: int, position: int) -> int:
        """Return how many messages wait; the marks that transactions leave are none."""
        place = TopicPartition(topic, partition)
        _, end = self._consumer.get_watermark_offsets(place, cached=True)
        done = max(position, self._caught_up.get((topic, partition), 0))
        return max(0, int(end) - done)


def message_of(message: Any) -> Message:
    """Return what the client has read."""
    return Message(
        topic=message.topic(),
        partition=message.partition(),
        offset=message.offset(),
        key=message.key(),
        value=message.value(),
        timestamp=message.timestamp()[1] / 1000,
    )
