"""Seed and place -> randomness that is the same whenever that place is visited."""

from enum import IntEnum

import numpy as np
import torch


class Purpose(IntEnum):
    """What is drawn: two purposes at one step share nothing."""

    WEIGHTS = 0
    EPOCH = 1
    BATCH = 2
    AUDIO = 3
    TEXT = 4
    VALIDATION = 5
    INSTEAD = 6
    CENTRES = 7
    TEXTS = 8


def generator(seed: int, purpose: Purpose, *place: int) -> np.random.Generator:
    """Return the generator of a place, such as a step.

    >>> generator(0, Purpose.BATCH, 7).integers(100) == generator(0, Purpose.BATCH, 7).integers(100)
    True
    """
    return np.random.default_rng([seed, purpose, *place])


def seed_torch(seed: int, purpose: Purpose, *place: int) -> None:
    """Set torch's generators (dropout, augmentation) to those of a place, on every device."""
    state = np.random.SeedSequence([seed, purpose, *place]).generate_state(1, np.uint64)
    torch.manual_seed(int(state[0]))
