"""Playlist titles -> how strange they are to a language model (P31).

A title is kept where its perplexity is at most a threshold, which is a stated quantile of the
perplexities of good titles the model has not seen. The patent fine-tunes a language model on 7,000
titles; any causal model of transformers does that here (`embedder.corpus.causal`). What ships is
smaller and needs no checkpoint: a character model, fitted in milliseconds on the list of titles
that the package brings. By the patent's own account its playlists were used unfiltered in the end
(P31), and unfiltered text does about as well (P36): so this filter is off unless asked for.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ORDER = 3
"""Characters that predict the next one, at most: of 2 to 5 the best on good titles held out."""

ALPHABET = 0x110000
"""Code points there are: a character never seen still has a probability, a very small one."""

START, END = "\x02", "\x03"
"""What stands before a title, and what ends it: lengths are learned too."""

NOT_WRITTEN = frozenset({"Mn", "Me", "So", "Sk", "Cc", "Cf", "Cs", "Co", "Cn"})
"""Unicode categories that are no writing: accents, emoji, and what cannot be seen."""

QUANTILE = 0.95
"""Share of good titles that the threshold lets through."""

FOLDS = 10
"""Parts that take turns in being left out, so that every good title is judged unseen."""


class Perplexity(Protocol):
    """How strange texts are to a language model."""

    def of(self, titles: Sequence[str], /) -> Floats:
        """Return a perplexity for each title, (n,) from 1 on; infinite where nothing is written."""
        ...


@dataclass(frozen=True, slots=True)
class TitleFilter:
    """A model, and the perplexity from which on a title is no title."""

    model: Perplexity
    threshold: float

    def keeps(self, titles: Sequence[str]) -> Flags:
        """Return which titles are ordinary enough, (n,)."""
        kept: Flags = self.model.of(titles) <= self.threshold
        return kept


@dataclass(frozen=True, slots=True)
class CharacterModel:
    """An n-gram model of characters, Witten-Bell interpolated; a microsecond a character.

    With n(hc) the times that c followed the history h, n(h) their sum and t(h) how many different
    characters followed, and h' the history without its first character::

        p(c | h) = (n(hc) + t(h) p(c | h')) / (n(h) + t(h))

    The last resort is the uniform distribution over all of Unicode. Perplexity is per character,
    the end counted as one. Titles are read without case, accents and emoji.

    References
    ----------
    Witten and Bell, The zero-frequency problem, 1991; interpolated form as in Chen and Goodman,
    An empirical study of smoothing techniques for language modeling, 1999, section 2.5.

    """

    counts: Mapping[str, Counter[str]]
    """How often each character followed each history."""

    order: int = ORDER

    @classmethod
    def fit(cls, titles: Sequence[str], order: int = ORDER) -> "CharacterModel":
        """Count what follows what in good titles."""
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for title in titles:
            text = START * order + written(title) + END
            for end in range(order, len(text)):
                for start in range(end - order, end + 1):
                    counts[text[start:end]][text[end]] += 1
        return cls(dict(counts), order)

    def of(self, titles: Sequence[str], /) -> Floats:
        """Return a perplexity per character for each title, (n,)."""
        return np.array([self._of(written(title)) for title in titles], np.float64)

    def _of(self, title: str) -> float:
        if not title:
            return float("inf")
        text = START * self.order + title + END
        logs = [
            np.log(self.probability(text[end], text[end - self.order : end]))
            for end in range(self.order, len(text))
        ]
        return float(np.exp(-np.mean(logs)))

    def probability(self, character: str, history: str) -> float:
        """Return p(character | history), in (0, 1]."""
        p = 1 / ALPHABET
        for start in range(len(history), -1, -1):
            followers = self.counts.get(history[start:])
            if followers is None:
                break
            kinds = len(followers)
            p = (followers[character] + kinds * p) / (followers.total() + kinds)
        return p


def written(title: str) -> str:
    """Return what of a title is writing, without case and accents, single spaces between words.

    >>> written("Été  2019 🌊")
    'ete 2019'
    """
    letters = unicodedata.normalize("NFKD", title).casefold()
    kept = (" " if unicodedata.category(c) in NOT_WRITTEN - {"Mn"} else c for c in letters)
    return " ".join("".join(c for c in kept if unicodedata.category(c) != "Mn").split())


def fit_filter(titles: Sequence[str], quantile: float = QUANTILE) -> TitleFilter:
    """Fit the character model on good titles, and a threshold on the same titles held out.

    Each title is judged by a model that has not seen it; the quantile of those perplexities is
    the threshold, and the model of all titles goes with it.
    """
    held_out = [
        CharacterModel.fit([t for row, t in enumerate(titles) if row % FOLDS != fold]).of(
            titles[fold::FOLDS]
        )
        for fold in range(FOLDS)
    ]
    threshold = float(np.quantile(np.concatenate(held_out), quantile))
    return TitleFilter(CharacterModel.fit(titles), threshold)
