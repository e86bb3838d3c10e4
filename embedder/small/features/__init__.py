"""Windows -> features: what a musician would note down, and the picture behind it."""

from typing import NamedTuple

import torch
from torch import Tensor

from embedder.audio import Windows
from embedder.small.features.mel import N_MELS, log_mel
from embedder.small.features.rhythm import rhythm_of
from embedder.small.features.timbre import dynamics_of, timbre_of
from embedder.small.features.tonality import tonality_of

FRONT_END = "16 kHz, 10 s, 96 log-mel bands and 660 musical features, version 1"
"""Named in each manifest; a space made by another front end is refused."""

PICTURE_POOLING = 2
"""Frames of the log-mel averaged into one column of the picture: 32 ms."""


class Features(NamedTuple):
    """What the audio tower sees of n windows."""

    picture: Tensor
    """(n, N_MELS, columns) float32 log-mel."""

    notes: Tensor
    """(n, n_notes) float32 musical features: rhythm, tonality, timbre, dynamics."""


@torch.inference_mode()
def features_of(windows: Windows) -> Features:
    """Compute what the audio tower sees, about 20 ms a window on one core."""
    waves = torch.from_numpy(windows)
    mel = log_mel(waves)
    notes = torch.cat(
        [rhythm_of(mel), tonality_of(waves), timbre_of(mel), dynamics_of(waves)], dim=1
    )
    picture = torch.nn.functional.avg_pool1d(mel, PICTURE_POOLING)
    return Features(picture, notes)


__all__ = ["FRONT_END", "N_MELS", "Features", "features_of"]
