"""Examples -> neighbours: before both classes are known, the nearest examples speak (P85).

As long as nothing is wanted, what was refused speaks for the other side of the space too: the
vectors are centred, so whoever refuses loud music makes calm music likelier, and the first skips
already lead somewhere instead of only away. One listen says better where to go, and ends that.
"""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def contributions(
    similarity: Matrix, signs: Matrix, weights: Matrix, *, neighbours: int, scale: float
) -> Matrix:
    """Return what each example says of each track, as log-odds.

    Parameters
    ----------
    similarity : (n, m), cosines of n examples with m tracks
    signs : (n,), +1 wanted, -1 not wanted
    weights : (n,), > 0
    neighbours : how many examples speak for a track: those with the largest weight times cosine
    scale : log-odds of one example of weight 1 at cosine 1

    Returns
    -------
    (n, m), zero where an example is not among the nearest or lies on the other side (cosine < 0);
    there too the refused speak, by what is missing to a listen of weight 1

    """
    # Weighted before it is compared: else a faded example would silence a strong one, and the
    # first trace of the other class would make the order jump.
    weighted = weights[:, None] * similarity
    closeness = np.maximum(weighted, 0.0)
    if len(closeness) > neighbours:
        # Ties are kept, so that the order of the rows cannot matter.
        least = np.partition(closeness, -neighbours, axis=0)[-neighbours]
        closeness = np.where(closeness >= least, closeness, 0.0)
    missing = max(0.0, 1 - float(weights[signs > 0].sum()))
    spoken = np.where(signs[:, None] < 0, closeness + missing * (weighted - closeness), closeness)
    return np.asarray(scale * signs[:, None] * spoken, np.float64)
