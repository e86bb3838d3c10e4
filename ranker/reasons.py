"""Parts -> reasons: which terms made a track's score, the strongest first."""

import numpy as np

from ranker.terms import Parts

DIGITS = 6
"""Decimals of a score and its reasons on the wire."""

Reasons = tuple[tuple[int, float], ...]
"""(index into what is named, contribution) for one track, strongest first."""


def reasons(parts: Parts, scores: Parts, *, named: int) -> tuple[list[int], list[Reasons]]:
    """Return the rows of the terms that are named at all, and by them each track's reasons.

    Parameters
    ----------
    parts : (r, m), what each of r terms adds to the score of each of m tracks
    scores : (m,), the rounded sums that the reasons are to give within 1e-6
    named : how many of a track's terms are named; the others are summed as row r

    Examples
    --------
    >>> reasons(np.array([[0.5], [-2.0], [0.25], [0.125]]), np.array([-1.125]), named=2)
    ([0, 1, 4], [((1, -2.0), (0, 0.5), (2, 0.375))])

    """
    count, tracks = min(named, len(parts)), np.arange(parts.shape[1])
    rows = np.full((count + 1, len(tracks)), len(parts))
    values = np.empty(rows.shape)
    sizes = np.abs(parts)
    for place in range(count):  # so few passes are cheaper than sorting it all
        rows[place] = sizes.argmax(axis=0)
        sizes[rows[place], tracks] = -1.0
    values[:-1] = rounded(parts[rows[:-1], tracks])
    values[-1] = rounded(scores - values[:-1].sum(axis=0))
    used = np.flatnonzero(np.bincount(rows[values != 0.0]))
    indexes = np.searchsorted(used, rows).T.tolist()
    return used.tolist(), [
        tuple([reason for reason in zip(*track, strict=True) if reason[1]])
        for track in zip(indexes, values.T.tolist(), strict=True)
    ]


def rounded(values: Parts) -> Parts:
    """Return the values in the wire's decimals; equal numbers have equal bytes."""
    # Adding zero turns -0.0 into 0.0.
    return np.asarray(np.round(values, DIGITS) + 0.0)
