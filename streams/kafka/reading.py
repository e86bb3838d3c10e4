"""Read a topic without a group: every reader sees all of it, and nothing is committed."""

from typing import Any

from confluent_kafka import Consumer, KafkaError, TopicPartition

from schemas.naming import named
from streams.groups import CLIENT_ID

ANSWER_SECONDS = 10.0

QUIET = 2
"""librdkafka's log from critical up: what fails is raised, what passes it retries itself."""


def open_reader(bootstrap: str, **options: Any) -> Consumer:
    """Return a consumer that is to be assigned its partitions by hand.

    Parameters
    ----------
    options : further settings of librdkafka's, with `_` for `.`

    """
    return Consumer(
        {
            "bootstrap.servers": bootstrap,
            "client.id": CLIENT_ID,
            "group.id": named("upnext-reader"),  # required, and unused
            "enable.auto.commit": False,
            "socket.timeout.ms": int(ANSWER_SECONDS * 1000),
            "log_level": QUIET,
            **{name.replace("_", "."): value for name, value in options.items()},
        }
    )


def assign_from_now(reader: Consumer, topic: str) -> None:
    """Have a reader begin behind all that is in a topic; raises KafkaException."""
    partitions = reader.list_topics(topic, timeout=ANSWER_SECONDS).topics[topic].partitions
    here = [TopicPartition(topic, partition) for partition in partitions]
    ends = [reader.get_watermark_offsets(place, timeout=ANSWER_SECONDS)[1] for place in here]
    reader.assign(
        [TopicPartition(topic, p.partition, end) for p, end in zip(here, ends, strict=True)]
    )


def is_end(error: KafkaError) -> bool:
    """Say whether an "error" only tells that a partition has been read to its end."""
    return bool(error.code() == KafkaError._PARTITION_EOF)  # noqa: SLF001  # its only name


def place_of(message: Any) -> tuple[int, int]:
    """Return the partition and the offset of a message that came from a topic."""
    return message.partition(), message.offset()
