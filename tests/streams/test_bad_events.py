"""What cannot be used goes to `rejected-events` with its reason; the next event is unharmed."""

from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from confluent_kafka import Consumer, TopicPartition

from schemas import PlaybackEvent, RejectedEvent
from schemas.topics import INTENTS, PLAYBACK_EVENTS, REJECTED_EVENTS

pytestmark = pytest.mark.kafka

KEY = b"eve"


def event(**fields: object) -> bytes:
    body = {
        "event_id": "bad-1",
        "listener_id": "eve",
        "session_id": "s1",
        "track_id": "nowhere",
        "action": "liked",
        "occurred_at": datetime.now(UTC),
    }
    return PlaybackEvent.model_construct(**(body | fields)).encode()


def letters(bootstrap: str, wanted: Callable[[RejectedEvent], bool]) -> RejectedEvent:
    """Read `rejected-events` from its beginning until the wanted letter comes."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "test-rejected"})
    name = REJECTED_EVENTS.name
    partitions = consumer.list_topics(name).topics[name].partitions
    consumer.assign([TopicPartition(name, p, 0) for p in partitions])
    until = monotonic() + 20
    try:
        while monotonic() < until:
            message = consumer.poll(1)
            if message is not None and message.error() is None and message.value():
                letter = RejectedEvent.model_validate_json(message.value())
                if wanted(letter):
                    return letter
    finally:
        consumer.close()
    raise AssertionError("no such letter in rejected-events")


CASES = {
    "bytes that are not JSON": (b"\xff\x00 not json", "ValidationError", "JSON"),
    "JSON of another shape": (b'{"hello": 1}', "ValidationError", "event_id"),
    "a JSON list": (b"[1, 2]", "ValidationError", "object"),
    "a version from the future": (
        event().replace(b'"schema_version":1', b'"schema_version":9'),
        "ValidationError",
        "schema_version",
    ),
    "an unknown track": (event(), "UnknownTrack", "nowhere"),
    "a null value": (None, "NullValue", "null"),
    "a value of 2 MB": (event(track_id="x" * 2_000_000), "TooLarge", "2000"),
    "a time in the far future": (
        event(occurred_at=datetime.now(UTC) + timedelta(days=365)),
        "FromTheFuture",
        "sent at",
    ),
    "an id of 10,000 characters": (event(event_id="i" * 10_000), "ValidationError", "event_id"),
    "the key of another listener": (event(listener_id="mallory"), "KeyMismatch", "mallory"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_bad_event_is_rejected_with_its_reason_and_the_next_is_handled(
    name, stack, publisher, session, tracks
):
    value, error, in_reason = CASES[name]
    sent: list[int] = []
    publisher.send_raw(
        PLAYBACK_EVENTS.name,
        KEY,
        value,
        lambda fault, message: sent.extend((message.partition(), message.offset())),
    )
    publisher.flush()

    letter = letters(
        stack.settings.bootstrap,
        lambda letter: (
            [letter.partition, letter.offset] == sent and letter.topic == PLAYBACK_EVENTS.name
        ),
    )

    assert letter.error == error
    assert in_reason in letter.reason
    assert letter.size_bytes == len(value or b"")
    assert value is None or b64decode(letter.value) == value[:65_536]
    assert session.play(next(iter(tracks)), "liked").update.revision == 1


def test_an_intent_that_cannot_be_read_is_rejected_and_the_next_is_understood(
    stack, publisher, session
):
    publisher.send_raw(INTENTS.name, KEY, b'{"text": 1}')
    publisher.flush()

    letter = letters(stack.settings.bootstrap, lambda letter: letter.topic == INTENTS.name)

    assert "text" in letter.reason
    assert session.say("more piano").update.revision == 1
