"""Scores of queries -> zero-shot tagging: areas by word and by kind, with intervals (P43)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedder.encoders import Array
from embedder.evaluation.labelled import Labelled
from embedder.evaluation.metrics import average_precision, mean_of_measured, roc_auc
from embedder.evaluation.resampling import (
    Draws,
    Figure,
    Weights,
    auc_draws,
    average_precision_draws,
    figure,
    mean_over_words,
    over_seeds,
)


@dataclass(frozen=True, slots=True)
class Areas:
    """One area under a curve, for each word and in the mean over the words of each kind."""

    words: Mapping[str, Figure]
    kinds: Mapping[str, Figure]
    draws: Mapping[str, Draws]
    """By kind, in every draw of works: equal draws make differences paired."""


@dataclass(frozen=True, slots=True)
class Tagging:
    """How well queries find their clips."""

    auc: Areas
    """Area under the ROC curve: 0.5 is chance, 1 perfect."""
    average_precision: Areas
    """Area under the precision-recall curve: the share of matches is chance."""


def measure_tagging(scores: Array, labelled: Labelled, weights: Weights) -> Tagging:
    """Measure every query and every kind.

    Kinds weigh their words equally (class-balanced, P43).

    Parameters
    ----------
    scores : (n_queries, n_clips) in the order of `labelled`
    weights : the draws of works, as `resampling.weights_of` gives them

    """
    return Tagging(
        auc=_areas(scores, labelled, weights, roc_auc, auc_draws),
        average_precision=_areas(
            scores, labelled, weights, average_precision, average_precision_draws
        ),
    )


def difference(one: Areas, other: Areas) -> dict[str, Figure]:
    """Return, by kind, how much higher one is than the other on the same draws of works."""
    return {
        kind: figure(
            one.kinds[kind].value - other.kinds[kind].value, one.draws[kind] - other.draws[kind]
        )
        for kind in one.kinds
        if kind in other.kinds
    }


@dataclass(frozen=True, slots=True)
class AcrossSeeds:
    """A kind's area over several trainings of one recipe."""

    mean: Figure
    """Its interval covers the choice of works and the luck of a training."""
    deviation: float
    """Standard deviation between trainings."""
    each: tuple[float, ...]


def across_seeds(areas: Sequence[Areas], rng: np.random.Generator) -> dict[str, AcrossSeeds]:
    """Return, by kind, what several trainings of one recipe reach on the same draws of works."""
    found = {}
    for kind in areas[0].kinds:
        each = tuple(one.kinds[kind].value for one in areas)
        draws = over_seeds([one.draws[kind] for one in areas], rng)
        mean = figure(float(np.mean(each)), draws)
        found[kind] = AcrossSeeds(mean, float(np.std(each, ddof=1)), each)
    return found


def _areas(
    scores: Array,
    labelled: Labelled,
    weights: Weights,
    value: Callable[[Array, NDArray[np.bool_]], float],
    draw: Callable[[Array, NDArray[np.bool_], Weights], Draws],
) -> Areas:
    values = {
        query.word: value(row, query.matches)
        for row, query in zip(scores, labelled.queries, strict=True)
    }
    draws = {
        query.word: draw(row, query.matches, weights)
        for row, query in zip(scores, labelled.queries, strict=True)
    }
    words = {word: figure(area, draws[word]) for word, area in values.items()}
    kinds, of_kind = {}, {}
    for kind, members in labelled.kinds.items():
        measured = [word for word in members if word in values]
        if measured:
            of_kind[kind] = mean_over_words([draws[word] for word in measured])
            mean = mean_of_measured([values[word] for word in measured])
            kinds[kind] = figure(mean, of_kind[kind])
    return Areas(words, kinds, of_kind)
