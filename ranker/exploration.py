"""Posterior sampling: queues that the evidence allows, though they are not the likeliest.

The Laplace approximation around the fitted weights is N(w, H^-1) with
H = l2 I + X' D X,  D = diag(a p (1 - p)). Drawing b = sqrt(l2) z + X' D^1/2 e with z, e standard
normal gives b the covariance H, so H^-1 b has H^-1; and by Woodbury's identity solving with H costs
a solve with n unknowns instead of d (Papandreou and Yuille 2010). Ranking by one draw is Thompson
sampling.
"""

from hashlib import blake2b

import numpy as np

from ranker.library import Array
from ranker.models.logistic import sigmoid
from ranker.terms import Parts


def seed_of(event_id: str) -> np.random.Generator:
    """Return the generator of an event's random numbers: a replay draws the same."""
    return np.random.default_rng(int.from_bytes(blake2b(event_id.encode(), digest_size=8).digest()))


def deviations(
    rows: Array, logits: Parts, weights: Parts, *, l2: float, count: int, rng: np.random.Generator
) -> Parts:
    """Draw how far the weights may lie from the fitted ones, (count, d); O(n^2 d + count n d).

    Parameters
    ----------
    rows : (n, d), vectors of the examples
    logits : (n,), what the fitted model gives them
    weights : (n,), a_i, > 0
    l2 : precision of the prior

    """
    p = sigmoid(logits)
    scaled = np.sqrt(weights * p * (1 - p))[:, None] * rows.astype(np.float64)
    n, d = scaled.shape
    drawn = np.sqrt(l2) * rng.standard_normal((count, d)) + rng.standard_normal((count, n)) @ scaled
    inner = l2 * np.eye(n) + scaled @ scaled.T
    return np.asarray((drawn - np.linalg.solve(inner, scaled @ drawn.T).T @ scaled) / l2)


def probabilities(drawn: Parts, line: list[int], stays: frozenset[int]) -> list[float]:
    """Estimate for each slot the chance of its track, given the slots before it.

    The share of draws in which the track is the best of those not queued yet; the draw that was
    taken counts as one, so none is 0. Rules other than fixed places are left out of account.

    Parameters
    ----------
    drawn : (count, m), scores of the candidates in each draw; overwritten, being large
    line : indexes of the queue, next first
    stays : those whose place is fixed: their chance is 1

    """
    chances = []
    for index in line:
        wins = np.count_nonzero(drawn.argmax(axis=1) == index)
        chances.append(1.0 if index in stays else (wins + 1) / (len(drawn) + 1))
        drawn[:, index] = -np.inf
    return chances
