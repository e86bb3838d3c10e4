"""Windows -> tonality: which notes sound, and how major or minor they are."""

from functools import cache

import numpy as np
import torch
from torch import Tensor

from embedder.audio import SAMPLING_RATE
from embedder.small.features.mel import LEVEL, level_of, spectrum

FFT_SAMPLES = 4096
"""Samples of one spectrum: 256 ms, enough to part two neighbouring notes from 110 Hz upwards."""

HOP_SAMPLES = 2048
"""Samples from one spectrum to the next."""

LOWEST_HZ, HIGHEST_HZ = 55.0, 2100.0
"""Range in which a peak is taken for a note."""

MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
"""How well each of the twelve notes fits a major key (Krumhansl and Kessler, 1982)."""

MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
"""How well each of the twelve notes fits a minor key (Krumhansl and Kessler, 1982)."""


def tonality_of(windows: Tensor) -> Tensor:
    """Describe the key.

    Returns
    -------
    features : (n, 17) float32: the twelve notes counted from the tonic, fit to the best major and
        the best minor key, their difference, how even the notes are, how fast they change

    """
    even = windows * (LEVEL / level_of(windows))
    chroma = torch.log1p(chroma_filters() @ spectrum(even, FFT_SAMPLES, HOP_SAMPLES))
    notes = chroma.mean(dim=2)
    standard = (notes - notes.mean(1, keepdim=True)) / (notes.std(1, keepdim=True) + 1e-6)
    fits = standard @ key_profiles().T
    major, minor = fits[:, :12].amax(1, keepdim=True), fits[:, 12:].amax(1, keepdim=True)
    tonic = fits.argmax(dim=1) % 12
    from_tonic = standard.gather(1, (torch.arange(12) + tonic[:, None]) % 12)
    share = notes / (notes.sum(1, keepdim=True) + 1e-6)
    evenness = -(share * (share + 1e-9).log()).sum(1, keepdim=True)
    change = chroma.diff(dim=2).abs().mean(dim=(1, 2))[:, None]
    return torch.cat([from_tonic, major, minor, major - minor, evenness, change], dim=1)


@cache
def key_profiles() -> Tensor:
    """Return the 24 standardised key profiles, (24, 12): twelve major, then twelve minor."""
    rows = [
        (np.roll(profile, key) - np.mean(profile)) / np.std(profile) / 12
        for profile in (MAJOR, MINOR)
        for key in range(12)
    ]
    return torch.tensor(np.stack(rows), dtype=torch.float32)


@cache
def chroma_filters() -> Tensor:
    """Return the weight of each spectrum bin on each of the twelve notes, (12, bins)."""
    hertz = np.linspace(0, SAMPLING_RATE / 2, FFT_SAMPLES // 2 + 1)
    pitch = 69 + 12 * np.log2(np.maximum(hertz, 1) / 440)
    nearest = np.round(pitch)
    weight = np.exp(-0.5 * ((pitch - nearest) / 0.2) ** 2)
    weight[(hertz < LOWEST_HZ) | (hertz > HIGHEST_HZ)] = 0
    filters = weight * (np.arange(12)[:, None] == nearest % 12)
    return torch.tensor(filters, dtype=torch.float32)
