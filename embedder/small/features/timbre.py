"""Log-mel -> timbre: colour, texture, percussiveness and dynamics."""

from functools import cache

import torch
from torch import Tensor

from embedder.small.features.mel import FRAMES_PER_SECOND, N_MELS, level_of

N_BANDS = 12
"""Coarse bands, eight mel bands wide."""

N_CEPSTRA = 20
"""Coefficients of the cosine transform of a spectrum that are kept."""

MODULATIONS_HZ = (0.4, 1.0, 2.0, 3.5, 5.5, 8.5, 13.0, 20.0, 31.0)
"""Edges of the bands of modulation: slow swells up to tremolo and rolls."""

SUSTAIN_FRAMES = 17
"""A partial held this long (a quarter of a second) is harmonic."""

CLICK_BANDS = 13
"""A frame as broad as this many mel bands is percussive."""


def timbre_of(mel: Tensor) -> Tensor:
    """Describe the colour of the sound, whatever its level.

    Returns
    -------
    features : (n, 310) float32: bands, cepstra and their spread, modulation, contrast,
        percussiveness

    """
    return torch.cat(
        [_bands(mel), _cepstra(mel), _modulation(mel), _contrast(mel), _percussiveness(mel)], dim=1
    )


def dynamics_of(windows: Tensor) -> Tensor:
    """Describe level and its changes.

    Returns
    -------
    features : (n, 8) float32: level (log10 of the root mean square), crest, mean and spread of the
        frames' levels, their lowest and highest tenth, share of near silence, change

    """
    level = level_of(windows)
    peak = windows.abs().amax(dim=1, keepdim=True)
    frames = windows.unfold(1, 1024, 1024).square().mean(dim=2).add(1e-10).log10() / 2
    relative = frames - level.log10()
    low, high = relative.quantile(0.1, dim=1), relative.quantile(0.9, dim=1)
    return torch.cat(
        [
            level.log10(),
            (peak / level).log10(),
            relative.mean(dim=1, keepdim=True),
            relative.std(dim=1, keepdim=True),
            low[:, None],
            high[:, None],
            (relative < -1).float().mean(dim=1, keepdim=True),
            relative.diff(dim=1).abs().mean(dim=1, keepdim=True),
        ],
        dim=1,
    )


def _bands(mel: Tensor) -> Tensor:
    mean = mel.mean(dim=2)
    share = mean / (mean.sum(dim=1, keepdim=True) + 1e-6)
    place = torch.linspace(0, 1, N_MELS)
    centre = (share * place).sum(dim=1, keepdim=True)
    width = (share * (place - centre).square()).sum(dim=1, keepdim=True).sqrt()
    coarse = _grouped(mel, N_BANDS).mean(dim=2)
    return torch.cat([_grouped(mean, 48).mean(dim=2), coarse.std(dim=2), centre, width], dim=1)


def _cepstra(mel: Tensor) -> Tensor:
    cepstra = cosines() @ mel
    change = cepstra.diff(dim=2)
    return torch.cat([cepstra.mean(2), cepstra.std(2), change.std(2), change.abs().amax(2)], dim=1)


@cache
def cosines() -> Tensor:
    """Return the first cosine waves over the mel bands, (N_CEPSTRA, N_MELS)."""
    place = (torch.arange(N_MELS) + 0.5) / N_MELS
    waves = torch.cos(torch.pi * torch.arange(1, N_CEPSTRA + 1)[:, None] * place)
    scaled: Tensor = waves * (2 / N_MELS) ** 0.5
    return scaled


def _modulation(mel: Tensor) -> Tensor:
    coarse = _grouped(mel, N_BANDS).mean(dim=2)
    swing = (coarse - coarse.mean(dim=2, keepdim=True)) * torch.hann_window(mel.shape[2])
    power = torch.fft.rfft(swing).abs().square()
    hertz = torch.fft.rfftfreq(mel.shape[2], 1 / FRAMES_PER_SECOND)
    edges = torch.tensor(MODULATIONS_HZ)
    inside = (hertz >= edges[:-1, None]) & (hertz < edges[1:, None])
    energy = torch.einsum("nbf,mf->nbm", power, inside.float() / inside.sum(1, keepdim=True))
    return energy.add(1e-3).log10().flatten(1)


def _contrast(mel: Tensor) -> Tensor:
    grouped = _grouped(mel, N_BANDS)
    contrast = grouped.amax(dim=2) - grouped.amin(dim=2)
    return torch.cat([contrast.mean(dim=2), contrast.std(dim=2)], dim=1)


def _percussiveness(mel: Tensor) -> Tensor:
    # Every second frame is enough: the share is an average, and medians are what costs here.
    held = _median(mel[:, :, ::2], SUSTAIN_FRAMES // 2, dim=2)
    broad = _median(mel[:, :, ::2], CLICK_BANDS, dim=1)
    share = broad.square() / (broad.square() + held.square() + 1e-6)
    by_band = _grouped(share, N_BANDS).mean(dim=2)
    surplus = _grouped((broad - held).clamp(min=0), N_BANDS).mean(dim=2)
    return torch.cat(
        [by_band.mean(2), by_band.std(2), surplus.mean(2), surplus.quantile(0.95, dim=2)], dim=1
    )


def _grouped(mel: Tensor, groups: int) -> Tensor:
    return mel.reshape(len(mel), groups, -1, *mel.shape[2:])


def _median(mel: Tensor, width: int, dim: int) -> Tensor:
    half = width // 2
    padding = (0, 0, half, half) if dim == 1 else (half, half)
    padded = torch.nn.functional.pad(mel, padding, mode="reflect")
    return padded.unfold(dim, 2 * half + 1, 1).median(dim=-1).values
