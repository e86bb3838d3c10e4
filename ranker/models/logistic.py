"""Examples -> classifier: logistic regression with a Gaussian prior, by Newton steps in the dual.

Minimises  sum_i a_i log(1 + exp(-s_i w.x_i)) + l2/2 |w - m|^2  over w, s_i = +-1. At the optimum
w = m + sum_i alpha_i x_i  with  l2 alpha_i = a_i (y_i - p_i): each example's part in a score is
exact (P73-P76). No intercept: the vectors are centred, and an intercept would force positives and
negatives to balance whatever their weights.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Real = TypeVar("Real", np.float32, np.float64)

MAX_STEPS = 25
MAX_HALVINGS = 30
TOLERANCE = 1e-6
"""Largest coefficient of the last step: near the optimum what is left after a Newton step is of
the order of its square."""


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
    Newton steps on the dual's stationarity, O(n^3) each and three to six of them; halved while
    the objective does not fall, so they converge from any start.

    """

    def objective(alpha: Vector, pulled: Vector) -> float:
        logits = prior + pulled
        log_loss = weights @ (np.logaddexp(0, logits) - y * logits)
        return float(log_loss + 0.5 * l2 * (alpha @ pulled))

    alpha = np.zeros(len(y))
    pulled = np.zeros(len(y))  # gram @ alpha
    loss = objective(alpha, pulled)
    for _ in range(MAX_STEPS):
        move = _newton(gram, prior + pulled, alpha, y, weights, l2)
        push = gram @ move
        size = 1.0
        for _ in range(MAX_HALVINGS):
            new, new_pulled = alpha + size * move, pulled + size * push
            lower = objective(new, new_pulled)
            if lower <= loss + 1e-12 * abs(loss):
                break
            size /= 2
        else:
            break  # no step is small enough: this is as good as the arithmetic gets
        alpha, pulled, loss = new, new_pulled, lower
        if np.abs(move).max(initial=0.0) < TOLERANCE:
            break
    return alpha


def _newton(
    gram: Vector, logits: Vector, alpha: Vector, y: Vector, weights: Vector, l2: float
) -> Vector:
    """Return the step to where the linearised l2 alpha - a (y - p(alpha)) vanishes."""
    p = sigmoid(logits)
    jacobian = (weights * p * (1 - p))[:, None] * gram
    jacobian.ravel()[:: len(y) + 1] += l2  # the diagonal
    return np.asarray(np.linalg.solve(jacobian, weights * (y - p) - l2 * alpha), np.float64)


def sigmoid(z: NDArray[Real]) -> NDArray[Real]:
    """Return 1 / (1 + exp(-z)); tanh does not overflow for large |z|, exp(-z) does."""
    return np.asarray(0.5 * (np.tanh(0.5 * z) + 1))
