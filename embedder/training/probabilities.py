"""Cosines and the truth about clips that were not trained on -> words with a probability."""

import numpy as np
from numpy.typing import NDArray

from embedder.calibration import Calibration, calibrate
from embedder.encoders import Array
from embedder.evaluation.metrics import roc_auc

LEAST_QUALITY = 0.7
"""A word whose area under the ROC curve is lower gets no probability: it would mislead."""

DIGITS = 5
"""Decimals kept of a centre."""


def probability_of(cosines: Array, matches: NDArray[np.bool_]) -> Calibration | None:
    """Fit a probability to a word that finds its clips well enough; None for any other."""
    quality = roc_auc(cosines, matches)
    return calibrate(cosines, matches, quality) if quality >= LEAST_QUALITY else None


def centre_of(vectors: Array) -> tuple[float, ...]:
    """Return the mean of vectors, as a manifest keeps it."""
    return tuple(round(float(value), DIGITS) for value in vectors.mean(axis=0))


def centred(vectors: Array, centre: Array) -> Array:
    """Return vectors without what all of their side share, unit rows; see `Space`."""
    moved = vectors - centre
    unit: Array = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
    return unit
