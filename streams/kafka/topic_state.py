"""A declared topic beside the same topic on a broker."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from schemas.topics import ERASURES, Topic
from streams.settings import Settings

MAX_MESSAGE_BYTES = 4_194_304
"""An oversized event must reach a worker, which rejects it where its sender can see it; Kafka's
own limit of 1 MB would only fail the producer."""


@dataclass(frozen=True, slots=True)
class TopicState:
    """A declared topic as it is on the broker."""

    name: str
    partitions: int = 0
    """0 for a topic that is missing."""
    replication: int = 0
    messages: int = 0
    """Offsets in use: an upper bound where the topic is compacted."""
    differs: tuple[str, ...] = ()
    """What is otherwise than declared, in words."""

    @property
    def exists(self) -> bool:
        """Whether the broker has it."""
        return self.partitions > 0

    def as_dict(self) -> dict[str, Any]:
        """Return the state for JSON."""
        return {**asdict(self), "exists": self.exists}

    def __str__(self) -> str:
        if not self.exists:
            return f"{self.name:<20} missing"
        line = f"{self.name:<20} {self.partitions:>4} partitions {self.messages:>10} messages"
        return "; ".join((line, *self.differs))


DAY_MS = 86_400_000

COMPACTED = {"cleanup.policy": "compact", "max.compaction.lag.ms": str(DAY_MS)}
"""What a key was before, or that is gone, is compacted away a day later, whatever the traffic:
Kafka's own way is after half of the log is stale, which may be never."""


def config_of(topic: Topic, settings: Settings) -> dict[str, str]:
    """Return the topic's own configuration; everything else is left to the cluster.

    The broker stamps what it appends: whoever sends an event cannot say when it came.
    """
    return {
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": str(MAX_MESSAGE_BYTES),
        **(COMPACTED if topic.compacted else _cut(topic, settings)),
    }


def _cut(topic: Topic, settings: Settings) -> dict[str, str]:
    """Return how a topic that is not compacted is cut.

    A file a day, for Kafka removes whole files only: what is purged leaves the disk with the day.
    """
    config = {"cleanup.policy": "delete", "segment.ms": str(DAY_MS)}
    if settings.retention_days and topic is not ERASURES:
        config["retention.ms"] = str(int(settings.retention_days * DAY_MS))
    return config


def differences(
    topic: Topic,
    settings: Settings,
    *,
    partitions: int,
    replication: int,
    config: Mapping[str, str | None],
) -> Iterator[str]:
    """Say in words what of a topic is otherwise than declared."""
    declared: dict[str, object] = {
        "partitions": settings.partitions,
        "replication": settings.replication,
        **config_of(topic, settings),
    }
    found: dict[str, object] = {"partitions": partitions, "replication": replication, **config}
    for name, wanted in declared.items():
        if found[name] != wanted:
            yield f"{name} is {found[name]}, declared {wanted}"
