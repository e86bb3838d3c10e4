"""Captions -> what a training step needs of them: sentence vectors and who matches."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from embedder.small.sentences import SentenceEncoder
from embedder.truth.captions import Caption, bare_captions, caption_for, truth_of
from embedder.truth.clips import Facts
from embedder.truth.words import QUALITIES

CAPTIONS_PER_CLIP = 4
"""Captions drawn of each clip; an epoch uses one of them (P24)."""

SHARPNESS = 5.0
"""A clip that lacks one attribute of a text matches it exp(-5) = 0.7 %, two: 0.005 %."""

QUALITY_WEIGHT = 4
"""A quality ("loud") is drawn this much more often than an instrument: it is harder to learn."""

BATCH = 128
"""Texts encoded at once."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Captions in the form that training reads."""

    captions: tuple[Caption, ...]
    sentences: Tensor
    """(n_captions, SENTENCE_DIMENSION) float32."""

    needs: Tensor
    """(n_captions, n_attributes) float32: 1 where the caption names the attribute."""

    bare_share: np.ndarray
    """(n_bare,) float64, sum 1: how often each bare word is drawn. Bare words are the first
    captions; the rest belong to clips in order."""

    def rows_of(self, clips: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw one caption of each clip, (n_clips,) rows."""
        variant = rng.integers(CAPTIONS_PER_CLIP, size=len(clips))
        return len(self.bare_share) + clips * CAPTIONS_PER_CLIP + variant

    def bare_rows(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Draw bare words, (count,) rows."""
        return rng.choice(len(self.bare_share), size=count, p=self.bare_share)


def write_texts(
    facts: Sequence[Facts], attributes: Sequence[str], seed: int, encoder: SentenceEncoder
) -> Texts:
    """Draw captions for clips and encode them: about 4 ms for each that is different."""
    rng = np.random.default_rng(seed)
    known = frozenset(attributes)
    bare = bare_captions(attributes)
    drawn = [
        caption_for(truth_of(one), known, rng) for one in facts for _ in range(CAPTIONS_PER_CLIP)
    ]
    captions = (*bare, *drawn)
    return Texts(captions, _encode(captions, encoder), _needs(captions, attributes), _shares(bare))


def matches_of(needs: Tensor, truth: Tensor) -> Tensor:
    """Return how well texts match clips, (n_texts, n_clips), from 0 to 1.

    Parameters
    ----------
    needs : (n_texts, n_attributes), 1 where a text names an attribute
    truth : (n_clips, n_attributes), 1 where it is true of a clip, below 0 for its contrary

    """
    lacking = needs @ (1 - truth).T
    return torch.exp(-SHARPNESS * lacking)


def _shares(bare: Sequence[Caption]) -> np.ndarray:
    names = [caption.attributes[0] for caption in bare]
    synonyms = Counter(names)
    weights = [(QUALITY_WEIGHT if name in QUALITIES else 1) / synonyms[name] for name in names]
    return np.array(weights) / sum(weights)


def _needs(captions: Sequence[Caption], attributes: Sequence[str]) -> Tensor:
    place = {name: column for column, name in enumerate(attributes)}
    needs = torch.zeros(len(captions), len(attributes))
    for row, caption in enumerate(captions):
        needs[row, [place[name] for name in caption.attributes]] = 1
    return needs


def _encode(captions: Sequence[Caption], encoder: SentenceEncoder) -> Tensor:
    different = sorted({caption.text for caption in captions}, key=lambda text: (len(text), text))
    batches = [different[start : start + BATCH] for start in range(0, len(different), BATCH)]
    vectors = torch.cat([encoder.encode(batch) for batch in batches])
    place = {text: row for row, text in enumerate(different)}
    return vectors[[place[caption.text] for caption in captions]]
