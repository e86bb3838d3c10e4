"""Examples -> classifier: logistic regression with a Gaussian prior, by Newton steps in the dual.

Minimises  sum_i a_i log(1 + exp(-s_i w.x_i)) + l2/2 |w - m|^2  over w, s_i = +-1. At the optimum
w = m + sum_i alpha_i x_i  with  l2 alpha_i = a_i (y_i - p_i): each example's part in a score is
exact (P73-P76). No intercept: the vectors are centred, and an intercept would force positives and
negatives to balance whatever their weights.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

MAX_STEPS = 25
MAX_HALVINGS = 30
TOLERANCE = 1e-10


def fit(gram: Vector, prior: Vector, y: Vector, weights: Vector, *, l2: float) -> Vector:
    """Return alpha, the coefficient of each example in the weights.

    Parameters
    ----------
    gram : (n, n), inner products of the examples' vectors
    prior : (n,), logits that the prior mean gives the examples
    y : (n,), labels in {0, 1}
    weights : (n,), > 0
    l2 : precision of the prior, > 0

    Returns
    -------
    alpha : (n,)

    Notes
    -----
    Newton steps on the dual's stationarity, O(n^3) each and four to seven of them; halved while
    the objective does not fall, so they converge from any start.

    """

    def objective(alpha: Vector) -> float:
        logits = prior + gram @ alpha
        log_loss = weights @ (np.logaddexp(0, logits) - y * logits)
        return float(log_loss + 0.5 * l2 * alpha @ gram @ alpha)

    def newton(alpha: Vector) -> Vector:
        p = sigmoid(prior + gram @ alpha)
        jacobian = (weights * p * (1 - p))[:, None] * gram
        jacobian[np.diag_indices_from(jacobian)] += l2
        return np.asarray(np.linalg.solve(jacobian, weights * (y - p) - l2 * alpha), np.float64)

    alpha = np.zeros(len(y))
    loss = objective(alpha)
    for _ in range(MAX_STEPS):
        move = newton(alpha)
        alpha, loss = _descend(objective, alpha, move, loss)
        if np.abs(move).max(initial=0.0) < TOLERANCE:
            break
    return alpha


def _descend(
    objective: Callable[[Vector], float], alpha: Vector, move: Vector, loss: float
) -> tuple[Vector, float]:
    """Take the Newton step, halved until the objective does not rise; return it and its loss."""
    for halvings in range(MAX_HALVINGS):
        new = alpha + move * 0.5**halvings
        lower = objective(new)
        if lower <= loss + 1e-12 * abs(loss):
            return new, lower
    return alpha, loss


def sigmoid(z: Vector) -> Vector:
    """Return 1 / (1 + exp(-z)); tanh does not overflow for large |z|, exp(-z) does."""
    return np.asarray(0.5 * (np.tanh(0.5 * z) + 1))
