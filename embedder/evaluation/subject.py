"""What is measured: anything that hears windows, reads texts and says how well they fit."""

from collections.abc import Iterable
from typing import Protocol

from embedder.audio import Framing, Windows
from embedder.encoders import Array


class Subject(Protocol):
    """A space, or a yardstick that answers the same questions."""

    @property
    def name(self) -> str:
        """The name its figures go by."""
        ...

    @property
    def hash(self) -> str:
        """Two subjects with one hash give equal vectors: kept vectors are found by it."""
        ...

    @property
    def framing(self) -> Framing:
        """How a recording is cut into windows."""
        ...

    def encode_windows(self, windows: Windows, /) -> Array:
        """Return the vector of one recording, (d,)."""
        ...

    def encode_text(self, texts: Iterable[str], /) -> Array:
        """Return the vectors of texts, (n, e)."""
        ...

    def centred_audio(self, vectors: Array, /) -> Array:
        """Return audio vectors without what all audio shares, unit rows."""
        ...

    def centred_text(self, vectors: Array, /) -> Array:
        """Return text vectors without what all texts share, unit rows."""
        ...

    def similarity(self, texts: Iterable[str], audio: Array, /) -> Array:
        """Return how well each text fits each recording, (n_texts, n_recordings)."""
        ...
