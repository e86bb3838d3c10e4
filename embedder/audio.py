"""File -> windows: ten-second mono stretches at one sampling rate."""

from dataclasses import dataclass
from math import floor
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from embedder.errors import UndecodableAudio


@dataclass(frozen=True, slots=True)
class Framing:
    """How a recording is cut before an encoder hears it."""

    sampling_rate: int = 16_000
    """Samples a second (Hz)."""

    seconds: int = 10
    """Length of one window; a track's vector is the mean over its windows (P26)."""

    @property
    def samples(self) -> int:
        """Samples in one window."""
        return self.sampling_rate * self.seconds


FRAMING = Framing()
"""Of the space that ships, and of the patent's towers."""

SAMPLING_RATE, WINDOW_SAMPLES = FRAMING.sampling_rate, FRAMING.samples

MAX_WINDOWS = 12
"""Windows read of one file, spread evenly, so that a recording of hours costs as much as a song."""

SILENCE = 10 ** (-70 / 20)
"""A window whose root mean square lies below -70 dB of full scale holds no music."""

LONGEST_FRAMES = 2**40
"""A header that promises more samples than this (months of audio) is broken."""

Waveform = NDArray[np.float32]
"""Mono samples, full scale at 1."""

Windows = NDArray[np.float32]
"""(n, samples) float32: one row a window."""


def read_windows(path: Path | str, framing: Framing = FRAMING) -> Windows:
    """Read the windows of an audio file that stand for the whole of it.

    WAV, FLAC, OGG (Vorbis, Opus), MP3, AIFF and what else libsndfile decodes; any channels, any
    sampling rate. Reads by seeking: memory does not grow with the length of the file.

    Returns
    -------
    windows : (n, framing.samples) float32, 1 <= n <= MAX_WINDOWS, silent windows left out

    Raises
    ------
    UndecodableAudio
        The file is missing, no audio, empty, silent, or holds samples that are no numbers.

    References
    ----------
    P26.

    """
    path = Path(path)
    if not path.is_file():
        raise UndecodableAudio(path, "there is no such file")
    try:
        with soundfile.SoundFile(path) as file:
            stretches = _stretches(file, path, framing)
    except (soundfile.LibsndfileError, OSError) as error:
        raise UndecodableAudio(path, str(error)) from None
    return _audible([window_of(stretch, framing) for stretch in stretches], path)


def windows_of(waveform: Waveform, framing: Framing = FRAMING) -> Windows:
    """Cut a waveform that is already mono at the framing's rate as `read_windows` cuts a file.

    Raises
    ------
    UndecodableAudio
        The waveform is empty, silent, not of one dimension, or holds samples that are no numbers.

    """
    name = "a waveform"
    if waveform.ndim != 1 or not len(waveform):
        raise UndecodableAudio(name, f"its shape is {waveform.shape}, not (samples,)")
    starts = window_starts(len(waveform), framing.samples)
    stretches = [waveform[start : start + framing.samples] for start in starts]
    return _audible([window_of(stretch, framing) for stretch in stretches], name)


def window_starts(n_samples: int, window: int, most: int = MAX_WINDOWS) -> list[int]:
    """Say where the windows of a recording begin: side by side, or spread evenly if too many.

    A last stretch of half a window or more counts as a window.

    >>> window_starts(29, window=10)
    [0, 10, 20]
    >>> window_starts(24, window=10)
    [0, 10]
    >>> window_starts(1000, window=10, most=3)
    [0, 500, 990]
    """
    count = max(1, floor(n_samples / window + 0.5))
    if count <= most:
        return [index * window for index in range(count)]
    return [int(index) * window for index in np.linspace(0, count - 1, most).round()]


def window_of(stretch: Waveform, framing: Framing = FRAMING) -> Waveform:
    """Repeat a short stretch until it fills a window; cut a long one."""
    repeats = -(-framing.samples // len(stretch))
    return np.tile(stretch, repeats)[: framing.samples].astype(np.float32, copy=False)


def _stretches(file: soundfile.SoundFile, path: Path, framing: Framing) -> list[Waveform]:
    if not 0 < file.frames < LONGEST_FRAMES:
        raise UndecodableAudio(path, f"its header promises {file.frames} samples")
    window = file.samplerate * framing.seconds
    starts = window_starts(file.frames, window)
    read = [_stretch(file, start, window, framing.sampling_rate) for start in starts]
    stretches = [stretch for stretch in read if len(stretch)]
    if not stretches:
        raise UndecodableAudio(path, "no sample could be decoded")
    return stretches


def _stretch(file: soundfile.SoundFile, start: int, n_samples: int, rate: int) -> Waveform:
    file.seek(start)
    samples = file.read(n_samples, dtype="float32", always_2d=True)
    mono: Waveform = soxr.resample(samples.mean(axis=1), file.samplerate, rate)
    return mono


def _audible(windows: list[Waveform], name: Path | str) -> Windows:
    rows = np.stack(windows)
    if not np.isfinite(rows).all():
        raise UndecodableAudio(name, "it holds samples that are no numbers")
    levels = np.sqrt(np.mean(rows.astype(np.float64) ** 2, axis=1))
    if not (levels > SILENCE).any():
        raise UndecodableAudio(name, "it is silent")
    audible: Windows = rows[levels > SILENCE]
    return audible
