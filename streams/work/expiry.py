"""Sessions end by themselves when nothing was heard of them for long.

A session is over when its last event lies further back than the limit, by the time of its
partition: the newest timestamp that the broker gave a message there. That alone decides, so a
worker that is behind, or reads a topic again, decides as the first one did. The table is cleaned
behind it, a row or two for each message that comes: before a session is removed, what it taught is
remembered in its listener's row, and its revision, so that whoever uses its id again goes on above
it.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush

from ranker.config import RankerConfig
from ranker.listener import ModelOf, remember
from schemas import ListenerEvent, SessionState
from schemas.listener import ListenerState
from streams.errors import SessionGone
from streams.work.tables import Tables, session_key

ROWS_A_MESSAGE = 2
"""Rows that a message has looked at, at most: none waits while many are removed."""
KEYS_A_MESSAGE = 8
"""Keys of other partitions that are passed over on the way to those rows, at most."""
SAVING = timedelta(minutes=5)
"""How long a session stays when its listener's row had to be written first: by then the broker has
that row, or a worker has begun again where it has not."""


class Expiry:
    """Knows which sessions are over, and removes them.

    Parameters
    ----------
    idle : how long a session may be idle
    partition_of : listener id -> the partition that Kafka's clients choose for it
    config : how much of a session is remembered
    marks : how long it is known that a listener was erased; None for good

    """

    def __init__(
        self,
        idle: timedelta,
        partition_of: Callable[[str], int],
        config: RankerConfig = RankerConfig(),
        *,
        marks: timedelta | None = None,
    ) -> None:
        self._idle = idle
        self._partition_of = partition_of
        self._config = config
        self._marks = marks
        self._agendas: dict[int, _Agenda] = {}

    def session_of(
        self, event: ListenerEvent, partition: int, tables: Tables, *, model_of: ModelOf
    ) -> SessionState | None:
        """Return the session of an event as it stands; None where it begins now.

        Parameters
        ----------
        model_of : says how deep a session went that is closed

        Raises
        ------
        SessionGone
            It is over, or was never heard of, and the event occurred before the limit.

        """
        session = tables.sessions.get(session_key(event))
        limit = self._agendas[partition].now - self._idle
        if session and _last(session) >= limit:
            return session
        if event.occurred_at < limit:
            raise SessionGone(event.session_id, event.occurred_at, self._idle)
        if session:
            self._close(session, tables, model_of)
        return None

    def began(self, session: SessionState, partition: int) -> None:
        """Have a session that is new in the table looked at when it may be over."""
        self._agendas[partition].put(_last(session) + self._idle, session_key(session))

    def tidy(
        self, partition: int, now: datetime, tables: Tables, *, model_of: ModelOf
    ) -> Iterator[str]:
        """Go on with the time, and with the cleaning; yield the keys of sessions removed.

        Parameters
        ----------
        now : when the broker had the message that has come
        model_of : says how deep a session went that is closed

        """
        agenda = self._agendas.get(partition)
        if agenda is None:
            # Rows that were there before us are looked at one by one: decoding all would take long.
            agenda = self._agendas[partition] = _Agenda(now, list(tables.sessions))
        agenda.now = max(now, agenda.now)
        for key in agenda.next(lambda key: self._partition_of(_listener(key)) == partition):
            session = tables.sessions.get(key)
            if session is None:
                continue
            if _last(session) + self._idle >= agenda.now:
                agenda.put(_last(session) + self._idle, key)
            elif self._close(session, tables, model_of):
                agenda.put(agenda.now + SAVING, key)
            else:
                del tables.sessions[key]
                yield key
        if self._marks:
            self._unmark(partition, agenda, agenda.now - self._marks, tables)

    def forget(self, partitions: set[int]) -> None:
        """Drop what is known of partitions that another worker has now."""
        for partition in partitions:
            self._agendas.pop(partition, None)

    def _close(self, session: SessionState, tables: Tables, model_of: ModelOf) -> bool:
        """Remember a session in its listener's row; return whether that had to be written."""
        listener_id = session.listener_id
        known = tables.listeners.get(listener_id) or ListenerState(listener_id=listener_id)
        listener = closed(known, session, self._config, model_of=model_of)
        if listener == known:
            return False
        tables.listeners[listener_id] = listener
        return True

    def _unmark(self, partition: int, agenda: "_Agenda", limit: datetime, tables: Tables) -> None:
        """Remove the next mark if it is old: one for each message."""
        if not agenda.marks:
            agenda.marks = list(tables.erased)
        name = agenda.marks.pop() if agenda.marks else None
        mark = tables.erased.get(name) if name else None
        if name and mark and mark.partition == partition and mark.until < limit:
            del tables.erased[name]


def closed(
    listener: ListenerState, session: SessionState, config: RankerConfig, *, model_of: ModelOf
) -> ListenerState:
    """Return the listener when a session, of at least one event, is taken out of the table.

    What is kept of it is what is kept of any earlier session, and its revision.
    """
    listener = remember(listener, session, config, model_of=model_of)
    kept = tuple(
        past.model_copy(update={"revision": session.revision})
        if past.session_id == session.session_id
        else past
        for past in listener.sessions
    )
    return listener.model_copy(update={"sessions": kept})


def floor_of(listener: ListenerState | None, session_id: str) -> int:
    """Return what the revisions of a session count from: those of one that had its id before."""
    known = listener.sessions if listener else ()
    return next((past.revision for past in known if past.session_id == session_id), 0)


def _last(session: SessionState) -> datetime:
    return session.events[-1].occurred_at


def _listener(key: str) -> str:
    return key.partition("|")[0]


class _Agenda:
    """When which session of a partition is to be looked at: each once in the time it may idle."""

    def __init__(self, now: datetime, unseen: list[str]) -> None:
        self.now = now
        self.marks: list[str] = []
        """Marks that were not looked at in this round."""
        self._unseen = unseen
        self._dates: list[tuple[datetime, str]] = []

    def put(self, at: datetime, key: str) -> None:
        """Have a session looked at when its time has come."""
        heappush(self._dates, (at, key))

    def next(self, is_ours: Callable[[str], bool]) -> Iterator[str]:
        """Yield a few keys whose time has come, then of those never looked at."""
        rows = 0
        while rows < ROWS_A_MESSAGE and self._dates and self._dates[0][0] < self.now:
            rows += 1
            yield heappop(self._dates)[1]
        for _ in range(KEYS_A_MESSAGE):
            if rows >= ROWS_A_MESSAGE or not self._unseen:
                return
            if is_ours(key := self._unseen.pop()):
                rows += 1
                yield key
