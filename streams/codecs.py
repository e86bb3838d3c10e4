"""Bytes <-> records: the one place where wire data is validated."""

from datetime import timedelta
from typing import TypeVar

from schemas import ListenerEvent, Versioned
from schemas.record import UtcTime
from schemas.topics import Topic
from streams.errors import FromTheFuture, KeyMismatch, NullValue, TooLarge, WrongKey

R = TypeVar("R", bound=Versioned)
E = TypeVar("E", bound=ListenerEvent)

MAX_BYTES = 262_144
"""Largest value that is parsed: five hundred track ids of the longest kind fit in a third."""


def decode(record: type[R], value: bytes | None) -> R:
    """Parse and validate one value.

    Raises
    ------
    NullValue, TooLarge
        There is nothing to parse, or more than any legal record.
    pydantic.ValidationError
        Not JSON, or not such a record, or of a version this worker does not know.

    """
    if value is None:
        raise NullValue(record.__name__)
    if len(value) > MAX_BYTES:
        raise TooLarge(len(value), MAX_BYTES)
    return record.model_validate_json(value)


def decode_keyed(topic: Topic, record: type[R], key: bytes | None, value: bytes | None) -> R:
    """Parse and validate the value of a compacted topic, whose key must name the same thing.

    Under any other key it would outlive its removal.

    Raises
    ------
    NullValue, TooLarge, pydantic.ValidationError
        See `decode`.
    WrongKey
        It is under another key than the record's own.

    """
    found = decode(record, value)
    if key != (expected := topic.key_of(found)):
        raise WrongKey(key, expected)
    return found


def admit(event: E, key: bytes | None, sent_at: UtcTime, tolerance: timedelta) -> E:
    """Return an event whose key and time can be trusted.

    Raises
    ------
    KeyMismatch
        The message is keyed by something else than the listener: it is on a partition that does
        not have this listener's sessions.
    FromTheFuture
        It happened later than `tolerance` after the broker received it.

    """
    if key != event.listener_id.encode():
        raise KeyMismatch(key, event.listener_id)
    if event.occurred_at - sent_at > tolerance:
        raise FromTheFuture(event.occurred_at, sent_at)
    return event
