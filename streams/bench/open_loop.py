"""An open-loop load: events leave on schedule, whatever comes back.

A closed loop waits for each answer and so never sees a queue build up; here the clock of an event
starts when it was due.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from time import perf_counter, sleep
from typing import Self

import numpy as np

from streams.client import Publisher
from streams.errors import NoUpdate
from streams.kafka.reading import assign_from_now, open_reader

PATIENCE_SECONDS = 20.0
"""How long to wait while nothing comes."""


@dataclass(frozen=True, slots=True)
class Message:
    """One event of the load, encoded."""

    event_id: str
    key: bytes
    value: bytes


def event_id_of(value: bytes, field: bytes = b'"event_id":"') -> str:
    """Return an id out of a record's JSON without parsing it: the driver must stay cheap.

    Examples
    --------
    >>> event_id_of(b'{"schema_version":1,"event_id":"e7","listener_id":"ann"}')
    'e7'

    """
    start = value.index(field) + len(field)
    return value[start : value.index(b'"', start)].decode()


def answered_by(value: bytes) -> list[str]:
    """Return the ids of the events that an update answers, without parsing it.

    Examples
    --------
    >>> answered_by(b'{"caused_by":"e7","slots":[],"burst":["e5","e6"],"covers":[]}')
    ['e7', 'e5', 'e6']
    >>> answered_by(b'{"caused_by":"e7","slots":[]}')
    ['e7']

    """
    last = event_id_of(value, b'"caused_by":"')
    start = value.rfind(b'"burst":[')
    if start < 0:
        return [last]
    ids = value[start + 9 : value.index(b"]", start)].decode()
    return [last, *(quoted.strip('"') for quoted in ids.split(","))]


class Receipts:
    """When each update came, seen by a reader in a thread of its own."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self.at: dict[str, float] = {}
        self.sizes: list[int] = []
        self._stop = threading.Event()
        self._consumer = open_reader(bootstrap, fetch_wait_max_ms=10)
        assign_from_now(self._consumer, topic)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while not self._stop.is_set():
            for message in self._consumer.consume(500, 0.005):
                if message.error() is None and (value := message.value()) is not None:
                    now = perf_counter()
                    for event_id in answered_by(value):
                        self.at.setdefault(event_id, now)
                    self.sizes.append(len(value))
        self._consumer.close()

    def wait_for(self, event_ids: Iterable[str]) -> None:
        """Return when every event has its update.

        Raises
        ------
        NoUpdate
            Nothing at all came for `PATIENCE_SECONDS`.

        """
        for event_id in event_ids:
            seen, until = -1, 0.0
            while event_id not in self.at:
                if len(self.at) > seen:
                    seen, until = len(self.at), perf_counter() + PATIENCE_SECONDS
                if perf_counter() > until:
                    raise NoUpdate(event_id, PATIENCE_SECONDS)
                sleep(0.001)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(PATIENCE_SECONDS)


def paced(
    publisher: Publisher, receipts: Receipts, topic: str, load: list[Message], *, per_second: float
) -> dict[str, float]:
    """Send a load at a rate; return the latency of its updates in milliseconds."""
    begun = perf_counter() + 0.1
    due = [begun + place / per_second for place in range(len(load))]
    for when, message in zip(due, load, strict=True):
        if (early := when - perf_counter()) > 0:
            sleep(early)
        publisher.send_raw(topic, message.key, message.value)
    publisher.flush()
    receipts.wait_for(message.event_id for message in load)
    latencies = [
        (receipts.at[message.event_id] - when) * 1000
        for when, message in zip(due, load, strict=True)
    ]
    p50, p90, p99 = np.percentile(latencies, [50, 90, 99])
    return {"p50_ms": round(p50, 2), "p90_ms": round(p90, 2), "p99_ms": round(p99, 2)}


def saturated(
    publisher: Publisher, receipts: Receipts, topic: str, load: list[Message]
) -> dict[str, float]:
    """Send a load at once; return the events per second that came out."""
    begun = perf_counter()
    for message in load:
        publisher.send_raw(topic, message.key, message.value)
    publisher.flush()
    receipts.wait_for(message.event_id for message in load)
    last = max(receipts.at[message.event_id] for message in load)
    return {"events_per_second": round(len(load) / (last - begun), 1)}
