"""A space made of a checkpoint -> its two sides, as `embedder.space` uses them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from embedder.audio import Framing, Windows
from embedder.encoders import Array, AudioEncoder, Encoders, TextEncoder
from embedder.errors import NotASpace, UnusableCheckpoint, WrongSpace
from embedder.manifest import WEIGHTS, Manifest
from embedder.pretrained.files import CHECKPOINT, digest_of
from embedder.pretrained.hearing import spoken
from embedder.pretrained.projection import project

PROJECTION = "projection"
"""Name, in the file of weights, of the map that follows both towers."""


class ProjectedAudio:
    """An audio tower and the map behind it."""

    def __init__(self, tower: AudioEncoder, axes: Array) -> None:
        self._tower = tower
        self._axes = axes

    @property
    def framing(self) -> Framing:
        """That of the tower."""
        return self._tower.framing

    def encode(self, windows: Windows) -> Array:
        """Return one unit row a window, (n, dimension)."""
        return project(self._tower.encode(windows), self._axes)


class ProjectedText:
    """A text tower and the map behind it."""

    def __init__(self, tower: TextEncoder, axes: Array) -> None:
        self._tower = tower
        self._axes = axes

    def encode(self, texts: Sequence[str]) -> Array:
        """Return one unit row a text, (n, dimension)."""
        return project(self._tower.encode(texts), self._axes)


def load_pretrained(folder: Path, manifest: Manifest) -> Encoders:
    """Return both sides of a space; reads the whole checkpoint once to see that it is the one.

    Raises
    ------
    NotASpace
        The checkpoint or the projection is missing or damaged.
    WrongSpace
        The checkpoint's files are not those that the space was made of.
    MissingExtra
        The kind needs a package that is not installed.

    """
    try:
        found = text_model_of(digest_of(folder / CHECKPOINT))
        if found != manifest.text_model:
            raise WrongSpace(
                found,
                manifest.text_model,
                f"the checkpoint in {str(folder)!r}",
                "restore its files, or add the space again in another folder",
            )
        towers = load_towers(manifest.kind, folder / CHECKPOINT)
    except UnusableCheckpoint as error:
        raise NotASpace(folder, f"its checkpoint: {error.reason}") from None
    axes = read_axes(folder)
    if axes.shape[1] != manifest.dimension:
        raise NotASpace(folder, f"its projection ends in {axes.shape[1]} dimensions")
    return projected(towers, axes)


def load_towers(kind: str, checkpoint: Path) -> Encoders:
    """Return both towers of a checkpoint as they are, in its own dimension.

    Raises
    ------
    UnusableCheckpoint
        It is of another network, or lacks a part.
    MissingExtra
        The kind needs a package that is not installed.

    """
    match kind:
        case "clap":
            from embedder.pretrained.clap import load_clap

            return load_clap(checkpoint)
        case "muq":
            from embedder.pretrained.muq import load_muq

            return load_muq(checkpoint)
        case _:
            raise UnusableCheckpoint(checkpoint, f"nothing here runs the kind {kind!r}")


def projected(towers: Encoders, axes: Array) -> Encoders:
    """Return the towers with the map behind each."""
    return Encoders(ProjectedAudio(towers.audio, axes), ProjectedText(towers.text, axes))


def front_end_of(kind: str, framing: Framing) -> str:
    """Return how a manifest names what a file becomes before the tower."""
    return f"{kind}, windows of {spoken(framing)}"


def text_model_of(digest: str) -> str:
    """Return how a manifest names the checkpoint: by what its files hold, wherever they lie."""
    return f"the checkpoint's own, sha256:{digest}"


def write_axes(axes: Array, folder: Path) -> None:
    """Write the map, (dimension of the checkpoint, dimension) float32."""
    save_file({PROJECTION: np.ascontiguousarray(axes)}, folder / WEIGHTS)


def read_axes(folder: Path) -> Array:
    """Read the map.

    Raises
    ------
    NotASpace
        It is missing or damaged.

    """
    try:
        axes = load_file(folder / WEIGHTS)[PROJECTION]
    except (OSError, SafetensorError, KeyError) as error:
        raise NotASpace(folder, f"its {WEIGHTS} cannot be used: {error}") from None
    if axes.ndim != 2:
        raise NotASpace(folder, f"its projection has the shape {axes.shape}")
    return np.asarray(axes, np.float32)
