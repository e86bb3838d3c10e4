"""Event in by HTTP, update out by server-sent events: how long it takes, everything on one machine.

Open loop: an event's clock starts when it was due, so a server that falls behind cannot hide it by
being asked less. The load comes from another process (`gateway_load`), over few connections, and
the listeners it follows are as many as the sessions it plays.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from embedder.manifest import Manifest, folder_of
from streams.bench.library import publish, random_tracks
from streams.client import Publisher
from streams.errors import BenchFailed
from streams.kafka.home import Home
from streams.kafka.ports import free_port
from streams.settings import Settings
from streams.stack import Say, Stack, worker_commands

TRACKS = 1_000
LOAD_SECONDS = 300.0
"""How long a run of the other process may take."""


@dataclass(frozen=True, slots=True)
class Load:
    """The shape of the load."""

    rates: tuple[int, ...] = (200, 1_000)
    """Events a second."""
    seconds: float = 15.0
    warm_up_seconds: float = 5.0
    """Sent at the same rate before, and not measured."""
    listeners: int = 500
    queue: int = 50
    followers: int = 1_000
    """Idle ones, whose memory is measured."""


def bench_gateway(settings: Settings, load: Load, say: Say) -> dict[str, Any]:
    """Measure the gateway at each rate, with sessions workers and broker beside it.

    Raises
    ------
    BenchFailed
        The load could not be run.

    """
    port = free_port()
    settings = settings.model_copy(update={"gateway_port": port, "gateway_rate": 100_000.0})
    commands = {**worker_commands("sessions"), "gateway": _command(port)}
    figures: dict[str, Any] = {}
    with Stack(settings, say, commands) as stack:
        manifest = Manifest.read(folder_of(settings.space))
        publish(random_tracks(TRACKS, manifest), Publisher(stack.settings.bootstrap))
        stack.wait_until_ready()
        stack.wait_for_tracks(TRACKS)
        url = f"http://127.0.0.1:{port}"
        for rate in load.rates:
            say(f"{rate} events/s for {load.seconds:g} s, {load.listeners} listeners follow")
            before = _cpu_seconds(stack)
            found = _run("events", url, {**asdict(load), "rate": rate, "tracks": TRACKS})
            figures[f"at_{rate}"] = {**found, "cpu_ms_per_event": _spent(stack, before, found)}
        say(f"{load.followers} idle followers")
        pid = stack.pids["gateway"]
        figures["followers"] = _run("followers", url, {**asdict(load), "pid": pid})
    return {**figures, "engine": settings.engine, "listeners": load.listeners, "queue": load.queue}


def latencies(due: Mapping[str, float], seen: Mapping[str, float]) -> dict[str, float | None]:
    """Return the percentiles of what was answered, in milliseconds, counted from when it was due.

    None where nothing was.

    >>> latencies({"a": 1.0, "b": 2.0}, {"a": 1.01, "b": 2.03})
    {'p50_ms': 20.0, 'p90_ms': 28.0, 'p99_ms': 29.8, 'max_ms': 30.0}
    """
    return percentiles([seen[one] - when for one, when in due.items() if one in seen])


def percentiles(seconds: Sequence[float]) -> dict[str, float | None]:
    """Return percentiles in milliseconds; None where there is nothing to take them of."""
    shares = {"p50_ms": 50, "p90_ms": 90, "p99_ms": 99, "max_ms": 100}
    return {
        name: round(1_000 * float(np.percentile(seconds, share)), 2) if len(seconds) else None
        for name, share in shares.items()
    }


def _cpu_seconds(stack: Stack) -> dict[str, float]:
    """Return what the parts of the system have spent, in seconds of a core."""
    broker = Home(stack.settings.state_folder).running()
    pids = {**stack.pids, **({"broker": broker.pid} if broker else {})}
    return {name: _spent_by(pid) for name, pid in pids.items()}


def _spent_by(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _spent(stack: Stack, before: Mapping[str, float], found: Mapping[str, Any]) -> dict[str, float]:
    """Return what each part spent on an event, in milliseconds of a core, warming up included."""
    now = _cpu_seconds(stack)
    return {name: round(1_000 * (now[name] - before[name]) / found["sent"], 3) for name in now}


def _command(port: int) -> list[str]:
    return [sys.executable, "-m", "streams", "gateway", "--port", str(port)]


def _run(what: str, url: str, shape: Mapping[str, Any]) -> dict[str, Any]:
    """Run the other process, and return what it measured."""
    command = [sys.executable, "-m", "streams.bench.gateway_load", what, url, json.dumps(shape)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LOAD_SECONDS)
    except subprocess.TimeoutExpired:
        raise BenchFailed(what, f"no result after {LOAD_SECONDS:g} s") from None
    if done.returncode:
        raise BenchFailed(what, done.stderr.strip()[-500:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found
