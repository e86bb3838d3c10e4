"""What all records on the wire share: bounded ids, aware UTC times, a version, no surprises."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints

Id = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[\w.:@/+=-]+$")]
"""1 to 128 letters, digits and ``_ . : @ / + = -``: safe in a key, a log line and a file name."""

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def _utc(value: datetime) -> datetime:
    """Return the same instant in UTC; refuse what no clock of a player can show."""
    if not EARLIEST <= value < LATEST:
        raise ValueError(f"time {value.isoformat()} is outside 2000 to 2100")
    return value.astimezone(UTC)


UtcTime = Annotated[AwareDatetime, AfterValidator(_utc)]
"""An aware time, kept in UTC: one instant has one spelling, so equal events have equal bytes."""


class Record(BaseModel):
    """Base of every record: frozen, closed, versioned."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False
    )

    def encode(self) -> bytes:
        """Return the record as UTF-8 JSON, fields in declared order: equal records, equal bytes."""
        return self.model_dump_json(exclude_defaults=True).encode()


class Versioned(Record):
    """A record that crosses a topic.

    A worker that meets a version it does not know rejects the record instead of guessing.
    """

    schema_version: Literal[1] = 1

    def encode(self) -> bytes:
        """Return the record as UTF-8 JSON, its version always spelled out."""
        body = self.model_dump_json(exclude_defaults=True, exclude={"schema_version"})
        rest = body[1:] if body == "{}" else "," + body[1:]
        return f'{{"schema_version":{self.schema_version}{rest}'.encode()


class ListenerEvent(Versioned):
    """Something that concerns one session of one listener; keyed by `listener_id` on its topic."""

    event_id: Id
    """Unique per event; a second event with the same id is a duplicate and changes nothing."""
    listener_id: Id
    session_id: Id
    occurred_at: UtcTime
    """Event time, set by the player when it happened, not when it was sent."""
    member: Id | None = None
    """Who of those that share the session acted; absent where only one listens."""

    @property
    def order(self) -> tuple[datetime, str]:
        """Where the event stands in its session: by time, then by id."""
        return self.occurred_at, self.event_id
