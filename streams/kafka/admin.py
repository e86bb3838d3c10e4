"""Topics and groups on whichever broker there is: wait, create, list, count."""

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from time import monotonic, sleep
from typing import TypeVar

from confluent_kafka import (
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    TopicPartition,
)
from confluent_kafka.admin import (
    AdminClient,
    ConfigResource,
    ConsumerGroupDescription,
    NewTopic,
    OffsetSpec,
    TopicMetadata,
)

from schemas.topics import TOPICS, Topic
from streams.errors import BrokerUnavailable, TopicsUnavailable
from streams.kafka.topic_state import TopicState, config_of, differences
from streams.settings import Settings

log = logging.getLogger(__name__)

R = TypeVar("R")

TRY_SECONDS = 2.0
"""How long to wait for the first answer of a broker that may not be there."""
ANSWER_SECONDS = 10.0
"""How long a broker that is there may take to answer."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.25, 10.0
"""Between two tries to reach a broker; doubled from the first to the longest."""
LEADER_SECONDS = 30.0
"""How long new topics may take until every partition has a leader."""

SETTLING = (
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.FENCED_LEADER_EPOCH,
    KafkaError.UNKNOWN_LEADER_EPOCH,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.NOT_COORDINATOR,
)
"""A broker names the leader of a partition, or of a group, a moment before that one knows."""


def answers(bootstrap: str) -> bool:
    """Say whether a broker answers."""
    try:
        _admin(bootstrap).list_topics(timeout=TRY_SECONDS)
    except KafkaException:
        return False
    return True


def wait_for_broker(bootstrap: str, seconds: float | None = None) -> None:
    """Return when the broker answers; `seconds` is None to wait for ever, 0 to try once.

    Raises
    ------
    BrokerUnavailable
        It did not within `seconds`.

    """
    begun, pause = monotonic(), FIRST_PAUSE_SECONDS
    while not answers(bootstrap):
        waited = monotonic() - begun
        if seconds is not None and waited >= seconds:
            raise BrokerUnavailable(bootstrap, f"tried for {waited:.0f} s; check UPNEXT_BROKER")
        left = None if seconds is None else seconds - waited
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS, *([] if left is None else [left]))
        log.warning("no answer from the broker %s, trying again in %.1f s", bootstrap, pause)
        sleep(pause)


def create_topics(settings: Settings, topics: Iterable[Topic] = TOPICS) -> tuple[str, ...]:
    """Create what is missing, wait until it can be used, and return the names of the new.

    A topic that is otherwise than declared stays as it is, with a warning: more partitions, for
    one, would part listeners from their sessions.

    Raises
    ------
    BrokerUnavailable
        The broker does not answer.
    TopicsUnavailable
        It refuses a topic.

    """
    topics = tuple(topics)
    admin = _admin(settings.bootstrap)
    with _translated(settings.bootstrap):
        there = admin.list_topics(timeout=ANSWER_SECONDS).topics
        new = [topic for topic in topics if topic.name not in there]
        if new:
            _create(admin, new, settings)
            _wait_for_leaders(admin, [topic.name for topic in new], settings)
        for state in _states(admin, settings, topics):  # counts, so each leader has answered
            for difference in state.differs:
                log.warning("topic %s: %s", state.name, difference)
    return tuple(topic.name for topic in new)


def list_topics(settings: Settings, topics: Iterable[Topic] = TOPICS) -> tuple[TopicState, ...]:
    """Return what the broker has of each declared topic; raises BrokerUnavailable."""
    with _translated(settings.bootstrap):
        return tuple(_states(_admin(settings.bootstrap), settings, topics))


def count_messages(bootstrap: str, topic: Topic) -> int:
    """Return how many offsets of a topic are in use.

    Raises
    ------
    BrokerUnavailable
        The broker does not answer.
    TopicsUnavailable
        There is no such topic.

    """
    admin = _admin(bootstrap)
    with _translated(bootstrap):
        found = admin.list_topics(topic.name, timeout=ANSWER_SECONDS).topics[topic.name]
        if found.error is not None:
            raise TopicsUnavailable(topic.name, found.error.str())
        return _count(admin, topic.name, found)


def group_members(bootstrap: str, group: str) -> int:
    """Return how many consumers a group has, 0 for an unknown one; raises BrokerUnavailable."""
    admin = _admin(bootstrap)  # kept: with a client its unanswered requests are forgotten

    def describe() -> ConsumerGroupDescription:
        asked = admin.describe_consumer_groups([group], request_timeout=ANSWER_SECONDS)
        description: ConsumerGroupDescription = asked[group].result()
        return description

    with _translated(bootstrap):
        return len(_settled(describe).members)


def group_offsets(bootstrap: str, group: str, topic: Topic) -> dict[int, int]:
    """Return the offset that a group committed last for each partition of a topic it has read.

    Raises
    ------
    BrokerUnavailable
        The broker does not answer.

    """
    admin = _admin(bootstrap)

    def ask() -> list[TopicPartition]:
        wanted = [ConsumerGroupTopicPartitions(group)]
        (answer,) = admin.list_consumer_group_offsets(
            wanted, request_timeout=ANSWER_SECONDS
        ).values()
        places: list[TopicPartition] = answer.result().topic_partitions
        return places

    with _translated(bootstrap):
        return {
            place.partition: place.offset
            for place in _settled(ask)
            if place.topic == topic.name and place.offset >= 0
        }


def _admin(bootstrap: str) -> AdminClient:
    """Return a client that leaves it to us to complain."""
    return AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})


@contextmanager
def _translated(bootstrap: str) -> Iterator[None]:
    try:
        yield
    except KafkaException as error:
        raise BrokerUnavailable(bootstrap, error.args[0].str()) from None


def _create(admin: AdminClient, topics: list[Topic], settings: Settings) -> None:
    new = [
        NewTopic(topic.name, settings.partitions, settings.replication, config=config_of(topic))
        for topic in topics
    ]
    created: dict[str, Future[None]] = admin.create_topics(new, request_timeout=ANSWER_SECONDS)
    for name, future in created.items():
        try:
            future.result()
        except KafkaException as error:
            # Another process may be creating the same topics now.
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise TopicsUnavailable(name, error.args[0].str()) from None


def _wait_for_leaders(admin: AdminClient, names: list[str], settings: Settings) -> None:
    """Return when every partition of the topics takes records; raises TopicsUnavailable."""
    until = monotonic() + LEADER_SECONDS
    while True:
        there = admin.list_topics(timeout=ANSWER_SECONDS).topics
        waiting = [name for name in names if name not in there or not _is_led(there[name])]
        if not waiting:
            return
        if monotonic() > until:
            reason = f"no leader after {LEADER_SECONDS:.0f} s, replication {settings.replication}"
            raise TopicsUnavailable(", ".join(waiting), reason)
        sleep(0.05)


def _is_led(topic: TopicMetadata) -> bool:
    partitions = topic.partitions.values()
    return bool(partitions) and all(partition.leader >= 0 for partition in partitions)


def _states(
    admin: AdminClient, settings: Settings, topics: Iterable[Topic]
) -> Iterator[TopicState]:
    there = admin.list_topics(timeout=ANSWER_SECONDS).topics
    for topic in topics:
        found = there.get(topic.name)
        if found is None:
            yield TopicState(topic.name)
            continue
        partitions = len(found.partitions)
        replication = min(len(partition.replicas) for partition in found.partitions.values())
        differs = differences(
            topic,
            settings,
            partitions=partitions,
            replication=replication,
            config=_config(admin, topic.name),
        )
        messages = _count(admin, topic.name, found)
        yield TopicState(topic.name, partitions, replication, messages, tuple(differs))


def _config(admin: AdminClient, name: str) -> dict[str, str | None]:
    resource = ConfigResource(ConfigResource.Type.TOPIC, name)
    (described,) = admin.describe_configs([resource], request_timeout=ANSWER_SECONDS).values()
    return {entry: config.value for entry, config in described.result().items()}


def _count(admin: AdminClient, name: str, found: TopicMetadata) -> int:
    """Return the offsets between the ends of all partitions."""
    partitions = [TopicPartition(name, partition) for partition in found.partitions]
    first = _offsets(admin, partitions, OffsetSpec.earliest())
    return _offsets(admin, partitions, OffsetSpec.latest()) - first


def _offsets(admin: AdminClient, partitions: list[TopicPartition], which: OffsetSpec) -> int:
    """Return the sum of the partitions' offsets."""

    def ask() -> int:
        asked = admin.list_offsets(dict.fromkeys(partitions, which), request_timeout=ANSWER_SECONDS)
        return sum(future.result().offset for future in asked.values())

    return _settled(ask)


def _settled(ask: Callable[[], R]) -> R:
    """Return an answer, asking again while the broker is settling."""
    until = monotonic() + ANSWER_SECONDS
    while True:
        try:
            return ask()
        except KafkaException as error:
            if error.args[0].code() not in SETTLING or monotonic() > until:
                raise
        sleep(0.05)
