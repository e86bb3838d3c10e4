"""`rejected-events`: read the letters, send them back, remember which were.

What was sent back is remembered in the topic itself, by a message without a value whose key is the
letter's place (no letter is without a value, so nothing else can look like it). It is as durable
as the letter and expires after it, and no other topic is needed. It is written when the broker has
what was sent: whoever dies in between sends twice, which the event's id makes harmless.
"""

from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from schemas import RejectedEvent
from schemas.topics import REJECTED_EVENTS
from streams.client import Publisher
from streams.errors import NotAPlace
from streams.feeds.compacted import TopicReader
from streams.kafka.reading import place_of
from streams.letters.rejected import Letter, Outcome, Place, Ready, Wanted

BATCH = 100
"""Letters that are sent before the broker is waited for."""


@dataclass(frozen=True, slots=True)
class Survey:
    """All letters without their values, oldest first in each partition."""

    letters: tuple[Letter, ...]
    replayed: frozenset[Place]
    """Which of them were sent back."""

    def of(self, wanted: Wanted, *, replayed: bool) -> list[Letter]:
        """Return the letters that are meant, newest first; with those sent back or without."""
        found = filter(wanted, self.letters)
        return sorted(
            (each for each in found if replayed or each.place not in self.replayed),
            key=lambda letter: (letter.event.rejected_at, letter.place),
            reverse=True,
        )


def survey(bootstrap: str) -> Survey:
    """Read which letters there are; what is no letter is passed over.

    Reads the whole topic, and keeps some hundred bytes of each.

    Raises
    ------
    BrokerUnavailable
        The broker does not answer, or lacks the topic.

    """
    letters: list[Letter] = []
    replayed: set[Place] = set()
    with TopicReader(bootstrap, REJECTED_EVENTS) as reader:
        for message in reader.news():
            if message.value() is None:
                replayed |= _mark(message)
            elif letter := _letter(message):
                bare = letter.event.model_copy(update={"value": None})
                letters.append(replace(letter, event=bare))
    return Survey(tuple(letters), frozenset(replayed))


def fetch(bootstrap: str, places: Iterable[Place]) -> Iterator[Letter]:
    """Yield letters with their values, each partition's in its order; raises BrokerUnavailable."""
    wanted: dict[int, set[int]] = defaultdict(set)
    for place in places:
        wanted[place.partition].add(place.offset)
    if not wanted:
        return
    starts = {partition: min(offsets) for partition, offsets in wanted.items()}
    left = sum(map(len, wanted.values()))
    with TopicReader(bootstrap, REJECTED_EVENTS, starts) as reader:
        for message in reader.news():
            partition, offset = place_of(message)
            if offset in wanted[partition]:
                if letter := _letter(message):
                    yield letter
                left -= 1
            if not left:
                return


def send_back(publisher: Publisher, prepared: Iterable[Outcome]) -> Iterator[Outcome]:
    """Send what is ready; yield each when it is with the broker and remembered.

    Raises
    ------
    BrokerUnavailable
        The broker did not take a batch: what was yielded before is done.

    """
    batches = iter(prepared)
    while batch := list(islice(batches, BATCH)):
        ready = [one for one in batch if isinstance(one, Ready)]
        for one in ready:
            publisher.send_raw(one.topic, one.key, one.value)
        publisher.flush()
        for one in ready:
            publisher.send_raw(REJECTED_EVENTS.name, str(one.place).encode(), None)
        publisher.flush()
        yield from batch


def _letter(message: Any) -> Letter | None:
    try:
        event = RejectedEvent.model_validate_json(message.value())
        b64decode(event.value or "", validate=True)
    except ValueError:  # as pydantic's and base64's errors are
        return None
    return Letter(Place(*place_of(message)), message.key(), event)


def _mark(message: Any) -> set[Place]:
    try:
        return {Place.parse((message.key() or b"").decode(errors="replace"))}
    except NotAPlace:
        return set()
