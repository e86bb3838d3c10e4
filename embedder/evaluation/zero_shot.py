"""A space's vectors and the truth -> what zero-shot search is worth, in plain figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from embedder.encoders import Array
from embedder.evaluation.metrics import mean_of_measured, precision_at, roc_auc
from embedder.evaluation.subject import Subject
from embedder.space import Space
from embedder.truth.captions import truth_matrix
from embedder.truth.clips import Facts, Known
from embedder.truth.words import KINDS

K = 10
"""Results looked at for a compound query: a page of a queue."""

COMPOUNDS: Mapping[str, tuple[str, ...]] = {
    "fast and loud": ("fast", "loud"),
    "slow and quiet": ("slow", "quiet"),
    "calm with piano": ("calm", "piano"),
    "something calm with strings": ("calm", "strings"),
    "energetic with guitar": ("energetic", "guitar"),
    "happy music with brass": ("happy", "brass"),
    "loud drums": ("loud", "drums"),
}
"""Queries that join two attributes, and what must be true of a result."""


@dataclass(frozen=True, slots=True)
class Precision:
    """How many of the best results of a query are right."""

    precision: float
    base_rate: float
    """What drawing at random would give."""


def auc_by_word(space: Space, audio: Array, facts: Sequence[Known]) -> dict[str, float]:
    """Return how well each word of the vocabulary finds its tracks; words without any are left."""
    cosines = space.similarity(space.vocabulary, audio)
    truth = truth_matrix(facts, space.vocabulary) > 0
    aucs = [roc_auc(cosines[k], truth[:, k]) for k in range(len(space.vocabulary))]
    return {word: auc for word, auc in zip(space.vocabulary, aucs, strict=True) if auc == auc}


def auc_by_kind(by_word: Mapping[str, float]) -> dict[str, float]:
    """Return the mean over the words of each kind that were measured."""
    measured = {
        kind: [by_word[word] for word in words if word in by_word] for kind, words in KINDS.items()
    }
    return {kind: mean_of_measured(aucs) for kind, aucs in measured.items() if aucs}


def precision_of_compounds(
    subject: Subject, audio: Array, facts: Sequence[Facts]
) -> dict[str, Precision]:
    """Return how many of the ten best are right for queries that ask for two things at once."""
    cosines = subject.similarity(COMPOUNDS, audio)
    measured = {}
    for row, (query, attributes) in enumerate(COMPOUNDS.items()):
        right = (truth_matrix(facts, attributes) > 0).all(axis=1)
        measured[query] = Precision(precision_at(K, cosines[row], right), float(right.mean()))
    return measured


def drums_left(subject: Subject, audio: Array, facts: Sequence[Facts]) -> int:
    """Return how many of the ten tracks least like "drums" have drums all the same."""
    least = np.argsort(subject.similarity(["drums"], audio)[0], kind="stable")[:K]
    return sum(facts[row].drums for row in least)
