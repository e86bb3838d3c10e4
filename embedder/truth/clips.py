"""A folder of clips whose truth is known: `tracks.jsonl` and the audio beside it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedder.errors import UnusableClips

LISTING = "tracks.jsonl"
"""One line a clip: `path` (relative to the folder) and `facts`."""


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
class Clip:
    """One audio file and the truth about it."""

    path: Path
    facts: Facts


def read_clips(folder: Path) -> tuple[Clip, ...]:
    """Read the listing of a folder of clips.

    Raises
    ------
    UnusableClips
        There is no listing, it is empty, or a line lacks a field.

    """
    listing = folder / LISTING
    try:
        lines = listing.read_text("utf-8").splitlines()
    except OSError:
        raise UnusableClips(folder, f"it has no {LISTING}") from None
    clips = tuple(_clip(folder, number, line) for number, line in enumerate(lines, 1) if line)
    if not clips:
        raise UnusableClips(folder, f"its {LISTING} is empty")
    return clips


def _clip(folder: Path, number: int, line: str) -> Clip:
    try:
        record = json.loads(line)
        return Clip(folder / record["path"], Facts.from_record(record["facts"]))
    except (ValueError, KeyError, TypeError) as error:
        raise UnusableClips(folder, f"line {number} of {LISTING}: {error!r}") from None
