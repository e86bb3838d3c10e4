"""Sessions workers as processes that can be killed, put to sleep, and started again."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Self

from streams.kafka.ports import free_port
from streams.kafka.process import die_with_parent

WATCH_SECONDS = 0.2
STOP_SECONDS = 15.0


@dataclass(slots=True)
class Crew:
    """Workers by name; whoever falls is started again, unless it was let go.

    Parameters
    ----------
    environment : settings of every worker
    logs : folder of what they say

    """

    environment: Mapping[str, str]
    logs: Path
    exits: int = 0
    """How often a worker ended by itself."""
    _processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _stop: Event = field(default_factory=Event)

    def __enter__(self) -> Self:
        Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for name in list(self._processes):
            self.let_go(name)

    @property
    def names(self) -> list[str]:
        """Who works now."""
        return list(self._processes)

    def take_on(self, name: str) -> None:
        """Start a worker."""
        with self._lock:
            self._processes[name] = self._start(name)

    def let_go(self, name: str) -> None:
        """End a worker politely and for good."""
        with self._lock:
            process = self._processes.pop(name)
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def kill(self, name: str) -> None:
        """Kill a worker and start it again at once."""
        with self._lock:
            self._processes[name].kill()
            self._processes[name].wait()
            self._processes[name] = self._start(name)

    def put_to_sleep(self, name: str) -> None:
        """Stop a worker where it stands."""
        self._processes[name].send_signal(signal.SIGSTOP)

    def wake(self, name: str) -> None:
        """Let it go on as if nothing had happened."""
        self._processes[name].send_signal(signal.SIGCONT)

    def _watch(self) -> None:
        while not self._stop.wait(WATCH_SECONDS):
            with self._lock:
                for name, process in list(self._processes.items()):
                    if process.poll() is not None:
                        self.exits += 1
                        self._processes[name] = self._start(name)

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        self.logs.mkdir(parents=True, exist_ok=True)
        own = {"UPNEXT_WORKER_NAME": name, "UPNEXT_METRICS_PORT": str(free_port())}
        with (self.logs / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "streams", "worker", "sessions"],
                env={**os.environ, **self.environment, **own},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
