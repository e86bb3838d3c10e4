"""Events -> the broker, each once: what it has is accepted, and is known when it comes again."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from time import perf_counter

from schemas import ListenerEvent, Position
from schemas.record import EARLIEST
from schemas.topics import Topic
from streams.codecs import MAX_BYTES
from streams.gateway.history import History
from streams.gateway.metrics import ACCEPT_SECONDS
from streams.gateway.outbox import Outbox
from streams.gateway.problems import Problem

REMEMBERED = 100_000
"""Accepted events that are known again, the newest; the workers know all of them."""

Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Sending:
    """An event on its way to a topic."""

    topic: Topic
    event: ListenerEvent
    dated_here: bool = False
    """Whether the gateway gave it its time, so that a retry may have another."""

    @cached_property
    def value(self) -> bytes:
        """The event as the broker has it."""
        return self.event.encode()

    @property
    def digest(self) -> bytes:
        """What tells one body from another that has the same event id."""
        said = self.value
        if self.dated_here:
            said = self.event.model_copy(update={"occurred_at": EARLIEST}).encode()
        return blake2b(self.topic.name.encode() + said, digest_size=16).digest()


@dataclass(slots=True)
class Known:
    """An event that is accepted, or about to be."""

    digest: bytes
    occurred_at: datetime
    done: asyncio.Future[Position] = field(repr=False)
    offered_at: float

    async def wait(self) -> None:
        """Return when the broker has it; raises Problem where it does not take it."""
        # The record is on its way and cannot be called back: who goes away does not cancel it.
        await asyncio.shield(self.done)

    @property
    def place(self) -> Position | None:
        """Where the broker has it; None as long as it does not."""
        is_there = self.done.done() and not self.done.cancelled() and not self.done.exception()
        return self.done.result() if is_there else None


class Intake:
    """Takes events in.

    Parameters
    ----------
    future : how far a player's clock may run ahead of ours: what the workers would reject is not
        accepted here

    """

    def __init__(
        self,
        outbox: Outbox,
        history: History,
        *,
        future: timedelta,
        remembered: int = REMEMBERED,
        clock: Clock = _now,
    ) -> None:
        self._outbox = outbox
        self._history = history
        self._future = future
        self._most = remembered
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], Known] = OrderedDict()

    async def accept(self, sending: Sending) -> Known:
        """Return when the broker has an event; one that it has already is not sent again.

        Raises
        ------
        Problem
            The broker is behind or away, the id belongs to another event, or the workers would
            reject it.

        """
        known = self.offer(sending)
        await known.wait()
        return known

    def offer(self, sending: Sending) -> Known:
        """Hand an event to the broker without waiting; raises as `accept` does."""
        event = sending.event
        key, digest = (event.listener_id, event.event_id), sending.digest
        known = self._known.get(key)
        if known is not None:
            if known.digest == digest:
                return known
            raise Problem(
                "other-body",
                f"the event id {event.event_id!r} was used for another event: make a new one",
                event_id=event.event_id,
            )
        known = self._send(sending, digest)
        self._known[key] = known
        known.done.add_done_callback(lambda _: self._settle(key, sending, known))
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return known

    def find(self, listener_id: str, event_id: str) -> Known | None:
        """Return an event that was offered not long ago."""
        return self._known.get((listener_id, event_id))

    def _send(self, sending: Sending, digest: bytes) -> Known:
        event = sending.event
        if len(sending.value) > MAX_BYTES:
            raise Problem("too-large", f"an event has at most {MAX_BYTES} bytes")
        if event.occurred_at - self._clock() > self._future:
            raise Problem(
                "invalid",
                f"occurred_at: {event.occurred_at.isoformat()} is in the future; set the clock, "
                "or leave it out",
            )
        done = self._outbox.send(sending.topic, sending.topic.key_of(event), sending.value)
        return Known(digest, event.occurred_at, done, perf_counter())

    def _settle(self, key: tuple[str, str], sending: Sending, known: Known) -> None:
        if known.place is None:
            self._known.pop(key, None)  # so that a retry is sent
        else:
            self._history.add(sending.topic, sending.event, sending.value)
            ACCEPT_SECONDS.observe(perf_counter() - known.offered_at)
