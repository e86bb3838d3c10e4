"""Vectors of a checkpoint -> fewer dimensions that keep their cosines.

One orthonormal map for both modalities, found without labels. Among all maps of its rank it
changes the inner products of the centred vectors, of both modalities with themselves and with
each other, the least in the mean square (Eckart and Young, 1936). What it cannot do is learn
something the checkpoint does not know; that takes pairs and training, and is another space.

The directions of the two means are kept beside the principal ones. Plain principal components
would drop them, and with them the gap between the modalities and any sign of a collapsed tower;
and normalising what is left would weigh each vector by how far it lies from the mean.
"""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from embedder.training.probabilities import centred

Array = NDArray[np.float32]

FIRST = 2.0
"""Weight of the means' directions: above the largest singular value that the rest can have."""


@dataclass(frozen=True, slots=True)
class Distortion:
    """What a projection does to centred cosines that it was not fitted on."""

    rms: float
    """Root mean square change of a cosine of text and audio."""

    correlation: float
    """Of the cosines of text and audio before and after."""

    rms_audio: float
    """Root mean square change of a cosine of two tracks."""

    def as_record(self) -> dict[str, float]:
        """Return the figures, rounded, as a manifest keeps them."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def principal_axes(audio: Array, texts: Array, dimension: int) -> Array:
    """Return the orthonormal map, (full dimension, dimension) float32.

    Parameters
    ----------
    audio : (n, full dimension), unit rows
    texts : (m, full dimension), unit rows; both modalities weigh the same, whatever n and m
    dimension : from 2 to the full dimension

    """
    means = _directions(np.stack([audio.mean(axis=0), texts.mean(axis=0)]))
    spread = np.concatenate([
        centred(audio, audio.mean(axis=0)).astype(np.float64) / np.sqrt(len(audio)),
        centred(texts, texts.mean(axis=0)).astype(np.float64) / np.sqrt(len(texts)),
    ])  # fmt: skip
    spread -= spread @ means.T @ means
    # All right singular vectors: beyond the rank of the data any orthonormal completion will do.
    axes = np.linalg.svd(np.concatenate([FIRST * means, spread]), full_matrices=True)[2]
    kept = axes[:dimension]
    signs = np.sign(kept[np.arange(dimension), np.abs(kept).argmax(axis=1)])
    return np.asarray((kept * signs[:, None]).T, np.float32)


def project(rows: Array, axes: Array) -> Array:
    """Return unit rows of the smaller sphere, (n, dimension) float32."""
    return unit(rows @ axes)


def distortion(audio: Array, texts: Array, dimension: int) -> Distortion:
    """Fit on every other row and measure on the rest; at least two rows of each, better hundreds.

    The map that is used is fitted on all rows, and so a little better.
    """
    axes = principal_axes(audio[::2], texts[::2], dimension)
    before, before_audio = _cosines(audio, texts)
    after, after_audio = _cosines(project(audio, axes), project(texts, axes))
    return Distortion(
        rms=_rms(after - before),
        correlation=float(np.corrcoef(before.ravel(), after.ravel())[0, 1]),
        rms_audio=_rms(after_audio - before_audio),
    )


def unit(rows: Array) -> Array:
    """Return rows of length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float32)


def _directions(means: Array) -> NDArray[np.float64]:
    """Return an orthonormal basis of what the means span, (0 to 2, full dimension)."""
    _, sizes, axes = np.linalg.svd(means.astype(np.float64), full_matrices=False)
    return np.asarray(axes[sizes > 1e-6], np.float64)


def _cosines(audio: Array, texts: Array) -> tuple[Array, Array]:
    tracks = centred(audio[1::2], audio[::2].mean(axis=0))
    words = centred(texts[1::2], texts[::2].mean(axis=0))
    return words @ tracks.T, tracks @ tracks.T


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values.astype(np.float64) ** 2)))
