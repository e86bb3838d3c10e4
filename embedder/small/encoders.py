"""The small space's two sides, as `embedder.space` uses them."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import torch

from embedder.audio import FRAMING, Framing, Windows
from embedder.encoders import Array, Encoders
from embedder.errors import NotASpace
from embedder.manifest import Manifest
from embedder.small.features import FRONT_END, features_of
from embedder.small.sentences import SENTENCE_MODEL, SentenceEncoder, sentence_encoder
from embedder.small.towers import DIMENSION, AudioTower, TextTower
from embedder.small.weights import read_towers


class SmallAudio:
    """Windows through features and the audio tower, about 20 ms a window on one core."""

    def __init__(self, tower: AudioTower) -> None:
        self._tower = tower

    @property
    def framing(self) -> Framing:
        """Ten seconds at 16 kHz."""
        return FRAMING

    @torch.inference_mode()
    def encode(self, windows: Windows) -> Array:
        """Return one unit row a window, (n, DIMENSION)."""
        vectors: Array = self._tower(self._tower.standard(features_of(windows))).numpy()
        return vectors


class SmallText:
    """Texts through the sentence model, loaded by the first one, and the text tower."""

    def __init__(self, tower: TextTower) -> None:
        self._tower = tower

    @torch.inference_mode()
    def encode(self, texts: Sequence[str]) -> Array:
        """Return one unit row a text, (n, DIMENSION)."""
        vectors: Array = self._tower(self._sentences.encode(texts)).numpy()
        return vectors

    @cached_property
    def _sentences(self) -> SentenceEncoder:
        return sentence_encoder()


def load_small(folder: Path, manifest: Manifest) -> Encoders:
    """Load both towers of a small space.

    Raises
    ------
    NotASpace
        The manifest was written for another front end, or the weights are damaged.

    """
    for part, has, needs in (
        ("dimension", manifest.dimension, DIMENSION),
        ("front end", manifest.front_end, FRONT_END),
        ("text model", manifest.text_model, SENTENCE_MODEL),
    ):
        if has != needs:
            raise NotASpace(folder, f"its {part} is {has!r}, this version reads {needs!r}")
    towers = read_towers(folder)
    return Encoders(SmallAudio(towers.audio), SmallText(towers.text))
