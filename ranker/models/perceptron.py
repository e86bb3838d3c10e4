"""Examples -> perceptron: what the classifier cannot say, by one hidden layer (P77).

Adds f(x) = r tanh(v.tanh(W x + b) / r), r = `REACH`, to the classifier's log-odds z(x), minimising

    sum_i a_i log(1 + exp(-s_i (z_i + f(x_i)))) + l2/2 (|W|^2 + |v|^2),  s_i = +-1

so a session whose taste is linear keeps its classifier, and one that likes A with B and C with D,
but not A with D, is understood all the same: no weights w give such a taste by w.x.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ranker.config import RankerConfig
from ranker.library import Array
from ranker.models import REACH
from ranker.models.logistic import sigmoid

Layers = tuple[Array, Array, Array]
"""W (d, h), b (h,), v (h,)."""

RATE = 0.08
"""How far a weight moves in a step of Adam: in `perceptron_steps` = 20 of them 1.6 at most, further
than the initial ones lie from 0."""
MOMENTUM, SCALING = 0.9, 0.99
"""Adam's decay rates, of the mean gradient and of its square."""
EPSILON = 1e-3
"""A gradient much smaller than this is not blown up to a full step: what hardly matters hardly
moves."""


@dataclass(frozen=True, slots=True)
class Perceptron:
    """A fitted network of one hidden layer."""

    layers: Layers

    def log_odds(self, vectors: Array) -> NDArray[np.float64]:
        """Return what it adds to the log-odds of each of (m, d) tracks, (m,) in +-REACH."""
        inner, offset, outer = self.layers
        added = np.tanh(np.tanh(vectors @ inner + offset) @ outer / REACH)
        return np.asarray(REACH * added.astype(np.float64))


def fit(
    rows: Array,
    logits: NDArray[np.float64],
    y: NDArray[np.float64],
    weights: NDArray[np.float64],
    config: RankerConfig,
) -> Perceptron:
    """Fit from scratch, always from the same initial weights: equal rows, equal bytes.

    A fixed number of full-batch steps of Adam (Kingma and Ba 2015) in single precision, so the
    outcome moves smoothly with the rows and costs O(steps n d h): 1 to 2 ms for 60 to 160 rows at
    d = 128, h = 12.

    Parameters
    ----------
    rows : (n, d), the examples' vectors
    logits : (n,), what the classifier gives them
    y : (n,), labels in {0, 1}
    weights : (n,), > 0

    """
    sides = y.astype(np.float32), weights.astype(np.float32)
    start = logits.astype(np.float32)
    layers = _initial(rows.shape[1], config.perceptron_hidden, config.perceptron_seed)
    mean = [np.zeros_like(part) for part in layers]
    square = [np.zeros_like(part) for part in layers]
    for step in range(1, config.perceptron_steps + 1):
        moved = []
        for k, gradient in enumerate(_gradient(layers, rows, start, *sides, config.perceptron_l2)):
            mean[k] = MOMENTUM * mean[k] + (1 - MOMENTUM) * gradient
            square[k] = SCALING * square[k] + (1 - SCALING) * gradient**2
            size = np.sqrt(square[k] / (1 - SCALING**step)) + EPSILON
            moved.append(layers[k] - RATE / (1 - MOMENTUM**step) * mean[k] / size)
        layers = moved[0], moved[1], moved[2]
    return Perceptron(layers)


def _gradient(
    layers: Layers, rows: Array, logits: Array, y: Array, weights: Array, l2: float
) -> Layers:
    """Return the gradient of the module's loss, by backpropagation."""
    inner, offset, outer = layers
    hidden = np.tanh(rows @ inner + offset)
    bent = np.tanh(hidden @ outer / REACH)
    slope = weights * (sigmoid(logits + REACH * bent) - y) * (1 - bent**2)
    back = slope[:, None] * (1 - hidden**2) * outer
    return rows.T @ back + l2 * inner, back.sum(axis=0), slope @ hidden + l2 * outer


@lru_cache(maxsize=8)
def _initial(dimension: int, hidden: int, seed: int) -> Layers:
    """Draw the weights that every fit starts from: hidden units of variance 1, hardly a voice."""
    rng = np.random.default_rng(seed)
    return (
        rng.standard_normal((dimension, hidden), np.float32),
        rng.standard_normal(hidden, np.float32),
        np.float32(0.1) * rng.standard_normal(hidden, np.float32),
    )
