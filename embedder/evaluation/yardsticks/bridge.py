"""A bridge from words to music without training: a sentence model, and descriptors with names."""

from collections.abc import Iterable
from functools import cached_property

import numpy as np

from embedder.audio import FRAMING, Framing, Windows
from embedder.encoders import Array
from embedder.evaluation.yardsticks.descriptors import DESCRIPTORS, descriptors_of
from embedder.small.sentences import SentenceEncoder

NAMED = (
    ("loud", "level", 1),
    ("quiet", "level", -1),
    ("bright", "centroid", 1),
    ("dark", "centroid", -1),
    ("bass", "bass", 1),
    ("distorted and noisy", "flatness", 1),
    ("pure and mellow", "flatness", -1),
    ("many notes", "onsets", 1),
    ("few notes", "onsets", -1),
    ("drums", "punch", 1),
    ("sustained strings", "punch", -1),
    ("fast", "tempo", 1),
    ("slow", "tempo", -1),
    ("major key, happy", "major", 1),
    ("minor key, sad", "major", -1),
)
"""What much (+1) or little (-1) of a descriptor is called. Written down once, not tuned."""


SHARPNESS = 0.05
"""Cosine by which a name must be nearer to count e times as much; a guess that was not tuned."""


class Bridge:
    """Finds music for words by what the descriptors nearest in meaning are called.

    The score of a text and a recording is a mean over the names, weighted by how near the text
    comes to them, of how many standard deviations of the pool the recording lies in the name's
    direction. No recording was ever paired with a word; the sentence model was trained by others,
    on text.
    """

    name = "bridge"
    hash = "bridge-2"
    """Grows with the descriptors, so that none is mistaken for another's."""

    @property
    def framing(self) -> Framing:
        """Ten seconds at 16 kHz."""
        return FRAMING

    def encode_windows(self, windows: Windows, /) -> Array:
        """Return the mean descriptors, (len(DESCRIPTORS),), each in its own unit."""
        vector: Array = descriptors_of(windows).mean(axis=0)
        return vector

    def encode_text(self, texts: Iterable[str], /) -> Array:
        """Return sentence vectors, (n, 384), unit rows: a text baseline of its own (P49)."""
        vectors: Array = self._sentences.encode(list(texts)).numpy()
        return vectors

    def centred_audio(self, vectors: Array, /) -> Array:
        """Return descriptors in standard deviations of the recordings given, unit rows."""
        standard = (vectors - vectors.mean(axis=0)) / (vectors.std(axis=0) + 1e-6)
        lengths = np.linalg.norm(standard, axis=1, keepdims=True)
        unit: Array = (standard / np.maximum(lengths, 1e-9)).astype(np.float32)
        return unit

    def centred_text(self, vectors: Array, /) -> Array:
        """Return them as they are: what texts share was never measured."""
        return vectors

    def similarity(self, texts: Iterable[str], audio: Array, /) -> Array:
        """Return the scores of texts and recordings, (n_texts, n_recordings)."""
        standard = (audio - audio.mean(axis=0)) / (audio.std(axis=0) + 1e-6)
        heard = np.stack([sign * standard[:, DESCRIPTORS.index(what)] for _, what, sign in NAMED])
        meant = self.encode_text(texts) @ self.encode_text([name for name, _, _ in NAMED]).T
        nearness = np.exp((meant - meant.max(axis=1, keepdims=True)) / SHARPNESS)
        scores: Array = nearness / nearness.sum(axis=1, keepdims=True) @ heard
        return scores

    @cached_property
    def _sentences(self) -> SentenceEncoder:
        return SentenceEncoder()
