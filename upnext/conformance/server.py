"""A gateway that follows a script, for one client."""

import json
import select
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from urllib.parse import urlsplit

from upnext.conformance.script import Leg, Pause, Step
from upnext.conformance.story import SESSION, Json

CUT_OFF = struct.pack("ii", 1, 0)
"""For SO_LINGER: closing sends a reset instead of the end of the stream."""

MAX_CONNECTIONS = 100
"""More than these, and the client comes back without end."""


class Script:
    """Where the client is in its script, and what it did that is not in it."""

    def __init__(self, legs: tuple[Leg, ...]) -> None:
        self.legs = legs
        self.connected = 0
        self.faults: list[str] = []
        self.fetched = threading.Event()
        """Whether the queue was fetched whole, by `GET queue`."""
        self.over = threading.Event()
        self._counting = threading.Lock()

    def connect(self, asked: str | None) -> int:
        """Return which connection this is, and judge what was asked for."""
        with self._counting:
            index = self.connected
            self.connected += 1
        if index >= len(self.legs):
            self.faults.append(f"it connected {index + 1} times, where {len(self.legs)} are due")
        elif self.legs[index].asked not in ("anything", asked):
            self.faults.append(
                f"its connection {index + 1} asks to go on after {asked or 'nothing'}, "
                f"where {self.legs[index].asked or 'nothing'} is due"
            )
        return index

    def whole(self) -> tuple[Json | None, tuple[Step, ...]]:
        """Return the update that a client without a queue gets next, and what follows it."""
        steps = self.legs[min(self.connected, len(self.legs) - 1)].steps
        stream = b"".join(step for step in steps if isinstance(step, bytes))
        block, _, rest = stream.partition(b"\n\n")
        while block and b"data:" not in block:
            block, _, rest = rest.partition(b"\n\n")
        if b"data:" not in block:
            return None, ()
        return json.loads(block.partition(b"data:")[2]), (rest,)


@contextmanager
def serving(legs: tuple[Leg, ...]) -> Iterator[tuple[str, Script]]:
    """Play a script on a port of its own; yields the server's URL."""
    script = Script(legs)

    class Handler(_Handler):
        play = script

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", script
    finally:
        script.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers two addresses of the contract: a session's updates, and its queue."""

    protocol_version = "HTTP/1.1"
    play: Script

    def do_GET(self) -> None:
        match urlsplit(self.path).path.split("/")[1:]:
            case ["v1", "sessions", session, "updates"] if session == SESSION:
                self._updates()
            case ["v1", "sessions", session, "queue"] if session == SESSION:
                self._queue()
            case _:
                self._problem(404, "no such address")

    def _updates(self) -> None:
        index = self.play.connect(self.headers.get("Last-Event-ID"))
        if index >= MAX_CONNECTIONS:
            return self._problem(410, "no more connections")
        leg = self.play.legs[min(index, len(self.play.legs) - 1)]
        if leg.status != 200:
            return self._problem(leg.status, "not now", leg.retry_after)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.close_connection = True
        try:
            self._play(leg)
        except OSError:
            pass  # the client has gone: its next connection is the script's next leg

    def _play(self, leg: Leg) -> None:
        self._send(leg.steps)
        match leg.then:
            case "close":
                self.wfile.write(b"0\r\n\r\n")
            case "break":
                sleep(0.05)  # what was sent shall arrive before the reset
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, CUT_OFF)
            case "gap":
                self._wait_for_gap()
            case "stay":
                self._wait_for_end()

    def _send(self, steps: tuple[Step, ...]) -> None:
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for step in steps:
            if isinstance(step, Pause):
                sleep(step.seconds)
            elif step:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(step), step))

    def _wait_for_gap(self) -> None:
        """Wait until the client leaves, or has fetched the whole queue and goes on here."""
        while not self._has_left():
            if self.play.fetched.is_set():
                self.play.fetched.clear()
                _, rest = self.play.whole()
                self.play.connected += 1
                self._send(rest)
                return self._wait_for_end()

    def _wait_for_end(self) -> None:
        while not self._has_left():
            pass

    def _has_left(self) -> bool:
        """Say whether the client has closed the connection, or all is over; waits a moment."""
        readable, _, _ = select.select([self.connection], [], [], 0.02)
        return self.play.over.is_set() or (bool(readable) and not self.connection.recv(1))

    def _queue(self) -> None:
        envelope, _ = self.play.whole()
        if envelope is None or envelope.get("kind") != "full":
            return self._problem(404, "nothing is known of this session yet")
        body = json.dumps(envelope["update"]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{envelope["id"]}"')
        self.end_headers()
        self.wfile.write(body)
        self.play.fetched.set()

    def _problem(self, status: int, title: str, retry_after: str | None = None) -> None:
        body = json.dumps({"type": "about:blank", "title": title, "status": status}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/problem+json")
        self.send_header("Content-Length", str(len(body)))
        if retry_after is not None:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""
