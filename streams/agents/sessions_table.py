"""The table of sessions: frozen states in memory, deflated JSON on its changelog."""

from typing import Any

import faust

from streams.codecs import SessionCodec


class SessionsTable(faust.Table):  # type: ignore[type-arg]  # not generic when it runs
    """A Faust table whose values are session states.

    The codec must be there before Faust makes the table's changelog topic, which recovery reads
    with what it found then: set later, rows are written with it and recovered as plain JSON, and
    the state is lost at the first restart.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.value_serializer = SessionCodec()
