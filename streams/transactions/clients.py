"""The Kafka clients of the driver, and why they are set as they are."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaError, Producer

from streams.client import PARTITIONER
from streams.groups import CLIENT_ID, group_of
from streams.kafka.reading import QUIET
from streams.kafka.topic_state import MAX_MESSAGE_BYTES
from streams.settings import Settings

log = logging.getLogger(__name__)

HEARTBEAT_MS = 1_500
TRANSACTION_TIMEOUT_MS = 10_000
"""How long what a dead worker left open holds back those who read its outputs, unless it comes
back under its name, which ends it at once."""
REQUEST_TIMEOUT_MS = 3_000
"""How long a request of a transaction may take. When its broker goes away it waits for all of this
before the client looks for another: the transaction's own timeout, the default, is too long."""
PREFETCH_KILOBYTES = 16_384
"""Messages that wait in memory, of all partitions together."""

OnError = Callable[[KafkaError], None]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a worker is to the broker; the same after a restart."""

    group: str
    instance: str
    """Name within the group: a member of it that comes back within the session timeout finds its
    partitions waiting, without a rebalance."""

    @classmethod
    def of(cls, work: str, settings: Settings) -> "Identity":
        """Return who does a kind of work under these settings."""
        group = group_of(work, settings.space, engine="transactions")
        return cls(group, f"{work}-{settings.worker_name}")

    @property
    def transactional_id(self) -> str:
        """By which a restarted worker aborts what its predecessor left open."""
        return f"{self.group}-{self.instance}"


def open_consumer(
    bootstrap: str, identity: Identity, session_timeout_seconds: float, on_error: OnError
) -> Consumer:
    """Return the consumer of the sources."""
    return Consumer(
        {
            **_common(bootstrap, on_error),
            "group.id": identity.group,
            "group.instance.id": identity.instance,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            # Also makes the question for committed offsets wait for transactions under way.
            "isolation.level": "read_committed",
            # Gives a partition of all topics to one member, as other strategies need not.
            "partition.assignment.strategy": "range",
            "session.timeout.ms": int(session_timeout_seconds * 1000),
            "heartbeat.interval.ms": HEARTBEAT_MS,
            "enable.partition.eof": True,
            "queued.max.messages.kbytes": PREFETCH_KILOBYTES,
            "fetch.error.backoff.ms": 100,
        }
    )


def open_producer(
    bootstrap: str, identity: Identity, linger_seconds: float, on_error: OnError
) -> Producer:
    """Return the producer of the transactions."""
    return Producer(
        {
            **_common(bootstrap, on_error),
            "transactional.id": identity.transactional_id,
            "transaction.timeout.ms": TRANSACTION_TIMEOUT_MS,
            "socket.timeout.ms": REQUEST_TIMEOUT_MS,
            "partitioner": PARTITIONER,
            "linger.ms": linger_seconds * 1000,
            "message.max.bytes": MAX_MESSAGE_BYTES,
            # A commit is still being written when the next transaction begins, and is asked about
            # again after so long: the default of 100 ms would be added to every transaction.
            "retry.backoff.ms": 2,
        }
    )


def _common(bootstrap: str, on_error: OnError) -> dict[str, object]:
    return {
        "bootstrap.servers": bootstrap,
        "client.id": CLIENT_ID,
        "log_level": QUIET,
        "logger": log,
        "error_cb": on_error,
        "reconnect.backoff.ms": 50,
        "reconnect.backoff.max.ms": 500,
    }
