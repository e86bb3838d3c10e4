"""Recordings with their texts -> pairs to learn from: which ten seconds with which words (P24)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor

import numpy as np

from embedder.corpus.records import Recording
from embedder.corpus.sources import Source
from embedder.errors import UnusableCorpus

JOINT = ". "
"""Between two texts that are read as one (P25)."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A recording and a text of it."""

    recording: int
    """Row among the recordings."""

    source: Source
    """Where the text comes from."""

    text: str
    at: float
    """Where the window begins: 0 at the start, 1 as late as it fits."""


class PairSampler:
    """Draws mini-batches: random recording, random window of it, random text of it (P24).

    Each mini-batch takes its share from every source (P35). A recording comes once in a mini-batch,
    unless a source has too few: the same music twice would be pushed away from itself.
    """

    def __init__(
        self,
        recordings: Sequence[Recording],
        batch: int,
        mixing: Mapping[Source, float],
        concatenated: int = 1,
    ) -> None:
        self._recordings = recordings
        self._concatenated = concatenated
        self._rows = {source: _having(recordings, source) for source in Source}
        there = {source: mixing[source] for source, rows in self._rows.items() if len(rows)}
        if not sum(there.values()):
            raise UnusableCorpus("no recording has a text of a source that is mixed in")
        self.counts = shares(batch, there)

    def draw(self, rng: np.random.Generator) -> tuple[Pair, ...]:
        """Draw a mini-batch, its sources shuffled. O(batch), however many recordings there are."""
        taken: set[int] = set()
        pairs = []
        for source in sorted(self.counts, key=lambda source: len(self._rows[source])):
            for row in self._recordings_of(source, taken, rng):
                taken.add(row)
                pairs.append(self._pair(row, source, rng))
        return tuple(pairs[place] for place in rng.permutation(len(pairs)))

    def instead(self, pair: Pair, rng: np.random.Generator) -> Pair:
        """Draw another pair of the same source, for one whose audio cannot be read."""
        return self._pair(int(rng.choice(self._rows[pair.source])), pair.source, rng)

    def _recordings_of(
        self, source: Source, taken: set[int], rng: np.random.Generator
    ) -> list[int]:
        rows, count = self._rows[source], self.counts[source]
        some = rng.choice(rows, size=min(len(rows), count + len(taken)), replace=False)
        fresh = [int(row) for row in some if int(row) not in taken][:count]
        again = rng.choice(rows, size=count - len(fresh))
        return [*fresh, *map(int, again)]

    def _pair(self, row: int, source: Source, rng: np.random.Generator) -> Pair:
        texts = self._recordings[row].texts.of(source)
        count = min(len(texts), int(rng.integers(1, self._concatenated + 1)))
        chosen = rng.choice(len(texts), size=count, replace=False)
        return Pair(row, source, JOINT.join(texts[place] for place in chosen), float(rng.random()))


def shares(count: int, weights: Mapping[Source, float]) -> dict[Source, int]:
    """Share out a count in proportion to weights; what is left goes to the largest remainders.

    >>> shares(8, {Source.SF: 2, Source.LF: 2, Source.PL: 1, Source.ASET: 1})
    {<Source.SF: 'sf'>: 3, <Source.LF: 'lf'>: 3, <Source.PL: 'pl'>: 1, <Source.ASET: 'labels'>: 1}
    """
    total = sum(weights.values())
    exact = {source: count * weight / total for source, weight in weights.items()}
    whole = {source: floor(share) for source, share in exact.items()}
    most_left = sorted(weights, key=lambda source: whole[source] - exact[source])
    for source in most_left[: count - sum(whole.values())]:
        whole[source] += 1
    return whole


def _having(recordings: Sequence[Recording], source: Source) -> np.ndarray:
    return np.array([row for row, one in enumerate(recordings) if one.texts.of(source)], np.int64)
