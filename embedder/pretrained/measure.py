"""Towers, words and music -> the vectors that a space is fitted on, or a refusal of the towers."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embedder.audio import read_windows
from embedder.collapse import UNLIKE_TEXTS, Spread, check_texts, check_tracks
from embedder.encoders import Array, AudioEncoder, TextEncoder
from embedder.errors import UndecodableAudio, UnusableCheckpoint
from embedder.pretrained.projection import project, unit
from embedder.pretrained.sounds import Sounds, check_count
from embedder.truth.captions import Caption, bare_captions
from embedder.truth.clips import Facts
from embedder.truth.words import WORDS

Tell = Callable[[int, int], None]
"""Told how many tracks have been listened to, and of how many."""


@dataclass(frozen=True, slots=True)
class WordsRead:
    """What a text tower made of the words for music."""

    captions: tuple[Caption, ...]
    rows: Array
    """(n_captions, dimension of the checkpoint), unit rows."""

    unlike: Spread
    """How far apart it keeps sentences that are unlike."""


@dataclass(frozen=True, slots=True)
class MusicHeard:
    """What an audio tower made of the tracks that could be read."""

    windows: tuple[Array, ...]
    """For each track (n_windows, dimension of the checkpoint), unit rows."""

    facts: tuple[Facts, ...] | None
    broken: tuple[UndecodableAudio, ...]

    def tracks(self, axes: Array) -> Array:
        """Return one vector a track, (n, dimension), made as `Space.encode_audio` makes it."""
        return unit(np.stack([project(rows, axes).mean(axis=0) for rows in self.windows]))


def read_words(tower: TextEncoder, name: str) -> WordsRead:
    """Encode the words for music, some 350, after a look at whether the tower tells texts apart.

    Raises
    ------
    UnusableCheckpoint
        The tower gives vectors that are no numbers.
    CollapsedTower
        It gives every sentence the same vector.

    """
    unlike = check_texts(_numbers(tower.encode(UNLIKE_TEXTS), name, "text"))
    captions = tuple(bare_captions(WORDS))
    rows = _numbers(tower.encode([caption.text for caption in captions]), name, "text")
    return WordsRead(captions, rows, unlike)


def hear_music(tower: AudioEncoder, sounds: Sounds, name: str, tell: Tell) -> MusicHeard:
    """Encode tracks, 0.2 to 0.4 s a window on one core for CLAP; a broken file is passed over.

    Raises
    ------
    UnusableCheckpoint
        The tower gives vectors that are no numbers.
    UnusableClips
        Too few of the tracks can be read.
    CollapsedTower
        The tower gives every track the same vector.

    """
    windows: list[Array] = []
    readable: list[int] = []
    broken: list[UndecodableAudio] = []
    for index, path in enumerate(sounds.paths):
        try:
            stretches = read_windows(path, tower.framing)
        except UndecodableAudio as error:
            broken.append(error)
        else:
            windows.append(_numbers(tower.encode(stretches), name, "audio"))
            readable.append(index)
        tell(index + 1, len(sounds.paths))
    check_count(len(windows), sounds.folder)
    check_tracks(unit(np.stack([rows.mean(axis=0) for rows in windows])))
    facts = tuple(sounds.facts[index] for index in readable) if sounds.facts else None
    return MusicHeard(tuple(windows), facts, tuple(broken))


def _numbers(rows: Array, name: Path | str, side: str) -> Array:
    if not np.isfinite(rows).all():
        raise UnusableCheckpoint(name, f"its {side} tower gives vectors that are no numbers")
    return rows
