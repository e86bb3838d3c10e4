"""Topics <-> a log file: what a session was made of, so that it can be replayed anywhere.

One JSON object a line: `topic`, `partition`, `offset`, and the record as `value`; topics by their
plain names, so that any tenant can replay it. The tracks and
the words of their spaces come with it, so a log explains itself on a machine that has neither
broker nor music.
"""

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from pydantic import ValidationError

from ranker.library import Array, Library, unit
from schemas import (
    PlaybackEvent,
    SessionCommand,
    SessionEvent,
    TextVector,
    TrackInfo,
    TrackVector,
    UnderstoodIntent,
    Versioned,
    split_key,
    unpack_vector,
)
from schemas.topics import (
    PLAYBACK_EVENTS,
    SESSION_COMMANDS,
    TEXT_VECTORS,
    TRACK_VECTORS,
    UNDERSTOOD_INTENTS,
    Topic,
)
from streams.errors import UnreadableLog

EVENTS: tuple[Topic, ...] = (PLAYBACK_EVENTS, SESSION_COMMANDS, UNDERSTOOD_INTENTS)
"""What sessions are made of."""

RECORDED: tuple[Topic, ...] = (TRACK_VECTORS, TEXT_VECTORS, *EVENTS)

TOPIC_OF = {topic.plain: topic for topic in RECORDED}
"""By plain name."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a log."""

    topic: str
    partition: int
    offset: int
    value: dict[str, Any] | None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Log:
    """The events of a log in the order they arrived, the tracks they speak of, and words."""

    events: tuple[SessionEvent, ...]
    tracks: dict[tuple[str, str], tuple[Array, TrackInfo]] = field(repr=False)
    """By space and track id."""
    texts: dict[tuple[str, str], Array] = field(repr=False)
    """By space and word: what directions are named by."""

    @property
    def spaces(self) -> tuple[str, ...]:
        """Hashes of the spaces that the log has vectors of."""
        return tuple(sorted({space for space, _ in self.tracks}))

    def library(self, space: str) -> Library:
        """Return the tracks of one space.

        Raises
        ------
        UnfitVector
            Two vectors of the space differ in dimension.

        """
        known = [
            (track_id, vector, info)
            for (of, track_id), (vector, info) in self.tracks.items()
            if of == space
        ]
        return Library.of(known, len(known[0][1]) if known else 1, space)

    def words(self, space: str) -> dict[str, Array]:
        """Return the words of one space with their unit vectors.

        Raises
        ------
        UnfitVector
            The vector of a word is not of the tracks' dimension, or has no length.

        """
        dimension = self.library(space).dimension
        return {
            word: unit(vector, dimension, f"the word {word!r}")
            for (of, word), vector in self.texts.items()
            if of == space
        }


def write_log(lines: Iterable[Line], path: Path) -> int:
    """Write lines to a file, compressed if its name ends in .gz; return how many.

    Written beside and renamed when complete: an interrupted recording leaves no half a log.
    """
    beside = path.with_name(path.name + ".part")
    count = 0
    with _opened(beside, "wt", path.suffix == ".gz") as file:
        for line in lines:
            count += 1
            record = {"topic": line.topic, "partition": line.partition, "offset": line.offset}
            file.write(json.dumps(record | {"key": line.key, "value": line.value}) + "\n")
    beside.replace(path)
    return count


def read_log(path: Path) -> Log:
    """Read a log.

    Raises
    ------
    UnreadableLog
        There is no such file, or a line is no message of a topic that sessions are made of.

    """
    messages = []
    for number, text in enumerate(_lines(path), start=1):
        try:
            line = _line(json.loads(text))
            messages.append((line, parsed(line)))
        except (ValueError, KeyError, TypeError, ValidationError) as error:
            raise UnreadableLog(path, f"line {number}: {error}") from None
    return _gathered(messages)


def log_of(lines: Iterable[Line]) -> Log:
    """Return what lines say, without a file between; raises ValidationError where one is wrong."""
    return _gathered((line, parsed(line)) for line in lines)


def parsed(line: Line) -> Versioned | None:
    """Return the record of a line, None for a removal.

    Raises
    ------
    KeyError
        Sessions are not made of what is on its topic.
    pydantic.ValidationError
        Its value is no record of its topic.

    """
    topic = TOPIC_OF[line.topic]
    if line.value is None and topic.compacted:
        return None
    return topic.record.model_validate(line.value)


def _line(record: dict[str, Any]) -> Line:
    return Line(
        topic=record["topic"],
        partition=record.get("partition", 0),
        offset=record.get("offset", 0),
        value=record["value"],
        key=record.get("key", ""),
    )


def _gathered(messages: Iterable[tuple[Line, Versioned | None]]) -> Log:
    events: list[SessionEvent] = []
    tracks: dict[tuple[str, str], tuple[Array, TrackInfo]] = {}
    texts: dict[tuple[str, str], Array] = {}
    for line, record in messages:
        if isinstance(record, TrackVector):
            tracks[record.space, record.track_id] = _floats(record), record.info
        elif isinstance(record, TextVector):
            texts[record.space, record.text] = _floats(record)
        elif record is not None:
            events.append(cast(PlaybackEvent | SessionCommand | UnderstoodIntent, record))
        elif line.topic == TEXT_VECTORS.plain:
            texts.pop(split_key(line.key), None)
        else:
            tracks.pop(split_key(line.key), None)
    return Log(tuple(events), tracks, texts)


def _floats(record: TrackVector | TextVector) -> Array:
    return np.array(unpack_vector(record.vector), np.float32)


def _lines(path: Path) -> Iterator[str]:
    try:
        with _opened(path, "rt", path.suffix == ".gz") as file:
            yield from (line for line in file if line.strip())
    except (OSError, UnicodeDecodeError, EOFError) as error:
        raise UnreadableLog(path, str(error)) from None


def _opened(path: Path, mode: str, compressed: bool) -> IO[str]:
    if compressed:
        return cast(IO[str], gzip.open(path, mode, encoding="utf-8"))
    return cast(IO[str], path.open(mode, encoding="utf-8"))
