"""A folder of music -> the tracks that a checkpoint is measured on."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embedder.errors import UnusableClips
from embedder.folder import find_music
from embedder.truth.clips import LISTING, Facts, read_clips

MOST = 300
"""Tracks listened to: the mean of so many moves by little, and it takes minutes."""

LEAST = 20
"""Tracks needed: a centre of fewer would be those tracks rather than music."""


@dataclass(frozen=True, slots=True)
class Sounds:
    """Tracks, and what is known of them."""

    folder: Path
    paths: tuple[Path, ...]
    facts: tuple[Facts, ...] | None
    """The truth about each, where the folder has a listing: words can be calibrated on it."""


def sounds_of(folder: Path) -> Sounds:
    """Return the tracks of a folder: those of its listing, or what music lies in it.

    A folder without a listing gives at most `MOST`, spread evenly over the sorted paths.

    Raises
    ------
    UnusableClips
        There are fewer than `LEAST`, or the listing is broken.
    NoMusic
        There is none, or the folder cannot be read.

    """
    if (folder / LISTING).is_file():
        sounds = _listed(folder)
    else:
        paths, _ = find_music(folder)
        rows = np.linspace(0, len(paths) - 1, min(len(paths), MOST)).round().astype(int)
        sounds = Sounds(folder, tuple(paths[row] for row in rows), None)
    check_count(len(sounds.paths), folder)
    return sounds


def check_count(count: int, folder: Path) -> None:
    """Refuse too few tracks.

    Raises
    ------
    UnusableClips
        There are fewer than `LEAST`.

    """
    if count < LEAST:
        raise UnusableClips(
            folder, f"{count} tracks can be read, a space's centres need {LEAST} or more"
        )


def _listed(folder: Path) -> Sounds:
    clips = read_clips(folder)
    paths = tuple(clip.path for clip in clips)
    return Sounds(folder, paths, tuple(clip.facts for clip in clips))
