"""The newest updates of sessions, and who waits for the next: all that one event loop knows."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from streams.gateway.envelopes import Update, UpdateId, delta, full
from streams.gateway.metrics import CONFLATED, HELD_BYTES, SESSIONS

BASES = 4
"""Updates of a session that are held, so that a client that was away can have a delta."""
ANSWERED = 256
"""Events of a session that are known to have been answered."""
ROW_BYTES = 500
"""What a session costs beside its updates."""
WORTH = 0.7
"""A delta is sent where it has no more than this share of the slots."""


@dataclass(frozen=True, slots=True)
class Held:
    """One update, as the bytes that came from the broker."""

    listener_id: str
    session_id: str
    named: UpdateId
    value: bytes
    occurred_at: datetime
    answered: tuple[str, ...]
    """Events that it answers."""
    covers: tuple[tuple[str, int, int], ...]
    """Topic, partition and offset up to which its worker had read."""

    @property
    def key(self) -> str:
        """The row's key; `|` is in no id."""
        return row_key(self.listener_id, self.session_id)

    @property
    def update(self) -> Update:
        """The update, parsed anew."""
        parsed: Update = orjson.loads(self.value)
        return parsed


class Mailbox:
    """Holds the newest update for one follower, however slowly it reads."""

    def __init__(self) -> None:
        self._newest: Held | None = None
        self._filled = asyncio.Event()

    def put(self, held: Held) -> None:
        """Replace what is there."""
        if self._newest is not None:
            CONFLATED.inc()
        self._newest = held
        self._filled.set()

    def wake(self) -> None:
        """Have the follower look up."""
        self._filled.set()

    async def take(self, seconds: float) -> Held | None:
        """Return the newest update when there is one; None after so long without any."""
        try:
            async with asyncio.timeout(seconds):
                await self._filled.wait()
        except TimeoutError:
            return None
        held, self._newest = self._newest, None
        self._filled.clear()
        return held


@dataclass(slots=True)
class Row:
    """What is known of a session."""

    held: deque[Held] = field(default_factory=lambda: deque(maxlen=BASES))
    """The newest last."""
    answered: deque[str] = field(default_factory=lambda: deque(maxlen=ANSWERED))
    mailboxes: list[Mailbox] = field(default_factory=list)
    waiting: list[asyncio.Future[None]] = field(default_factory=list)
    """Who wants to look again at the next update."""
    encoded: dict[UpdateId | None, bytes] = field(default_factory=dict)
    """Envelopes of the newest update, by the base that a follower holds."""

    @property
    def newest(self) -> Held | None:
        """The newest update; None before the first."""
        return self.held[-1] if self.held else None

    def put(self, held: Held) -> bool:
        """Take an update in; says whether it is newer than what was there."""
        newest = self.newest
        if newest is not None and held.named <= newest.named:
            return False
        self.held.append(held)
        self.answered.extend(held.answered)
        self.encoded.clear()
        for mailbox in self.mailboxes:
            mailbox.put(held)
        for waiting in self.waiting:
            if not waiting.done():
                waiting.set_result(None)
        self.waiting.clear()
        return True

    def envelope(self, held: Held, base: UpdateId | None) -> bytes:
        """Return what brings a follower that holds `base` to an update, as JSON."""
        if held is not self.newest:  # a slow follower; rare
            return _full(held)
        if base not in self.encoded:
            self.encoded[base] = self._encode(held, base)
        return self.encoded[base]

    def _encode(self, held: Held, base: UpdateId | None) -> bytes:
        before = next((one for one in self.held if one.named == base), None)
        if before is None or before is held:
            return _full(held)
        update = held.update
        change = delta(before.update, before.named, update, held.named)
        if len(change["slots"]["changed"]) > WORTH * len(update["slots"]):
            return _full(held)
        return orjson.dumps(change)


class Rows:
    """Sessions by key, the one that was touched last at the end; bounded by bytes.

    Parameters
    ----------
    most_bytes : of updates that are held; beyond them the sessions untouched longest go

    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._rows: OrderedDict[str, Row] = OrderedDict()

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, key: str) -> Row | None:
        """Return what is known of a session."""
        row = self._rows.get(key)
        if row is not None:
            self._rows.move_to_end(key)
        return row

    def expect(self, key: str) -> Row:
        """Return the row of a session that is there, or is about to be."""
        row = self.get(key)
        if row is None:
            row = self._rows[key] = Row()
            self._bytes += ROW_BYTES
            self._make_room()
        return row

    def put(self, held: Held) -> None:
        """Take an update in, and tell who follows."""
        row = self.expect(held.key)
        before = sum(len(one.value) for one in row.held)
        if row.put(held):
            self._bytes += sum(len(one.value) for one in row.held) - before
            self._make_room()

    def drop(self, is_gone: Callable[[Held], bool]) -> None:
        """Forget sessions by their newest update."""
        gone = [k for k, row in self._rows.items() if row.newest and is_gone(row.newest)]
        for key in gone:
            self._forget(key)

    def wake(self) -> None:
        """Have every follower look up, though there is no update."""
        for row in self._rows.values():
            for mailbox in row.mailboxes:
                mailbox.wake()

    def _make_room(self) -> None:
        for key in list(self._rows)[:-1] if self._bytes > self._most else ():
            self._forget(key)
            if self._bytes <= self._most:
                break
        SESSIONS.set(len(self._rows))
        HELD_BYTES.set(self._bytes)

    def _forget(self, key: str) -> None:
        """Let go of what is held of a session; who follows it goes on following."""
        row = self._rows[key]
        self._bytes -= sum(len(one.value) for one in row.held)
        row.held.clear()
        row.answered.clear()
        row.encoded.clear()
        if row.mailboxes or row.waiting:
            self._rows.move_to_end(key)
            return
        del self._rows[key]
        self._bytes -= ROW_BYTES


def row_key(listener_id: str, session_id: str) -> str:
    """Return the key of a session; `|` is in no id."""
    return f"{listener_id}|{session_id}"


def _full(held: Held) -> bytes:
    """Return a full envelope around the bytes as they came."""
    head = orjson.dumps(full({}, held.named))[: -len(b"{}}")]
    return head + held.value + b"}"


def held_of(value: bytes, offset: int) -> Held:
    """Read what must be known of an update; raises KeyError, TypeError, ValueError."""
    update: dict[str, Any] = orjson.loads(value)
    if not isinstance(update["slots"], list):
        raise TypeError("slots is no list")
    return Held(
        listener_id=str(update["listener_id"]),
        session_id=str(update["session_id"]),
        named=UpdateId(int(update["revision"]), offset),
        value=value,
        occurred_at=datetime.fromisoformat(update["occurred_at"]),
        answered=(*update.get("burst", ()), update["caused_by"]),
        covers=tuple(
            (place["topic"], place["partition"], place["offset"])
            for place in update.get("covers", ())
        ),
    )
