"""What is taken into a batch, and what is dropped."""

from streams.transactions.batch import Batch
from streams.work.messages import Message


def message(offset: int, *, key: bytes = b"ann", topic: str = "in", partition: int = 0) -> Message:
    return Message(topic, partition, offset, key, b"", 0.0)


def batch(positions: dict[int, dict[str, int]] | None = None, **limits: int) -> Batch:
    found = Batch(**{"max_messages": 100, "max_keys": 100, **limits})
    found.start(positions or {0: {"in": 0}})
    return found


def offsets(of: Batch) -> list[int]:
    return [each.offset for each in of.messages]


def test_a_message_that_was_handled_before_is_dropped():
    reading = batch({0: {"in": 5}})

    for offset in (3, 4, 5, 6, 6, 5, 9):
        reading.add(message(offset))

    assert offsets(reading) == [5, 6, 9]
    assert reading.dropped == 4


def test_a_message_of_an_older_assignment_is_dropped():
    reading = batch({0: {"in": 5}, 1: {"in": 0}})
    reading.add(message(5))
    reading.clear()
    reading.add(message(6))
    reading.start({1: {"in": 0}})

    reading.add(message(7))
    reading.add(message(0, partition=1))

    assert [(each.partition, each.offset) for each in reading.messages] == [(1, 0)]
    assert reading.dropped == 2


def test_a_topic_of_which_nothing_is_assigned_is_dropped():
    reading = batch({0: {"in": 0}})

    reading.add(message(0, topic="other"))

    assert reading.messages == []


def test_a_batch_is_full_after_so_many_messages():
    reading = batch(max_messages=2)

    reading.add(message(0))
    assert not reading.is_full
    reading.add(message(1))

    assert reading.is_full


def test_a_batch_is_full_after_so_many_keys_however_few_the_messages():
    reading = batch(max_keys=2)

    reading.add(message(0, key=b"ann"))
    reading.add(message(1, key=b"ann"))
    assert not reading.is_full
    reading.add(message(2, key=b"bob"))

    assert reading.is_full


def test_after_a_batch_is_taken_the_next_goes_on_where_it_ended():
    reading = batch()
    reading.add(message(0))

    taken = reading.take()
    reading.add(message(0))
    reading.add(message(1))

    assert [each.offset for each in taken] == [0]
    assert offsets(reading) == [1]
