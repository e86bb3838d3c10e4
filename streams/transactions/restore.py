"""What a worker holds of partitions that it was just assigned: positions first, then their rows.

The order matters. Committed offsets come first, and they are stable: no transaction that could
move them is under way. What is committed until then has its rows below the changelog's end as it
is *afterwards*, so that is read, and as `read_committed`. The end is the high watermark and not
the last stable offset: rows that count may lie behind the transaction of another worker that
sleeps, and reading up to the watermark waits until that one is over.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from contextlib import closing
from functools import partial
from threading import Event
from time import monotonic
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition

from schemas.topics import Topic
from streams.errors import ClientFailed, NotCopartitioned, Stalled
from streams.kafka.reading import is_end, open_reader
from streams.transactions.fold import Place
from streams.transactions.tables import Partition
from streams.transactions.transaction import Stopped, insist

log = logging.getLogger(__name__)

OFFSETS_SECONDS = 30.0
"""How long to ask for offsets: longer than a dead worker's transaction may stay open."""
SILENT_SECONDS = 30.0
"""How long nothing may come of a changelog that has not been read to its end, for the same."""
BATCH = 5_000
POLL_SECONDS = 0.05

Positions = dict[int, dict[str, int]]
"""By partition and topic: the offset to go on from."""


def committed_positions(
    consumer: Consumer, assigned: Iterable[TopicPartition], topics: Set[str], stop: Event
) -> Positions:
    """Return from where to go on, by the group's committed offsets.

    Raises
    ------
    NotCopartitioned
        Of some partition not all of the topics are assigned.
    Stopped
        `stop` was set before.
    Stalled, ClientFailed
        The broker does not answer, or refuses.

    """
    places = list(assigned)
    positions: Positions = defaultdict(dict)
    for place in insist(
        "asking for committed offsets",
        partial(_committed, consumer, places),
        seconds=OFFSETS_SECONDS,
        stop=stop,
    ):
        positions[place.partition][place.topic] = max(place.offset, 0)
    for partition, found in positions.items():
        if missing := topics - found.keys():
            raise NotCopartitioned(partition, missing)
    return positions


def restore(
    bootstrap: str,
    changelogs: Mapping[str, Topic],
    partitions: Mapping[int, Partition],
    stop: Event,
) -> None:
    """Fill partitions with their rows; some 30,000 of them a second.

    Raises
    ------
    Stopped
        `stop` was set before.
    Stalled, ClientFailed
        The broker does not answer, or refuses.

    """
    tables = {topic.name: table for table, topic in changelogs.items()}
    left = {
        place: end for place, end in _ends(bootstrap, tables, partitions, stop).items() if end > 0
    }
    if not left:
        return
    options = {"enable_partition_eof": True, "isolation_level": "read_committed"}
    with closing(open_reader(bootstrap, **options)) as reader:
        reader.assign([TopicPartition(*place, OFFSET_BEGINNING) for place in left])
        heard_at = monotonic()
        while left:
            if stop.is_set():
                raise Stopped
            messages = reader.consume(BATCH, POLL_SECONDS)
            for message in messages:
                _take(message, tables, partitions, left)
            if any(message.error() is None for message in messages):
                heard_at = monotonic()
            elif monotonic() > heard_at + SILENT_SECONDS:
                places = ", ".join(f"{topic} {partition}" for topic, partition in left)
                raise Stalled(f"restoring {places}", SILENT_SECONDS, "nothing came")


def _take(
    message: Any,
    tables: Mapping[str, str],
    partitions: Mapping[int, Partition],
    left: dict[Place, int],
) -> None:
    place = message.topic(), message.partition()
    if (error := message.error()) is None:
        rows = partitions[message.partition()].rows[tables[message.topic()]]
        rows.put(message.key().decode(), message.value())
    elif is_end(error):
        # It counts what was aborted, and the marks of transactions; a position does not.
        if message.offset() >= left.get(place, 0):
            left.pop(place, None)
    elif error.fatal():
        raise ClientFailed(f"restoring {place}", error.str())


def _committed(
    consumer: Consumer, places: list[TopicPartition], seconds: float
) -> list[TopicPartition]:
    found: list[TopicPartition] = consumer.committed(places, timeout=seconds)
    for place in found:
        if place.error is not None:
            raise KafkaException(place.error)
    return found


def _ends(
    bootstrap: str, topics: Iterable[str], partitions: Iterable[int], stop: Event
) -> dict[Place, int]:
    """Return the high watermarks of changelogs."""
    places = [TopicPartition(topic, p) for p in partitions for topic in topics]
    if not places:
        return {}
    # A reader that is read_committed is told the last stable offset instead.
    with closing(open_reader(bootstrap, isolation_level="read_uncommitted")) as reader:
        return {
            (place.topic, place.partition): insist(
                f"asking for the end of {place.topic} {place.partition}",
                partial(_high_watermark, reader, place),
                seconds=OFFSETS_SECONDS,
                stop=stop,
            )
            for place in places
        }


def _high_watermark(reader: Consumer, place: TopicPartition, seconds: float) -> int:
    marks: tuple[int, int] = reader.get_watermark_offsets(place, timeout=seconds)
    return marks[1]
