"""The listeners of `bench gateway`, in a process of their own: play on schedule, note what comes.

python -m streams.bench.gateway_load events|followers URL SHAPE

Raw HTTP over asyncio's streams: a client library would cost more than the server that is measured.
The measured side gets no favours: one request for one event, JSON as a client writes it.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import orjson
import uvloop

from streams.bench.gateway import latencies, percentiles

CONNECTIONS = 32
"""Over which events are sent; as many may wait for their 202 at once."""
SEED = 20_260
DRAIN_SECONDS = 10.0
"""How long to wait for the last updates."""
STREAM_BYTES = 1 << 20
ID = b'"caused_by":"'
BURST = b'"burst":['


@dataclass(slots=True)
class Seen:
    """When each event was first in an update that came.

    A session's events go over one connection, so an update with one of them has those before it,
    too: a listener who reads slowly is told the newest queue, and not each that led to it.
    """

    listeners: int
    """The events of a session are so many numbers apart."""
    at: dict[str, float] = field(default_factory=dict)
    accepted: list[float] = field(default_factory=list)
    """From when an event was due to its 202, in seconds."""
    errors: int = 0

    def take(self, line: bytes) -> None:
        """Note the events that an update reflects, without parsing it."""
        now = perf_counter()
        for event_id in answered(line):
            run, _, number = event_id.rpartition("-")
            left = int(number) if run and number.isdigit() else -1
            while left >= 0 and (one := f"{run}-{left}") not in self.at:
                self.at[one] = now
                left -= self.listeners


def answered(line: bytes) -> list[str]:
    """Return the ids of the events that an envelope's update answers.

    >>> answered(b'data: {"update":{"caused_by":"e7","slots":[],"burst":["e5","e6"]}}')
    ['e7', 'e5', 'e6']
    >>> answered(b': keep-alive')
    []
    """
    start = line.find(ID)
    if start < 0:
        return []
    start += len(ID)
    found = [line[start : line.index(b'"', start)].decode()]
    start = line.rfind(BURST)
    if start >= 0:
        start += len(BURST)
        ids = line[start : line.index(b"]", start)].decode()
        found += [quoted.strip('"') for quoted in ids.split(",")]
    return found


class Connection:
    """One connection to the gateway that is kept open."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._lock = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Send a request; return status and body."""
        async with self._lock:
            if self._streams is None:
                self._streams = await asyncio.open_connection(self._host, self._port)
            reader, writer = self._streams
            head = f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Type: application/json"
            writer.write(f"{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            told = await reader.readuntil(b"\r\n\r\n")
            lowered = told.lower()
            start = lowered.index(b"content-length: ") + 16
            length = int(lowered[start : lowered.index(b"\r\n", start)])
            return int(told[9:12]), await reader.readexactly(length)


async def follow(host: str, port: int, session: str, seen: Seen, ready: asyncio.Event) -> None:
    """Read a session's updates until cancelled."""
    reader, writer = await asyncio.open_connection(host, port, limit=STREAM_BYTES)
    path = f"/v1/sessions/{session}/updates?listener={session}"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    told = await reader.readuntil(b"\r\n\r\n")
    seen.errors += not told.startswith(b"HTTP/1.1 200")
    ready.set()
    while line := await reader.readline():
        seen.take(line)
    seen.errors += 1  # the gateway hung up


async def begin(
    host: str, port: int, sessions: Sequence[str], shape: dict[str, Any], seen: Seen
) -> list[asyncio.Task[None]]:
    """Begin sessions and follow them; return when all are followed."""
    rng = np.random.default_rng(SEED)
    connection = Connection(host, port)
    tasks = []
    for session in sessions:
        playlist = rng.choice(shape["tracks"], 2 * shape["queue"], replace=False).tolist()
        body = {"listener_id": session, "session_id": session}
        ids = [f"bench-{track:04d}" for track in playlist]
        status, told = await connection.post("/v1/sessions", orjson.dumps(body | {"playlist": ids}))
        if status != 201:
            raise SystemExit(f"a session was not begun: {status} {told[:200]!r}")
        ready = asyncio.Event()
        tasks.append(asyncio.create_task(follow(host, port, session, seen, ready)))
        await ready.wait()
    return tasks


async def play(
    host: str, port: int, sessions: Sequence[str], shape: dict[str, Any], seen: Seen
) -> dict[str, float]:
    """Send events on schedule; return when each of those that count was due."""
    rng = np.random.default_rng(SEED + 1)
    connections = [Connection(host, port) for _ in range(CONNECTIONS)]
    rate = shape["rate"]
    before, measured = (int(rate * shape[name]) for name in ("warm_up_seconds", "seconds"))
    begun, due, sending = perf_counter() + 0.2, {}, set()
    run = f"{rate}-{rng.integers(1 << 30)}"
    for number in range(before + measured):
        event_id, when = f"{run}-{number}", begun + number / rate
        if number >= before:
            due[event_id] = when
        if (early := when - perf_counter()) > 0:
            await asyncio.sleep(early)
        body = _event(event_id, sessions[number % len(sessions)], int(rng.integers(1_000)), number)
        connection = connections[number % len(sessions) % CONNECTIONS]
        task = asyncio.create_task(_send(connection, body, seen, when))
        sending.add(task)
        task.add_done_callback(sending.discard)
    await asyncio.gather(*sending)
    until = perf_counter() + DRAIN_SECONDS
    while perf_counter() < until and not due.keys() <= seen.at.keys():
        await asyncio.sleep(0.05)
    return due


async def _send(connection: Connection, body: bytes, seen: Seen, due: float) -> None:
    try:
        status, _ = await connection.post("/v1/events", body)
    except (OSError, asyncio.IncompleteReadError):
        status = 0
    seen.errors += status != 202
    seen.accepted.append(perf_counter() - due)


def _event(event_id: str, session: str, track: int, number: int) -> bytes:
    return orjson.dumps(
        {
            "event_id": event_id,
            "listener_id": session,
            "session_id": session,
            "track_id": f"bench-{track:04d}",
            "action": "completed" if number % 3 else "skipped",
            "position_seconds": 100.0 if number % 3 else 4.0,
            "duration_seconds": 100.0,
        }
    )


async def events(host: str, port: int, shape: dict[str, Any]) -> dict[str, Any]:
    """Measure from when an event was due to its update; an event without one is an error."""
    seen = Seen(shape["listeners"])
    sessions = [f"at-{shape['rate']}-{number}" for number in range(shape["listeners"])]
    tasks = await begin(host, port, sessions, shape, seen)
    due = await play(host, port, sessions, shape, seen)
    missing = len(due.keys() - seen.at.keys())
    for task in tasks:
        task.cancel()
    sent = int(shape["rate"] * (shape["warm_up_seconds"] + shape["seconds"]))
    return {
        **latencies(due, seen.at),
        "errors": seen.errors + missing,
        "refused": seen.errors,
        "accepted": percentiles(seen.accepted[-len(due) :]),
        "events": len(due),
        "sent": sent,
    }


async def followers(host: str, port: int, shape: dict[str, Any]) -> dict[str, Any]:
    """Measure what the gateway's memory grows by with many who follow and hear nothing."""
    seen, shape = Seen(1), {**shape, "tracks": 100, "queue": 10}
    count = shape["followers"]
    sessions = [f"idle-{number % 100}" for number in range(count)]
    few = await begin(host, port, sorted(set(sessions)), shape, seen)
    await asyncio.sleep(2)
    before = _resident(shape["pid"])
    waiting, tasks = [], []
    for number in range(len(few), count):
        waiting.append(asyncio.Event())
        tasks.append(asyncio.create_task(follow(host, port, sessions[number], seen, waiting[-1])))
        if number % 50 == 0:
            await asyncio.gather(*(one.wait() for one in waiting))
    await asyncio.gather(*(one.wait() for one in waiting))
    await asyncio.sleep(2)
    grown = _resident(shape["pid"]) - before
    for task in (*few, *tasks):
        task.cancel()
    return {
        "count": count,
        "bytes_per_follower": grown // len(tasks),
        "errors": seen.errors,
    }


def _resident(pid: int) -> int:
    """Return the memory that a process has, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return 1024 * int(line.split()[1])
    return 0


def main() -> None:
    """Run the command line."""
    what, url, shape = sys.argv[1:]
    place = urlsplit(url)
    run = {"events": events, "followers": followers}[what]
    found = uvloop.run(run(str(place.hostname), place.port or 80, json.loads(shape)))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
