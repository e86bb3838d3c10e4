"""A log in memory: topics in partitions, offsets, and writes that are still on their way."""

from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import Any

from schemas import PlaylistUpdate, SessionState
from streams.work.messages import Message

Place = tuple[str, int]
"""A topic and one of its partitions."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An update as it lies in its partition."""

    update: PlaylistUpdate
    state: SessionState
    """The session as its owner had it when it ranked."""
    owner: str
    """The worker, and which of its assignments of the partition it was."""


@dataclass(frozen=True, slots=True)
class Written:
    """A row on its changelog."""

    key: str
    row: Any


@dataclass(slots=True)
class Log:
    """What the broker has."""

    records: defaultdict[Place, list[Any]] = field(default_factory=lambda: defaultdict(list))
    """Messages on the inputs; `Sent`, `Output` and `Written` on what workers write."""
    committed: dict[Place, int] = field(default_factory=dict)
    """The offset that a place's next owner starts from."""

    def append(self, topic: str, partition: int, key: bytes, value: bytes | None, at: float) -> int:
        """Add a message to an input; return its offset."""
        records = self.records[topic, partition]
        records.append(Message(topic, partition, len(records), key, value, at))
        return len(records) - 1

    def of(self, topic: str) -> list[Any]:
        """Return a topic's records, each partition's in its order."""
        return [
            record
            for place in sorted(self.records)
            if place[0] == topic
            for record in self.records[place]
        ]


class Producer:
    """Writes that the broker does not have yet: in order within a partition, and only there."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._pending: defaultdict[Place, list[Any]] = defaultdict(list)

    def send(self, place: Place, record: Any) -> None:
        """Take a write."""
        self._pending[place].append(record)

    def flush(self) -> None:
        """Return when the broker has everything."""
        for place in list(self._pending):
            self._deliver(place, len(self._pending[place]))

    def deliver(self, rng: Random) -> None:
        """Let some of it arrive: of each partition any first part."""
        for place, records in sorted(self._pending.items()):
            self._deliver(place, rng.randint(0, len(records)))

    def _deliver(self, place: Place, count: int) -> None:
        self._log.records[place] += self._pending[place][:count]
        del self._pending[place][:count]
