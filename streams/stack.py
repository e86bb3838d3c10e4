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

from schemas.tenant import TENANT_VARIABLE
from streams.errors import BrokerFailed, NotReady, WorkerDied
from streams.kafka.admin import create_topics
from streams.kafka.broker import broker_for
from streams.kafka.ports import METRICS_PORT, free_port, require_free
from streams.kafka.process import die_with_parent, end
from streams.patience import Falls
from streams.settings import Settings
from streams.transactions.topics import topics_of
from streams.workers import WORKERS

log = logging.getLogger(__name__)

READY_SECONDS = 90.0
"""How long the workers may take to come up: the text tower's libraries are large."""
LOOK_SECONDS = 1.0
"""Between two looks whether all of it runs."""

Say = Callable[[str], None]


@dataclass(slots=True)
class _Child:
    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: IO[bytes]
    started_at: float
    falls: Falls = field(default_factory=Falls)
    restart_at: float | None = None
    """When to start it again, where it has ended."""


@dataclass(slots=True)
class Stack:
    """The running system of one state folder and tenant, as a context manager.

    Joins what another process of the same state folder has started already, and then leaves it
    running: the embedded broker serves all tenants, the workers one.
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
    _gave_up: list[BrokerFailed] = field(default_factory=list)
    """Why there is no embedded broker any more, once its owner has given it up."""

    def __enter__(self) -> Self:
        with self._exits:
            broker = broker_for(self.settings, say=self.say, gave_up=self._gave_up.append)
            bootstrap = self._exits.enter_context(broker)
            self.settings = self.settings.model_copy(update={"broker": bootstrap})
            create_topics(self.settings, topics_of(self.settings))
            self.joined = not self._exits.enter_context(_only_one(self.settings.tenant_folder))
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
        """Restart workers that fall, until `stop` is set; raises what `restart_fallen` raises."""
        while not stop.wait(LOOK_SECONDS):
            self.restart_fallen()

    def restart_fallen(self) -> None:
        """Start again every worker that has ended, after a pause that grows with its falls.

        Raises
        ------
        WorkerDied
            One keeps falling; names its log.
        BrokerFailed
            The embedded broker keeps falling, and is not started again.

        """
        if self._gave_up:
            raise self._gave_up[0]
        for place, child in enumerate(list(self._children.values())):
            if (status := child.process.poll()) is not None:
                self._restart(child, place, status)

    def _restart(self, child: _Child, place: int, status: int) -> None:
        if child.restart_at is None:
            child.log.close()
            child.falls.add(ran_seconds=time.monotonic() - child.started_at)
            if child.falls.too_many:
                raise WorkerDied(child.name, status, Path(child.log.name))
            pause = child.falls.pause()
            child.restart_at = time.monotonic() + pause
            self.say(
                f"worker {child.name} ended with status {status}; "
                f"starting it again in {pause:.1f} s"
            )
        if time.monotonic() >= child.restart_at:
            self._start(child.name, place, child.falls)

    def _start(self, name: str, place: int, falls: Falls | None = None) -> None:
        port = self.settings.metrics_port + place if self.settings.metrics_port else free_port()
        if falls is None:  # else the page of another's worker would be read as that of ours
            require_free(port, METRICS_PORT)
        logs = self.settings.tenant_folder / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        file = (logs / f"{name}.log").open("ab")
        process = subprocess.Popen(
            self.commands[name],
            env={**os.environ, **self._environment(port)},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # the terminal's Ctrl-C is ours to pass on
            preexec_fn=die_with_parent,
        )
        self._children[name] = _Child(name, port, process, file, time.monotonic(), falls or Falls())

    def _environment(self, port: int) -> dict[str, str]:
        return {
            "UPNEXT_BROKER": self.settings.broker,
            "UPNEXT_QDRANT": self.settings.qdrant,
            "UPNEXT_ENGINE": self.settings.engine,
            TENANT_VARIABLE: self.settings.tenant,
            "UPNEXT_STATE_FOLDER": str(self.settings.state_folder),
            "UPNEXT_SPACE": self.settings.space,
            "UPNEXT_PARTITIONS": str(self.settings.partitions),
            "UPNEXT_METRICS_PORT": str(port),
            "UPNEXT_GATEWAY_MUSIC": os.pathsep.join(map(str, self.settings.gateway_music)),
        }

    def _stop_workers(self) -> None:
        for child in self._children.values():
            child.process.terminate()
        for child in self._children.values():
            end(child.process, f"worker {child.name}")
            child.log.close()


def worker_commands(*names: str) -> dict[str, list[str]]:
    """Return the command line of each worker."""
    return {name: [sys.executable, "-m", "streams", "worker", name] for name in names}


def player_command() -> dict[str, list[str]]:
    """Return the command line of a gateway that serves the player's page."""
    return {"gateway": [sys.executable, "-m", "streams", "gateway", "--player"]}


class _only_one:
    """Holds the workers' lock of a tenant's folder; the context is False where another has it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / "workers.lock").open("w")

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
