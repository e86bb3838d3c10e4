"""Broker -> log lines: everything that sessions were made of, in the order it arrived."""

from collections.abc import Iterator, Mapping
from operator import itemgetter
from time import monotonic
from typing import Any

import orjson
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition
from pydantic import ValidationError

from schemas.naming import plain
from streams.errors import BrokerUnavailable
from streams.feeds.compacted import key_of
from streams.kafka.reading import is_end, open_reader, place_of
from streams.tape.recording import EVENTS, RECORDED, TOPIC_OF, Line, parsed

SECONDS = 20.0
"""How long the broker may be silent."""


def record(
    bootstrap: str, session: str | None = None, listener: str | None = None
) -> Iterator[Line]:
    """Yield all messages by arrival, tracks and words before events.

    What is no record of its topic is passed over: no worker took it either. Holds the others in
    memory to sort them: a million events are about a gigabyte.

    Parameters
    ----------
    session : the one session whose events are wanted; all without
    listener : the one listener whose events are wanted; all without

    Raises
    ------
    BrokerUnavailable
        The broker does not answer, or lacks a topic.

    """
    consumer = open_reader(bootstrap, enable_partition_eof=True)
    try:
        wanted = {"session_id": session, "listener_id": listener}
        found = list(_messages(consumer, bootstrap, wanted))
    except KafkaException as error:
        raise BrokerUnavailable(bootstrap, str(error.args[0])) from None
    finally:
        consumer.close()
    for *_, line in sorted(found, key=itemgetter(0, 1, 2, 3, 4)):
        yield line


def _messages(
    consumer: Consumer, bootstrap: str, wanted: Mapping[str, str | None]
) -> Iterator[tuple[bool, int, str, int, int, Line]]:
    unread: set[tuple[str, int]] = set()
    for topic in RECORDED:
        known = consumer.list_topics(topic.name, timeout=SECONDS).topics[topic.name]
        if known.error is not None:
            raise BrokerUnavailable(bootstrap, str(known.error))
        unread |= {(topic.name, partition) for partition in known.partitions}
    consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for topic, p in unread])
    events = {topic.plain for topic in EVENTS}
    until = monotonic() + SECONDS
    while unread:
        message = consumer.poll(max(0.0, until - monotonic()))
        if message is None:
            raise BrokerUnavailable(bootstrap, f"silent for {SECONDS:.0f} s")
        place = (message.topic(), message.partition())
        if (error := message.error()) is not None:
            if is_end(error):
                unread.discard(place)
                until = monotonic() + SECONDS
            continue
        until = monotonic() + SECONDS
        line = _line(message)
        if line is None:
            continue
        is_event = line.topic in events
        if is_event and not _is_wanted(line, wanted):
            continue
        yield is_event, message.timestamp()[1], line.topic, line.partition, line.offset, line


def _is_wanted(line: Line, wanted: Mapping[str, str | None]) -> bool:
    value = line.value or {}
    return all(name is None or value[field] == name for field, name in wanted.items())


def _line(message: Any) -> Line | None:
    """Return a message as a line; None where it is no record of its topic, or of another's key."""
    try:
        value = None if message.value() is None else orjson.loads(message.value())
        line = Line(plain(message.topic()), *place_of(message), value, key_of(message))
        record = parsed(line)
    except (orjson.JSONDecodeError, ValidationError):
        return None
    topic = TOPIC_OF[line.topic]
    if record is not None and topic.key_of(record) != message.key():
        return None
    return line
