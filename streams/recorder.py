"""Broker -> log lines: everything that sessions were made of, in the order it arrived."""

from collections.abc import Iterator
from operator import itemgetter
from typing import Any

import orjson
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition

from streams.errors import BrokerUnavailable
from streams.kafka.reading import is_end, open_reader
from streams.recording import EVENTS, RECORDED, Line

SECONDS = 20.0
"""How long the broker may be silent."""


def record(bootstrap: str, session: str | None = None) -> Iterator[Line]:
    """Yield all messages by arrival, tracks before events; what is no JSON is passed over.

    Holds all of them in memory to sort them: a million events are about a gigabyte.

    Raises
    ------
    BrokerUnavailable
        The broker does not answer, or lacks a topic.

    """
    consumer = open_reader(bootstrap, enable_partition_eof=True)
    try:
        found = list(_messages(consumer, bootstrap))
    except KafkaException as error:
        raise BrokerUnavailable(bootstrap, str(error.args[0])) from None
    finally:
        consumer.close()
    events = {topic.name for topic in EVENTS}
    for *_, line in sorted(found, key=itemgetter(0, 1, 2, 3, 4)):
        is_event = line.topic in events
        if not is_event or session in (None, (line.value or {}).get("session_id")):
            yield line


def _messages(
    consumer: Consumer, bootstrap: str
) -> Iterator[tuple[bool, int, str, int, int, Line]]:
    unread: set[tuple[str, int]] = set()
    for topic in RECORDED:
        known = consumer.list_topics(topic.name, timeout=SECONDS).topics[topic.name]
        if known.error is not None:
            raise BrokerUnavailable(bootstrap, str(known.error))
        unread |= {(topic.name, partition) for partition in known.partitions}
    consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for topic, p in unread])
    events = {topic.name for topic in EVENTS}
    while unread:
        message = consumer.poll(SECONDS)
        if message is None:
            raise BrokerUnavailable(bootstrap, f"silent for {SECONDS:.0f} s")
        place = (message.topic(), message.partition())
        if (error := message.error()) is not None:
            if is_end(error):
                unread.discard(place)
            continue
        line = _line(message)
        if line is not None:
            arrived = message.timestamp()[1]
            yield line.topic in events, arrived, line.topic, line.partition, line.offset, line


def _line(message: Any) -> Line | None:
    try:
        value = None if message.value() is None else orjson.loads(message.value())
    except orjson.JSONDecodeError:
        return None
    key = (message.key() or b"").decode(errors="replace")
    return Line(message.topic(), message.partition(), message.offset(), value, key)
