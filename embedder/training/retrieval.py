"""Towers and recordings that they were not trained on -> how well texts find their own (P47)."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embedder.corpus.records import Recording
from embedder.corpus.sources import Source
from embedder.encoders import Array
from embedder.errors import UndecodableAudio, UnusableCorpus
from embedder.evaluation.metrics import (
    average_precision,
    chance_average_precision,
    chance_hit,
    first_rank,
)
from embedder.mulan import MulanTowers
from embedder.mulan.tower import DIMENSION
from embedder.training.chance import Purpose, generator
from embedder.training.excerpts import read_excerpt

Row = TypeVar("Row")

log = logging.getLogger(__name__)

EMBED_BATCH = 16
"""Windows or texts embedded at once outside training."""

MIDDLE = 0.5
"""The window that stands for a recording: intros say little."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Recordings, and for each a text that has to find it among all of them."""

    recordings: tuple[Recording, ...]
    texts: tuple[str, ...]

    @classmethod
    def draw(
        cls,
        recordings: Sequence[Recording],
        mixing: Mapping[Source, float],
        size: int,
        seed: int,
    ) -> Self:
        """Draw recordings and texts, the same at every look; sources as they are mixed (P35).

        A recording whose audio cannot be read is named and left out.

        Raises
        ------
        UnusableCorpus
            No recording can be read and has a text of a source that is mixed in.

        """
        rng = generator(seed, Purpose.VALIDATION)
        usable = [one for one in recordings if _sources(one, mixing)]
        chosen = [usable[row] for row in rng.permutation(len(usable))[:size]]
        asked = [(one, _text(one, mixing, rng)) for one in chosen if _can_be_read(one)]
        if not asked:
            raise UnusableCorpus("no recording to validate on can be read and has a text")
        recordings, texts = zip(*asked, strict=True)
        return cls(recordings, texts)

    def measure(self, towers: MulanTowers, device: torch.device) -> dict[str, float]:
        """Rank the pool for every text.

        Returns
        -------
        figures : mean average precision, which the patent reports (P47); recall among the first 1
            and 10; the median rank of the best match, 1 being the top

        """
        audio = audio_vectors(towers, self.windows(), device)
        cosines = text_vectors(towers, self.texts, device) @ audio.T
        pairs = list(zip(cosines, self.have(self.texts), strict=True))
        ranks = np.array([first_rank(*pair) for pair in pairs])
        return {
            "map": float(np.mean([average_precision(*pair) for pair in pairs])),
            "recall@1": float((ranks <= 1).mean()),
            "recall@10": float((ranks <= 10).mean()),
            "median rank": float(np.median(ranks)),
        }

    def chance(self) -> dict[str, float]:
        """Return what a random order would give for the same texts."""
        matches = self.have(self.texts).sum(axis=1)
        pool = len(self.recordings)
        return {
            "map": float(np.mean([chance_average_precision(int(n), pool) for n in matches])),
            "recall@1": float(np.mean([chance_hit(1, int(n), pool) for n in matches])),
            "recall@10": float(np.mean([chance_hit(10, int(n), pool) for n in matches])),
        }

    def windows(self) -> Iterator[Tensor]:
        """Read a window of each recording, in parts of (n, samples), as they are asked for."""
        for part in _parts(self.recordings):
            yield torch.from_numpy(np.stack([read_excerpt(one.audio, MIDDLE) for one in part]))

    def have(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Return which recordings have each text among theirs, (n_texts, n_recordings)."""
        known = [_all_texts(one) for one in self.recordings]
        return np.array([[text in theirs for theirs in known] for text in texts], bool).reshape(
            len(texts), len(known)
        )


@torch.inference_mode()
def audio_vectors(towers: MulanTowers, parts: Iterable[Tensor], device: torch.device) -> Array:
    """Embed windows that come in parts, (n, dim) float32."""
    rows = [towers.audio(towers.spectrograms(part.to(device))).cpu() for part in parts]
    vectors: Array = torch.cat(rows).numpy()
    return vectors


@torch.inference_mode()
def text_vectors(towers: MulanTowers, texts: Sequence[str], device: torch.device) -> Array:
    """Embed texts, (n, dim) float32."""
    if not texts:
        return np.zeros((0, DIMENSION), np.float32)
    rows = [embed_texts(towers, part, device).cpu() for part in _parts(texts)]
    vectors: Array = torch.cat(rows).numpy()
    return vectors


def embed_texts(towers: MulanTowers, texts: Sequence[str], device: torch.device) -> Tensor:
    """Embed texts in one pass, (n, dim), with a graph where one is wished for."""
    vectors: Tensor = towers.text(**towers.tokenize(texts).to(device))
    return vectors


def _parts(rows: Sequence[Row]) -> list[Sequence[Row]]:
    return [rows[start : start + EMBED_BATCH] for start in range(0, len(rows), EMBED_BATCH)]


def _sources(recording: Recording, mixing: Mapping[Source, float]) -> list[Source]:
    return [source for source in Source if mixing[source] and recording.texts.of(source)]


def _text(recording: Recording, mixing: Mapping[Source, float], rng: np.random.Generator) -> str:
    sources = _sources(recording, mixing)
    weights = np.array([mixing[source] for source in sources])
    source = sources[rng.choice(len(sources), p=weights / weights.sum())]
    texts = recording.texts.of(source)
    return texts[rng.integers(len(texts))]


def _all_texts(recording: Recording) -> frozenset[str]:
    return frozenset(text for source in Source for text in recording.texts.of(source))


def _can_be_read(recording: Recording) -> bool:
    try:
        read_excerpt(recording.audio, MIDDLE)
    except UndecodableAudio as error:
        log.warning("left out of the validation: %s", error)
        return False
    return True
