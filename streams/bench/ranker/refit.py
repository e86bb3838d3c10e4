"""One refit, ours beside what a user would pick instead, on the same rows and the same objective.

All minimise  sum_i a_i log(1 + exp(-s_i w.x_i)) + l2/2 |w|^2  without intercept. scikit-learn
starts from the solution before the last row came; river, which learns row by row and has no such
objective, is fed all rows once, in time's order.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranker.models import logistic
from streams.bench.ranker.intervals import figure, times_ms

Matrix = NDArray[np.float64]

SIZES = (10, 50, 200)
DIMENSION = 128
L2 = 1.0
REPEATS = 30
SEED = 7


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a session's table."""

    x: Matrix
    y: Matrix
    weights: Matrix

    @classmethod
    def drawn(cls, count: int, seed: int = SEED) -> "Rows":
        """Return rows of a listener with a taste, some of them contradicting it."""
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(count, DIMENSION))
        x /= np.linalg.norm(x, axis=1, keepdims=True)
        likely = 1 / (1 + np.exp(-6 * x @ x[0]))
        y = np.asarray(rng.random(count) < likely, np.float64)
        y[:2] = 0, 1  # both classes, which scikit-learn demands
        return cls(x, y, np.asarray(rng.choice([0.3, 1.0, 2.0], count), np.float64))

    def loss(self, w: Matrix) -> float:
        """Return the objective at some weights."""
        z = self.x @ w
        log_loss = self.weights @ (np.logaddexp(0, z) - self.y * z)
        return float(log_loss + 0.5 * L2 * w @ w)


def refits() -> dict[str, Any]:
    """Return times and losses of every way to refit, by number of rows."""
    return {f"n{count}": _beside(Rows.drawn(count)) for count in SIZES}


def _beside(rows: Rows) -> dict[str, Any]:
    contenders: dict[str, Callable[[], Matrix]] = {
        "upnext": lambda: ours(rows),
        "sklearn": _sklearn(rows),
        "torch": lambda: _torch(rows),
        "river": lambda: _river(rows),
    }
    best = rows.loss(ours(rows))
    told: dict[str, Any] = {}
    for name, fit in contenders.items():
        times = times_ms(fit, REPEATS if name != "river" else 3)
        told[name] = {
            "ms": figure(times, np.median),
            "excess_loss": round((rows.loss(fit()) - best) / len(rows.y), 8),
        }
    for name in ("sklearn", "torch", "river"):
        ratio = told[name]["ms"]["value"] / told["upnext"]["ms"]["value"]
        told[f"{name}_over_upnext"] = round(ratio, 2)
    return told


def ours(rows: Rows) -> Matrix:
    """Return the weights as the ranker fits them."""
    alpha = logistic.fit(rows.x, np.zeros(len(rows.y)), rows.y, rows.weights, l2=L2)
    return np.asarray(alpha @ rows.x)


def _sklearn(rows: Rows) -> Callable[[], Matrix]:
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    # A warm start: fitted on all rows but the last, as after the event before.
    before = LogisticRegression(C=1 / L2, fit_intercept=False, tol=1e-4, warm_start=True)
    before.fit(rows.x[:-1], rows.y[:-1], rows.weights[:-1])
    warm = before.coef_.copy()

    def fit() -> Matrix:
        before.coef_ = warm.copy()
        before.fit(rows.x, rows.y, rows.weights)
        return np.asarray(before.coef_[0], np.float64)

    return fit


def _torch(rows: Rows) -> Matrix:
    import torch

    x, y, a = (torch.from_numpy(part) for part in (rows.x, rows.y, rows.weights))
    w = torch.zeros(DIMENSION, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([w], max_iter=100, line_search_fn="strong_wolfe")

    def objective() -> Any:
        optimiser.zero_grad()
        z = x @ w
        loss = a @ (torch.nn.functional.softplus(z) - y * z) + 0.5 * L2 * w @ w
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(objective)  # type: ignore[no-untyped-call]
    return np.asarray(w.detach().numpy(), np.float64)


def _river(rows: Rows) -> Matrix:
    from river.linear_model import LogisticRegression
    from river.optim import SGD

    model = LogisticRegression(optimizer=SGD(0.1), l2=0.0, intercept_lr=0.0)
    for x, y, weight in zip(rows.x, rows.y, rows.weights, strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.learn_one(dict(enumerate(x.tolist())), bool(y), weight)
    return np.array([model.weights.get(column, 0.0) for column in range(DIMENSION)])
