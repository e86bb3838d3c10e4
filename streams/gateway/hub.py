"""`playlist-updates` -> whoever follows a session; one thread reads, one event loop tells.

What is read is handed over in batches, and only a few of them at once: a loop that is busy slows
the reading down, and nothing piles up. Receipts of erasures are followed too, so that a listener
who was erased, by whomever, is forgotten here.
"""

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from functools import lru_cache
from time import monotonic
from typing import Any

from confluent_kafka import Consumer, KafkaException, TopicPartition
from pydantic import ValidationError

from schemas import Erasure
from schemas.topics import ERASURES, PLAYLIST_UPDATES, Topic
from streams.errors import BrokerUnavailable
from streams.gateway.rows import Held, Row, Rows, held_of, row_key
from streams.kafka.reading import ANSWER_SECONDS, is_end, open_reader
from streams.patience import trying_again
from streams.work.erasure import pseudonym

log = logging.getLogger(__name__)

TAIL = 20_000
"""Records of each partition that are read at the start, so that a restart knows the sessions."""
BATCH = 500
POLL_SECONDS = 0.2
HANDS = 4
"""Batches that the loop may have before it is waited for."""
RECEIPTS = 10_000
"""Receipts that are kept, the newest."""
GRACE_SECONDS = 0.25
"""How long to wait for a session of which nothing is known: another gateway may have begun it."""
STOP_SECONDS = 5.0


class Hub:
    """Knows the newest update of sessions; belongs to the loop that runs when it is started.

    Parameters
    ----------
    erasure_key : of the hash that stands for an erased listener
    grace_seconds : how long to wait for a session of which nothing is known

    """

    def __init__(
        self,
        bootstrap: str,
        *,
        erasure_key: bytes,
        most_bytes: int,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self._bootstrap = bootstrap
        self._key = erasure_key
        self._grace = grace_seconds
        self._rows = Rows(most_bytes)
        self._receipts: OrderedDict[tuple[str, datetime], Erasure] = OrderedDict()
        self._erased: dict[str, datetime] = {}
        self._pseudonym = lru_cache(100_000)(lambda listener: pseudonym(listener, self._key))
        self._unread: set[tuple[str, int]] = set()
        self._caught_up = threading.Event()
        self._stopping = threading.Event()
        self._hands = threading.Semaphore(HANDS)
        self._thread = threading.Thread(target=self._run, name="hub", daemon=True)
        self._loop: asyncio.AbstractEventLoop

    def start(self) -> None:
        """Begin; `is_ready` tells when all that was there has been read."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def stop(self) -> None:
        """Stop following; waits for the thread."""
        self._stopping.set()
        self._thread.join(STOP_SECONDS)

    @property
    def is_ready(self) -> bool:
        """Whether all that was there at the start has been read."""
        return self._caught_up.is_set() and self._thread.is_alive()

    def expect(self, listener_id: str, session_id: str) -> None:
        """Know a session from now on, though it has no update yet."""
        self._rows.expect(row_key(listener_id, session_id))

    async def row(self, listener_id: str, session_id: str) -> Row | None:
        """Return what is known of a session, after a moment's patience; None for nothing."""
        until = monotonic() + self._grace
        key = row_key(listener_id, session_id)
        while (row := self._rows.get(key)) is None and monotonic() < until:
            await asyncio.sleep(0.02)
        return row

    async def next_update(self, row: Row, seconds: float) -> None:
        """Return when the session has another update, or after so long."""
        changed = self._loop.create_future()
        row.waiting.append(changed)
        try:
            await asyncio.wait_for(changed, seconds)
        except TimeoutError:
            pass
        finally:
            if changed in row.waiting:
                row.waiting.remove(changed)

    def wake(self) -> None:
        """Have every follower look up, though there is no update."""
        self._rows.wake()

    def receipt(self, name: str, until: datetime) -> Erasure | None:
        """Return the receipt of an erasure, by the hash of the listener and the command's time."""
        return self._receipts.get((name, until))

    def name_of(self, listener_id: str) -> str:
        """Return the hash that stands for a listener in receipts."""
        return self._pseudonym(listener_id)

    def _run(self) -> None:
        try:
            trying_again(BrokerUnavailable, stop=self._stopping)(self._follow)
        except BrokerUnavailable:
            log.debug("stopped while the broker is away")

    def _follow(self) -> None:
        """Read the tail and follow, until told to stop; raises BrokerUnavailable."""
        try:
            with closing(
                open_reader(self._bootstrap, enable_partition_eof=True, fetch_wait_max_ms=100)
            ) as consumer:
                self._assign(consumer)
                while not self._stopping.is_set():
                    self._read(consumer)
        except KafkaException as error:
            raise BrokerUnavailable(self._bootstrap, error.args[0].str()) from None

    def _assign(self, consumer: Consumer) -> None:
        places = [
            place for topic in (PLAYLIST_UPDATES, ERASURES) for place in _tails(consumer, topic)
        ]
        self._unread = {(place.topic, place.partition) for place in places}
        consumer.assign(places)

    def _read(self, consumer: Consumer) -> None:
        first = consumer.poll(POLL_SECONDS)
        if first is None:
            return
        # `consume` waits for its whole number, or its whole time: so without any.
        messages = [first, *consumer.consume(BATCH, 0)]
        found = list(self._taken(messages))
        if found:
            self._hands.acquire()
            self._loop.call_soon_threadsafe(self._tell, found)
        if not self._unread and not self._caught_up.is_set():
            self._caught_up.set()
            log.info("following %s", PLAYLIST_UPDATES.name)

    def _taken(self, messages: list[Any]) -> Iterator[Held | Erasure]:
        for message in messages:
            if error := message.error():
                if is_end(error):
                    self._unread.discard((message.topic(), message.partition()))
                continue
            value = message.value() or b""
            try:
                if message.topic() == PLAYLIST_UPDATES.name:
                    yield held_of(value, message.offset())
                else:
                    yield Erasure.model_validate_json(value)
            except (KeyError, TypeError, ValueError, ValidationError) as error:
                log.debug("passed over a record of %s: %s", message.topic(), error)

    def _tell(self, found: list[Held | Erasure]) -> None:
        for one in found:
            if isinstance(one, Erasure):
                self._forget(one)
            elif not self._is_erased(one):
                self._rows.put(one)
        self._hands.release()

    def _forget(self, receipt: Erasure) -> None:
        name = receipt.listener
        self._receipts.setdefault((name, receipt.until), receipt)
        while len(self._receipts) > RECEIPTS:
            self._receipts.popitem(last=False)
        self._erased[name] = max(receipt.until, self._erased.get(name, receipt.until))
        self._rows.drop(self._is_erased)

    def _is_erased(self, held: Held) -> bool:
        if not self._erased:
            return False
        until = self._erased.get(self._pseudonym(held.listener_id))
        return until is not None and held.occurred_at <= until


def _tails(consumer: Consumer, topic: Topic) -> Iterator[TopicPartition]:
    found = consumer.list_topics(topic.name, timeout=ANSWER_SECONDS).topics[topic.name]
    if found.error is not None:
        raise KafkaException(found.error)
    for partition in found.partitions:
        place = TopicPartition(topic.name, partition)
        low, high = consumer.get_watermark_offsets(place, timeout=ANSWER_SECONDS)
        yield TopicPartition(topic.name, partition, max(low, high - TAIL))
