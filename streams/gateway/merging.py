"""An anonymous listener becomes a known one: what they did is told again under the other id.

A session is the set of its events, so it does not matter in which order they come, nor how often:
a merge that broke off is repeated. Then the anonymous listener is erased.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from schemas import ListenerEvent
from schemas.session import is_erase
from schemas.topics import (
    INTENTS,
    PLAYBACK_EVENTS,
    SESSION_COMMANDS,
    UNDERSTOOD_INTENTS,
    Topic,
)
from streams.codecs import decode_keyed
from streams.errors import EventError
from streams.feeds.compacted import TopicReader
from streams.kafka.partitioner import partition_of

SOURCES = (SESSION_COMMANDS, PLAYBACK_EVENTS, UNDERSTOOD_INTENTS, INTENTS)
"""Commands first: a session begins before anything happens in it."""


@dataclass(frozen=True, slots=True)
class Moved:
    """An event of another listener's."""

    topic: Topic
    event: ListenerEvent


def events_of(bootstrap: str, listener_id: str, partitions: int) -> list[Moved]:
    """Return everything that a listener did and that was not erased; reads one partition of each.

    Raises
    ------
    BrokerUnavailable
        The broker does not answer.

    """
    partition = partition_of(listener_id.encode(), partitions)
    found = [
        Moved(topic, event)
        for topic in SOURCES
        for event in _events(bootstrap, topic, listener_id, partition)
    ]
    erased = [one.event.occurred_at for one in found if is_erase(one.event)]
    until = max(erased, default=None)
    understood = {one.event.event_id for one in found if one.topic == UNDERSTOOD_INTENTS}
    return [one for one in found if _goes_on(one, until, understood)]


def under(listener_id: str, moved: Moved) -> Moved:
    """Return the same event as another listener's."""
    return Moved(moved.topic, moved.event.model_copy(update={"listener_id": listener_id}))


def _goes_on(moved: Moved, until: datetime | None, understood: set[str]) -> bool:
    """Say whether an event counts: not erased, and words that are understood only once."""
    event = moved.event
    if is_erase(event) or (until is not None and event.occurred_at <= until):
        return False
    return moved.topic != INTENTS or event.event_id not in understood


def _events(
    bootstrap: str, topic: Topic, listener_id: str, partition: int
) -> Iterator[ListenerEvent]:
    key = listener_id.encode()
    with TopicReader(bootstrap, topic, {partition: 0}) as reader:
        for message in reader.news():
            if message.key() == key and (event := _read(topic, message)) is not None:
                yield event


def _read(topic: Topic, message: Any) -> ListenerEvent | None:
    try:
        event = decode_keyed(topic, topic.record, message.key(), message.value())
    except (ValidationError, EventError):
        return None  # a dead letter, which no session has
    return event if isinstance(event, ListenerEvent) else None
