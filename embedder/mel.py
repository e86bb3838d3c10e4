"""The mel scale, and the triangular filters that are laid along it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def mel_of(hertz: ArrayLike) -> Array:
    """Return where frequencies lie on the scale on which the ear hears equal steps."""
    mel: Array = 2595 * np.log10(1 + np.asarray(hertz) / 700)
    return mel


def hertz_of(mel: ArrayLike) -> Array:
    """Return the frequencies at points of the mel scale.

    >>> float(hertz_of(mel_of(440.0)).round(6))
    440.0
    """
    hertz: Array = 700 * (10 ** (np.asarray(mel) / 2595) - 1)
    return hertz


def triangles(edges: Array, bins: Array) -> Array:
    """Return the weight of each bin in each band: 0 at a band's edges, 1 at its middle.

    Parameters
    ----------
    edges : (n_bands + 2,) ascending; band k goes from edge k to edge k + 2, its peak at edge k + 1
    bins : (n_bins,) middles of the spectrum's bins, in the unit of the edges

    Returns
    -------
    filters : (n_bands, n_bins), from 0 to 1

    """
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    filters: Array = np.maximum(0, np.minimum(rising, falling))
    return filters
