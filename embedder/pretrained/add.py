"""A checkpoint and some music -> a space: projection, centres, figures, probabilities.

The checkpoint's towers are not touched. What a space needs beside them is measured here, on the
music it is to be used with: where each modality has its centre, what a projection costs, and,
where the truth about the tracks is known, which cosine means yes.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from embedder.encoders import Array
from embedder.errors import UndecodableAudio, UnusableCheckpoint
from embedder.evaluation.metrics import modality_gap
from embedder.manifest import Manifest, hash_of
from embedder.pretrained.encoders import front_end_of, load_towers, text_model_of, write_axes
from embedder.pretrained.files import CHECKPOINT, digest_of
from embedder.pretrained.known import Checkpoint
from embedder.pretrained.measure import MusicHeard, Tell, WordsRead, hear_music, read_words
from embedder.pretrained.projection import distortion, principal_axes, project
from embedder.pretrained.sounds import Sounds
from embedder.pretrained.zero_shot import ZeroShot, zero_shot
from embedder.space import Space
from embedder.training.probabilities import centre_of, centred
from embedder.truth.words import WORDS

LEAST_DIMENSION = 2
"""A projection keeps at least the directions of both means."""


@dataclass(frozen=True, slots=True)
class Source:
    """Which checkpoint a space is made of, and which version of it."""

    checkpoint: Checkpoint
    revision: str
    """The commit it was fetched at, or words that say where the copy is from."""


@dataclass(frozen=True, slots=True)
class Added:
    """A new space, and the files that were passed over while it was measured."""

    space: Space
    broken: tuple[UndecodableAudio, ...]


def add_space(
    source: Source,
    out: Path,
    sounds: Sounds,
    dimension: int | None = None,
    tell: Tell = lambda done, total: None,
) -> Added:
    """Make a space of the checkpoint that lies in `out / CHECKPOINT`.

    A CLAP takes 0.2 to 0.4 s a window of music on one core. The manifest is written last: a folder
    where this was interrupted is no space, and can be begun again.

    Parameters
    ----------
    source : what lies there
    out : folder of the space; its name becomes the space's
    sounds : tracks to measure on
    dimension : of the space; None keeps that of the checkpoint
    tell : called after each track

    Raises
    ------
    UnusableCheckpoint
        It lacks a part, is of another network, has fewer dimensions, or gives no numbers.
    CollapsedTower
        One of its towers gives everything the same vector.
    UnusableClips
        Too few of the tracks can be read.
    MissingExtra
        What runs it is not installed.

    """
    torch.set_num_threads(1)  # as `Space.load` does
    name = source.checkpoint.name
    towers = load_towers(source.checkpoint.kind, out / CHECKPOINT)
    words = read_words(towers.text, name)
    full = words.rows.shape[1]
    wished = full if dimension is None else dimension
    if not LEAST_DIMENSION <= wished <= full:
        reason = f"it has {full} dimensions and cannot be projected to {wished}"
        raise UnusableCheckpoint(name, reason)
    music = hear_music(towers.audio, sounds, name, tell)
    measured = Measured(words, music, _axes(words, music, wished))
    write_axes(measured.axes, out)
    front_end = front_end_of(source.checkpoint.kind, towers.audio.framing)
    _manifest(source, out, front_end, measured).write(out)
    return Added(Space.load(out), music.broken)


@dataclass(frozen=True)
class Measured:
    """Words and music in the dimensions of the space, and in those of the checkpoint."""

    words: WordsRead
    music: MusicHeard
    axes: Array

    @cached_property
    def audio(self) -> Array:
        """(n_tracks, dimension), unit rows."""
        return self.music.tracks(self.axes)

    @cached_property
    def texts(self) -> Array:
        """(n_words, dimension), unit rows."""
        return project(self.words.rows, self.axes)

    @cached_property
    def centred_audio(self) -> Array:
        """The tracks without what they share, unit rows."""
        return centred(self.audio, self.audio.mean(axis=0))

    @cached_property
    def centred_texts(self) -> Array:
        """The words without what they share, unit rows."""
        return centred(self.texts, self.texts.mean(axis=0))


def _axes(words: WordsRead, music: MusicHeard, dimension: int) -> Array:
    whole = np.eye(words.rows.shape[1], dtype=np.float32)
    if dimension == len(whole):
        return whole
    return principal_axes(music.tracks(whole), words.rows, dimension)


def _manifest(source: Source, out: Path, front_end: str, measured: Measured) -> Manifest:
    digest = digest_of(out / CHECKPOINT)
    text_model = text_model_of(digest)
    found = _zero_shot(measured)
    return Manifest(
        name=out.resolve().name,
        kind=source.checkpoint.kind,
        dimension=measured.axes.shape[1],
        front_end=front_end,
        text_model=text_model,
        hash=hash_of(out, front_end, text_model),
        centre_audio=centre_of(measured.audio),
        centre_text=centre_of(measured.texts),
        vocabulary=tuple(WORDS),
        training=_origin(source, digest),
        quality=_figures(measured) | _projection(measured) | found.as_record(),
        calibration=found.calibration,
    )


def _origin(source: Source, digest: str) -> dict[str, Any]:
    checkpoint = source.checkpoint
    return {
        "data": checkpoint.data,
        "licence": f"weights: {checkpoint.licence}",
        "commercial use": checkpoint.commercial,
        "checkpoint": checkpoint.name,
        "publisher": checkpoint.publisher,
        "revision": source.revision,
        "sha256": digest,
    }


def _figures(measured: Measured) -> dict[str, Any]:
    gap = modality_gap(measured.audio, measured.texts)
    gap_centred = modality_gap(measured.centred_audio, measured.centred_texts)
    return {
        "measured on": f"{len(measured.audio)} tracks and {len(measured.texts)} words",
        "modality gap": round(gap, 3),
        "modality gap, centred": round(gap_centred, 3),
        "unlike texts, mean cosine": round(measured.words.unlike.mean, 4),
    }


def _projection(measured: Measured) -> dict[str, Any]:
    """Return what the projection changes, measured on the halves it was not fitted on."""
    full, dimension = measured.axes.shape
    if full == dimension:
        return {}
    tracks = measured.music.tracks(np.eye(full, dtype=np.float32))
    cost = distortion(tracks, measured.words.rows, dimension)
    return {"projection": {"from": full, "to": dimension, **cost.as_record()}}


def _zero_shot(measured: Measured) -> ZeroShot:
    if measured.music.facts is None:
        return ZeroShot({}, {})
    cosines = measured.centred_texts @ measured.centred_audio.T
    return zero_shot(measured.words.captions, cosines, measured.music.facts)
