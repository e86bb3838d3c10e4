"""Random draws that keep Python types, unlike those of numpy."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def generator(*seed: int) -> np.random.Generator:
    """Return the random numbers that belong to `seed`; other seeds give independent ones."""
    return np.random.default_rng(seed)


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    """Return one of `options`, all equally likely."""
    return options[int(rng.integers(len(options)))]


def weighted(rng: np.random.Generator, options: Mapping[T, float]) -> T:
    """Return one key of `options`, as likely as its weight."""
    weights = np.fromiter(options.values(), float)
    return list(options)[int(rng.choice(len(weights), p=weights / weights.sum()))]


def happens(rng: np.random.Generator, probability: float) -> bool:
    """Return true with this probability."""
    return bool(rng.random() < probability)


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """Return a number between `low` and `high`, all equally likely."""
    return float(rng.uniform(low, high))


def granted(wished: T | None, drawn: T) -> T:
    """Return what was wished for, or else what was drawn.

    >>> granted(None, "slow"), granted("fast", "slow")
    ('slow', 'fast')
    """
    return drawn if wished is None else wished
