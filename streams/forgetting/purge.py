"""Raw topics are made free of a listener: found where the last record is, and cut behind it.

What listeners did lies in topics that are not compacted, and Kafka can take single records out of
none. It can only move the beginning of a partition, and remove the files that lie before it. So
with the listener's records goes everything older of that partition, and what is in the same file.
Nobody's session is touched by that, for the workers' tables hold whole sessions; what is lost is
the raw log, for replays and for training.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

import orjson
from confluent_kafka import OFFSET_BEGINNING, KafkaException, TopicPartition

from schemas.topics import (
    INTENTS,
    PLAYBACK_EVENTS,
    PLAYLIST_UPDATES,
    REJECTED_EVENTS,
    SESSION_COMMANDS,
    TOPICS,
    UNDERSTOOD_INTENTS,
    Topic,
)
from streams.errors import BrokerUnavailable, NotRead
from streams.groups import group_of
from streams.kafka.admin import delete_records, end_offsets, group_offsets
from streams.kafka.reading import is_end, open_reader, place_of
from streams.kafka.rolling import ROLL_MS, rolling
from streams.settings import Settings

READERS: Sequence[tuple[str, tuple[Topic, ...]]] = (
    ("words", (INTENTS,)),
    ("sessions", (PLAYBACK_EVENTS, SESSION_COMMANDS, UNDERSTOOD_INTENTS)),
)
"""Which worker reads what, in the order in which records lead to others."""
OUTPUTS = (PLAYLIST_UPDATES, REJECTED_EVENTS)
"""What the workers write, and none of them reads."""
BY_NAME = {topic.name: topic for topic in TOPICS}

READ_SECONDS = 60.0
"""How long the workers may take to read what the listener left."""
TRAFFIC_SECONDS = 15.0
"""How long to wait for records of others."""
SILENT_SECONDS = 20.0
"""How long the broker may be silent."""
PAUSE_SECONDS = 0.2


Place = tuple[str, int]
"""A topic's name and a partition of it."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A partition that begins later than before."""

    topic: str
    partition: int
    before: int
    """The first offset that is left: what is older is out of reach."""
    on_disk: bool
    """Whether its newest file holds what is out of reach until retention removes it: for want of
    others' records nothing could begin a new one."""


def purge(
    settings: Settings,
    listener_id: str,
    *,
    seconds: float = READ_SECONDS,
    traffic_seconds: float = TRAFFIC_SECONDS,
) -> tuple[Cut, ...]:
    """Take all records of a listener, and all older ones beside them, out of the raw topics.

    First waits until the workers have read them, so that nothing is written for them afterwards;
    reads the raw topics from beginning to end. The broker removes the files some minutes later.

    Parameters
    ----------
    seconds : how long the workers may take to read what the listener left
    traffic_seconds : how long to wait for records of others, which a new file begins with

    Raises
    ------
    NotRead
        They have not; what was not read is there still.
    BrokerUnavailable
        The broker does not answer, lacks a topic, or does not let us.

    """
    last = _last_places(settings, listener_id, seconds)
    with rolling(settings, {BY_NAME[topic] for topic, _ in last}):
        sleep(2 * ROLL_MS / 1000)  # from now on a record ends the file of the listener's last one
        ends = end_offsets(settings.bootstrap, last)
        gone_on = _gone_on(settings.bootstrap, ends, traffic_seconds)
        for worker, topics in READERS:
            for topic in topics:
                wanted = {p: ends[t, p] - 1 for t, p in gone_on if t == topic.name}
                _wait_until_read(settings, worker, topic, wanted, seconds)
        cuts = {place: ends[place] if place in gone_on else last[place] + 1 for place in last}
        delete_records(settings.bootstrap, cuts)
    return tuple(
        Cut(*place, before, on_disk=place not in gone_on) for place, before in sorted(cuts.items())
    )


def _last_places(settings: Settings, listener_id: str, seconds: float) -> dict[Place, int]:
    """Return where the listener's last records are, when the workers have read them."""
    last: dict[Place, int] = {}
    for worker, topics in READERS:
        for topic in topics:
            found = last_records(settings.bootstrap, topic, listener_id)
            _wait_until_read(settings, worker, topic, found, seconds)
            last |= {(topic.name, partition): offset for partition, offset in found.items()}
    for topic in OUTPUTS:
        found = last_records(settings.bootstrap, topic, listener_id)
        last |= {(topic.name, partition): offset for partition, offset in found.items()}
    return last


def _gone_on(bootstrap: str, ends: Mapping[Place, int], seconds: float) -> set[Place]:
    """Return the places that have grown beyond these ends, when all have, or the time is up."""
    until = monotonic() + seconds
    while True:
        now = end_offsets(bootstrap, ends)
        grown = {place for place, end in ends.items() if now[place] > end}
        if len(grown) == len(ends) or monotonic() > until:
            return grown
        sleep(PAUSE_SECONDS)


def last_records(bootstrap: str, topic: Topic, listener_id: str) -> Mapping[int, int]:
    """Return the offset of the last record that names a listener, by partition.

    Also in partitions that are not the listener's: a record under a wrong key lies elsewhere.
    Raises BrokerUnavailable.
    """
    return {
        partition: offset
        for partition, offset, key, value in _records(bootstrap, topic.name)
        if names(listener_id, topic, key, value)
    }


def names(listener_id: str, topic: Topic, key: bytes | None, value: bytes | None) -> bool:
    """Say whether a record is of a listener, or speaks of them.

    Of a dead letter it is the rejected value that speaks, whatever it is.
    """
    if key == listener_id.encode() or _mentions(value, listener_id):
        return True
    return topic is REJECTED_EVENTS and _mentions(_rejected(value), listener_id)


def _mentions(value: bytes | None, listener_id: str) -> bool:
    """Say whether a text of some JSON is the id; of what is no JSON, whether it has the id."""
    if value is None:
        return False
    has_it = listener_id.encode() in value
    if not has_it and b"\\" not in value:  # of an escaped id the bytes are others
        return False
    try:
        return listener_id in _texts(orjson.loads(value))
    except orjson.JSONDecodeError:
        return has_it


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value, keys included."""
    match value:
        case str():
            yield value
        case list():
            for each in value:
                yield from _texts(each)
        case dict():
            for key, each in value.items():
                yield key
                yield from _texts(each)


def _rejected(value: bytes | None) -> bytes | None:
    """Return the value that a dead letter is about; None for what is no letter."""
    try:
        letter = orjson.loads(value or b"")
        return b64decode(letter.get("value") or "", validate=True)
    except (orjson.JSONDecodeError, AttributeError, TypeError, NotBase64):
        return None


def _records(bootstrap: str, topic: str) -> Iterator[tuple[int, int, bytes | None, bytes | None]]:
    """Yield partition, offset, key and value of all records that are there when it begins.

    Also of transactions that failed: they lie on the disk like any other.
    """
    reader = open_reader(
        bootstrap,
        enable_partition_eof=True,
        isolation_level="read_uncommitted",
        fetch_wait_max_ms=50,  # at the end of each file the broker would wait for more
    )
    try:
        found = reader.list_topics(topic, timeout=SILENT_SECONDS).topics[topic]
        if found.error is not None:
            raise BrokerUnavailable(bootstrap, str(found.error))
        # Not to the end as it moves: others may write faster than we look.
        unread = end_offsets(bootstrap, [(topic, partition) for partition in found.partitions])
        reader.assign([TopicPartition(*place, OFFSET_BEGINNING) for place in unread])
        while unread:
            message: Any = reader.poll(SILENT_SECONDS)
            if message is None:
                raise BrokerUnavailable(bootstrap, f"{topic} stopped answering")
            partition, offset = place_of(message)
            error = message.error()
            if error is None:
                yield partition, offset, message.key(), message.value()
            if (error and is_end(error)) or offset + 1 >= unread.get((topic, partition), 0):
                unread.pop((topic, partition), None)
    except KafkaException as fault:
        raise BrokerUnavailable(bootstrap, str(fault.args[0])) from None
    finally:
        reader.close()


def _wait_until_read(
    settings: Settings, worker: str, topic: Topic, last: Mapping[int, int], seconds: float
) -> None:
    """Return when the workers have committed past these offsets; raises NotRead."""
    group = group_of(worker, settings.space, settings.engine)
    until = monotonic() + seconds
    while last:
        read = group_offsets(settings.bootstrap, group, topic)
        if all(read.get(partition, 0) > offset for partition, offset in last.items()):
            return
        if monotonic() > until:
            raise NotRead(group, topic.name, seconds)
        sleep(PAUSE_SECONDS)
