"""Topics <-> a log file: what a session was made of, so that it can be replayed anywhere.

One JSON object a line: `topic`, `partition`, `offset`, and the record as `value`. The tracks come
with it, so a log explains itself on a machine that has neither broker nor music.
"""

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from pydantic import ValidationError

from ranker.library import Array, Library
from schemas import (
    PlaybackEvent,
    SessionCommand,
    SessionEvent,
    TrackInfo,
    TrackVector,
    UnderstoodIntent,
    unpack_vector,
)
from schemas.topics import (
    PLAYBACK_EVENTS,
    SESSION_COMMANDS,
    TRACK_VECTORS,
    UNDERSTOOD_INTENTS,
    Topic,
)
from streams.errors import UnreadableLog

EVENTS: tuple[Topic, ...] = (PLAYBACK_EVENTS, SESSION_COMMANDS, UNDERSTOOD_INTENTS)
"""What sessions are made of."""

RECORDED: tuple[Topic, ...] = (TRACK_VECTORS, *EVENTS)

_TOPICS = {topic.name: topic for topic in RECORDED}


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
    """The events of a log in the order they arrived, and the tracks they speak of."""

    events: tuple[SessionEvent, ...]
    tracks: dict[tuple[str, str], tuple[Array, TrackInfo]] = field(repr=False)
    """By space and track id."""

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
    events: list[SessionEvent] = []
    tracks: dict[tuple[str, str], tuple[Array, TrackInfo]] = {}
    for number, line in enumerate(_lines(path), start=1):
        try:
            record = json.loads(line)
            value, topic = record["value"], _TOPICS[record["topic"]]
            parsed = None if value is None else topic.record.model_validate(value)
        except (ValueError, KeyError, TypeError, ValidationError) as error:
            raise UnreadableLog(path, f"line {number}: {error}") from None
        if isinstance(parsed, TrackVector):
            vector = np.array(unpack_vector(parsed.vector), np.float32)
            tracks[parsed.space, parsed.track_id] = vector, parsed.info
        elif parsed is None:
            tracks.pop(_removed(record.get("key", "")), None)
        else:
            events.append(cast(PlaybackEvent | SessionCommand | UnderstoodIntent, parsed))
    return Log(tuple(events), tracks)


def _removed(key: str) -> tuple[str, str]:
    space, _, track_id = key.partition("/")
    return space, track_id


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
