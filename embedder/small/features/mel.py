"""Windows -> log-mel: how loud each band of hearing is, sixty times a second."""

from functools import cache

import numpy as np
import torch
from torch import Tensor

from embedder.audio import SAMPLING_RATE
from embedder.mel import hertz_of, mel_of, triangles

N_MELS = 96
"""Bands, spaced as the ear spaces pitch, from 0 Hz to half the sampling rate."""

FFT_SAMPLES = 1024
"""Samples of one spectrum: 64 ms."""

HOP_SAMPLES = 256
"""Samples from one frame to the next: 16 ms."""

FRAMES_PER_SECOND = SAMPLING_RATE / HOP_SAMPLES
"""62.5 frames a second."""

LEVEL = 0.1
"""Root mean square (-20 dB of full scale) that every window is brought to before its spectrum."""


def level_of(windows: Tensor) -> Tensor:
    """Return the root mean square of each window, (n, 1)."""
    return windows.square().mean(dim=1, keepdim=True).sqrt().clamp(min=1e-8)


def log_mel(windows: Tensor) -> Tensor:
    """Return log10(1 + 10,000 power) of each mel band, at equal loudness.

    Parameters
    ----------
    windows : (n, samples) float32, at any level: the level is taken out first

    Returns
    -------
    mel : (n, N_MELS, frames) float32, from 0

    """
    even = windows * (LEVEL / level_of(windows))
    power = spectrum(even, FFT_SAMPLES, HOP_SAMPLES).square()
    return torch.log10(1 + 1e4 * (mel_filters() @ power) / FFT_SAMPLES)


def spectrum(windows: Tensor, n_fft: int, hop: int) -> Tensor:
    """Return the magnitude spectrogram, (n, n_fft / 2 + 1, frames), under a Hann window."""
    transform = torch.stft(
        windows,
        n_fft,
        hop,
        window=torch.hann_window(n_fft),
        center=True,
        pad_mode="constant",
        return_complex=True,
    )
    return transform.abs()


@cache
def mel_filters() -> Tensor:
    """Return the triangular filters of the mel scale, (N_MELS, bins), peaks at 1."""
    nyquist = SAMPLING_RATE / 2
    edges = hertz_of(np.linspace(0, mel_of(nyquist), N_MELS + 2))
    bins = np.linspace(0, nyquist, FFT_SAMPLES // 2 + 1)
    return torch.tensor(triangles(edges, bins), dtype=torch.float32)
