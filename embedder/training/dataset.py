"""Clips -> features, computed once and kept beside the clips."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from embedder.audio import read_windows
from embedder.errors import UndecodableAudio, UnusableClips
from embedder.small.features import FRONT_END, Features, features_of
from embedder.truth.clips import Known, Source, read_sources

log = logging.getLogger(__name__)

CACHE = ".features-{}.npz"
"""Name of the file, in the folder of clips, that keeps their features."""

REPORT_EVERY = 200
"""Clips from one line of progress to the next."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """The windows of many clips. A long clip gives several, which share what is known of it."""

    features: Features
    facts: tuple[Known, ...]
    """What is known of each clip."""

    clip_of: np.ndarray
    """(n_windows,) int64: which clip each window belongs to."""

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self.clip_of)

    def part(self, rows: np.ndarray) -> Features:
        """Return the features of some windows."""
        index = torch.from_numpy(rows)
        return Features(self.features.picture[index].float(), self.features.notes[index])


def load_dataset(folders: Sequence[Path]) -> Dataset:
    """Read and describe every clip of the folders; a broken one is reported and passed over.

    Raises
    ------
    UnusableClips
        A folder has no listing, or none of its clips can be read.

    """
    parts = [_load_folder(folder) for folder in folders]
    counts = [0, *np.cumsum([len(part.facts) for part in parts])]
    return Dataset(
        Features(
            torch.cat([part.features.picture for part in parts]),
            torch.cat([part.features.notes for part in parts]),
        ),
        tuple(facts for part in parts for facts in part.facts),
        np.concatenate([part.clip_of + start for part, start in zip(parts, counts, strict=False)]),
    )


def _load_folder(folder: Path) -> Dataset:
    clips = read_sources(folder)
    cache = folder / CACHE.format(_fingerprint(clips))
    if not cache.exists():
        _describe(clips, folder, cache)
    with np.load(cache) as kept:
        features = Features(torch.from_numpy(kept["picture"]), torch.from_numpy(kept["notes"]))
        readable, clip_of = kept["readable"], kept["clip_of"]
    return Dataset(features, tuple(clips[index].known for index in readable), clip_of)


def _describe(clips: Sequence[Source], folder: Path, cache: Path) -> None:
    pictures, notes = [], []
    readable: list[int] = []
    clip_of: list[int] = []
    for number, clip in enumerate(clips):
        if number % REPORT_EVERY == 0:
            log.info("features of %s: %d of %d clips", folder, number, len(clips))
        try:
            features = features_of(read_windows(clip.path))
        except UndecodableAudio as error:
            log.warning("passed over: %s", error)
            continue
        pictures.append(features.picture.half().numpy())
        notes.append(features.notes.numpy())
        clip_of.extend([len(readable)] * len(features.notes))
        readable.append(number)
    if not readable:
        raise UnusableClips(folder, "none of its clips can be read")
    np.savez(
        cache,
        picture=np.concatenate(pictures),
        notes=np.concatenate(notes),
        readable=np.array(readable),
        clip_of=np.array(clip_of),
    )


def _fingerprint(clips: Sequence[Source]) -> str:
    digest = hashlib.sha256(FRONT_END.encode())
    for clip in clips:
        written = clip.path.stat().st_mtime_ns if clip.path.exists() else 0
        digest.update(f"{clip.path.name} {written}\n".encode())
    return digest.hexdigest()[:12]
