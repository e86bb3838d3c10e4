"""A session's updates as they come: as server-sent events, or as messages of a WebSocket."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from streams.gateway.access import Caller
from streams.gateway.core import Gateway
from streams.gateway.envelopes import UpdateId
from streams.gateway.metrics import FOLLOWERS, STUCK
from streams.gateway.rows import Mailbox, Row

KEEP_ALIVE_SECONDS = 15.0
"""Between two signs of life; so long a revoked key may go on reading."""
STUCK_SECONDS = 20.0
"""A reader that takes nothing for so long is let go."""
ABORT = "upnext.abort"
"""Extension of our server's: ends a connection whose other side takes nothing more."""

Message = tuple[UpdateId, bytes]


class Following:
    """One connection that follows one session.

    Parameters
    ----------
    last : what the client holds already
    deltas : whether the client can apply them

    """

    def __init__(
        self,
        gateway: Gateway,
        caller: Caller,
        listener_id: str,
        row: Row,
        *,
        last: UpdateId | None = None,
        deltas: bool = True,
    ) -> None:
        self._gateway = gateway
        self._caller = caller
        self._listener_id = listener_id
        self._row = row
        self._last = last
        self._deltas = deltas

    async def messages(self) -> AsyncGenerator[Message | None, None]:
        """Yield what brings the client up to date, again and again; None as a sign of life.

        Ends when the gateway stops, or the caller may read no more. Raises Problem where too many
        follow the listener already.
        """
        held = self._last
        with self._gateway.seats.taken(self._listener_id), self._mailbox() as mailbox:
            newest = self._row.newest
            while not self._gateway.is_stopping and self._gateway.access.is_in(self._caller):
                if newest is None or newest.named == held:
                    yield None
                else:
                    base = held if self._deltas else None
                    held = newest.named
                    yield held, self._row.envelope(newest, base)
                newest = await mailbox.take(KEEP_ALIVE_SECONDS)

    @contextmanager
    def _mailbox(self) -> Iterator[Mailbox]:
        mailbox = Mailbox()
        self._row.mailboxes.append(mailbox)
        FOLLOWERS.inc()
        try:
            yield mailbox
        finally:
            self._row.mailboxes.remove(mailbox)
            FOLLOWERS.dec()


class EventStream(Response):
    """An answer of server-sent events, as long as the client stays."""

    media_type = "text/event-stream"

    def __init__(self, following: Following) -> None:
        # A proxy must not hold events back.
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["Content-Length"]
        self._following = following

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Write until the client goes, or takes nothing more."""
        writer = asyncio.create_task(self._write(send))
        reader = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait((writer, reader), return_when=asyncio.FIRST_COMPLETED)
            if writer.done():
                writer.result()
        except Stuck:
            STUCK.inc()
            abort = scope.get("extensions", {}).get(ABORT, {}).get("abort")
            if abort is not None:
                abort()
        finally:
            for task in (writer, reader):
                task.cancel()
            await asyncio.gather(writer, reader, return_exceptions=True)

    async def _write(self, send: Send) -> None:
        begun = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        async with aclosing(self._following.messages()) as messages:
            first = await anext(messages, None)  # whether there is a seat is known only now
            await send(begun)
            await _patiently(send, _event(first))
            async for message in messages:
                await _patiently(send, _event(message))
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def follow_by_socket(socket: WebSocket, following: Following) -> None:
    """Send what brings the client up to date until one side goes."""
    reader = asyncio.create_task(_left(socket))
    writer = asyncio.create_task(_send_all(socket, following))
    try:
        await asyncio.wait((writer, reader), return_when=asyncio.FIRST_COMPLETED)
        if writer.done():
            writer.result()
    except TimeoutError:
        STUCK.inc()
    except WebSocketDisconnect:
        pass
    finally:
        for task in (writer, reader):
            task.cancel()
        await asyncio.gather(writer, reader, return_exceptions=True)


async def _send_all(socket: WebSocket, following: Following) -> None:
    async with aclosing(following.messages()) as messages:
        async for message in messages:
            if message is not None:  # the protocol has signs of life of its own
                async with asyncio.timeout(STUCK_SECONDS):
                    await socket.send_text(message[1].decode())
    await socket.close(1001, "come back")


class Stuck(Exception):
    """Nothing was read from a connection for too long."""


async def _patiently(send: Send, body: bytes) -> None:
    try:
        async with asyncio.timeout(STUCK_SECONDS):
            await send({"type": "http.response.body", "body": body, "more_body": True})
    except TimeoutError:
        raise Stuck from None


def _event(message: Message | None) -> bytes:
    if message is None:
        return b": keep-alive\n\n"
    named, envelope = message
    return b"id: %s\nevent: update\ndata: %s\n\n" % (str(named).encode(), envelope)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _left(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
