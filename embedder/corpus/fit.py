"""Labelled sentences -> the classifier that ships, and what it is worth (P30)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedder.corpus.classification import Figures, Flags, best_threshold, figures
from embedder.corpus.descriptive import DescriptiveClassifier, LinearWeights, logistic, vectors_of
from embedder.corpus.keywords import names_music
from embedder.corpus.labelled import Labelled, Part, near_duplicates
from embedder.small.sentences import SentenceEncoder

Floats = NDArray[np.float64]

PENALTIES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
"""Strengths of the Gaussian prior that are tried; the validation part chooses."""

DIGITS = 6
"""Decimal places kept of the weights."""

ALL = "all"
"""The name under which sentences of all sources are reported."""

NEWTON_STEPS = 50
"""At most; a dozen is usual."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A classifier beside the two baselines that it has to beat, by source of the sentences."""

    classifier: Mapping[str, Figures]
    keywords: Mapping[str, Figures]
    always: Mapping[str, Figures]


def fit(parts: Mapping[Part, Sequence[Labelled]], encoder: SentenceEncoder) -> LinearWeights:
    """Fit on the training part, choose penalty and threshold on validation.

    The test part is not looked at. The same sentences give the same weights; about ten seconds
    for a thousand sentences on one core, all of it spent on their vectors.
    """
    training, validation = parts[Part.TRAIN], parts[Part.VALIDATION]
    X, X_validation = (vectors_of(_texts(part), encoder) for part in (training, validation))
    y, y_validation = labels_of(training), labels_of(validation)
    best, loss = None, np.inf
    for penalty in PENALTIES:
        weights = logistic_regression(X, y, penalty)
        found = _log_loss(y_validation, _probability(X_validation, weights))
        if found < loss:
            best, loss, chosen = weights, found, penalty
    if best is None:
        raise ValueError("there are no sentences to validate on")
    best = best.round(DIGITS)
    threshold = best_threshold(y_validation, _probability(X_validation, best))
    return LinearWeights(
        weights=tuple(best[:-1].tolist()),
        bias=float(best[-1]),
        threshold=round(threshold, DIGITS),
        training={
            "sentences": {part.value: len(sentences) for part, sentences in parts.items()},
            "descriptive": {part.value: int(labels_of(s).sum()) for part, s in parts.items()},
            "penalty": chosen,
        },
        quality={},
    )


def logistic_regression(X: Floats, y: Flags, penalty: float) -> Floats:
    """Return the (dimension + 1,) weights, the bias last, of L2-regularised logistic regression.

    The minimum of ``sum_i log(1 + exp(-s_i w.x_i)) + penalty / 2 |w|^2`` with s_i = 1 or -1 and
    the bias left free, found by Newton's method.
    """
    rows = np.hstack([X, np.ones((len(X), 1))])
    ridge = np.full(rows.shape[1], penalty)
    ridge[-1] = 1e-8  # the bias is free, but the Hessian must not be singular
    weights = np.zeros(rows.shape[1])
    for _ in range(NEWTON_STEPS):
        p = logistic(rows @ weights)
        gradient = rows.T @ (p - y) + ridge * weights
        hessian = (rows.T * (p * (1 - p))) @ rows + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        weights -= step
        if np.abs(step).max() < 1e-10:
            break
    return weights


def compare(
    classifier: DescriptiveClassifier, sentences: Sequence[Labelled], rng: np.random.Generator
) -> Comparison:
    """Measure a classifier on sentences it has not seen, beside "always yes" and a word list."""
    texts = _texts(sentences)
    return Comparison(
        classifier=by_source(sentences, classifier.probability(texts) >= classifier.threshold, rng),
        keywords=by_source(sentences, np.array([names_music(text) for text in texts]), rng),
        always=by_source(sentences, np.ones(len(texts), bool), rng),
    )


def by_source(
    sentences: Sequence[Labelled], chosen: Flags, rng: np.random.Generator
) -> dict[str, Figures]:
    """Return the figures of decisions on all sentences and on those of each source."""
    labels = labels_of(sentences)
    sources = np.array([sentence.source for sentence in sentences])
    group_of = np.empty(len(sentences), int)
    for number, group in enumerate(near_duplicates(_texts(sentences))):
        group_of[group] = number
    rows = {ALL: np.ones(len(sentences), bool)}
    rows |= {source: sources == source for source in sorted(set(sources.tolist()))}
    return {
        name: figures(labels[mine], chosen[mine], group_of[mine].tolist(), rng)
        for name, mine in rows.items()
    }


def labels_of(sentences: Sequence[Labelled]) -> Flags:
    """Return what is right of each sentence, (n,) bool."""
    return np.array([sentence.descriptive for sentence in sentences], bool)


def _texts(sentences: Sequence[Labelled]) -> list[str]:
    return [sentence.text for sentence in sentences]


def _probability(X: Floats, weights: Floats) -> Floats:
    return logistic(X @ weights[:-1] + weights[-1])


def _log_loss(y: Flags, probability: Floats) -> float:
    return float(-np.log(np.where(y, probability, 1 - probability)).mean())
