"""The rows that sessions and listeners have, and their bytes on a changelog."""

import zlib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from schemas import Erased, ListenerEvent, SessionState, Versioned
from schemas.listener import ListenerState

R = TypeVar("R", bound=Versioned)

COMPRESSION = 1
"""zlib's fastest level; the next ones gain little on so short a text."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What is remembered, by key: of one worker, or of one partition."""

    sessions: MutableMapping[str, SessionState]
    """By `session_key`."""
    listeners: MutableMapping[str, ListenerState]
    """By listener id."""
    erased: MutableMapping[str, Erased] = field(default_factory=dict)
    """By `streams.work.erasure.pseudonym`."""


@dataclass(frozen=True, slots=True)
class Row(Generic[R]):
    """How a table's values are written: JSON, deflated.

    The events of a session repeat their names and ids: fifty of them are 12 KB, deflated 2 KB,
    and the row is written to the changelog on every event.
    """

    record: type[R]

    def dumps(self, value: R) -> bytes:
        """Return the bytes of a row."""
        return zlib.compress(value.encode(), COMPRESSION)

    def loads(self, packed: bytes) -> R:
        """Return the row; raises ValidationError, zlib.error."""
        return self.record.model_validate_json(zlib.decompress(packed))


SESSION_ROW = Row(SessionState)
LISTENER_ROW = Row(ListenerState)
ERASED_ROW = Row(Erased)

ROWS: Mapping[str, Row[Any]] = {
    "sessions": SESSION_ROW,
    "listeners": LISTENER_ROW,
    "erased": ERASED_ROW,
}
"""By the name of the table, in the order of `Tables`."""


def session_key(event: ListenerEvent | SessionState) -> str:
    """Return the key of a session's row; `|` is in no id."""
    return f"{event.listener_id}|{event.session_id}"
