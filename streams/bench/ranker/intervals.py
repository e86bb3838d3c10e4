"""Figures with their uncertainty."""

from collections.abc import Callable, Sequence
from time import perf_counter_ns
from typing import Any

import numpy as np

RESAMPLES = 1_000


def interval(
    values: Sequence[float], of: Callable[[Any], Any] = np.mean, *, seed: int = 0
) -> tuple[float, float]:
    """Return the bootstrap's 95 % interval of a statistic of independent values.

    >>> interval([1.0, 1.0, 1.0])
    (1.0, 1.0)
    """
    data = np.asarray(values, np.float64)
    picks = np.random.default_rng(seed).integers(len(data), size=(RESAMPLES, len(data)))
    spread = np.array([of(data[pick]) for pick in picks])
    low, high = np.quantile(spread, [0.025, 0.975])
    return round(float(low), 4), round(float(high), 4)


def figure(values: Sequence[float], of: Callable[[Any], Any] = np.mean) -> dict[str, Any]:
    """Return a statistic with its interval and the number of values."""
    return {
        "value": round(float(of(np.asarray(values))), 4),
        "ci": interval(values, of),
        "n": len(values),
    }


def median_ms(work: Callable[[], object], repeats: int) -> float:
    """Return the median time of some work in milliseconds; the first run is not counted."""
    return float(np.median(times_ms(work, repeats)))


def times_ms(work: Callable[[], object], repeats: int) -> list[float]:
    """Return the times of repeated runs in milliseconds, after one that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        started = perf_counter_ns()
        work()
        times.append((perf_counter_ns() - started) / 1e6)
    return times
