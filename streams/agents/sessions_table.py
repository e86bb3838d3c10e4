"""The table of sessions: frozen states in memory, deflated JSON on its changelog."""

import zlib
from typing import Any

import faust
from faust.serializers.codecs import Codec

from schemas import SessionState

COMPRESSION = 1
"""zlib's fastest level; the next ones gain little on so short a text."""


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


class SessionsTable(faust.Table):  # type: ignore[type-arg]  # not generic when it runs
    """A Faust table whose values are session states.

    The codec must be there before Faust makes the table's changelog topic, which recovery reads
    with what it found then: set later, rows are written with it and recovered as plain JSON, and
    the state is lost at the first restart.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.value_serializer = SessionCodec()
