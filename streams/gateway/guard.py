"""What holds for every request, whatever it asks: whence it comes, how large it is, how it ends."""

import asyncio
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from streams.gateway.access import Access
from streams.gateway.metrics import REQUESTS
from streams.gateway.problems import Problem

MOST_BYTES = 1_048_576
"""Size of a body."""
SLOW_SECONDS = 10.0
"""How long the next part of a body may take."""

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""Nothing from elsewhere, and no script or style in the page itself."""


def security_headers(*, has_origins: bool) -> tuple[tuple[bytes, bytes], ...]:
    """Return what every answer says to a browser.

    Parameters
    ----------
    has_origins : whether pages of other origins may use what is served

    """
    resource = b"cross-origin" if has_origins else b"same-origin"
    return (
        (b"content-security-policy", POLICY.encode()),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", resource),
        (b"permissions-policy", b"camera=(), geolocation=(), microphone=(self)"),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
    )


class Guard:
    """Wraps the application."""

    def __init__(
        self, app: ASGIApp, access: Access, headers: Iterable[tuple[bytes, bytes]]
    ) -> None:
        self._app = app
        self._access = access
        self._headers = tuple(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it."""
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": self._with_ours(scope, message["headers"])}
                route = getattr(scope.get("route"), "path", "none")
                REQUESTS.labels(route, message["status"]).inc()
            await send(message)

        try:
            self._access.require_place(headers)
            _require_size(headers)
        except Problem as problem:
            await problem.response(scope, receive, answer)
            return
        await self._app(scope, _bounded(receive), answer)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._access.require_place(Headers(scope=scope))
        except Problem as problem:
            socket = WebSocket(scope, receive, send)
            await socket.receive()
            await socket.send_denial_response(problem.response)
            return
        await self._app(scope, receive, send)

    def _with_ours(
        self, scope: Scope, headers: Iterable[tuple[bytes, bytes]]
    ) -> list[tuple[bytes, bytes]]:
        both = [*headers, *self._headers]
        if all(name != b"cache-control" for name, _ in both):
            # The page is asked for anew each time, and answered with 304 where it has not changed.
            kept = b"no-store" if scope["path"].startswith("/v1/") else b"no-cache"
            both.append((b"cache-control", kept))
        return both


def _require_size(headers: Headers) -> None:
    said = headers.get("content-length", "0")
    if said.isascii() and said.isdigit() and int(said[:20]) > MOST_BYTES:
        raise _too_large()


def _bounded(receive: Receive) -> Receive:
    """Return what reads a body and gives up on one that is too large or too slow."""
    size, is_whole = 0, False

    async def bounded() -> Message:
        nonlocal size, is_whole
        if is_whole:  # from now on only the end of the connection can come, and it may take long
            return await receive()
        try:
            async with asyncio.timeout(SLOW_SECONDS):
                message = await receive()
        except TimeoutError:
            raise Problem("too-slow", f"no byte came for {SLOW_SECONDS:g} s") from None
        size += len(message.get("body", b""))
        is_whole = not message.get("more_body", False)
        if size > MOST_BYTES:
            raise _too_large()
        return message

    return bounded


def _too_large() -> Problem:
    return Problem("too-large", f"a body has at most {MOST_BYTES} bytes")
