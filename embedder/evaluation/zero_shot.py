"""A space and tracks of known truth -> figures: what zero-shot search is worth."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from embedder.encoders import Array
from embedder.evaluation.metrics import modality_gap, precision_at, roc_auc
from embedder.space import Space
from embedder.truth.captions import bare_captions, truth_matrix
from embedder.truth.clips import Facts, read_clips
from embedder.truth.words import KINDS

K = 10
"""Results looked at for a compound query: a page of a queue."""

COMPOUNDS: Mapping[str, tuple[str, ...]] = {
    "fast and loud": ("fast", "loud"),
    "slow and quiet": ("slow", "quiet"),
    "calm with piano": ("calm", "piano"),
    "something calm with strings": ("calm", "strings"),
    "energetic with guitar": ("energetic", "guitar"),
    "happy music with brass": ("happy", "brass"),
    "loud drums": ("loud", "drums"),
}
"""Queries that join two attributes, and what must be true of a result."""

TIMED_TEXT = "something calm with piano, number {}"
"""Texts that are new to the cache each time."""


@dataclass(frozen=True, slots=True)
class Precision:
    """How many of the best results of a query are right."""

    precision: float
    base_rate: float
    """What drawing at random would give."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured. Areas under the ROC curve: 0.5 is chance, 1 is perfect."""

    space: str
    hash: str
    n_tracks: int
    auc: Mapping[str, float]
    """By kind of attribute: the mean over its attributes."""

    auc_by_word: Mapping[str, float]
    precision_at_10: Mapping[str, Precision]
    drums_in_top_10: int
    """Tracks with drums among the ten whose probability of drums is lowest."""

    gap: float
    """Distance between the centroids of the audio and text vectors."""

    gap_centred: float
    """The same after subtracting each modality's centre."""

    clip_ms: float
    """Median time to decode and embed one file."""

    text_ms: float
    """Median time to embed one new text."""

    def as_record(self) -> dict[str, Any]:
        """Return the figures as plain JSON values."""
        return asdict(self)


def evaluate(space: Space, folder: Path) -> Report:
    """Embed the tracks of a folder and measure what plain words find.

    Raises
    ------
    UnusableClips
        The folder has no listing that can be read.
    UndecodableAudio
        A track cannot be read.

    """
    clips = read_clips(folder)
    timed = [_timed(partial(space.encode_audio, [clip.path])) for clip in clips]
    audio = np.concatenate([vectors for vectors, _ in timed])
    facts = [clip.facts for clip in clips]
    by_word = auc_by_word(space, audio, facts)
    texts = space.encode_text([caption.text for caption in bare_captions(space.vocabulary)])
    return Report(
        space=space.name,
        hash=space.hash,
        n_tracks=len(clips),
        auc=auc_by_kind(by_word),
        auc_by_word=by_word,
        precision_at_10=_precisions(space, audio, facts),
        drums_in_top_10=drums_left(space, audio, facts),
        gap=modality_gap(audio, texts),
        gap_centred=modality_gap(space.centred_audio(audio), space.centred_text(texts)),
        clip_ms=1000 * float(np.median([seconds for _, seconds in timed])),
        text_ms=1000 * _seconds_a_text(space),
    )


def auc_by_word(space: Space, audio: Array, facts: Sequence[Facts]) -> dict[str, float]:
    """Return how well each word of the vocabulary finds its tracks; words without any are left."""
    cosines = space.similarity(space.vocabulary, audio)
    truth = truth_matrix(facts, space.vocabulary) > 0
    aucs = [roc_auc(cosines[k], truth[:, k]) for k in range(len(space.vocabulary))]
    return {word: auc for word, auc in zip(space.vocabulary, aucs, strict=True) if auc == auc}


def auc_by_kind(by_word: Mapping[str, float]) -> dict[str, float]:
    """Return the mean over the words of each kind that were measured."""
    measured = {
        kind: [by_word[word] for word in words if word in by_word] for kind, words in KINDS.items()
    }
    return {kind: float(np.mean(aucs)) for kind, aucs in measured.items() if aucs}


def drums_left(space: Space, audio: Array, facts: Sequence[Facts]) -> int:
    """Return how many of the ten tracks least like "drums" have drums all the same."""
    least = np.argsort(space.similarity(["drums"], audio)[0], kind="stable")[:K]
    return sum(facts[row].drums for row in least)


def _precisions(space: Space, audio: Array, facts: Sequence[Facts]) -> dict[str, Precision]:
    cosines = space.similarity(COMPOUNDS, audio)
    measured = {}
    for row, (query, attributes) in enumerate(COMPOUNDS.items()):
        right = (truth_matrix(facts, attributes) > 0).all(axis=1)
        measured[query] = Precision(precision_at(K, cosines[row], right), float(right.mean()))
    return measured


def _timed(embed: Callable[[], Array]) -> tuple[Array, float]:
    started = time.perf_counter()
    vectors = embed()
    return vectors, time.perf_counter() - started


def _seconds_a_text(space: Space, count: int = 9) -> float:
    texts = [TIMED_TEXT.format(number) for number in range(count)]
    return float(np.median([_timed(partial(space.encode_text, [text]))[1] for text in texts]))
