"""Read a compacted topic: what is true of each key now, and what has changed since."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, Generic, Self, TypeVar

from confluent_kafka import KafkaException, TopicPartition
from pydantic import ValidationError

from schemas import Versioned
from schemas.topics import Topic
from streams.codecs import decode_keyed
from streams.errors import BrokerUnavailable, EventError
from streams.kafka.reading import is_end, open_reader, place_of

R = TypeVar("R", bound=Versioned)

SECONDS = 20.0
"""How long the broker may be silent."""


@dataclass(frozen=True, slots=True)
class Kept(Generic[R]):
    """The newest record of a key, and where it is."""

    record: R
    partition: int
    offset: int


def read_all(bootstrap: str, topic: Topic, record: type[R]) -> dict[str, R]:
    """Return the newest record of every key, without what is not such a record.

    Raises
    ------
    BrokerUnavailable
        The broker does not answer, or has no such topic.

    """
    return {key: kept.record for key, kept in read_kept(bootstrap, topic, record).items()}


def read_kept(bootstrap: str, topic: Topic, record: type[R]) -> dict[str, Kept[R]]:
    """Return the newest record of every key with its place; raises BrokerUnavailable."""
    kept: dict[str, Kept[R]] = {}
    with TopicReader(bootstrap, topic) as reader:
        for message in reader.news():
            key = key_of(message)
            kept.pop(key, None)
            if message.value() is None:
                continue
            try:
                found = decode_keyed(topic, record, message.key(), message.value())
            except (ValidationError, EventError):
                continue  # its consumer writes the dead letter
            kept[key] = Kept(found, *place_of(message))
    return kept


def read_keys(bootstrap: str, topic: Topic) -> set[str]:
    """Return the keys that have a value, whatever it is; raises BrokerUnavailable."""
    keys: set[str] = set()
    with TopicReader(bootstrap, topic) as reader:
        for message in reader.news():
            (keys.discard if message.value() is None else keys.add)(key_of(message))
    return keys


def key_of(message: Any) -> str:
    """Return a message's key as text."""
    return text_of(message.key())


def text_of(key: bytes | None) -> str:
    """Return a key as text, whatever it is."""
    return (key or b"").decode(errors="replace")


class TopicReader:
    """Reads a topic from its beginning up to its end; asked again, what has come since.

    Parameters
    ----------
    starts : where to begin, by partition, and no other partition is read; default all of it

    Raises
    ------
    BrokerUnavailable
        The broker does not answer, or has no such topic.

    """

    def __init__(
        self, bootstrap: str, topic: Topic, starts: Mapping[int, int] | None = None
    ) -> None:
        self._bootstrap = bootstrap
        self._topic = topic.name
        self._consumer = open_reader(bootstrap, enable_partition_eof=True)
        # Asked on a connection of its own: on the other, every answer waits behind a fetch.
        self._watcher = open_reader(bootstrap)
        with self._translated():
            # By the reader itself, which would else look for the leaders a second later.
            found = self._consumer.list_topics(topic.name, timeout=10).topics[topic.name]
            if found.error is not None:
                raise BrokerUnavailable(bootstrap, str(found.error))
            self._read_until = {
                partition: max(self._marks(partition)[0], (starts or {}).get(partition, 0))
                for partition in found.partitions
                if starts is None or partition in starts
            }
            self._consumer.assign(
                [TopicPartition(topic.name, p, start) for p, start in self._read_until.items()]
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._consumer.close()
        self._watcher.close()

    def news(self) -> Iterator[Any]:
        """Yield every message that was not read yet, up to the end as it is now.

        Raises
        ------
        BrokerUnavailable
            The broker does not answer.

        """
        with self._translated():
            ends = {partition: self._marks(partition)[1] for partition in self._read_until}
            until = monotonic() + SECONDS
            while any(self._read_until[p] < end for p, end in ends.items()):
                # One by one: `consume` would wait for its whole number, or for its whole time.
                message = self._consumer.poll(max(0.0, until - monotonic()))
                if message is None:
                    raise BrokerUnavailable(self._bootstrap, f"{self._topic} stopped answering")
                partition, offset = place_of(message)
                if (error := message.error()) is None:
                    self._read_until[partition] = offset + 1
                    yield message
                elif is_end(error):  # of which compaction may have taken the last messages
                    self._read_until[partition] = offset
                else:
                    continue  # it may pass, and is no progress
                until = monotonic() + SECONDS

    def _marks(self, partition: int) -> tuple[int, int]:
        """Return a partition's first offset and the one behind its last."""
        place = TopicPartition(self._topic, partition)
        marks: tuple[int, int] = self._watcher.get_watermark_offsets(place, timeout=10)
        return marks

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except KafkaException as error:
            raise BrokerUnavailable(self._bootstrap, str(error.args[0])) from None
