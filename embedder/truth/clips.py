"""A folder of clips of which something is known: `tracks.jsonl` and the audio beside it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from embedder.errors import UnusableClips

Entry = TypeVar("Entry")

LISTING = "tracks.jsonl"
"""One line a clip: `path` (relative to the folder) and `facts`, or `heard` instead."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a clip because it was composed that way."""

    instruments: frozenset[str]
    families: frozenset[str]
    tempo: str
    energy: str
    loudness: str
    mood: str
    mode: str
    density: str
    drums: bool
    style: str

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Facts":
        """Read the `facts` of one line; what it says beyond these fields is left alone."""
        return cls(
            instruments=frozenset(record["instruments"]),
            families=frozenset(record["families"]),
            tempo=str(record["tempo"]),
            energy=str(record["energy"]),
            loudness=str(record["loudness"]),
            mood=str(record["mood"]),
            mode=str(record["mode"]),
            density=str(record["density"]),
            drums=bool(record["drums"]),
            style=str(record["style"]),
        )


@dataclass(frozen=True, slots=True)
class Heard:
    """What a tagger believes of a recording that nobody described."""

    degrees: Mapping[str, float]
    """Attribute -> from -0.5 (the contrary) over 0 (no) to 1 (yes)."""


Known = Facts | Heard
"""What is known of a clip: because it was made that way, or by hearsay."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One audio file and the truth about it."""

    path: Path
    facts: Facts


@dataclass(frozen=True, slots=True)
class Source:
    """One audio file to train on, and what is known of it."""

    path: Path
    known: Known


def read_sources(folder: Path) -> tuple[Source, ...]:
    """Read the listing of a folder to train on, of composed clips or of tagged recordings.

    Raises
    ------
    UnusableClips
        There is no listing, it is empty, or a line lacks a field.

    """
    return _read(folder, _source)


def read_clips(folder: Path) -> tuple[Clip, ...]:
    """Read the listing of a folder of clips whose facts are known.

    Raises
    ------
    UnusableClips
        There is no listing, it is empty, or a line lacks a field.

    """
    return _read(folder, _clip)


def _read(folder: Path, entry: Callable[[Path, Mapping[str, Any]], Entry]) -> tuple[Entry, ...]:
    listing = folder / LISTING
    try:
        lines = listing.read_text("utf-8").splitlines()
    except OSError:
        raise UnusableClips(folder, f"it has no {LISTING}") from None
    entries = []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            entries.append(entry(folder, json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise UnusableClips(folder, f"line {number} of {LISTING}: {error!r}") from None
    if not entries:
        raise UnusableClips(folder, f"its {LISTING} is empty")
    return tuple(entries)


def _clip(folder: Path, record: Mapping[str, Any]) -> Clip:
    return Clip(folder / record["path"], Facts.from_record(record["facts"]))


def _source(folder: Path, record: Mapping[str, Any]) -> Source:
    if "heard" in record:
        return Source(folder / record["path"], Heard(record["heard"]))
    clip = _clip(folder, record)
    return Source(clip.path, clip.facts)
