"""Features -> features of another recording of the same music."""

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from embedder.small.features import Features

NOTE_NOISE = 0.25
"""Standard deviation of what is added to each standardised musical feature."""

NOTE_DROP = 0.1
"""Share of musical features hidden."""

TILT_KNOTS = 6
"""Points of the random equaliser curve."""

TILT = 0.35
"""Standard deviation of each point, in standard deviations of a mel band."""

CROP = 0.5
"""Share of the picture's columns that is looked at in one step."""

MASKS = 2
"""Bands of mel hidden, and stretches of time (SpecAugment, P17)."""

MASKED_BANDS, MASKED_COLUMNS = 10, 20
"""Widest that is hidden at once."""


def augmented(standard: Features, generator: torch.Generator) -> Features:
    """Disturb standardised features: noise, gaps, another equaliser, a random stretch (P17)."""
    return Features(_picture(standard.picture, generator), _notes(standard.notes, generator))


def _notes(notes: Tensor, generator: torch.Generator) -> Tensor:
    noise = torch.randn(notes.shape, generator=generator) * NOTE_NOISE
    kept = torch.rand(notes.shape, generator=generator) >= NOTE_DROP
    return (notes + noise) * kept


def _picture(picture: Tensor, generator: torch.Generator) -> Tensor:
    columns = int(picture.shape[2] * CROP)
    start = _draw(picture.shape[2] - columns + 1, generator)
    picture = picture[:, :, start : start + columns]
    knots = torch.randn(len(picture), 1, TILT_KNOTS, generator=generator) * TILT
    curve = interpolate(knots, size=picture.shape[1], mode="linear", align_corners=True)
    disturbed = picture + curve.transpose(1, 2)
    for _ in range(MASKS):
        band = _draw(picture.shape[1] - MASKED_BANDS, generator)
        disturbed[:, band : band + 1 + _draw(MASKED_BANDS, generator)] = 0
        column = _draw(columns - MASKED_COLUMNS, generator)
        disturbed[:, :, column : column + 1 + _draw(MASKED_COLUMNS, generator)] = 0
    return disturbed


def _draw(below: int, generator: torch.Generator) -> int:
    return int(torch.randint(below, (), generator=generator))
