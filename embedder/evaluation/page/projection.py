"""Vectors -> places on a map."""

import numpy as np
from numpy.typing import NDArray

from embedder.encoders import Array
from embedder.errors import MissingExtra

PERPLEXITY = 30.0
"""Neighbours that count for each piece (van der Maaten and Hinton, 2008)."""

FEWEST = 12
"""Fewer pieces have no neighbourhoods: their two main directions are shown instead."""


def places_of(vectors: Array, seed: int) -> NDArray[np.float64]:
    """Return a place for each unit vector, (n, 2) in [0, 1]; near ones stay near (t-SNE).

    The same vectors and seed give the same map. Distances between groups mean nothing.

    Raises
    ------
    MissingExtra
        scikit-learn is not installed.

    """
    try:
        from sklearn.decomposition import PCA  # type: ignore[import-untyped]
        from sklearn.manifold import TSNE  # type: ignore[import-untyped]
    except ImportError:
        raise MissingExtra("scikit-learn", "evaluation") from None
    if len(vectors) < 3:
        return np.full((len(vectors), 2), 0.5)
    if len(vectors) < FEWEST:
        places = PCA(2, random_state=seed).fit_transform(vectors)
    else:
        perplexity = min(PERPLEXITY, len(vectors) / 4)
        places = TSNE(
            perplexity=perplexity, init="pca", metric="cosine", random_state=seed
        ).fit_transform(vectors)
    low, high = places.min(axis=0), places.max(axis=0)
    return np.asarray((places - low) / np.maximum(high - low, 1e-9), np.float64)


def neighbours_agree(vectors: Array, values: list[str]) -> tuple[float, float]:
    """Return how often a piece and its nearest neighbour share a value, and any two pieces."""
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -np.inf)
    names = np.asarray(values)
    share = float((names[cosines.argmax(axis=1)] == names).mean())
    same = names[:, None] == names
    pairs = len(names) * (len(names) - 1)
    return share, float((same.sum() - len(names)) / pairs)
