"""What was sent and not yet accepted: in order, bounded, and where there is a file, kept."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Lock
from typing import Literal

from pydantic_core import from_json

from schemas import Intent, PlaybackEvent, SessionCommand
from upnext.errors import OutboxFull, OutboxUnreadable

Event = PlaybackEvent | SessionCommand | Intent
"""Whatever a listener's player sends."""


_KINDS: dict[str, type[Event]] = {
    "action": PlaybackEvent,
    "command": SessionCommand,
    "text": Intent,
}
"""Records by the field that only they have."""


class Outbox:
    """Events that wait, oldest first; each id once.

    With a file they outlive the process: every event is on the disk before `put` returns, and
    leaves it after it was accepted. A file is of one client at a time.
    """

    def __init__(self, capacity: int = 10_000, path: Path | None = None) -> None:
        """Open an outbox; raises OutboxUnreadable where the file is none."""
        self.capacity = capacity
        self.path = path
        self._changing = Lock()
        kept = () if path is None else _kept(path)
        self._events: dict[str, Event] = {event.event_id: event for event in kept}
        if path is not None and path.exists():
            self.remove(())  # half a line, left by a crash, must not become the head of the next

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[Event]:
        return iter(tuple(self._events.values()))

    def __contains__(self, event_id: object) -> bool:
        return event_id in self._events

    def put(self, event: Event) -> None:
        """Add an event at the end; raises OutboxFull."""
        with self._changing:
            if event.event_id in self._events:
                return
            if len(self) >= self.capacity:
                raise OutboxFull(len(self))
            if self.path is not None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                _write(self.path, "ab", [event])
            self._events[event.event_id] = event

    def remove(self, event_ids: Iterable[str]) -> None:
        """Take events out: they were accepted, or refused for good."""
        with self._changing:
            for event_id in event_ids:
                self._events.pop(event_id, None)
            if self.path is not None:
                fresh = self.path.with_name(self.path.name + ".new")
                _write(fresh, "wb", self._events.values())
                fresh.replace(self.path)


def _write(path: Path, mode: Literal["ab", "wb"], events: Iterable[Event]) -> None:
    """Write events as lines, and wait until the disk has them."""
    with path.open(mode) as file:
        file.writelines(event.encode() + b"\n" for event in events)
        file.flush()
        os.fsync(file.fileno())


def _kept(path: Path) -> Iterator[Event]:
    if not path.exists():
        return
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines[:-1], start=1):  # the last one was cut off, or is empty
        try:
            yield _event(from_json(line))
        except ValueError as error:
            raise OutboxUnreadable(path, number, str(error).splitlines()[0]) from None


def _event(fields: object) -> Event:
    if not isinstance(fields, dict):
        raise ValueError(f"{fields!r} is no event")
    for name, record in _KINDS.items():
        if name in fields:
            return record.model_validate(fields)
    raise ValueError(f"no event has the fields {', '.join(sorted(fields))}")
