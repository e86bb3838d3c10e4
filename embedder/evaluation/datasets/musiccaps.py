"""MusicCaps: 5,521 captions of ten seconds of a video each (Agostinelli et al., 2023).

`musiccaps-public.csv` names videos by id and seconds. Audio is what the user has: files named by
the id, such as `-0Gj8-vB1q4.wav` or `[-0Gj8-vB1q4]-[30-40].wav`; one that is longer than its clip
is taken for the whole video and cut.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from embedder.errors import UnusableAnnotations, UnusableClips
from embedder.evaluation.excerpts import Excerpt
from embedder.folder import SUFFIXES

ID_CHARACTERS = 11
"""Of every video's id."""


@dataclass(frozen=True, slots=True)
class Captioned:
    """A clip and what a musician wrote of it."""

    clip: Excerpt
    text: str
    author: str


def read_musiccaps(annotations: Path, audio: Path) -> tuple[Captioned, ...]:
    """Read the captions of the clips whose audio is there; the others are left out.

    Raises
    ------
    UnusableAnnotations
        The file is missing, or not in this format.
    UnusableClips
        The folder holds audio of none of them.

    """
    try:
        with annotations.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        asked = [
            (
                row["ytid"],
                float(row["start_s"]),
                float(row["end_s"]),
                row["caption"],
                row["author_id"],
            )
            for row in rows
        ]
    except (OSError, KeyError, ValueError, TypeError, csv.Error) as error:
        raise UnusableAnnotations(annotations, repr(error)) from None
    files = files_by_id(audio)
    found = tuple(
        Captioned(Excerpt(files[video], start, end), text, author)
        for video, start, end, text, author in asked
        if video in files
    )
    if not found:
        raise UnusableClips(audio, f"it holds audio of none of the {len(asked)} captions")
    return found


def files_by_id(folder: Path) -> dict[str, Path]:
    """Return the audio files of a folder by the id in their names.

    Raises
    ------
    UnusableClips
        The folder cannot be read.

    """
    try:
        paths: Sequence[Path] = sorted(folder.iterdir())
    except OSError as error:
        raise UnusableClips(folder, str(error.strerror)) from None
    return {
        path.name.removeprefix("[")[:ID_CHARACTERS]: path
        for path in paths
        if path.suffix.lower() in SUFFIXES
    }
