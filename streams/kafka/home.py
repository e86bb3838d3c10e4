"""A state folder's broker: where its files are, and whether it runs.

Two locks, which the kernel releases when their holder dies, so that neither can be stale:

* `owner.lock` is held by the process that started the broker and will stop it.
* `broker.json` is held by the broker itself, which inherits the open file. Its pid and port can be
  trusted while it is locked, and mean nothing otherwise.
"""

import fcntl
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import IO

from streams.errors import BrokerStuck
from streams.kafka.ports import LOOPBACK
from streams.kafka.process import STOP_SECONDS
from streams.kafka.properties import DATA

END_SECONDS = 3 * STOP_SECONDS
"""How long a broker of an earlier owner may take to end; after the first third by force."""
PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Running:
    """A broker that runs."""

    pid: int
    port: int

    @property
    def bootstrap(self) -> str:
        """Its address."""
        return f"{LOOPBACK}:{self.port}"


@dataclass(frozen=True, slots=True)
class Home:
    """The files of a state folder's broker."""

    state_folder: Path

    @property
    def folder(self) -> Path:
        """Where the broker runs."""
        return self.state_folder / "kafka"

    @property
    def log(self) -> Path:
        """What the broker says."""
        return self.state_folder / "kafka.log"

    @property
    def is_formatted(self) -> bool:
        """Whether the storage was made ready, now or by an earlier start."""
        return (self.folder / DATA / "meta.properties").exists()

    @contextmanager
    def owning(self) -> Iterator[bool]:
        """Hold the right to start the broker; the context is False where another has it."""
        with (self.folder / "owner.lock").open("w") as file:
            yield _try_lock(file, fcntl.LOCK_EX)

    @contextmanager
    def recording(self) -> Iterator[IO[str]]:
        """Lock `broker.json` for the broker to inherit; waits for the last one to end.

        Raises
        ------
        BrokerStuck
            It does not.

        """
        with self._record.open("a") as file:
            until = monotonic() + END_SECONDS
            while not _try_lock(file, fcntl.LOCK_EX):
                self._require_time(until)
            file.truncate(0)
            yield file

    def record(self, file: IO[str], running: Running) -> None:
        """Say in the locked `broker.json` which broker has the lock."""
        file.write(json.dumps(asdict(running)))
        file.flush()

    def running(self) -> Running | None:
        """Return the broker that runs now, whoever started it."""
        try:
            file = self._record.open()
        except FileNotFoundError:
            return None
        with file:
            if _try_lock(file, fcntl.LOCK_SH):
                return None
            written = file.read()  # empty between lock and start
            return Running(**json.loads(written)) if written else None

    def end_left_behind(self) -> None:
        """End a broker whose owner died; only its next owner may call this.

        On Linux it is ending already, and this waits for it.

        Raises
        ------
        BrokerStuck
            It does not end.

        """
        begun = monotonic()
        while (left := self.running()) is not None:
            forced = monotonic() > begun + STOP_SECONDS
            with suppress(ProcessLookupError):
                os.kill(left.pid, signal.SIGKILL if forced else signal.SIGTERM)
            self._require_time(begun + END_SECONDS)

    def _require_time(self, until: float) -> None:
        if monotonic() > until:
            raise BrokerStuck(self.folder, END_SECONDS)
        sleep(PAUSE_SECONDS)

    @property
    def _record(self) -> Path:
        return self.folder / "broker.json"


def _try_lock(file: IO[str], kind: int) -> bool:
    """Lock an open file until it is closed; say whether no other process had it."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
