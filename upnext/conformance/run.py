"""Cases x adapter -> results: play each script to a client and judge what it says it holds."""

import json
import queue
import shlex
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import IO, Any

from upnext.conformance.rules import Rule
from upnext.conformance.script import END, Case, Part
from upnext.conformance.server import serving
from upnext.conformance.story import LISTENER, SESSION, Held
from upnext.errors import NotFollowed

Say = Callable[[str | None], None]
"""Takes a line of the adapter's; None when no more will come."""

Adapter = Callable[[str, str, str, Say], AbstractContextManager[Callable[[], str]]]
"""Follows a session, (url, listener, session, say), for as long as the context lasts; gives what
tells the last thing that it complained of."""

HEAD: dict[str, Any] = {"caused_by": None, "current": None, "relaxed": [], "empty_because": None}
"""Fields of an update, beside its slots, that the script tells apart; with what they are unsaid."""

SLOT: dict[str, Any] = {"track_id": None, "score": None, "lane": "playlist", "locked": False}


@dataclass(frozen=True, slots=True)
class Result:
    """How a client did in a case."""

    name: str
    rule: Rule
    why: str | None
    """What it did wrong; None for nothing."""
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether nothing was wrong."""
        return self.why is None


def run_all(
    cases: Sequence[Case], adapter: Adapter, *, limit: float = 20.0, at_once: int = 4
) -> Iterator[Result]:
    """Yield a result for each case, in order; so many cases run at once."""
    with ThreadPoolExecutor(at_once) as pool:
        yield from pool.map(lambda one: run(one, adapter, limit=limit), cases)


def run(case: Case, adapter: Adapter, *, limit: float = 20.0) -> Result:
    """Play a case to a client; `limit` is the seconds that each of its parts may take."""
    began = time.monotonic()
    faults = (_fault(part, adapter, limit) for part in case.parts)
    named = (
        f"{part.name}: {fault}" if len(case.parts) > 1 else fault
        for part, fault in zip(case.parts, faults, strict=True)
        if fault
    )
    why = next(named, None)
    return Result(case.name, case.rule, why, time.monotonic() - began)


def _fault(part: Part, adapter: Adapter, limit: float) -> str | None:
    """Return the first thing that a client does wrong, None for nothing."""
    lines: queue.Queue[str | None] = queue.Queue()
    until = time.monotonic() + limit
    with (
        serving(part.legs) as (url, script),
        adapter(url, LISTENER, SESSION, lines.put) as complaint,
    ):
        for place, due in enumerate(part.expects):
            try:
                line = lines.get(timeout=max(0.01, until - time.monotonic()))
            except queue.Empty:
                seen = script.faults[0] if script.faults else "it said nothing more"
                return f"{_before(part, place)} {told(due)} is due within {limit:g} s, but {seen}"
            if line is None:
                why = f": {complaint()}" if complaint() else ""
                return f"{_before(part, place)} {told(due)} is due, but the adapter ended{why}"
            if fault := _difference(line, due):
                return f"{_before(part, place)} {fault}"
    return script.faults[0] if script.faults else None


def _before(part: Part, place: int) -> str:
    return f"after {told(part.expects[place - 1])}" if place else "at first"


def _difference(line: str, due: Held) -> str | None:
    """Return how a line differs from what should be held, None where it does not."""
    try:
        said = json.loads(line)
        held_id, update = said["id"], said["update"]
        slots = [_known(slot, SLOT) for slot in update["slots"]]
    except (ValueError, TypeError, KeyError, AttributeError):
        return f'a line is no {{"id": ..., "update": {{"slots": [...]}}}}: {line[:200]}'
    if held_id != due.id or [s["track_id"] for s in slots] != [s["track_id"] for s in due.slots]:
        return f"it holds {_listed(held_id, slots)}, where {told(due)} is due"
    for slot, wanted in zip(slots, (_known(slot, SLOT) for slot in due.slots), strict=True):
        if slot != wanted:
            return f"in {held_id} a slot is {slot}, where {wanted} is due"
    head, wanted = _known(update, HEAD), _known(due.update, HEAD)
    return None if head == wanted else f"{held_id} is {head} beside its slots, not {wanted}"


def _known(fields: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that count; absent and null are the default."""
    return {
        name: default if fields.get(name) is None else fields[name]
        for name, default in defaults.items()
    }


def told(due: Held) -> str:
    """Return a queue as a report tells it."""
    return "the end" if due is END else _listed(due.id, due.slots)


def _listed(held_id: str, slots: Iterable[dict[str, Any]]) -> str:
    names = [str(slot["track_id"]) for slot in slots]
    shown = " ".join(names[:8]) + (" ..." if len(names) > 8 else "")
    return f"{held_id} [{shown}]"


def program(command: Sequence[str]) -> Adapter:
    """Return the adapter that is a program: it is given URL, listener and session.

    Raises
    ------
    NotFollowed
        When it runs: there is no such program.

    """

    @contextmanager
    def follow(url: str, listener: str, session: str, say: Say) -> Iterator[Callable[[], str]]:
        with tempfile.TemporaryFile() as complaints:
            try:
                process = subprocess.Popen(
                    [*command, url, listener, session],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=complaints,
                    encoding="utf-8",
                )
            except OSError as error:
                raise NotFollowed(shlex.join(command), error.strerror or str(error)) from None
            reader = threading.Thread(target=_pass_on, args=(process, say), daemon=True)
            reader.start()
            try:
                yield lambda: _last_line(complaints)
            finally:
                process.kill()
                process.wait()
                reader.join()

    return follow


def _last_line(file: IO[bytes]) -> str:
    file.seek(0)
    lines = file.read().decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _pass_on(process: "subprocess.Popen[str]", say: Say) -> None:
    assert process.stdout is not None
    with process.stdout as output:
        for line in output:
            say(line.rstrip("\n"))
    say(None)
