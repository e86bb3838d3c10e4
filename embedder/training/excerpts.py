"""Pairs -> windows and texts, decoded while they are needed and in other processes if wished."""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
import soxr
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from embedder.audio import FRAMING, Framing, Waveform, window_of
from embedder.corpus.records import Recording
from embedder.errors import UndecodableAudio, UnusableCorpus
from embedder.training.chance import Purpose, generator
from embedder.training.pairs import Pair, PairSampler

log = logging.getLogger(__name__)

TRIES = 8
"""Broken recordings in a row, after which the corpus is at fault."""


class Place(NamedTuple):
    """A pair and where in the run it stands, from which its stand-ins are drawn."""

    pair: Pair
    seed: int
    step: int
    row: int


class Loaded(NamedTuple):
    """What a process embeds of a mini-batch."""

    windows: Tensor
    """(n, samples) float32."""

    pairs: tuple[Pair, ...]
    """Whose windows these are: as drawn, or those that stand in for what cannot be read."""


def read_excerpt(path: Path, at: float, framing: Framing = FRAMING) -> Waveform:
    """Read one window of a file by seeking to it.

    Parameters
    ----------
    path : any file that libsndfile decodes
    at : in [0, 1]: 0 for the first window of the file, 1 for the last

    Returns
    -------
    window : (framing.samples,) float32, mono; a short file is repeated until it fills one

    Raises
    ------
    UndecodableAudio
        The file is missing, no audio, empty, or holds samples that are no numbers.

    """
    try:
        with soundfile.SoundFile(path) as file:
            window = file.samplerate * framing.seconds
            file.seek(int(at * max(0, file.frames - window)))
            samples = file.read(window, dtype="float32", always_2d=True)
            rate = file.samplerate
    except (soundfile.LibsndfileError, OSError) as error:
        raise UndecodableAudio(path, str(error)) from None
    if not len(samples) or not np.isfinite(samples).all():
        raise UndecodableAudio(path, "it holds no samples, or samples that are no numbers")
    return window_of(soxr.resample(samples.mean(axis=1), rate, framing.sampling_rate), framing)


class Excerpts(Dataset[tuple[Waveform, Pair]]):
    """The windows of pairs. Where a file cannot be read another pair stands in, always the same."""

    def __init__(self, recordings: Sequence[Recording], sampler: PairSampler) -> None:
        self._recordings, self._sampler = recordings, sampler

    def __getitem__(self, place: Place) -> tuple[Waveform, Pair]:
        """Return window and pair."""
        pair = place.pair
        rng = generator(place.seed, Purpose.INSTEAD, place.step, place.row)
        for _ in range(TRIES):
            try:
                return read_excerpt(self._recordings[pair.recording].audio, pair.at), pair
            except UndecodableAudio as error:
                log.warning("another pair stands in: %s", error)
                pair = self._sampler.instead(pair, rng)
        raise UnusableCorpus(f"{TRIES} recordings in a row cannot be read")


def load(
    excerpts: Excerpts, batches: Iterable[list[Place]], workers: int
) -> "DataLoader[tuple[Waveform, Pair]]":
    """Return `Loaded` mini-batches in order, decoded ahead by so many processes, or by none.

    Each process holds one mini-batch ahead, 0.64 MB a pair.
    """
    ahead = 1 if workers else None
    return DataLoader(
        excerpts,
        batch_sampler=batches,
        num_workers=workers,
        prefetch_factor=ahead,
        collate_fn=collated,
    )


def collated(rows: list[tuple[Waveform, Pair]]) -> Loaded:
    """Stack windows as a process embeds them."""
    windows, pairs = zip(*rows, strict=True)
    return Loaded(torch.from_numpy(np.stack(windows)), pairs)
