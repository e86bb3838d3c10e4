"""Stand-ins for spaces: what they answer is decided by the test."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from embedder.audio import Framing, Windows
from embedder.encoders import Array


@dataclass
class Listener:
    """Hears how loud and how high a recording is, and counts what it has heard."""

    name: str = "listener"
    hash: str = "listener-1"
    framing: Framing = field(default_factory=Framing)
    heard: int = 0

    def encode_windows(self, windows: Windows, /) -> Array:
        self.heard += 1
        crossings = (np.diff(np.sign(windows)) != 0).mean()
        return np.array([np.sqrt((windows**2).mean()), crossings], np.float32)


@dataclass
class Reader:
    """Gives each text the vector that it was told."""

    vectors: dict[str, list[float]]

    def encode_text(self, texts: Iterable[str], /) -> Array:
        return np.array([self.vectors[text] for text in texts], np.float32)

    def centred_text(self, vectors: Array, /) -> Array:
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
