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

MAX_STEPS = 50
MAX_HALVINGS = 30
TOLERANCE = 1e-9
"""Length of the residual a (y - p) - l2 alpha that may be left; scores leave in six decimals."""
CROWD = 1.3
"""From so many examples for each dimension on, a system of d equations is solved sooner than one
of n, though it has to be formed anew for every step."""


def fit(rows: Vector, prior: Vector, y: Vector, weights: Vector, *, l2: float) -> Vector:
    """Return alpha, the coefficient of each example in the weights.

    Parameters
    ----------
    rows : (n, d), the examples' vectors
    prior : (n,), logits that the prior mean gives the examples
    y : (n,), labels in {0, 1}
    weights : (n,), a_i, > 0
    l2 : precision of the prior, > 0

    Returns
    -------
    alpha : (n,)

    Notes
    -----
    Newton steps on the residual a (y - p) - l2 alpha, three to six of them; halved until the
    residual shrinks, so they converge from any start. Each costs O(n^3), or O(n d^2) where there
    are many more examples than dimensions.

    """
    gram = rows @ rows.T if len(rows) < CROWD * rows.shape[1] else None
    alpha, logits, p = np.zeros(len(y)), prior, sigmoid(prior)
    residual = weights * (y - p)
    left = residual @ residual
    for _ in range(MAX_STEPS):
        if left <= TOLERANCE**2:
            break
        move = _newton(rows, gram, weights * p * (1 - p), residual, l2)
        push = rows @ (move @ rows)
        for _ in range(MAX_HALVINGS):
            p = sigmoid(logits + push)
            residual = weights * (y - p) - l2 * (alpha + move)
            if residual @ residual < left:
                break
            move, push = move / 2, push / 2
        else:
            break  # no step is small enough: this is as good as the arithmetic gets
        alpha, logits, left = alpha + move, logits + push, residual @ residual
    return alpha


def _newton(rows: Vector, gram: Vector | None, bend: Vector, residual: Vector, l2: float) -> Vector:
    """Solve (l2 I + B X X') move = residual for the step, where B = diag(a p (1 - p)).

    Without the Gram matrix X X' by Woodbury's identity: the same step from d equations.
    """
    if gram is not None:
        return np.asarray(np.linalg.solve(_lifted(bend[:, None] * gram, l2), residual), np.float64)
    half = np.sqrt(bend)[:, None] * rows  # a product Z'Z costs BLAS half of what X'BX would
    inner = np.linalg.solve(_lifted(half.T @ half, l2), residual @ rows)
    return np.asarray((residual - bend * (rows @ inner)) / l2)


def _lifted(matrix: Vector, by: float) -> Vector:
    """Add to the diagonal of a fresh matrix, in place."""
    matrix.ravel()[:: len(matrix) + 1] += by
    return matrix


def sigmoid(z: NDArray[Real]) -> NDArray[Real]:
    """Return 1 / (1 + exp(-z)); tanh does not overflow for large |z|, exp(-z) does."""
    return np.asarray(0.5 * (np.tanh(0.5 * z) + 1))
