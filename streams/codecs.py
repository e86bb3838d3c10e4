"""Bytes <-> records: the one place where wire data is validated."""

import zlib
from datetime import timedelta
from typing import Any, TypeVar

from faust.serializers.codecs import Codec

from schemas import ListenerEvent, SessionState, Versioned
from schemas.record import UtcTime
from streams.errors import FromTheFuture, KeyMismatch, NullValue, TooLarge

R = TypeVar("R", bound=Versioned)
E = TypeVar("E", bound=ListenerEvent)

COMPRESSION = 1
"""zlib's fastest level; the next ones gain little on so short a text."""

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
    if event.occurred_at > sent_at + tolerance:
        raise FromTheFuture(event.occurred_at, sent_at)
    return event


class SessionCodec(Codec):
    """A Faust codec for the values of the sessions table: JSON, deflated.

    The events of a session repeat their names and ids: fifty of them are 12 KB, deflated 2 KB,
    and the row is written to the changelog on every event.
    """

    def _loads(self, s: bytes) -> SessionState:
        return SessionState.model_validate_json(zlib.decompress(s))

    def _dumps(self, s: Any) -> bytes:
        state: SessionState = s
        return zlib.compress(state.encode(), COMPRESSION)
