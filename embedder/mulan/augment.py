"""Spectrogram -> spectrogram with gaps: SpecAugment (P17)."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class SpecAugment:
    """How much is hidden. The patent names the method, not the amounts.

    The defaults are its authors' double policy for LibriSpeech (Park et al. 2019, table 1) in
    shares of the picture: 27 of 80 bands, 100 of about 1,000 frames, each twice; no time warping,
    which they found to matter least.
    """

    masks: int = 2
    """Bands hidden, and stretches of time: so many of each in every spectrogram."""

    widest_band: float = 27 / 80
    """Most of the mel bands hidden by one mask, in [0, 1]."""

    widest_stretch: float = 0.1
    """Most of the time hidden by one mask, in [0, 1]."""


DOUBLE = SpecAugment()
"""The published policy."""


def spec_augment(
    spectrograms: Tensor, generator: torch.Generator, policy: SpecAugment = DOUBLE
) -> Tensor:
    """Return spectrograms with bands and stretches of time set to 0, others for each.

    Zero is the mean of what `log_mel` gives. Widths are even draws from none to the widest, places
    even draws from all where the mask fits. For training only (P17).

    Parameters
    ----------
    spectrograms : (n, n_mels, frames), on any device; it is not changed
    generator : on the CPU; the same state gives the same gaps on every device

    Returns
    -------
    spectrograms : (n, n_mels, frames)

    """
    n, n_mels, frames = spectrograms.shape
    bands = _hidden(n, n_mels, int(policy.widest_band * n_mels), policy.masks, generator)
    stretches = _hidden(n, frames, int(policy.widest_stretch * frames), policy.masks, generator)
    hidden = bands[:, :, None] | stretches[:, None, :]
    return spectrograms.masked_fill(hidden.to(spectrograms.device), 0)


def _hidden(n: int, length: int, widest: int, masks: int, generator: torch.Generator) -> Tensor:
    """Return which places lie under a mask, (n, length) bool."""
    widths = (torch.rand(n, masks, 1, generator=generator) * (widest + 1)).floor()
    starts = (torch.rand(n, masks, 1, generator=generator) * (length - widths + 1)).floor()
    places = torch.arange(length)
    return ((places >= starts) & (places < starts + widths)).any(dim=1)
