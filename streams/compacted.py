"""Read a whole compacted topic: what is true of each key now."""

from typing import TypeVar

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition
from pydantic import ValidationError

from schemas import Versioned
from schemas.topics import Topic
from streams.codecs import decode
from streams.errors import BrokerUnavailable, EventError
from streams.kafka.reading import is_end, open_reader

R = TypeVar("R", bound=Versioned)

SECONDS = 20.0
"""How long the broker may be silent."""


def read_all(bootstrap: str, topic: Topic, record: type[R]) -> dict[str, R]:
    """Return the newest record of every key, without what is not such a record.

    Raises
    ------
    BrokerUnavailable
        The broker does not answer, or has no such topic.

    """
    consumer = open_reader(bootstrap, enable_partition_eof=True)
    try:
        return _read(consumer, bootstrap, topic, record)
    except KafkaException as error:
        raise BrokerUnavailable(bootstrap, str(error.args[0])) from None
    finally:
        consumer.close()


def _read(consumer: Consumer, bootstrap: str, topic: Topic, record: type[R]) -> dict[str, R]:
    found = consumer.list_topics(topic.name, timeout=10).topics[topic.name]
    if found.error is not None:
        raise BrokerUnavailable(bootstrap, str(found.error))
    unread = set(found.partitions)
    consumer.assign([TopicPartition(topic.name, p, OFFSET_BEGINNING) for p in unread])
    records: dict[str, R] = {}
    while unread:
        # One by one: `consume` would wait for its whole number, or for its whole time.
        message = consumer.poll(SECONDS)
        if message is None:
            raise BrokerUnavailable(bootstrap, f"{topic.name} stopped answering")
        if (error := message.error()) is not None:
            if is_end(error):
                unread.discard(message.partition())
            continue
        key = (message.key() or b"").decode(errors="replace")
        records.pop(key, None)
        if message.value() is not None:
            try:
                records[key] = decode(record, message.value())
            except (ValidationError, EventError):
                continue  # its consumer writes the dead letter
    return records
