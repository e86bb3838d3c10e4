"""What the changes to Faust's Kafka transport rest on."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from schemas.topics import SESSION_COMMANDS
from streams.delivery import Active

PLACE = TopicPartition(SESSION_COMMANDS.name, 0)
COUNT = 20


async def fill(bootstrap: str) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        for number in range(COUNT):
            await producer.send_and_wait(PLACE.topic, str(number).encode(), partition=0)


async def reads(bootstrap: str) -> tuple[int, int]:
    """How many records a read for no partitions takes, and how many the read after it."""
    await fill(bootstrap)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    )
    async with consumer:
        consumer.assign([PLACE])
        active: set[TopicPartition] = set()
        wanted = Active(active)
        nothing = await consumer._fetcher.fetched_records(wanted, timeout=1.0)
        active.add(PLACE)
        everything = await consumer._fetcher.fetched_records(wanted, timeout=5.0)
    return len(nothing.get(PLACE, ())), len(everything.get(PLACE, ()))


@pytest.mark.kafka
def test_a_read_while_no_partition_is_active_takes_nothing_from_any(quiet_broker: str) -> None:
    assert asyncio.run(reads(quiet_broker)) == (0, COUNT)
