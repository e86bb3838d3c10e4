"""Dead letters: where they lie, which are meant, and what of one can be sent back.

A letter goes back as it came, or repaired, and only if a worker would take it now: it is decoded
and admitted by what the workers themselves use (`streams.codecs`, `ranker.session.accept`), so
that it does not come straight back. It is sent under the key of its record, whatever key it came
with. A late event folds in by the law that a session is the set of its events.
"""

import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from schemas import RejectedEvent, Versioned
from schemas.naming import plain
from schemas.topics import ERASURES, PLAYLIST_UPDATES, REJECTED_EVENTS, TOPICS, Topic
from streams.codecs import decode
from streams.errors import NotAPlace
from streams.letters.dead_letters import FAULTS, reason_of

READ_BY_WORKERS = {
    topic.name: topic
    for topic in TOPICS
    if topic not in (PLAYLIST_UPDATES, REJECTED_EVENTS, ERASURES)
}
"""Topics that a letter can go back to."""

REMEDIES = {
    "UnknownTrack": "index the track, then replay; or name the right one: --set track_id=ID",
    "ValidationError": "repair what is named: --set FIELD=JSON, --unset FIELD, or --edit",
    "KeyMismatch": "replay: it is sent under its listener's key",
    "WrongKey": "replay: it is sent under the key of its record",
    "FromTheFuture": "replay once that time has come, or --set occurred_at=TIME",
    "SessionFull": "the session takes no more: --set session_id=ID of another one",
    "SessionGone": "too late for that session: --set session_id=ID and occurred_at=TIME of now",
    "TooFast": "replay when the listener's burst is over",
    "UnusableVector": "embed it anew: 'upnext index'",
    "UnfitVector": "made by another space: have the words understood anew",
    "UndecodableAudio": "mend the file, then replay or run 'upnext index' again",
    "UnreachableAudio": "let the embed worker see the file, then replay",
}
"""What can be done, by the class of the error."""

_PLACE = re.compile(r"([0-9]{1,9}):([0-9]{1,18})")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a letter lies in `rejected-events`, which is also its id: `2:1041`."""

    partition: int
    offset: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the place that a text names; raises NotAPlace."""
        found = _PLACE.fullmatch(text)
        if found is None:
            raise NotAPlace(text)
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.partition}:{self.offset}"


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter and where it lies."""

    place: Place
    key: bytes | None
    """As it came, cut at a kilobyte."""
    event: RejectedEvent

    @property
    def value(self) -> bytes | None:
        """The rejected value, as far as it was kept."""
        return None if self.event.value is None else b64decode(self.event.value)

    @property
    def remedy(self) -> str:
        """What can be done about it."""
        if why := never(self):
            return why
        return REMEDIES.get(self.event.error, "replay once the cause is mended")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters are meant; None is any."""

    error: str | None = None
    topic: str | None = None
    """As on the broker, or its plain name."""
    since: datetime | None = None

    def __call__(self, letter: Letter) -> bool:
        """Say whether a letter is one of them."""
        event = letter.event
        return (
            self.error in (None, event.error)
            and self.topic in (None, event.topic, plain(event.topic))
            and (self.since is None or event.rejected_at >= self.since)
        )


@dataclass(frozen=True, slots=True)
class Ready:
    """What goes back to a topic."""

    place: Place
    topic: str
    key: bytes | None
    value: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """A letter that stays where it is, and why."""

    place: Place
    reason: str


Outcome = Ready | Refused


def never(letter: Letter) -> str | None:
    """Return why a letter can not be sent back whatever is done; None where it can."""
    event = letter.event
    if event.kept == "cut":
        kept = len(letter.value or b"")
        return f"only {kept} of its {event.size_bytes} bytes are kept: send it anew, smaller"
    if event.value is None:
        return "it has no value: there is nothing to send"
    if event.topic not in READ_BY_WORKERS:
        return f"no worker reads the topic {event.topic!r}"
    return None


Try = Callable[[Topic, Versioned], None]
"""Does with a record what its worker would; raises one of `FAULTS`."""


def prepare(letter: Letter, value: bytes | None, trial: Try, *, force: bool = False) -> Outcome:
    """Return what of a letter is to be sent, or why nothing is.

    Parameters
    ----------
    value : the letter's own, or the repaired one
    trial : what a worker does with the record beyond decoding it
    force : send even what would come back; what is no record goes under the key it came with

    """
    if (why := never(letter)) or value is None:
        return Refused(letter.place, why or "it has no value: there is nothing to send")
    topic = READ_BY_WORKERS[letter.event.topic]
    try:
        record = decode(topic.record, value)
    except FAULTS as error:
        if force:
            return Ready(letter.place, topic.name, letter.key, value)
        return Refused(letter.place, f"{type(error).__name__}: {reason_of(error)}")
    try:
        trial(topic, record)
    except FAULTS as error:
        if not force:
            return Refused(letter.place, f"{type(error).__name__}: {reason_of(error)}")
    return Ready(letter.place, topic.name, topic.key_of(record), value)
