"""Examples and wishes -> preference: the session's model, and what each part of it contributes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ranker import logistic, nearest
from ranker.config import RankerConfig
from ranker.examples import Example
from ranker.library import Array, Library
from ranker.wishes import Wish

Model = Literal["order", "nearest", "blend", "logistic"]


@dataclass(frozen=True, slots=True)
class Preference:
    """A fitted session model: prior from words, coefficients from acts."""

    examples: tuple[Example, ...]
    wishes: tuple[Wish, ...]
    rows: Array
    """(n, d), vectors of the examples."""
    pulls: Array
    """(k, d), pulls of the wishes."""
    alpha: NDArray[np.float64]
    """(n,), coefficient of each example in the classifier's weights."""
    handover: float
    """Share of the classifier, in [0, 1]; the rest is the nearest neighbours'."""
    config: RankerConfig

    @property
    def model(self) -> Model:
        """Which model ranks."""
        if not self.examples:
            return "nearest" if self.wishes else "order"
        if self.handover in (0.0, 1.0):
            return "logistic" if self.handover else "nearest"
        return "blend"

    @property
    def evidence(self) -> float:
        """Summed weight of all that was learned; a clause counts as much as a like."""
        acts = sum(example.weight for example in self.examples)
        words = sum(abs(wish.strength) for wish in self.wishes) / self.config.words_strength
        return acts + self.config.liked_weight * words

    @property
    def weights(self) -> NDArray[np.float64]:
        """The linear part of the model, (d,): the query for mining (P82).

        Neighbours are not linear; near an example their linear part is its vector.
        """
        near = (1 - self.handover) * self._signs * self._weights / self.config.l2
        coefficients = self.handover * self.alpha + near
        return np.asarray(self.pulls.sum(axis=0) + coefficients @ self.rows, np.float64)

    def contributions(self, vectors: Array) -> NDArray[np.float64]:
        """Return what each wish, then each example, adds to the log-odds of each track.

        Parameters
        ----------
        vectors : (m, d)

        Returns
        -------
        (k + n, m)

        """
        similarity = (self.rows @ vectors.T).astype(np.float64)
        classifier = self.alpha[:, None] * similarity
        neighbours = nearest.contributions(
            similarity,
            self._signs,
            self._weights,
            neighbours=self.config.neighbours,
            scale=1 / self.config.l2,
        )
        acts = self.handover * classifier + (1 - self.handover) * neighbours
        return np.concatenate([(self.pulls @ vectors.T).astype(np.float64), acts])

    @property
    def _signs(self) -> NDArray[np.float64]:
        return np.array([1.0 if example.label else -1.0 for example in self.examples])

    @property
    def _weights(self) -> NDArray[np.float64]:
        return np.array([example.weight for example in self.examples])


def fit(
    examples: Sequence[Example], wishes: Sequence[Wish], library: Library, config: RankerConfig
) -> Preference:
    """Fit the session's model from scratch (P73-P75): O(n^2 d + n^3) for n examples.

    Words are the prior's mean, not rows: a single positive row would be balanced away by the
    skips, whatever its weight.

    Raises
    ------
    UnknownTrack
        The library lacks the track of an example.

    """
    dimension = library.vectors.shape[1]
    rows = library.stack([example.track_id for example in examples])
    pulls = np.array([wish.pull for wish in wishes], np.float32).reshape(-1, dimension)
    wide = rows.astype(np.float64)
    alpha = logistic.fit(
        wide @ wide.T,
        wide @ pulls.sum(axis=0, dtype=np.float64),
        np.array([float(example.label) for example in examples]),
        np.array([example.weight for example in examples]),
        l2=config.l2,
    )
    return Preference(
        examples=tuple(examples),
        wishes=tuple(wishes),
        rows=rows,
        pulls=pulls,
        alpha=alpha,
        handover=_handover(examples, config),
        config=config,
    )


def _handover(examples: Sequence[Example], config: RankerConfig) -> float:
    """Return the classifier's share: 0 with one class, rising with the rarer one (P86)."""
    wanted = sum(example.weight for example in examples if example.label)
    unwanted = sum(example.weight for example in examples if not example.label)
    return min(1.0, min(wanted, unwanted) / config.handover_weight)
