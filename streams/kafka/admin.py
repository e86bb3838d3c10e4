"""Topics and groups on whichever broker there is: wait, create, list, count."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Event
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
from tenacity.stop import stop_after_delay, stop_never

from schemas.topics import TOPICS, Topic
from streams.errors import BrokerUnavailable, TopicsUnavailable
from streams.groups import CLIENT_ID
from streams.kafka.topic_state import TopicState, config_of, differences
from streams.patience import trying_again
from streams.settings import Settings

log = logging.getLogger(__name__)

R = TypeVar("R")

TRY_SECONDS = 2.0
"""How long to wait for the first answer of a broker that may not be there."""
ANSWER_SECONDS = 10.0
"""How long a broker that is there may take to answer."""
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


def wait_for_broker(
    bootstrap: str, seconds: float | None = None, stop: Event | None = None
) -> None:
    """Return when the broker answers; `seconds` is None to wait for ever, 0 to try once.

    Each try ends within `TRY_SECONDS`, and is announced in the log.

    Raises
    ------
    BrokerUnavailable
        It did not within `seconds`, or before `stop` was set.

    """
    until = stop_never if seconds is None else stop_after_delay(seconds)
    trying_again(BrokerUnavailable, until=until, stop=stop)(_require_answer, bootstrap)


def _require_answer(bootstrap: str) -> None:
    if not answers(bootstrap):
        raise BrokerUnavailable(bootstrap, f"none within {TRY_SECONDS:.0f} s; check UPNEXT_BROKER")


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
        description: ConsumerGroupDescription = _answer(asked[group])
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
        places: list[TopicPartition] = _answer(answer).topic_partitions
        return places

    with _translated(bootstrap):
        return {
            place.partition: place.offset
            for place in _settled(ask)
            if place.topic == topic.name and place.offset >= 0
        }


def delete_records(bootstrap: str, before: Mapping[tuple[str, int], int]) -> None:
    """Have partitions begin at an offset; what is older is out of reach at once.

    Parameters
    ----------
    before : the first offset that is left, by topic and partition

    Raises
    ------
    BrokerUnavailable
        The broker does not answer, or refuses.

    """
    if not before:
        return
    admin = _admin(bootstrap)
    places = [TopicPartition(*place, offset) for place, offset in before.items()]

    def ask() -> None:
        asked = admin.delete_records(places, request_timeout=ANSWER_SECONDS)
        for future in asked.values():
            future.result()

    with _translated(bootstrap):
        _settled(ask)


def end_offsets(bootstrap: str, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """Return the offset behind the last record, by topic and partition; raises BrokerUnavailable.

    Of a transaction that is under way too.
    """
    admin = _admin(bootstrap)
    wanted = [TopicPartition(*place) for place in places]

    def ask() -> dict[tuple[str, int], int]:
        asked = admin.list_offsets(
            dict.fromkeys(wanted, OffsetSpec.latest()), request_timeout=ANSWER_SECONDS
        )
        return {
            (place.topic, place.partition): future.result().offset
            for place, future in asked.items()
        }

    with _translated(bootstrap):
        return _settled(ask) if wanted else {}


def _admin(bootstrap: str) -> AdminClient:
    """Return a client that leaves it to us to complain."""
    return AdminClient({"bootstrap.servers": bootstrap, "client.id": CLIENT_ID, "log_level": 0})


@contextmanager
def _translated(bootstrap: str) -> Iterator[None]:
    try:
        yield
    except KafkaException as error:
        raise BrokerUnavailable(bootstrap, error.args[0].str()) from None


def _create(admin: AdminClient, topics: list[Topic], settings: Settings) -> None:
    new = [
        NewTopic(
            topic.name, settings.partitions, settings.replication, config=config_of(topic, settings)
        )
        for topic in topics
    ]
    created: dict[str, Future[None]] = admin.create_topics(new, request_timeout=ANSWER_SECONDS)
    for name, future in created.items():
        try:
            _answer(future)
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
    return {entry: config.value for entry, config in _answer(described).items()}


def _count(admin: AdminClient, name: str, found: TopicMetadata) -> int:
    """Return the offsets between the ends of all partitions."""
    partitions = [TopicPartition(name, partition) for partition in found.partitions]
    first = _offsets(admin, partitions, OffsetSpec.earliest())
    return _offsets(admin, partitions, OffsetSpec.latest()) - first


def _offsets(admin: AdminClient, partitions: list[TopicPartition], which: OffsetSpec) -> int:
    """Return the sum of the partitions' offsets."""

    def ask() -> int:
        asked = admin.list_offsets(dict.fromkeys(partitions, which), request_timeout=ANSWER_SECONDS)
        return sum(_answer(future).offset for future in asked.values())

    return _settled(ask)


def _answer(future: "Future[R]") -> R:
    """Return what was asked for; a client that is gone would never set it.

    Raises
    ------
    KafkaException
        The broker refused, or was silent for longer than any request may take.

    """
    try:
        return future.result(ANSWER_SECONDS + TRY_SECONDS)
    except TimeoutError:
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT)) from None  # noqa: SLF001


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
