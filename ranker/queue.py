"""Candidates -> queue: score, sort, and say why."""

import numpy as np
from numpy.typing import NDArray

from ranker.candidates import Candidates
from ranker.config import RankerConfig
from ranker.examples import Example
from ranker.history import History
from ranker.library import Library
from ranker.preference import Preference
from schemas import Cause, Slot
from schemas.updates import MAX_SENTENCE

ORDER = Cause(kind="order", sentence="its place in the playlist")
REST = Cause(kind="rest", sentence="smaller reasons together")

DIGITS = 6
"""Decimals of a score and its reasons on the wire."""


def rank(
    candidates: Candidates,
    history: History,
    preference: Preference,
    library: Library,
    config: RankerConfig,
) -> tuple[tuple[Slot, ...], tuple[Cause, ...]]:
    """Return the queue, best first, and the causes that its reasons point at.

    A slot's score is the exact sum of its reasons; equal scores keep the candidates' order.
    """
    if not candidates.track_ids:
        return (), ()
    vectors = library.stack(candidates.track_ids)
    parts = np.vstack(
        [preference.contributions(vectors), _initial_order(candidates, history, preference, config)]
    )
    scores = _rounded(parts.sum(axis=0))
    best = np.argsort(-scores, kind="stable")[: config.queue_length]
    told = reasons(parts[:, best], scores[best], named=config.named_reasons)
    used = sorted({row for why in told for row, _ in why})
    places = {row: place for place, row in enumerate(used)}
    slots = tuple(
        Slot(
            track_id=candidates.track_ids[column],
            score=score,
            lane="playlist" if column < candidates.from_playlist else "mined",
            reasons=tuple((places[row], value) for row, value in why),
        )
        for column, score, why in zip(best.tolist(), scores[best].tolist(), told, strict=True)
    )
    return slots, tuple(_cause(row, preference, library) for row in used)


def _initial_order(
    candidates: Candidates, history: History, preference: Preference, config: RankerConfig
) -> NDArray[np.float64]:
    """Return the initial order's log-odds for each candidate, fading with evidence (P96).

    From +half of `order_strength` for the playlist's first to -half for its last and for what
    is not in it; nothing where there is no playlist.
    """
    if not history.playlist:
        return np.zeros(len(candidates.track_ids))
    place = {track_id: rank for rank, track_id in enumerate(history.playlist)}
    last = max(len(place) - 1, 1)
    ranks = [place.get(track_id, last) / last for track_id in candidates.track_ids]
    alpha = config.order_strength / (1 + preference.evidence / config.order_evidence)
    return alpha * (0.5 - np.array(ranks))


def reasons(
    parts: NDArray[np.float64], scores: NDArray[np.float64], *, named: int
) -> list[tuple[tuple[int, float], ...]]:
    """Return each track's strongest parts as (row, contribution), and the rest in one more.

    Parameters
    ----------
    parts : (r, m), what each of r causes adds to the score of each of m tracks
    scores : (m,), the rounded sums that the reasons are to give within 1e-6
    named : how many reasons are named; the others are summed as row r

    Examples
    --------
    >>> reasons(np.array([[0.5], [-2.0], [0.25], [0.125]]), np.array([-1.125]), named=2)
    [((1, -2.0), (0, 0.5), (4, 0.375))]

    """
    strongest = np.argsort(-np.abs(parts), axis=0, kind="stable")[:named]
    values = _rounded(np.take_along_axis(parts, strongest, axis=0))
    rest = _rounded(scores - values.sum(axis=0))
    rows = np.vstack([strongest, np.full_like(scores, len(parts), dtype=np.intp)])
    return [
        tuple(reason for reason in zip(which, what, strict=True) if reason[1])
        for which, what in zip(rows.T.tolist(), np.vstack([values, rest]).T.tolist(), strict=True)
    ]


def _rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    # Adding zero turns -0.0 into 0.0: equal numbers, equal bytes.
    return np.asarray(np.round(values, DIGITS) + 0.0)


def _cause(row: int, preference: Preference, library: Library) -> Cause:
    """Return the cause of a row of the parts: wishes, then examples, the order, the rest."""
    n_wishes, n_examples = len(preference.wishes), len(preference.examples)
    if row < n_wishes:
        wish = preference.wishes[row]
        return Cause(kind="words", sentence=wish.sentence, event_id=wish.event_id)
    if row < n_wishes + n_examples:
        example = preference.examples[row - n_wishes]
        return Cause(kind="playback", sentence=_told(example, library), event_id=example.event_id)
    return ORDER if row == n_wishes + n_examples else REST


def _told(example: Example, library: Library) -> str:
    # No str.format: the sentence may hold words of the listener, braces and all.
    title = f"“{library.title(example.track_id)}”"
    return example.sentence.replace("{title}", title)[:MAX_SENTENCE]
