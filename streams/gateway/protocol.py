"""uvicorn's HTTP, with bounds on what a connection may take before it says what it wants."""

import asyncio
import socket
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from streams.gateway.follow import ABORT
from streams.gateway.problems import MEDIA_TYPE, Problem

HEAD_BYTES = 32_768
"""A request line and its headers that do not end within so many are refused."""
HEAD_SECONDS = 10.0
"""How long a head may take to arrive."""
GONE_SECONDS = 30
"""How long the other side may leave what was sent without an acknowledgement."""


class Protocol(HttpToolsProtocol):
    """One connection. By itself uvicorn would wait for a head for ever, and take one of any size.

    Refusals at this level are problems too, and end the connection.
    """

    most_connections = 0
    """How many may be open; see `bounded`."""
    _clock: asyncio.TimerHandle | None = None
    _in_head = False
    _head_bytes = 0
    _has_ended = False
    """Whether a request was complete with what came last."""

    def connection_made(self, transport: Any) -> None:
        """Start the clock, and have the system notice where the other side has vanished."""
        super().connection_made(transport)
        made = transport.get_extra_info("socket")
        if made is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE_SECONDS * 1_000)
        if len(self.connections) > self.most_connections:
            self._refuse(Problem("too-many-connections", "come back later", retry_after=5))
            return
        self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, but no head without an end."""
        if self.transport.is_closing():
            return
        self._has_ended = False
        super().data_received(data)
        if self._in_head and not self._has_ended:  # else some of it was the one before
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse(Problem("head-too-large", f"a head has at most {HEAD_BYTES} bytes"))

    def on_message_begin(self) -> None:
        """Start the clock, and give the application a way to end the connection at once."""
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        if self._clock is None:
            self._start_clock()
        self.scope["extensions"] = {ABORT: {"abort": self.transport.abort}}

    def on_headers_complete(self) -> None:
        """Stop the clock: the application's own bounds hold from here."""
        self._stop_clock()
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Remember that what follows is another request's."""
        self._has_ended = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(Problem("malformed", msg))

    def _start_clock(self) -> None:
        self._clock = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _give_up(self) -> None:
        self._refuse(Problem("too-slow", f"no whole head came within {HEAD_SECONDS:g} s"))

    def _refuse(self, problem: Problem) -> None:
        self._stop_clock()
        if self.transport.is_closing():
            return
        body = orjson.dumps(problem.body)
        lines = [
            f"HTTP/1.1 {problem.status} {problem.title}",
            f"content-type: {MEDIA_TYPE}",
            f"content-length: {len(body)}",
            "connection: close",
            *(f"{name.lower()}: {value}" for name, value in problem.headers.items()),
        ]
        self.transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        self.transport.close()


def bounded(connections: int) -> type[Protocol]:
    """Return the protocol of a server that has at most so many connections."""
    return type("Bounded", (Protocol,), {"most_connections": connections})
