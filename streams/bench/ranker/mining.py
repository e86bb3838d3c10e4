"""Finding the best of a whole library for one session's weights: time, and growth with its size."""

from typing import Any

import numpy as np

from ranker.candidates import best
from streams.bench.ranker.intervals import figure, times_ms

SIZES = (10_000, 150_000, 1_000_000)
DIMENSION = 128
COUNT = 100
REPEATS = 7


def mining(sizes: tuple[int, ...] = SIZES) -> dict[str, Any]:
    """Return the time and the recall of mining `COUNT` tracks, by size of the library.

    Recall is measured against sorting everything in double precision; the product itself is in
    single precision, so ties at the edge may fall either way.
    """
    told = {str(size): _mined(size) for size in sizes}
    first, last = told[str(sizes[0])], told[str(sizes[-1])]
    growth = np.log(last["ms"]["value"] / first["ms"]["value"]) / np.log(sizes[-1] / sizes[0])
    return {**told, "exponent": round(float(growth), 2)}


def _mined(size: int) -> dict[str, Any]:
    rng = np.random.default_rng(size)
    vectors = rng.standard_normal((size, DIMENSION), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    weights = rng.normal(size=DIMENSION)
    free = np.ones(size, bool)
    free[: size // 100] = False  # what was played, and what filters keep out

    def mine() -> list[int]:
        scores = np.asarray(vectors @ weights.astype(np.float32), np.float64)
        return list(best(scores, free, COUNT).tolist())

    exact = np.argsort(-(vectors.astype(np.float64) @ weights), kind="stable")
    wanted = {int(row) for row in exact[free[exact]][:COUNT]}
    times = times_ms(mine, REPEATS)
    return {
        "ms": figure(times, np.median),
        "recall": round(len(wanted & set(mine())) / COUNT, 4),
        "mebibytes": round(vectors.nbytes / 2**20, 1),
    }
