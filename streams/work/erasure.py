"""A listener is erased: rows go, and a mark without a name keeps late events from undoing it.

An erasure is an event like any other, with a time: what occurred then or before is removed, or
dropped when it comes late or is read again; what occurred afterwards begins anew. So the sessions,
the listeners and the marks are the same in the end, whatever order everything came in.
"""

import hmac
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from ranker.config import RankerConfig
from ranker.erasure import floor_after, listener_of, without
from ranker.listener import ModelOf
from ranker.receipts import digest
from schemas import Erased, Erasure, SessionCommand, SessionState, Versioned
from schemas.listener import ListenerState
from streams.work.tables import Tables, session_key

R = TypeVar("R", bound=Versioned)


def pseudonym(listener_id: str, key: bytes) -> str:
    """Return what stands for a listener who was erased: HMAC-SHA-256 in hexadecimal."""
    return hmac.digest(key, listener_id.encode(), "sha256").hex()


@dataclass(frozen=True, slots=True)
class Change:
    """A session before and after an erasure."""

    before: SessionState
    after: SessionState

    @property
    def events(self) -> int:
        """How many events it lost."""
        return len(self.before.events) - len(self.after.events)

    @property
    def key(self) -> str:
        """The key of its row."""
        return session_key(self.before)


@dataclass(frozen=True, slots=True)
class Eraser:
    """Erases listeners, and knows who was erased.

    Parameters
    ----------
    key : of the hash that stands for a listener; the same for all workers, and for good

    """

    key: bytes = b"upnext"

    def until(self, listener_id: str, tables: Tables) -> datetime | None:
        """Return the time up to which nothing of a listener counts; mostly None."""
        if next(iter(tables.erased), None) is None:  # quicker than their number, and than a hash
            return None
        mark = tables.erased.get(pseudonym(listener_id, self.key))
        return mark.until if mark else None

    def floor(self, listener_id: str, tables: Tables) -> int:
        """Return what the revisions of a listener's new sessions count from."""
        until = self.until(listener_id, tables)
        return floor_after(until) if until else 0

    def erase(
        self,
        command: SessionCommand,
        partition: int,
        tables: Tables,
        config: RankerConfig,
        now: datetime,
        *,
        model_of: ModelOf,
    ) -> tuple[Erasure, tuple[Change, ...]]:
        """Remove what occurred up to the command; return the receipt, and what became of sessions.

        A session that lost all its events is in no table any more. O(n) for the n sessions of the
        tables: some milliseconds for fifty thousand. The mark is written last, so that a worker
        that dies over it does all of it again.
        """
        listener_id = command.listener_id
        until = max(command.occurred_at, self.until(listener_id, tables) or command.occurred_at)
        changes = tuple(
            Change(session, without(session, until))
            for session in _sessions_of(listener_id, tables)
        )
        listener = tables.listeners.get(listener_id)
        left = [change.after for change in changes if change.after.events]
        has = listener_of(left, config, model_of=model_of) if left else None
        for change in changes:
            _put(tables.sessions, change.key, change.after if change.after.events else None)
        _put(tables.listeners, listener_id, has)
        name = pseudonym(listener_id, self.key)
        _put(tables.erased, name, Erased(until=until, partition=partition))
        receipt = Erasure(
            listener=name,
            until=command.occurred_at,
            erased_at=now,
            sessions=sum(change.events > 0 for change in changes),
            events=sum(change.events for change in changes),
            remembered=len(_remembered(listener) - _remembered(has)),
            before=_digest([change.before for change in changes], listener),
            after=_digest(left, has),
        )
        return receipt, changes


def _sessions_of(listener_id: str, tables: Tables) -> list[SessionState]:
    """Return a listener's sessions, by id."""
    prefix = f"{listener_id}|"
    keys = sorted(key for key in tables.sessions if key.startswith(prefix))
    return [tables.sessions[key] for key in keys]


def _put(table: MutableMapping[str, R], key: str, row: R | None) -> None:
    """Bring a row to what it should be, None for gone; writes only what changes."""
    if row is None:
        if key in table:
            del table[key]
    elif table.get(key) != row:
        table[key] = row


def _remembered(listener: ListenerState | None) -> set[str]:
    return {past.session_id for past in listener.sessions if past.lessons} if listener else set()


def _digest(sessions: Sequence[SessionState], listener: ListenerState | None) -> str:
    return digest([*sessions, listener] if listener else sessions)
