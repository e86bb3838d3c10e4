"""Captions -> what a training step needs of them: sentence vectors and who matches."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from embedder.small.sentences import SentenceEncoder
from embedder.truth.captions import Caption, bare_captions, caption_for, truth_of
from embedder.truth.clips import Known
from embedder.truth.lexicon import phrases
from embedder.truth.words import QUALITIES

CAPTIONS_PER_CLIP = 2
"""Captions drawn of each clip; an epoch uses one of them (P24)."""

SHARPNESS = 5.0
"""A clip that lacks one attribute of a text matches it exp(-5) = 0.7 %, two: 0.005 %."""

QUALITY_WEIGHT = 4
"""A quality ("loud") is drawn this much more often than an instrument: it is harder to learn."""

PHRASE_SHARE = 0.4
"""Of the bare words drawn, how many are phrases of the lexicon."""

BATCH = 128
"""Texts encoded at once."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Captions in the form that training reads."""

    captions: tuple[Caption, ...]
    sentences: Tensor
    """(n_captions, SENTENCE_DIMENSION) float32."""

    needs: Tensor
    """(n_captions, n_attributes) float32: how much the attribute matters to the caption."""

    bare_share: np.ndarray
    """(n_bare,) float64, sum 1: how often each bare word or phrase is drawn. These are the first
    captions; the rest belong to clips in order."""

    def rows_of(self, clips: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw one caption of each clip, (n_clips,) rows."""
        variant = rng.integers(CAPTIONS_PER_CLIP, size=len(clips))
        return len(self.bare_share) + clips * CAPTIONS_PER_CLIP + variant

    def bare_rows(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Draw bare words, (count,) rows."""
        return rng.choice(len(self.bare_share), size=count, p=self.bare_share)


def write_texts(
    facts: Sequence[Known], attributes: Sequence[str], seed: int, encoder: SentenceEncoder
) -> Texts:
    """Draw captions for clips and encode them: about 4 ms for each that is different."""
    rng = np.random.default_rng(seed)
    known = frozenset(attributes)
    words = bare_captions(attributes)
    lexicon = phrase_captions(known)
    drawn = [
        caption_for(truth_of(one), known, rng) for one in facts for _ in range(CAPTIONS_PER_CLIP)
    ]
    captions = (*words, *lexicon, *drawn)
    shares = np.r_[
        _word_shares(words) * (1 - PHRASE_SHARE * bool(lexicon)),
        _phrase_shares(lexicon) * PHRASE_SHARE,
    ]
    return Texts(captions, _encode(captions, encoder), _needs(captions, attributes), shares)


def phrase_captions(known: frozenset[str]) -> list[Caption]:
    """Return the phrases of the lexicon whose whole meaning lies in `known`."""
    return [
        Caption(phrase.text, tuple(phrase.meaning), tuple(phrase.meaning.values()))
        for phrase in phrases()
        if known.issuperset(phrase.meaning)
    ]


def matches_of(needs: Tensor, truth: Tensor) -> Tensor:
    """Return how well texts match clips, (n_texts, n_clips), from 0 to 1.

    Parameters
    ----------
    needs : (n_texts, n_attributes), how much an attribute matters to a text, 0 to 1
    truth : (n_clips, n_attributes), 1 where it is true of a clip, below 0 for its contrary

    """
    lacking = needs @ (1 - truth).T
    return torch.exp(-SHARPNESS * lacking)


def _word_shares(words: Sequence[Caption]) -> np.ndarray:
    names = [caption.attributes[0] for caption in words]
    synonyms = Counter(names)
    weights = [(QUALITY_WEIGHT if name in QUALITIES else 1) / synonyms[name] for name in names]
    return np.array(weights) / sum(weights)


def _phrase_shares(lexicon: Sequence[Caption]) -> np.ndarray:
    """Draw a meaning with many phrases more often than one with few, but not in proportion."""
    meanings = [(caption.attributes, caption.degrees) for caption in lexicon]
    phrases_of = Counter(meanings)
    weights = np.array([phrases_of[meaning] ** -0.5 for meaning in meanings])
    shares: np.ndarray = weights / max(weights.sum(), 1e-9)
    return shares


def _needs(captions: Sequence[Caption], attributes: Sequence[str]) -> Tensor:
    place = {name: column for column, name in enumerate(attributes)}
    needs = torch.zeros(len(captions), len(attributes))
    for row, caption in enumerate(captions):
        columns = [place[name] for name in caption.attributes]
        needs[row, columns] = torch.tensor(caption.degrees or [1.0] * len(columns))
    return needs


def _encode(captions: Sequence[Caption], encoder: SentenceEncoder) -> Tensor:
    different = sorted({caption.text for caption in captions}, key=lambda text: (len(text), text))
    batches = [different[start : start + BATCH] for start in range(0, len(different), BATCH)]
    vectors = torch.cat([encoder.encode(batch) for batch in batches])
    place = {text: row for row, text in enumerate(different)}
    return vectors[[place[caption.text] for caption in captions]]
