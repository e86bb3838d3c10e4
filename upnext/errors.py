"""Everything the client can refuse.

* UpnextError
  - Refused: the gateway said no, and says why in a problem (RFC 9457)
    + Unsettled: it may say yes later
  - OutboxFull: too many events wait to be sent
  - OutboxUnreadable: the outbox's file holds something else
  - NotFollowed: the adapter of a conformance run did not start
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any


class UpnextError(Exception):
    """Base class."""


class Refused(UpnextError):
    """The gateway's "no"."""

    def __init__(self, status: int, problem: Mapping[str, Any] | None = None) -> None:
        self.status = status
        self.problem = {"type": "about:blank", "title": f"status {status}", **(problem or {})}
        """`type`, `title`, `status`, `detail` and what else the gateway tells."""
        super().__init__(str(self.problem.get("detail") or self.problem["title"]))


class Unsettled(Refused):
    """A "no" that may be a "yes" later: too busy, or out of order for the moment."""

    def __init__(
        self, status: int, problem: Mapping[str, Any] | None = None, seconds: float = 0.0
    ) -> None:
        super().__init__(status, problem)
        self.seconds = seconds
        """After how long the gateway asks to be asked again; 0 where it does not say."""


class OutboxFull(UpnextError):
    """The network has been away for too long: no room for another event."""

    def __init__(self, waiting: int) -> None:
        super().__init__(
            f"{waiting} events wait to be sent and there is no room for another; give the client "
            "a larger `capacity`, or find out why the gateway does not answer"
        )
        self.waiting = waiting


class OutboxUnreadable(UpnextError):
    """A file that no outbox wrote."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(
            f"cannot read line {line} of the outbox {str(path)!r} ({reason}); move the file away "
            "to begin a new one"
        )
        self.path = path
        self.line = line


class NotFollowed(UpnextError):
    """The program that should have followed could not be started."""

    def __init__(self, command: str, reason: str) -> None:
        super().__init__(f"cannot start the adapter {command!r}: {reason}")
        self.command = command
