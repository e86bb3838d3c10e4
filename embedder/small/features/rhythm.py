"""Log-mel -> rhythm: tempo, how often notes begin, and how sharply."""

from functools import cache

import torch
from torch import Tensor

from embedder.small.features.mel import FRAMES_PER_SECOND

BANDS = ((0, 96), (0, 10), (10, 32), (32, 64), (64, 96))
"""Mel bands whose onsets are followed: all, bass, low, middle, high."""

SLOWEST_BPM = 30.0
"""Longest period looked for: two seconds."""

FASTEST_BPM = 312.0
"""Shortest period looked for: 0.19 seconds."""

N_PERIODS = 56
"""Periods looked for, evenly spaced in their logarithm."""

THRESHOLDS = (0.5, 1.5, 3.0)
"""Standard deviations above the mean from which a peak counts as an onset."""


def rhythm_of(mel: Tensor) -> Tensor:
    """Describe tempo and attack by band.

    Returns
    -------
    features : (n, 325) float32, 65 a band: a tempogram, onsets a second at three strengths,
        mean, spread, peak, skew and kurtosis of the onset strength, and the ratio of rise to fall

    """
    parts = [_rhythm_of_band(mel[:, low:high]) for low, high in BANDS]
    return torch.cat(parts, dim=1)


@cache
def periods() -> Tensor:
    """Return the periods looked for, in frames (fractions of one are interpolated)."""
    seconds = torch.logspace(
        torch.log10(torch.tensor(60 / FASTEST_BPM)).item(),
        torch.log10(torch.tensor(60 / SLOWEST_BPM)).item(),
        N_PERIODS,
    )
    return seconds * FRAMES_PER_SECOND


def _rhythm_of_band(band: Tensor) -> Tensor:
    change = band.diff(dim=2)
    onsets = change.clamp(min=0).mean(dim=1)
    falls = (-change).clamp(min=0).mean(dim=1)
    mean = onsets.mean(dim=1, keepdim=True)
    spread = onsets.std(dim=1, keepdim=True) + 1e-6
    standard = (onsets - mean) / spread
    return torch.cat(
        [
            _tempogram(standard),
            *(_onsets_a_second(standard, threshold) for threshold in THRESHOLDS),
            mean,
            spread,
            standard.amax(dim=1, keepdim=True),
            standard.pow(3).mean(dim=1, keepdim=True),
            standard.pow(4).mean(dim=1, keepdim=True).log1p(),
            onsets.square().mean(dim=1, keepdim=True)
            / falls.square().mean(1, keepdim=True).add(1e-6),
        ],
        dim=1,
    )


def _tempogram(standard: Tensor) -> Tensor:
    frames = standard.shape[1]
    transform = torch.fft.rfft(standard, n=2 * frames)
    correlation = torch.fft.irfft(transform.abs().square(), n=2 * frames)[:, :frames]
    correlation = correlation / torch.arange(frames, 0, -1)
    lags = periods()
    below = lags.floor().long()
    share = lags - below
    tempogram: Tensor = correlation[:, below] * (1 - share) + correlation[:, below + 1] * share
    return tempogram


def _onsets_a_second(standard: Tensor, threshold: float) -> Tensor:
    here = standard[:, 1:-1]
    peaks = (here > standard[:, :-2]) & (here >= standard[:, 2:]) & (here > threshold)
    return peaks.float().mean(dim=1, keepdim=True) * FRAMES_PER_SECOND
