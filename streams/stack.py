"""All of it on one machine: broker, topics and workers, started, watched and stopped together."""

import fcntl
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import IO, Self
from urllib.error import URLError
from urllib.request import urlopen

from streams.errors import NotReady, WorkerDied
from streams.kafka.admin import create_topics
from streams.kafka.broker import broker_for
from streams.kafka.ports import free_port
from streams.kafka.process import die_with_parent
from streams.settings import Settings
from streams.workers import WORKERS

log = logging.getLogger(__name__)

READY_SECONDS = 90.0
"""How long the workers may take to come up: the text tower's libraries are large."""
STOP_SECONDS = 10.0
RESTART_SECONDS = 1.0
MAX_RESTARTS = 5
"""A worker that falls this often in a row does not fall by chance."""

Say = Callable[[str], None]


@dataclass(slots=True)
class _Child:
    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: IO[bytes]
    restarts: int = 0


@dataclass(slots=True)
class Stack:
    """The running system of one state folder, as a context manager.

    Joins what another process of the same state folder has started already, and then leaves it
    running.
    """

    settings: Settings
    say: Say = lambda _: None
    commands: Mapping[str, Sequence[str]] = field(default_factory=lambda: worker_commands(*WORKERS))
    """What to run, by name."""
    require: Callable[[Settings], None] = lambda _: None
    """Raises where the broker's data are not fit for the workers; asked before they start."""
    joined: bool = False
    """Whether another process runs the workers."""
    _children: dict[str, _Child] = field(default_factory=dict)
    _exits: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        with self._exits:
            bootstrap = self._exits.enter_context(broker_for(self.settings, say=self.say))
            self.settings = self.settings.model_copy(update={"broker": bootstrap})
            create_topics(self.settings)
            self.joined = not self._exits.enter_context(_only_one(self.settings.state_folder))
            if not self.joined:
                self.require(self.settings)
                self._exits.callback(self._stop_workers)
                for place, name in enumerate(self.commands):
                    self._start(name, place)
            self._exits = self._exits.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._exits.close()

    @property
    def ports(self) -> Mapping[str, int]:
        """Where each worker serves its metrics."""
        return {child.name: child.port for child in self._children.values()}

    @property
    def pids(self) -> Mapping[str, int]:
        """Process id of each worker."""
        return {child.name: child.process.pid for child in self._children.values()}

    def wait_until_ready(self, *names: str) -> None:
        """Return when every worker, or those named, take events.

        Raises
        ------
        NotReady
            One did not within `READY_SECONDS`; names its log.

        """
        until = time.monotonic() + READY_SECONDS
        for name in names or self.commands:
            while name in self._children and not self._metric(name, "upnext_ready"):
                self.restart_fallen()
                self._require_time(name, until)

    def wait_for_tracks(self, count: int) -> None:
        """Return when the sessions worker can rank `count` tracks; raises NotReady."""
        until = time.monotonic() + READY_SECONDS
        name = "sessions"
        while name in self._children and self._metric(name, "upnext_library_tracks") < count:
            self._require_time(name, until)

    def _metric(self, name: str, gauge: str) -> float:
        return _metric(self._children[name].port, gauge) or 0.0

    def _require_time(self, name: str, until: float) -> None:
        if time.monotonic() > until:
            raise NotReady(name, READY_SECONDS, Path(self._children[name].log.name))
        time.sleep(0.1)

    def watch(self, stop: Event) -> None:
        """Restart workers that fall, until `stop` is set."""
        while not stop.wait(RESTART_SECONDS):
            self.restart_fallen()

    def restart_fallen(self) -> None:
        """Start again every worker that has ended.

        Raises
        ------
        WorkerDied
            One has fallen `MAX_RESTARTS` times; names its log.

        """
        for place, child in enumerate(list(self._children.values())):
            code = child.process.poll()
            if code is None:
                continue
            if child.restarts >= MAX_RESTARTS:
                raise WorkerDied(child.name, code, Path(child.log.name))
            child.log.close()
            self.say(f"worker {child.name} ended with status {code}; starting it again")
            self._start(child.name, place, restarts=child.restarts + 1)

    def _start(self, name: str, place: int, restarts: int = 0) -> None:
        logs = self.settings.state_folder / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        file = (logs / f"{name}.log").open("ab")
        port = self.settings.metrics_port + place if self.settings.metrics_port else free_port()
        process = subprocess.Popen(
            self.commands[name],
            env={**os.environ, **self._environment(port)},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # the terminal's Ctrl-C is ours to pass on
            preexec_fn=die_with_parent,
        )
        self._children[name] = _Child(name, port, process, file, restarts)

    def _environment(self, port: int) -> dict[str, str]:
        return {
            "UPNEXT_BROKER": self.settings.broker,
            "UPNEXT_QDRANT": self.settings.qdrant,
            "UPNEXT_STATE_FOLDER": str(self.settings.state_folder),
            "UPNEXT_SPACE": self.settings.space,
            "UPNEXT_PARTITIONS": str(self.settings.partitions),
            "UPNEXT_METRICS_PORT": str(port),
        }

    def _stop_workers(self) -> None:
        for child in self._children.values():
            child.process.terminate()
        for child in self._children.values():
            try:
                child.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                log.warning("worker %s did not stop in %.0f s; killed", child.name, STOP_SECONDS)
                child.process.kill()
                child.process.wait()
            child.log.close()


def worker_commands(*names: str) -> dict[str, list[str]]:
    """Return the command line of each worker."""
    return {name: [sys.executable, "-m", "streams", "worker", name] for name in names}


class _only_one:
    """Holds the workers' lock of a state folder; the context is False where another has it."""

    def __init__(self, state_folder: Path) -> None:
        self._file = (state_folder / "workers.lock").open("w")

    def __enter__(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _metric(port: int, name: str) -> float | None:
    """Return a gauge of a worker, or None while it does not answer."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=1) as page:
            lines = page.read().decode().splitlines()
    except (URLError, TimeoutError, ConnectionError):
        return None
    return next((float(line.split()[1]) for line in lines if line.startswith(f"{name} ")), None)
