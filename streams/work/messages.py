"""What goes into a piece of work and what comes out: plain values, as Kafka has them."""

from dataclasses import dataclass
from datetime import UTC, datetime

from schemas.record import LATEST
from streams.errors import NoTime


@dataclass(frozen=True, slots=True)
class Message:
    """A record as it lies in its partition."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: float
    """Seconds since 1970, by the broker's clock where the topic stamps what it appends."""

    @property
    def sent_at(self) -> datetime:
        """The timestamp as a time; raises NoTime, for a producer may have made it up."""
        if not 0 <= self.timestamp < LATEST.timestamp():
            raise NoTime(self.timestamp)
        return datetime.fromtimestamp(self.timestamp, UTC)


@dataclass(frozen=True, slots=True)
class Output:
    """A record to be written."""

    topic: str
    key: bytes | None
    value: bytes
