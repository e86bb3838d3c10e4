"""One transaction: all of it or nothing; which faults pass, which undo it, which end its client."""

import logging
import random
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from enum import Enum, auto
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any, TypeVar

from confluent_kafka import KafkaError, KafkaException, Producer, TopicPartition

from schemas.topics import Topic
from streams.errors import ClientFailed, Stalled
from streams.kafka.admin import SETTLING
from streams.transactions.fold import Folded

log = logging.getLogger(__name__)

R = TypeVar("R")

COMMIT_SECONDS = 5.0
"""How long each step of a transaction may take. Less than the transaction's own timeout: a fresh
client gets further than one whose broker went away, and what was held in memory is kept."""
INIT_SECONDS = 20.0
"""How long it may take to end what a predecessor left open: longer than a transaction may last."""
TRY_SECONDS = 3.0
"""How long the client library may wait before we look at the clock again."""
HANG_SECONDS = 7.0
"""How much longer a call may take than it was told to."""
PAUSE_SECONDS = 0.02
"""Between two tries, give or take half."""

BY_KEY = -1
"""The partition of a record whose key decides."""

PASSING = {
    *SETTLING,
    KafkaError.CONCURRENT_TRANSACTIONS,
    KafkaError.UNSTABLE_OFFSET_COMMIT,
    KafkaError.NETWORK_EXCEPTION,
    KafkaError.REQUEST_TIMED_OUT,
    KafkaError._TIMED_OUT,  # noqa: SLF001  # its only name
    KafkaError._TRANSPORT,  # noqa: SLF001
    KafkaError._ALL_BROKERS_DOWN,  # noqa: SLF001
    KafkaError._WAIT_COORD,  # noqa: SLF001
}
"""Codes of faults that pass; only those of transactions say so themselves."""


class Kind(Enum):
    """What to do about a fault of a transaction."""

    RETRY = auto()
    """The same call again: it has not been decided yet."""
    ABORT = auto()
    """Undo the transaction, and do its work again."""
    FATAL = auto()
    """Nothing more comes from this client; another may tell what became of the transaction."""


class Undone(Exception):
    """The transaction has to be aborted."""


class Stopped(Exception):
    """The worker was told to stop while it waited."""


def kind_of(fault: KafkaError) -> Kind:
    """Return what to do about a fault."""
    if fault.fatal():
        return Kind.FATAL
    if fault.txn_requires_abort():
        return Kind.ABORT
    return Kind.RETRY if fault.retriable() or fault.code() in PASSING else Kind.FATAL


def insist(
    what: str, call: Callable[[float], R], *, seconds: float, stop: Event | None = None
) -> R:
    """Return what a call returns, calling again while its fault may pass.

    Parameters
    ----------
    what : the name of the wait, for the errors and the log
    call : takes how many seconds it may wait by itself
    stop : ends the wait when it is set; None for one that must not be cut short

    Raises
    ------
    Stopped
        It was told to stop.
    Undone
        The transaction has to be aborted.
    Stalled
        The fault did not pass within `seconds`.
    ClientFailed
        It cannot pass.

    """
    until = monotonic() + seconds
    while True:
        try:
            return call(TRY_SECONDS)
        except KafkaException as error:
            fault: KafkaError = error.args[0]
        kind = kind_of(fault)
        if kind is Kind.ABORT:
            raise Undone(f"{what}: {fault.str()}")
        if kind is Kind.FATAL:
            raise ClientFailed(what, fault.str())
        if monotonic() > until:
            raise Stalled(what, seconds, fault.str())
        if stop is not None and stop.is_set():
            raise Stopped
        sleep(PAUSE_SECONDS * random.uniform(0.5, 1.5))


def left_alone(what: str, call: Callable[[float], R]) -> Callable[[float], R]:
    """Return the call, to be left to itself where it does not come back: it then raises Stalled.

    librdkafka keeps its time limits but for one case that was seen: offsets that a producer sends
    while the broker restarts can wait for ever. Not for a consumer's calls, which belong to the
    thread that polls.
    """

    def bounded(seconds: float) -> R:
        outcome: Future[R] = Future()

        def run() -> None:
            try:
                outcome.set_result(call(seconds))
            except KafkaException as error:
                outcome.set_exception(error)

        Thread(target=run, name=what, daemon=True).start()
        try:
            return outcome.result(seconds + HANG_SECONDS)
        except TimeoutError:
            reason = "the client library does not come back"
            raise Stalled(what, seconds + HANG_SECONDS, reason) from None

    return bounded


class Transactions:
    """The transactions of one producer, one after the other.

    Parameters
    ----------
    changelogs : where the rows of each table go

    """

    def __init__(self, producer: Producer, changelogs: Mapping[str, Topic]) -> None:
        self._producer = producer
        self._changelogs = changelogs

    def start(self, stop: Event) -> None:
        """End what a predecessor of our name left open, and shut it out.

        Raises
        ------
        Stopped
            `stop` was set before.
        Stalled, ClientFailed
            The broker does not answer, or refuses.

        """
        self._insist(
            "taking over transactions", self._producer.init_transactions, INIT_SECONDS, stop
        )

    def write(self, folded: Folded, member: Any) -> bool:
        """Write all of it and say True, or nothing and say False.

        Parameters
        ----------
        member : the consumer's place in its group: the broker refuses an outdated one

        Raises
        ------
        Stalled, ClientFailed
            It is not known which: the group's committed offsets tell.

        """
        try:
            self._producer.begin_transaction()
        except KafkaException as error:
            raise ClientFailed("beginning a transaction", error.args[0].str()) from None
        try:
            self._produce(folded)
            self._send_offsets(folded, member)
            self._insist("committing", self._producer.commit_transaction)
        except Undone as reason:
            log.warning("transaction aborted, its events are read again: %s", reason)
            self._abort()
            return False
        return True

    def _abort(self) -> None:
        try:
            self._insist("aborting", self._producer.abort_transaction)
        except Undone as reason:
            raise ClientFailed("aborting", str(reason)) from None

    def _produce(self, folded: Folded) -> None:
        for change in folded.changes:
            topic = self._changelogs[change.table].name
            self._send(topic, change.key.encode(), change.packed, partition=change.partition)
        for output in folded.outputs:
            self._send(output.topic, output.key, output.value)

    def _send(
        self, topic: str, key: bytes | None, value: bytes | None, partition: int = BY_KEY
    ) -> None:
        until = monotonic() + COMMIT_SECONDS
        while True:
            try:
                self._producer.produce(topic, value, key, partition)
                return
            except BufferError:
                if monotonic() > until:
                    what = f"handing a record of {topic} to the client"
                    raise Stalled(what, COMMIT_SECONDS, "its queue is full") from None
                self._producer.poll(0.05)
            except KafkaException as error:
                raise Undone(f"writing to {topic}: {error.args[0].str()}") from None

    def _send_offsets(self, folded: Folded, member: Any) -> None:
        offsets = [
            TopicPartition(topic, partition, end) for (topic, partition), end in folded.ends.items()
        ]
        self._insist(
            "sending offsets",
            lambda seconds: self._producer.send_offsets_to_transaction(offsets, member, seconds),
        )

    def _insist(
        self,
        what: str,
        call: Callable[[float], None],
        seconds: float = COMMIT_SECONDS,
        stop: Event | None = None,
    ) -> None:
        insist(what, left_alone(what, call), seconds=seconds, stop=stop)
