"""Examples and wishes -> preference: the session's model, and what each part of it contributes.

A track x of unit length has the log-odds (P73-P79, P85-P91)::

    z(x) =   sum_k pull_k.x + step_k(x)                         words (`ranker.wishes`)
           + sum_i c alpha_i x_i.x + (1 - c) near_i(x)          acts (`models.logistic`, `.nearest`)
           + taste.x                                            the past (`ranker.listener`)
           + p f(x) + s g.x                                     depth (`.perceptron`, `.sequence`)

where c, p and s are the shares of `models.policy`. Every summand is a told term; all but the steps,
near_i and f are linear, so that they come down to one vector of weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from ranker.config import RankerConfig
from ranker.examples import Example
from ranker.exploration import deviations
from ranker.library import Array, Library
from ranker.listener import TASTE, Background
from ranker.models import logistic, nearest, perceptron
from ranker.models.perceptron import Perceptron
from ranker.models.policy import Shares, evidence_of, shares_of
from ranker.models.sequence import SequenceModel
from ranker.terms import Parts, Rows, Source, best_first
from ranker.wishes import Wish
from schemas import DeviceModel, pack_weights
from schemas.updates import Model

DEPTH = Source("depth", "what this session shows beyond single tracks")

Vector = NDArray[np.float64]

BY_TIME = attrgetter("at", "event_id", "track_id", "label", "weight")
"""Key that sorts examples by time, and those of one event by what they say."""


@dataclass(frozen=True, slots=True)
class Preference:
    """A fitted session model: prior from words, coefficients from acts, and what is beyond them."""

    examples: tuple[Example, ...]
    """By time."""
    wishes: tuple[Wish, ...]
    background: Background
    rows: Array
    """(n, d), vectors of the examples."""
    pulls: Array
    """(k, d), pulls of the wishes."""
    said: Vector
    """(n,), what each example says: its weight, < 0 where the track was not wanted."""
    alpha: Vector
    """(n,), coefficient of each example in the classifier's weights."""
    weights: Vector
    """(d,), the linear part of the model: the query for mining (P82).

    Neighbours are not linear; here each stands as its vector, by its weight.
    """
    shares: Shares
    """How much each model says."""
    perceptron: Perceptron | None
    aim: Vector
    """(d,), where the sequence model points, by its share; zeros where it has no say."""
    config: RankerConfig

    @property
    def model(self) -> Model:
        """The deepest model that has a say."""
        if not self.examples:
            return "nearest" if self.wishes or self.background.is_known else "order"
        return self.shares.deepest

    @property
    def evidence(self) -> float:
        """Summed weight of all that was learned; a clause counts as much as a like."""
        words = sum(abs(wish.strength) for wish in self.wishes) / self.config.words_strength
        return float(np.abs(self.said).sum()) + self.config.liked_weight * words

    @property
    def sources(self) -> tuple[Source, ...]:
        """The wishes, then the examples, the long-term taste, and what is beyond the classifier."""
        words = (Source("words", wish.sentence, wish.event_id) for wish in self.wishes)
        acts = (
            Source("playback", example.sentence, example.event_id, example.track_id)
            for example in self.examples
        )
        return (*words, *acts, TASTE, *([DEPTH] if self._is_deep else []))

    @property
    def device(self) -> DeviceModel:
        """The linear part, neighbours as if linear: whatever they really add is a slot's rest."""
        weights = pack_weights(self.weights.tolist())
        return DeviceModel(weights=weights, bias=0.0, l2=self.config.l2)

    def scores(self, library: Library, rows: Rows) -> Parts:
        """Return the log-odds of each track: one product, once the classifier ranks alone."""
        if self.shares.classifier < 1:
            return np.asarray(self.parts(library, rows).sum(axis=0))
        vectors = library.vectors[rows]
        linear = vectors.astype(np.float64) @ self.weights
        return np.asarray(linear + self._bent(vectors) + self._steps(library)[rows])

    def parts(self, library: Library, rows: Rows) -> Parts:
        """Return what each source adds to the log-odds of each track."""
        vectors = library.vectors[rows].astype(np.float64)
        words = self.pulls.astype(np.float64) @ vectors.T
        for part, wish in zip(words, self.wishes, strict=True):
            if wish.step:
                part[wish.met_by(library)[rows]] += wish.step
        blocks = [words, self._acts(vectors), (vectors @ self.background.weights)[None]]
        if self._is_deep:
            blocks.append((vectors @ self.aim + self._bent(library.vectors[rows]))[None])
        return np.concatenate(blocks)

    def _acts(self, vectors: Vector) -> Parts:
        """Return what each example adds, classifier and neighbours each by its share."""
        similarity = self.rows.astype(np.float64) @ vectors.T
        classifier = self.alpha[:, None] * similarity
        share = self.shares.classifier
        if share == 1:
            return classifier
        neighbours = nearest.contributions(
            similarity,
            np.sign(self.said),
            np.abs(self.said),
            neighbours=self.config.neighbours,
            scale=1 / self.config.l2,  # what alpha, a (y - p) / l2, comes to at most
        )
        return share * classifier + (1 - share) * neighbours

    def over(self, library: Library) -> Parts:
        """Return every track's log-odds, (n,), the neighbours' as if linear: to mine by (P82)."""
        linear = library.vectors @ self.weights.astype(np.float32)
        return np.asarray(linear + self._bent(library.vectors) + self._steps(library), np.float64)

    @property
    def _is_deep(self) -> bool:
        return bool(self.shares.perceptron or self.shares.sequence)

    def _bent(self, vectors: Array) -> Parts:
        """Return what the perceptron adds to the linear part, (m,)."""
        if self.perceptron is None:
            return np.zeros(len(vectors))
        return self.shares.perceptron * self.perceptron.log_odds(vectors)

    def _steps(self, library: Library) -> Parts:
        """Return what wishes add to the tracks that have their subject, (n,)."""
        steps = np.zeros(len(library))
        for wish in self.wishes:
            if wish.step:
                steps[wish.met_by(library)] += wish.step
        return steps

    def order(self, library: Library, rows: Rows, scores: Parts) -> list[int]:
        """Return indexes into `rows`, the first to play first."""
        return best_first(scores)

    def deviations(self, count: int, rng: np.random.Generator) -> Parts:
        """Draw how far the weights may lie from the fitted ones, (count, d)."""
        logits = self.rows.astype(np.float64) @ self.weights
        return deviations(
            self.rows, logits, np.abs(self.said), l2=self.config.l2, count=count, rng=rng
        )


def fit(
    examples: Sequence[Example],
    wishes: Sequence[Wish],
    background: Background,
    library: Library,
    config: RankerConfig,
    *,
    switches: Sequence[datetime] = (),
    sequence: SequenceModel | None = None,
) -> Preference:
    """Fit the session's model from scratch (P73-P75): O(n^2 d + n^3) for n examples of d numbers.

    Words are the prior's mean, not rows: a single positive row would be balanced away by the
    skips, whatever its weight. The examples may come in any order.

    Parameters
    ----------
    switches : when the mood was changed by words
    sequence : the sequence model, where one was trained; has no say in another space's library

    Raises
    ------
    UnknownTrack
        The library lacks the track of an example.

    """
    examples = tuple(sorted(examples, key=BY_TIME))
    rows = library.stack([example.track_id for example in examples])
    wide = rows.astype(np.float64)
    pulls = np.array([wish.pull for wish in wishes], np.float32).reshape(-1, library.dimension)
    mean = pulls.sum(axis=0, dtype=np.float64) + background.weights
    said = np.array([e.weight if e.label else -e.weight for e in examples], np.float64)
    y, weights = (said > 0).astype(np.float64), np.abs(said)
    prior = wide @ mean
    alpha = logistic.fit(wide, prior, y, weights, l2=config.l2)
    sequence = sequence if sequence is not None and sequence.fits(library) else None
    evidence = evidence_of(examples, library, words=len(wishes), switches=switches)
    habit = background.habit
    shares = shares_of(evidence, config, remembers=sequence is not None, habit=habit)
    aim = np.zeros(library.dimension)
    if sequence is not None and shares.sequence:
        aim = shares.sequence * _direction(sequence, examples, wide, config)
    bent = None
    if shares.perceptron:
        logits, slowly = prior + wide @ (alpha @ wide), _faded_slowly(examples, config)
        bent = perceptron.fit(rows, logits, y, slowly, config)
    near = (1 - shares.classifier) * said / config.l2
    return Preference(
        examples=examples,
        wishes=tuple(wishes),
        background=background,
        rows=rows,
        pulls=pulls,
        said=said,
        alpha=alpha,
        weights=mean + (shares.classifier * alpha + near) @ wide + aim,
        shares=shares,
        perceptron=bent,
        aim=aim,
        config=config,
    )


def _direction(
    sequence: SequenceModel, examples: Sequence[Example], rows: Vector, config: RankerConfig
) -> Vector:
    """Return where the sequence model points after the newest acts, (d,)."""
    newest = examples[-config.sequence_acts :]
    return sequence.direction(
        rows[-config.sequence_acts :],
        np.array([example.signed for example in newest]),
        np.array([example.at for example in newest]),
    )


def _faded_slowly(examples: Sequence[Example], config: RankerConfig) -> Vector:
    """Return the weights that the perceptron learns by, (n,): see `perceptron_memory`."""
    fades = np.array([example.fade for example in examples])
    weights = np.array([example.weight for example in examples])
    return np.asarray(weights / fades * fades**config.perceptron_memory)
