"""Waveform -> windows: ten-second mono stretches at one sampling rate."""

from dataclasses import dataclass
from math import floor
from pathlib import Path

import numpy as np
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

LOUDEST = 1e6
"""A sample 120 dB beyond full scale is a broken number, not a loud one."""

Waveform = NDArray[np.float32]
"""Mono samples, full scale at 1."""

Windows = NDArray[np.float32]
"""(n, samples) float32: one row a window."""


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
    return audible([window_of(stretch, framing) for stretch in stretches], name)


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


def audible(windows: list[Waveform], name: Path | str) -> Windows:
    """Stack the windows in which something sounds.

    Parameters
    ----------
    windows : of one length
    name : what they were cut from, for the error

    Raises
    ------
    UndecodableAudio
        All are silent, or one holds samples that are no numbers.

    """
    rows = np.stack(windows)
    if not (np.abs(rows) < LOUDEST).all():  # so that NaN fails too
        raise UndecodableAudio(name, "it holds samples that are no numbers")
    levels = np.sqrt(np.mean(rows.astype(np.float64) ** 2, axis=1))
    if not (levels > SILENCE).any():
        raise UndecodableAudio(name, "it is silent")
    sounding: Windows = rows[levels > SILENCE]
    return sounding
