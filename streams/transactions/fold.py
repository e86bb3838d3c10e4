"""A batch of messages -> all that one transaction writes. Pure: nothing changes until `merge`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from schemas.topics import Topic
from streams.errors import EventError
from streams.letters.dead_letters import reject
from streams.metrics import ROW_BYTES
from streams.transactions.tables import Overlay, Partition, tables_over
from streams.work.messages import Message, Output
from streams.work.tables import Tables

Place = tuple[str, int]
"""A source topic and a partition of it."""


class Work(Protocol):
    """What a worker does with messages, as far as a driver knows."""

    name: str
    sources: tuple[Topic, ...]

    def take(self, message: Message, tables: Tables) -> Iterable[Output]:
        """Take in a message, and return what is to be sent for it alone."""

    def answers(self, tables: Tables) -> Iterable[Output]:
        """Return what is to be sent for the messages taken in since the last time."""

    def forget(self, partitions: set[int]) -> None:
        """Drop what is remembered of partitions beside the tables."""


@dataclass(frozen=True, slots=True)
class Change:
    """A row as its changelog gets it."""

    table: str
    partition: int
    key: str
    packed: bytes | None
    """None for a row that is gone: a tombstone."""


@dataclass(frozen=True, slots=True)
class Folded:
    """All that one transaction writes."""

    outputs: Sequence[Output]
    changes: Sequence[Change]
    ends: Mapping[Place, int]
    """By place that was read: the offset to go on from."""
    overlays: Sequence[Overlay[Any]] = ()

    def merge(self, partitions: Mapping[int, Partition]) -> None:
        """Make it what is held of the partitions: it is committed."""
        for overlay in self.overlays:
            overlay.merge()
        for (topic, partition), end in self.ends.items():
            partitions[partition].positions[topic] = end


def fold(work: Work, batch: Iterable[Message], partitions: Mapping[int, Partition]) -> Folded:
    """Do the work of a batch: its messages in their order, then the answers, by partition.

    Raises
    ------
    RowTooLarge
        A row has outgrown what the broker takes; `work.forget` what it has seen of the batch.

    """
    outputs: list[Output] = []
    changes: list[Change] = []
    overlays: list[Overlay[Any]] = []
    ends: dict[Place, int] = {}
    for partition, messages in _by_partition(batch).items():
        over = partitions[partition].overlays()
        tables = tables_over(over)
        for message in messages:
            outputs += work.take(message, tables)
            ends[message.topic, partition] = message.offset + 1
        outputs += work.answers(tables)
        for table, overlay in over.items():
            changes += _changes(table, partition, overlay)
        overlays += over.values()
    return Folded(outputs, changes, ends, overlays)


def refuse(message: Message, error: EventError, now: datetime) -> Folded:
    """Return what is written for a message whose work cannot be: its dead letter."""
    letter = reject(message, error, now, kind=message.topic)
    return Folded([letter], [], {(message.topic, message.partition): message.offset + 1})


def _by_partition(batch: Iterable[Message]) -> Mapping[int, list[Message]]:
    found: dict[int, list[Message]] = defaultdict(list)
    for message in batch:
        found[message.partition].append(message)
    return found


def _changes(table: str, partition: int, overlay: Overlay[Any]) -> Iterable[Change]:
    watch = ROW_BYTES.labels(table)
    for key, packed in overlay.pack().items():
        if packed is not None:
            watch.observe(len(packed))
        yield Change(table, partition, key, packed)
