"""Every event of a session is folded into its row; what waited together is ranked once.

The row is a set of events, so it does not matter what comes twice, late, or again after a crash
(`ranker.history.fold`). Ranking reads the row and leaves no trace: a burst may be folded event by
event and ranked at its end, with the same queue as if each had been answered.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from ranker.config import RankerConfig
from ranker.depth import depth_of
from ranker.library import Library
from ranker.listener import follow
from ranker.models.sequence import SequenceModel
from ranker.receipts import receipt_of
from ranker.session import accept, update_of
from schemas import (
    PlaybackEvent,
    PlaylistUpdate,
    Position,
    Receipt,
    SessionCommand,
    SessionEvent,
    SessionState,
    UnderstoodIntent,
)
from schemas.listener import ListenerState
from schemas.session import is_erase
from schemas.topics import (
    ERASURES,
    PLAYBACK_EVENTS,
    PLAYLIST_UPDATES,
    SESSION_COMMANDS,
    UNDERSTOOD_INTENTS,
    Topic,
)
from schemas.updates import Degraded, Model
from streams import metrics
from streams.codecs import admit, decode
from streams.letters.dead_letters import FAULTS, reject
from streams.work.backgrounds import Backgrounds
from streams.work.erasure import Eraser
from streams.work.expiry import Expiry, floor_of
from streams.work.limits import Limiter, Pace
from streams.work.messages import Message, Output
from streams.work.tables import Tables, session_key

INPUTS: dict[str, type[SessionEvent]] = {
    PLAYBACK_EVENTS.name: PlaybackEvent,
    SESSION_COMMANDS.name: SessionCommand,
    UNDERSTOOD_INTENTS.name: UnderstoodIntent,
}
"""What is read, and what each topic holds."""

MAX_BURST = 500
"""Events that one update answers at most: its ids must stay few beside the queue."""

WAITING_SECONDS = 5.0
"""An event that has waited so long says that this worker is behind."""


@dataclass(frozen=True, slots=True)
class Due:
    """A session whose queue has to be ranked."""

    event: SessionEvent
    """The event that came last."""
    partition: int
    received_at: float
    """When the broker had the first of them, in seconds since 1970."""
    burst: tuple[str, ...] = ()
    """Ids of the events before the last one."""

    def then(self, event: SessionEvent) -> "Due":
        """Return what is due when another event has come."""
        return replace(self, event=event, burst=(*self.burst, self.event.event_id))


class Sessions:
    """What the sessions worker does.

    Parameters
    ----------
    library : returns the newest of what can be ranked
    tolerance : how far a player's clock may run ahead of the broker's
    pace : what one listener may send; None for any amount
    expiry : removes sessions that are over; None keeps all
    eraser : removes listeners; None hashes them with a key that everyone knows
    degraded : says, for a partition, what keeps its queues from being as good as they could be
    clock : seconds since 1970

    """

    name = "sessions"
    sources: tuple[Topic, ...] = (PLAYBACK_EVENTS, SESSION_COMMANDS, UNDERSTOOD_INTENTS)

    def __init__(
        self,
        library: Callable[[], Library],
        config: RankerConfig = RankerConfig(),
        *,
        sequence: SequenceModel | None = None,
        tolerance: timedelta = timedelta(minutes=5),
        pace: Pace | None = None,
        expiry: Expiry | None = None,
        eraser: Eraser | None = None,
        degraded: Callable[[int], Iterable[Degraded]] = lambda _: (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._library = library
        self._config = config
        self._sequence = sequence
        self._tolerance = tolerance
        self._limiter = Limiter(pace) if pace else None
        self._expiry = expiry
        self._eraser = eraser or Eraser()
        self._degraded = degraded
        self._clock = clock
        self._backgrounds = Backgrounds(config)
        self._due: OrderedDict[str, Due] = OrderedDict()
        self._read: dict[tuple[str, int], int] = {}

    @property
    def waiting(self) -> int:
        """How many sessions are due."""
        return len(self._due)

    def take(self, message: Message, tables: Tables, *, reread: bool = False) -> list[Output]:
        """Fold a message into its session, which is then due; return what is to be sent at once.

        That is a dead letter, or an update that something waits for in particular: a receipt, or
        the last one that a burst has room for.

        Parameters
        ----------
        reread : it was handled before a crash or a hand-over: what it lacks is made up for, its
            dead letter is there already

        """
        try:
            return self._take(message, tables, reread=reread)
        except FAULTS as error:
            now = datetime.fromtimestamp(self._clock(), UTC)
            return [] if reread else [reject(message, error, now, kind=message.topic)]
        finally:
            place = message.topic, message.partition
            self._read[place] = max(message.offset, self._read.get(place, 0))

    def answers(self, tables: Tables) -> Iterator[Output]:
        """Rank every session that is due, the one that waits longest first."""
        while self._due:
            key = next(iter(self._due))
            yield self._answer(key, tables)

    def forget(self, partitions: set[int]) -> None:
        """Drop what is known of partitions: another worker has them now, or they are read again.

        What a listener sent is not held against them when it comes once more.
        """
        for key in [key for key, due in self._due.items() if due.partition in partitions]:
            del self._due[key]
        for place in [place for place in self._read if place[1] in partitions]:
            del self._read[place]
        if self._limiter:
            self._limiter.forget()
        if self._expiry:
            self._expiry.forget(partitions)

    def _take(self, message: Message, tables: Tables, *, reread: bool) -> list[Output]:
        record: type[SessionEvent] = INPUTS[message.topic]
        event = admit(decode(record, message.value), message.key, message.sent_at, self._tolerance)
        self._tidy(message, tables)
        if is_erase(event):
            return [self._erase(event, message, tables, reread=reread)]
        until = self._eraser.until(event.listener_id, tables)
        if until and event.occurred_at <= until:
            _count(event, "erased")
            return []
        key = session_key(event)
        before = self._session_of(event, message, tables)
        library = self._library()
        after = accept(before, event, library, self._config)
        receipt = _receipt(before, after, event)
        if self._limiter and not reread and (after is not before or receipt):
            self._limiter.take(event.listener_id, message.timestamp)
        if after is not before:
            if self._expiry and key not in tables.sessions:
                self._expiry.began(after, message.partition)
            tables.sessions[key] = after
        _count(event, _result(event, known=after is before, space=library.space))
        # What is known goes on too: its answer, or the listener's row, may have died with a worker.
        due = self._note(key, event, message)
        self._follow(after, message, tables)
        if receipt or len(due.burst) >= MAX_BURST:
            return [self._answer(key, tables, receipt)]
        return []

    def _session_of(self, event: SessionEvent, message: Message, tables: Tables) -> SessionState:
        """Return the session as it stands; whoever plays has one (P93)."""
        if self._expiry:
            session = self._expiry.session_of(
                event, message.partition, tables, model_of=self._model_of
            )
        else:
            session = tables.sessions.get(session_key(event))
        if session:
            return session
        listener_id, session_id = event.listener_id, event.session_id
        expired = floor_of(tables.listeners.get(listener_id), session_id)
        floor = max(expired, self._eraser.floor(listener_id, tables))
        return SessionState(listener_id=listener_id, session_id=session_id, floor=floor)

    def _tidy(self, message: Message, tables: Tables) -> None:
        """Remove some sessions that are over."""
        if self._expiry:
            # No stamp of a producer's may end the sessions of others before their time.
            now = datetime.fromtimestamp(min(message.timestamp, self._clock()), UTC)
            over = self._expiry.tidy(message.partition, now, tables, model_of=self._model_of)
            for key in over:
                self._due.pop(key, None)
                metrics.EVENTS.labels("session", "expired").inc()

    def _erase(
        self, command: SessionCommand, message: Message, tables: Tables, *, reread: bool
    ) -> Output:
        """Remove a listener; return the receipt. Queues of what is left are due anew."""
        if self._limiter and not reread:
            self._limiter.take(command.listener_id, message.timestamp)
        now = datetime.fromtimestamp(self._clock(), UTC)
        receipt, changes = self._eraser.erase(
            command, message.partition, tables, self._config, now, model_of=self._model_of
        )
        self._backgrounds.drop(command.listener_id)
        for change in changes:
            self._due.pop(change.key, None)
            if change.after.events:
                self._note(change.key, command, message)
        _count(command, "folded")
        return Output(ERASURES.name, ERASURES.key_of(receipt), receipt.encode())

    def _note(self, key: str, event: SessionEvent, message: Message) -> Due:
        known = self._due.get(key)
        due = known.then(event) if known else Due(event, message.partition, message.timestamp)
        self._due[key] = due
        return due

    def _follow(self, session: SessionState, message: Message, tables: Tables) -> None:
        """Keep the listener's row; the session that plays now, if it is another, is due anew.

        It may start from this one. And whether it was ranked since is not to be seen in any row:
        the worker that changed them may have died over it.
        """
        listener_id = session.listener_id
        known = tables.listeners.get(listener_id) or ListenerState(listener_id=listener_id)
        find = partial(_find, tables, listener_id)
        listener = follow(known, session, find, self._config, model_of=self._model_of)
        if listener != known:
            tables.listeners[listener_id] = listener
        current = _find(tables, listener_id, listener.current or session.session_id)
        # Its row may not have arrived when the worker died: then its events are read again.
        if current and current.session_id != session.session_id:
            # Named after an event of its own: nobody waits for this one's answer in that session.
            due = Due(current.events[-1], message.partition, message.timestamp)
            self._due.setdefault(session_key(current), due)

    def _model_of(self, session: SessionState) -> Model:
        return depth_of(session, self._library(), self._config, self._sequence)

    def _answer(self, key: str, tables: Tables, receipt: Receipt | None = None) -> Output:
        due = self._due.pop(key)
        with metrics.STEP_SECONDS.time():
            update = self._rank(tables.sessions[key], due, tables)
        if receipt:
            update = update.model_copy(update={"receipt": receipt})
        metrics.REFITS.labels(update.model).inc()
        for reason in update.degraded:
            metrics.DEGRADED.labels(reason).inc()
        metrics.EVENT_TO_UPDATE_SECONDS.observe(max(0.0, self._clock() - due.received_at))
        return Output(PLAYLIST_UPDATES.name, update.listener_id.encode(), update.encode())

    def _rank(self, session: SessionState, due: Due, tables: Tables) -> PlaylistUpdate:
        library = self._library()
        listener = tables.listeners.get(session.listener_id)
        background = None
        if listener is not None and listener.sessions:
            background = self._backgrounds.of(listener, session, library)
        update = update_of(session, due.event, library, self._config, background, self._sequence)
        return update.model_copy(
            update={
                "degraded": tuple(self._reasons(due)),
                "burst": due.burst,
                "covers": tuple(self._covers(due.partition)),
            }
        )

    def _reasons(self, due: Due) -> Iterator[Degraded]:
        yield from self._degraded(due.partition)
        if self._clock() - due.received_at > WAITING_SECONDS:
            yield "events-waiting"

    def _covers(self, partition: int) -> Iterator[Position]:
        for topic in INPUTS:
            offset = self._read.get((topic, partition))
            if offset is not None:
                yield Position(topic=topic, partition=partition, offset=offset)


def _receipt(before: SessionState, after: SessionState, event: SessionEvent) -> Receipt | None:
    """Return the receipt; of an undo that is known its first one again, which may have died.

    Of a forget that is known there is none: what it removed is gone.
    """
    if after is before:
        if not (isinstance(event, SessionCommand) and event.command == "undo"):
            return None
        others = tuple(known for known in after.events if known.event_id != event.event_id)
        before = before.model_copy(update={"events": others})
    return receipt_of(before, after, event)


def _find(tables: Tables, listener_id: str, session_id: str) -> SessionState | None:
    return tables.sessions.get(f"{listener_id}|{session_id}")


def _result(event: SessionEvent, *, known: bool, space: str) -> str:
    """Tell words of another space apart: they are kept, and count once workers rank in it."""
    if known:
        return "duplicate"
    elsewhere = isinstance(event, UnderstoodIntent) and event.space != space
    return "unheard" if elsewhere else "folded"


def _count(event: SessionEvent, result: str) -> None:
    metrics.EVENTS.labels(_kind(event), result).inc()


def _kind(event: SessionEvent) -> str:
    match event:
        case PlaybackEvent():
            return event.action
        case SessionCommand():
            return event.command
        case _:
            return "words"
