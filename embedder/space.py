"""A joint space: files and words in, unit vectors of one sphere out."""

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import torch

from embedder.audio import Framing, Waveform, Windows, read_windows, windows_of
from embedder.calibration import Calibration
from embedder.collapse import UNLIKE_TEXTS, check_texts
from embedder.encoders import Array, Encoders, TextEncoder, load_encoders
from embedder.errors import NotASpace, WrongSpace
from embedder.manifest import Manifest, folder_of, hash_of
from embedder.text import readable

CACHED_TEXTS = 4096
"""Texts whose vectors are remembered: people ask for the same things."""


class Space:
    """Two encoders and what is known about the space they share.

    >>> space = Space.load("small")
    >>> space.encode_text(["calm piano"]).shape
    (1, 128)
    """

    def __init__(self, manifest: Manifest, encoders: Encoders) -> None:
        self.manifest = manifest
        self.centre_audio: Array = np.array(manifest.centre_audio, np.float32)
        self.centre_text: Array = np.array(manifest.centre_text, np.float32)
        self._audio, self._untried_text = encoders
        self._text_vector = lru_cache(CACHED_TEXTS)(self._embed_text)

    @classmethod
    def load(cls, name_or_path: str | Path) -> "Space":
        """Load a space that ships with the package, by name, or any other, by its folder.

        The sentence model (seconds, 90 MB) is loaded by the first text, not here. Holds torch to
        one thread in this process: a clip and a text are small, and on a busy machine threads
        that wait for one another took twenty times as long.

        Raises
        ------
        NotASpace
            There is no such folder, or what it holds does not fit together.
        WrongSpace
            The weights are not those that the manifest was written for.

        """
        torch.set_num_threads(1)
        folder = folder_of(name_or_path)
        manifest = Manifest.read(folder)
        encoders = load_encoders(folder, manifest)
        _check_centres(manifest, folder)
        found = hash_of(folder, manifest.front_end, manifest.text_model)
        if found != manifest.hash:
            raise WrongSpace(found, manifest.hash, f"the content of {str(folder)!r}")
        return cls(manifest, encoders)

    @property
    def name(self) -> str:
        """The space's name, for people."""
        return self.manifest.name

    @property
    def hash(self) -> str:
        """What every vector of this space is marked with."""
        return self.manifest.hash

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.manifest.dimension

    @property
    def framing(self) -> Framing:
        """How a recording is cut into the windows that `encode_windows` takes."""
        return self._audio.framing

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """Plain words the towers were trained on, to name a direction by."""
        return self.manifest.vocabulary

    @property
    def calibration(self) -> Mapping[str, Calibration]:
        """For each word known, how its centred cosine turns into a probability."""
        return self.manifest.calibration

    def encode_audio(self, sources: Iterable[Waveform | Path | str]) -> Array:
        """Embed files, or waveforms that are mono at the encoder's rate: one vector each.

        A track's vector is the mean over its windows, normalised again (P26). The same file gives
        the same bytes, whatever it is embedded with.

        Returns
        -------
        vectors : (n, dimension) float32, unit rows

        Raises
        ------
        UndecodableAudio
            A source is no audio, empty, or silent.

        """
        if isinstance(sources, str | Path | np.ndarray):
            sources = [sources]
        rows = [self.encode_windows(self._windows(source)) for source in sources]
        return np.stack(rows) if rows else np.zeros((0, self.dimension), np.float32)

    def encode_windows(self, windows: Windows) -> Array:
        """Embed one track from its windows, (dimension,) float32, of length 1 (P26)."""
        return _unit(self._audio.encode(windows).mean(axis=0))

    def encode_text(self, texts: Iterable[str]) -> Array:
        """Embed texts: one vector each; a text that is known costs nothing.

        Returns
        -------
        vectors : (n, dimension) float32, unit rows

        Raises
        ------
        UnusableText
            A text is empty.
        CollapsedTower
            The text tower no longer tells sentences apart (looked at once, before the first text).

        """
        if isinstance(texts, str):
            texts = [texts]
        rows = [self._text_vector(readable(text)) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dimension), np.float32)

    def centred_audio(self, vectors: Array) -> Array:
        """Return audio vectors without what all audio shares, (..., dimension), unit rows."""
        return _unit(vectors - self.centre_audio)

    def centred_text(self, vectors: Array) -> Array:
        """Return text vectors without what all texts share, (..., dimension), unit rows."""
        return _unit(vectors - self.centre_text)

    def similarity(self, texts: Iterable[str], audio: Array) -> Array:
        """Return the centred cosine of texts and audio vectors, (n_texts, n_tracks)."""
        return self.centred_text(self.encode_text(texts)) @ self.centred_audio(audio).T

    def probability(self, word: str, audio: Array) -> Array | None:
        """Return the chance that a word is true of each track, for words the space knows.

        Parameters
        ----------
        word : such as "drums" or "drum kit"; case and outer spaces do not matter
        audio : (n, dimension) float32, as `encode_audio` gives them

        Returns
        -------
        probabilities : (n,) float32 in [0, 1], or None for a word it was never trained on

        """
        calibration = self.calibration.get(word.strip().casefold())
        if calibration is None:
            return None
        return calibration.probability(self.similarity([word], audio)[0])

    def check_text_tower(self) -> None:
        """Load the text side now and see that it tells sentences apart.

        Raises
        ------
        CollapsedTower
            It does not.

        """
        _ = self._text

    @cached_property
    def _text(self) -> TextEncoder:
        check_texts(self._untried_text.encode(UNLIKE_TEXTS))
        return self._untried_text

    def _embed_text(self, text: str) -> Array:
        return _unit(self._text.encode([text])[0])

    def _windows(self, source: Waveform | Path | str) -> Windows:
        framing = self._audio.framing
        if isinstance(source, np.ndarray):
            return windows_of(source, framing)
        return read_windows(source, framing)


def _check_centres(manifest: Manifest, folder: Path) -> None:
    for side, centre in (("audio", manifest.centre_audio), ("text", manifest.centre_text)):
        if len(centre) != manifest.dimension:
            raise NotASpace(
                folder, f"its {side} centre has {len(centre)} numbers, not {manifest.dimension}"
            )


def _unit(vectors: Array) -> Array:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Array = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit
