"""Clips, and which of them each query is true of: what every tagging figure is counted on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedder.evaluation.excerpts import Excerpt
from embedder.truth.captions import truth_matrix
from embedder.truth.clips import Facts
from embedder.truth.unseen import UNSEEN
from embedder.truth.words import KINDS, WORDS

UNSEEN_KIND = "unseen"
"""Words never trained on, beside the kinds of `embedder.truth.words.KINDS`."""


@dataclass(frozen=True, slots=True)
class Query:
    """A text and what it should find."""

    word: str
    """How it is reported."""
    text: str
    """What is embedded."""
    matches: NDArray[np.bool_]
    """(n_clips,) where it is true."""

    @property
    def can_be_measured(self) -> bool:
        """Whether it is true of some clip and not of every clip."""
        return bool(self.matches.any() and not self.matches.all())


@dataclass(frozen=True, slots=True)
class Labelled:
    """Clips, the works they come from, queries, and the kinds that queries belong to."""

    clips: tuple[Excerpt, ...]
    works: tuple[str, ...]
    """Clips of one work are alike; the bootstrap draws works."""
    queries: tuple[Query, ...]
    kinds: Mapping[str, tuple[str, ...]]
    """Kind -> words; a word may be of several."""

    def only(self, rows: Sequence[int]) -> "Labelled":
        """Return the same with some of the clips, and the queries that they can measure."""
        chosen = list(rows)
        queries = [Query(one.word, one.text, one.matches[chosen]) for one in self.queries]
        return Labelled(
            clips=tuple(self.clips[row] for row in chosen),
            works=tuple(self.works[row] for row in chosen),
            queries=tuple(query for query in queries if query.can_be_measured),
            kinds=self.kinds,
        )


def queries_about(facts: Sequence[Facts]) -> tuple[Query, ...]:
    """Return the plain word of every attribute, and every unseen text, that facts can measure."""
    truth: NDArray[np.bool_] = truth_matrix(facts, tuple(WORDS)) > 0
    column_of = {word: column for column, word in enumerate(WORDS)}
    plain = [
        Query(word, word, truth[:, column_of[word]]) for kind in KINDS.values() for word in kind
    ]
    unseen = []
    for text, attributes in UNSEEN.items():
        columns = [column_of[name] for name in attributes]
        unseen.append(Query(text, text, np.all(truth[:, columns], axis=1)))
    return tuple(query for query in (*plain, *unseen) if query.can_be_measured)


def fact_kinds() -> dict[str, tuple[str, ...]]:
    """Return the kinds that figures on composed music are reported by."""
    return {**KINDS, UNSEEN_KIND: tuple(UNSEEN)}
