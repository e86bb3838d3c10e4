"""Scores and truth -> the worst mistakes, to be listened to."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from embedder.encoders import Array
from embedder.evaluation.labelled import Labelled

MOST = 20
"""Mistakes shown."""

LEAST_MATCHES = 5
"""A word that fewer clips have makes no mistake worth a look."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One clip that a word ranks wrongly."""

    word: str
    row: int
    """Of the clip."""
    rank: int
    """Where the word puts the clip; 1 is the top."""
    matches: bool
    """True: it should have been found. False: it should not."""
    misplaced: float
    """Share of the clips of the other kind that it is on the wrong side of, in [0, 1]."""


def worst_failures(
    scores: Array, labelled: Labelled, words: Collection[str], most: int = MOST
) -> tuple[Failure, ...]:
    """Return the worst mistakes, half misses and half false alarms, the worst first.

    At most one of each a word, and no clip twice.
    """
    found: list[Failure] = []
    for row, query in zip(scores, labelled.queries, strict=True):
        if (
            query.word in words
            and min(query.matches.sum(), (~query.matches).sum()) >= LEAST_MATCHES
        ):
            found += _of_word(query.word, row, query.matches)
    found.sort(key=lambda failure: -failure.misplaced)
    misses, alarms = ([one for one in found if one.matches is kind] for kind in (True, False))
    chosen: dict[int, Failure] = {}
    for failure in chain.from_iterable(zip(misses, alarms, strict=True)):
        chosen.setdefault(failure.row, failure)
    return tuple(chosen.values())[:most]


def _of_word(word: str, scores: Array, matches: NDArray[np.bool_]) -> list[Failure]:
    ranks = np.empty(len(scores), int)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    missed = int(np.argmin(np.where(matches, scores, np.inf)))
    alarm = int(np.argmax(np.where(matches, -np.inf, scores)))
    return [
        Failure(word, missed, int(ranks[missed]), True, _share(scores[~matches] > scores[missed])),
        Failure(word, alarm, int(ranks[alarm]), False, _share(scores[matches] < scores[alarm])),
    ]


def _share(wrong: NDArray[np.bool_]) -> float:
    return float(wrong.mean())
