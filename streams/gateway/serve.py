"""The server: uvicorn, with no access log, for it would write tokens down."""

import resource
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from streams.gateway.app import create_app
from streams.gateway.core import Gateway
from streams.gateway.discretion import be_discreet
from streams.gateway.protocol import bounded
from streams.settings import Settings

STOPPING = (signal.SIGINT, signal.SIGTERM)
IDLE_SECONDS = 65
"""How long a connection may be idle between requests: longer than proxies keep theirs."""
GRACE_SECONDS = 5
"""How long requests may go on when the gateway ends."""
BACKLOG = 2_048
SOCKET_BYTES = 65_536
"""Largest message that a WebSocket may bring: none is expected."""
FILES = 65_536
"""File descriptors that are asked for: a connection takes one."""


class Server(uvicorn.Server):
    """uvicorn, which ends the connections that would never end by themselves."""

    def __init__(self, config: uvicorn.Config, goodbye: Callable[[], None]) -> None:
        super().__init__(config)
        self._goodbye = goodbye

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at a signal, and end in peace: uvicorn itself would die by it in the end."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {each: signal.signal(each, self.handle_exit) for each in STOPPING}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say goodbye to those who follow, then wait for the others."""
        self._goodbye()
        await super().shutdown(sockets)


def server_of(gateway: Gateway, *, player: bool = False) -> Server:
    """Return the server of a gateway; `run` serves until it is told to stop."""
    be_discreet()
    settings = gateway.settings
    return Server(config_of(settings, create_app(gateway, player=player)), gateway.say_goodbye)


def config_of(settings: Settings, app: ASGIApp) -> uvicorn.Config:
    """Return how uvicorn serves an application."""
    return uvicorn.Config(
        app,
        host=settings.gateway_host,
        port=settings.gateway_port,
        http=bounded(settings.gateway_connections),
        ws="websockets-sansio",
        ws_max_size=SOCKET_BYTES,
        loop="uvloop",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # Who stands before a proxy is of no importance here, and a client could claim anything.
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def run_gateway(settings: Settings, *, player: bool) -> bool:
    """Serve until told to stop; says whether it ever began.

    Raises
    ------
    OpenToAll, UnreadableKeys, NotASpace
        The gateway cannot be run with these settings.

    """
    allow_files(FILES)
    gateway = Gateway(settings)
    server = server_of(gateway, player=player)
    server.run()
    return server.started


def allow_files(wanted: int) -> None:
    """Have as many files open as are wanted, or as many as the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
