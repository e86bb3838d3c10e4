"""Windows -> log-mel spectrograms: one row a mel band, one column every 10 ms (P8, P13).

The patent asks for ten-second windows and, in the same breath, for patches of T = 400 frames
(P9, P13). At a step of 10 ms that would be four seconds; the two cannot both hold. The window is
taken at its word, so T = 1,000, as in the published MuLan.

What the patent leaves open is done as in the public AST checkpoint (Kaldi's filter bank,
standardised by AudioSet's mean and spread), so that a warm start hears what it was taught on. The
fourth of its 128 bands lies between two bins of the spectrum and stays empty, for the checkpoint as
for us.
"""

from functools import cache

import numpy as np
import torch
from torch import Tensor

from embedder.audio import FRAMING
from embedder.mel import Array, mel_of, triangles

FRAME_SAMPLES = FRAMING.sampling_rate * 25 // 1000
"""Samples under the Hann window of one frame: 25 ms."""

STEP_SAMPLES = FRAMING.sampling_rate * 10 // 1000
"""Samples from one frame to the next: 10 ms."""

FRAMES = FRAMING.samples // STEP_SAMPLES
"""T, the frames of one ten-second window: 1,000."""

FFT_SAMPLES = 512
"""Samples of one spectrum: the frame, filled up with zeros to a power of two."""

PRE_EMPHASIS = 0.97
"""Share of the sample before that is taken off each: lifts the treble."""

LOWEST_HERTZ = 20.0
"""Where the lowest band begins; the highest ends at half the sampling rate."""

LEAST_POWER = float(np.finfo(np.float32).eps)
"""Floor under the logarithm."""

AUDIOSET_MEAN, AUDIOSET_SPREAD = -4.2677393, 2 * 4.5689974
"""Of the log-mel of AudioSet, from the checkpoint; it divides by twice the standard deviation."""


def log_mel(windows: Tensor, n_mels: int) -> Tensor:
    """Return the standardised natural log of the power in each mel band.

    Frame k begins at sample 160 k; the last two reach up to 15 ms beyond the window, into zeros.
    About 15 ms a window on one core. Full precision, inside a region of mixed precision as well:
    the quietest bands lie below what half precision can tell from zero.

    Parameters
    ----------
    windows : (n, samples) float32 at 16 kHz, full scale at 1
    n_mels : 64 for the residual network (P8), 128 for the transformer (P13)

    Returns
    -------
    spectrograms : (n, n_mels, samples / 160) float32, mostly between -2 and 2

    """
    with torch.autocast(windows.device.type, enabled=False):
        filters = _constant(_filters(n_mels), windows)
        log_power = (_power(windows) @ filters.T).clamp(min=LEAST_POWER).log()
        return ((log_power - AUDIOSET_MEAN) / AUDIOSET_SPREAD).transpose(1, 2).contiguous()


def _power(windows: Tensor) -> Tensor:
    """Return the power spectrum of each frame, (n, frames, bins)."""
    padded = torch.nn.functional.pad(windows, (0, FRAME_SAMPLES - STEP_SAMPLES))
    frames = padded.unfold(1, FRAME_SAMPLES, STEP_SAMPLES)
    frames = frames - frames.mean(dim=2, keepdim=True)
    before = torch.cat([frames[..., :1], frames[..., :-1]], dim=2)
    shaped = (frames - PRE_EMPHASIS * before) * _constant(np.hanning(FRAME_SAMPLES), windows)
    spectrum = torch.fft.rfft(shaped, FFT_SAMPLES)
    return torch.square(spectrum.real) + torch.square(spectrum.imag)


@cache
def _filters(n_mels: int) -> Array:
    """Return triangles with straight sides on the mel scale (Kaldi's), (n_mels, bins)."""
    nyquist = FRAMING.sampling_rate / 2
    edges = np.linspace(mel_of(LOWEST_HERTZ), mel_of(nyquist), n_mels + 2)
    return triangles(edges, mel_of(np.linspace(0, nyquist, FFT_SAMPLES // 2 + 1)))


def _constant(values: Array, like: Tensor) -> Tensor:
    return torch.as_tensor(values, dtype=torch.float32, device=like.device)
