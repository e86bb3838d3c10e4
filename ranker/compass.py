"""The session compass: the fitted weights, named by the words they lean toward and away from.

The weights live in the joint space, so a word's cosine with them times their length is the
log-odds that a track exactly like the word would get. An edit of the compass ("less distorted") is
an intent like any other: one more event, and undone like any other. It is understood already, for
it points at words of the compass, whose vectors are known: nothing is parsed, nothing encoded.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from ranker.errors import UnknownWord
from ranker.library import Array
from schemas import UnderstoodClause, pack_vector
from schemas.intents import Operation

NEAR = 3
"""Words that are suggested in place of an unknown one."""


@dataclass(frozen=True, slots=True)
class Leaning:
    """A word and how strongly the session leans toward it."""

    word: str
    strength: float
    """Log-odds of a track that is all this word; negative leans away."""


@dataclass(frozen=True, slots=True)
class Compass:
    """What the session leans toward and away from, strongest first."""

    toward: tuple[Leaning, ...]
    away: tuple[Leaning, ...]


def compass_of(
    weights: NDArray[np.float64], words: Mapping[str, Array], *, most: int = 8, least: float = 0.05
) -> Compass:
    """Name a direction by its nearest and farthest words; O(words x d).

    Parameters
    ----------
    weights : (d,), as `Preference.weights` gives them
    words : unit vectors, centred, (d,) each: the vocabulary of the space
    most : words named each way
    least : log-odds below which a word says nothing

    """
    ranked = leanings_of(weights, words)
    toward = [leaning for leaning in ranked if leaning.strength >= least]
    away = [leaning for leaning in reversed(ranked) if leaning.strength <= -least]
    return Compass(tuple(toward[:most]), tuple(away[:most]))


def leanings_of(weights: NDArray[np.float64], words: Mapping[str, Array]) -> tuple[Leaning, ...]:
    """Return how strongly a direction leans toward each word, strongest first; O(words x d)."""
    names = sorted(words)
    if not names:
        return ()
    strengths = np.stack([words[name] for name in names]).astype(np.float64) @ weights
    order = np.argsort(-strengths, kind="stable")
    return tuple(Leaning(names[row], round(float(strengths[row]), 6)) for row in order)


def edit_of(
    less: Sequence[str], more: Sequence[str], words: Mapping[str, Array]
) -> tuple[UnderstoodClause, ...]:
    """Return the clauses of an edit of the compass, what is wanted less of first (P50, P51).

    Parameters
    ----------
    less, more : words of the space, in any case
    words : as `compass_of` reads them

    Raises
    ------
    UnknownWord
        The space has no such word.

    """
    return (*_clauses("less", less, words), *_clauses("more", more, words))


def _clauses(
    operation: Operation, wanted: Sequence[str], words: Mapping[str, Array]
) -> Iterator[UnderstoodClause]:
    known = {word.casefold(): word for word in sorted(words)}
    for said in wanted:
        folded = " ".join(said.casefold().split())
        if folded not in known:
            near = get_close_matches(folded, known, NEAR)
            raise UnknownWord(said, [known[one] for one in near])
        word = known[folded]
        yield UnderstoodClause(
            text=f"{operation} {word}",
            operation=operation,
            subject=word,
            grounding="space",
            vector=pack_vector(words[word].tolist()),
        )
