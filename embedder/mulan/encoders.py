"""The two sides of a trained pair of towers, as `embedder.space` uses them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from embedder.audio import FRAMING, Framing, Windows
from embedder.encoders import Array, Encoders
from embedder.errors import NotASpace
from embedder.manifest import Manifest
from embedder.mulan.tower import DIMENSION
from embedder.mulan.towers import MulanTowers
from embedder.mulan.weights import front_end_of, load_towers, text_model_of

WINDOWS_AT_ONCE = 4
"""A window of the residual network takes some 100 MB on its way."""


class MulanAudio:
    """Windows through spectrogram and audio tower."""

    def __init__(self, towers: MulanTowers) -> None:
        self._towers = towers

    @property
    def framing(self) -> Framing:
        """Ten seconds at 16 kHz."""
        return FRAMING

    @torch.inference_mode()
    def encode(self, windows: Windows) -> Array:
        """Return one unit row a window, (n, DIMENSION)."""
        parts = torch.split(torch.from_numpy(windows), WINDOWS_AT_ONCE)
        rows = [self._towers.audio(self._towers.spectrograms(part)) for part in parts]
        vectors: Array = torch.cat(rows).numpy()
        return vectors


class MulanText:
    """Texts through tokenizer and text tower."""

    def __init__(self, towers: MulanTowers) -> None:
        self._towers = towers

    @torch.inference_mode()
    def encode(self, texts: Sequence[str]) -> Array:
        """Return one unit row a text, (n, DIMENSION)."""
        if not texts:
            return np.zeros((0, DIMENSION), np.float32)
        vectors: Array = self._towers.text(**self._towers.tokenize(texts)).numpy()
        return vectors


def load_mulan(folder: Path, manifest: Manifest) -> Encoders:
    """Load both towers of a space of the patent's kind.

    Raises
    ------
    NotASpace
        The manifest was written for other towers, or what the folder holds is damaged.

    """
    towers = load_towers(folder)
    for part, has, needs in (
        ("kind", manifest.kind, towers.shape.kind),
        ("dimension", manifest.dimension, DIMENSION),
        ("front end", manifest.front_end, front_end_of(towers.shape)),
        ("text model", manifest.text_model, text_model_of(folder, towers.shape)),
    ):
        if has != needs:
            raise NotASpace(folder, f"its {part} is {has!r}, what it holds is {needs!r}")
    return Encoders(MulanAudio(towers), MulanText(towers))
