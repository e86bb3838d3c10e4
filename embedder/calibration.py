"""Cosine -> probability, word by word: where "sounds like drums" begins."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RIDGE = 1e-4
"""Pull of the slope towards 0, so that words which part the clips perfectly stay finite."""

MAX_SLOPE = 60.0
"""No word is trusted to be sharper than this."""

N_STEPS = 50
"""Newton steps; a dozen are enough."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a word's centred cosine turns into a probability."""

    threshold: float
    """Cosine at which a clip is as likely to match as not, if half of all clips did."""

    slope: float
    """Steepness there, per unit of cosine."""

    quality: float
    """Area under the ROC curve where it was fitted: 0.5 is chance, 1 is perfect."""

    def probability(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the chance that each clip matches the word, in [0, 1], classes held equal.

        >>> Calibration(threshold=0.2, slope=10, quality=1).probability(np.float32([0.2]))
        array([0.5], dtype=float32)
        """
        logits = self.slope * (np.asarray(cosines, np.float64) - self.threshold)
        return (1 / (1 + np.exp(-logits))).astype(np.float32)


def calibrate(
    cosines: NDArray[np.float32], matches: NDArray[np.bool_], quality: float
) -> Calibration | None:
    """Fit a logistic curve with both classes weighing the same (Platt, 1999).

    Returns
    -------
    calibration : None where cosines do not grow with matches, or one class is missing

    """
    if matches.all() or not matches.any():
        return None
    weights = np.where(matches, 0.5 / matches.mean(), 0.5 / (~matches).mean()) / len(matches)
    X = np.stack([cosines, np.ones_like(cosines)], axis=1).astype(np.float64)
    w = np.zeros(2)
    for _ in range(N_STEPS):
        p = 1 / (1 + np.exp(-np.clip(X @ w, -30, 30)))
        gradient = X.T @ (weights * (p - matches)) + RIDGE * w * [1, 0]
        curvature = X.T @ (X * (weights * p * (1 - p))[:, None]) + RIDGE * np.eye(2)
        w = w - np.linalg.solve(curvature, gradient)
    slope = float(min(w[0], MAX_SLOPE))
    if slope <= 0:
        return None
    return Calibration(round(float(-w[1] / w[0]), 4), round(slope, 2), round(quality, 3))
