"""The port that every kind of space implements: windows and texts in, unit rows out."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from embedder.audio import Framing, Windows
from embedder.errors import NotASpace
from embedder.manifest import Manifest

Array = NDArray[np.float32]


class AudioEncoder(Protocol):
    """The side of a space that listens."""

    @property
    def framing(self) -> Framing:
        """How the windows are cut that it takes."""
        ...

    def encode(self, windows: Windows) -> Array:
        """Return one unit row a window, (n, dimension)."""
        ...


class TextEncoder(Protocol):
    """The side of a space that reads. It may load its model at the first text."""

    def encode(self, texts: Sequence[str]) -> Array:
        """Return one unit row a text, (n, dimension)."""
        ...


class Encoders(NamedTuple):
    """Both sides of a space; they share nothing but the sphere they end in (P3)."""

    audio: AudioEncoder
    text: TextEncoder


def load_encoders(folder: Path, manifest: Manifest) -> Encoders:
    """Load what the manifest's kind names; only that kind's libraries are imported.

    Raises
    ------
    NotASpace
        The kind is unknown, or what the folder holds does not fit together.
    MissingExtra
        The kind needs a package that is not installed.

    """
    match manifest.kind:
        case "small":
            from embedder.small.encoders import load_small

            return load_small(folder, manifest)
        case "mulan-resnet" | "mulan-ast":
            from embedder.mulan.encoders import load_mulan

            return load_mulan(folder, manifest)
        case "clap" | "muq":
            from embedder.pretrained.encoders import load_pretrained

            return load_pretrained(folder, manifest)
        case _:
            known = "small, mulan-resnet, mulan-ast, clap, muq"
            raise NotASpace(folder, f"its kind is {manifest.kind!r}, known is: {known}")
