"""The classifier against a reference, against its own optimality condition, and at its edges."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import check_grad
from sklearn.linear_model import LogisticRegression

from ranker.models import logistic

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """A weighted logistic regression around a prior mean."""

    rows: Vector
    y: Vector
    weights: Vector
    mean: Vector
    l2: float = 1.0

    def solve(self) -> Vector:
        """Return the fitted weights of the linear model, (d,)."""
        alpha = logistic.fit(self.rows, self.rows @ self.mean, self.y, self.weights, l2=self.l2)
        return np.asarray(self.mean + alpha @ self.rows)

    def objective(self, w: Vector) -> float:
        z = self.rows @ w
        distance = w - self.mean
        return float(
            self.weights @ (np.logaddexp(0, z) - self.y * z) + self.l2 / 2 * distance @ distance
        )

    def gradient(self, w: Vector) -> Vector:
        p = 1 / (1 + np.exp(-self.rows @ w))
        return np.asarray(self.rows.T @ (self.weights * (p - self.y)) + self.l2 * (w - self.mean))


def problem(n: int, d: int, seed: int = 0, prior: float = 0.0, l2: float = 1.0) -> Problem:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, d))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    labels = (np.arange(n) % 2).astype(float)
    return Problem(rows, labels, rng.uniform(0.01, 2, n), prior * rng.normal(size=d), l2)


@pytest.mark.parametrize("l2", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("n, d", [(2, 8), (50, 128), (200, 16)])
def test_it_agrees_with_scikit_learn(n: int, d: int, l2: float) -> None:
    case = problem(n, d, l2=l2)
    reference = LogisticRegression(
        C=1 / l2, fit_intercept=False, solver="newton-cholesky", tol=1e-12, max_iter=1000
    ).fit(case.rows, case.y, sample_weight=case.weights)

    np.testing.assert_allclose(case.solve(), reference.coef_[0], atol=1e-5)


@given(
    n=st.integers(0, 40),
    d=st.integers(1, 12),
    seed=st.integers(0, 10_000),
    prior=st.floats(0, 10),
    l2=st.floats(0.05, 20),
)
@settings(max_examples=150)
def test_the_gradient_vanishes_at_the_solution(
    n: int, d: int, seed: int, prior: float, l2: float
) -> None:
    case = problem(n, d, seed, prior, l2)

    assert np.abs(case.gradient(case.solve())).max() < 1e-7


def test_the_gradient_that_is_checked_is_the_objectives() -> None:
    case = problem(20, 5, prior=2.0)

    assert check_grad(case.objective, case.gradient, np.full(5, 0.3)) < 1e-5


def test_each_coefficient_is_the_examples_own_residual() -> None:
    case = problem(20, 5, prior=2.0, l2=0.5)
    alpha = logistic.fit(case.rows, case.rows @ case.mean, case.y, case.weights, l2=case.l2)

    p = logistic.sigmoid(case.rows @ (case.mean + alpha @ case.rows))

    np.testing.assert_allclose(case.l2 * alpha, case.weights * (case.y - p), atol=1e-9)


@pytest.mark.parametrize("n", [12, 13, 14, 60])
def test_more_examples_than_dimensions_keep_their_own_residuals(n: int) -> None:
    case = problem(n, 10, prior=3.0, l2=0.3)
    twice = Problem(
        np.vstack([case.rows, case.rows]),
        np.append(case.y, 1 - case.y),
        np.append(case.weights, case.weights / 2),
        case.mean,
        case.l2,
    )
    for each in (case, twice):
        alpha = logistic.fit(each.rows, each.rows @ each.mean, each.y, each.weights, l2=each.l2)

        p = logistic.sigmoid(each.rows @ (each.mean + alpha @ each.rows))

        np.testing.assert_allclose(each.l2 * alpha, each.weights * (each.y - p), atol=1e-9)


def test_both_systems_give_the_same_step(monkeypatch: pytest.MonkeyPatch) -> None:
    case = problem(40, 12, prior=2.0)
    in_12_dimensions = case.solve()

    monkeypatch.setattr(logistic, "CROWD", np.inf)

    np.testing.assert_allclose(case.solve(), in_12_dimensions, rtol=0, atol=1e-9)


def test_without_examples_the_prior_stands() -> None:
    case = problem(0, 5, prior=3.0)

    np.testing.assert_array_equal(case.solve(), case.mean)


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_one_example_pulls_to_its_side(label: float) -> None:
    case = Problem(np.array([[0.6, 0.8]]), np.array([label]), np.ones(1), np.zeros(2))

    pulled = float(case.rows[0] @ case.solve())

    assert np.sign(pulled) == (1 if label else -1)
    # By hand: z = s(1 - sigmoid(z)) with s = +-1.
    assert abs(pulled) == pytest.approx(0.4010581)


def test_what_is_liked_and_disliked_alike_cancels_out() -> None:
    row = np.array([[0.6, 0.8], [0.6, 0.8]])
    case = Problem(row, np.array([0.0, 1.0]), np.ones(2), np.zeros(2))

    np.testing.assert_allclose(case.solve(), 0, atol=1e-9)


def test_the_heavier_of_two_contradictory_examples_wins() -> None:
    row = np.array([[0.6, 0.8], [0.6, 0.8]])
    case = Problem(row, np.array([0.0, 1.0]), np.array([0.5, 2.0]), np.zeros(2))

    assert row[0] @ case.solve() > 0.1


@pytest.mark.parametrize("weight", [1.0, 1e6])
def test_separable_examples_have_a_finite_solution(weight: float) -> None:
    rows = np.array([[1.0, 0.0], [-1.0, 0.0]])
    case = Problem(rows, np.array([1.0, 0.0]), np.full(2, weight), np.zeros(2), l2=0.01)

    solution = case.solve()

    assert np.isfinite(solution).all()
    assert np.abs(case.gradient(solution)).max() < 1e-6 * weight


def test_a_prior_that_is_sure_and_wrong_is_overcome() -> None:
    rows = np.eye(4)
    case = Problem(rows, np.zeros(4), np.full(4, 100.0), np.full(4, 60.0))

    solution = case.solve()

    assert np.abs(case.gradient(solution)).max() < 1e-6
    np.testing.assert_allclose(solution, 60 - 100 * logistic.sigmoid(solution), atol=1e-6)
    assert (solution < 1).all()


def test_an_example_without_weight_says_nothing() -> None:
    case = problem(10, 4)
    light = Problem(case.rows, case.y, np.append(case.weights[:-1], 0.0), case.mean)
    without = Problem(case.rows[:-1], case.y[:-1], case.weights[:-1], case.mean)

    np.testing.assert_allclose(light.solve(), without.solve(), atol=1e-12)


def test_a_sigmoid_does_not_overflow() -> None:
    np.testing.assert_array_equal(logistic.sigmoid(np.array([-1e9, 0.0, 1e9])), [0.0, 0.5, 1.0])
