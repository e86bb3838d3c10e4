"""Catalogues whose truth is known, as the ranker sees them: vectors, and words with vectors."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from embedder.space import Space
from embedder.truth.captions import truth_matrix
from embedder.truth.clips import read_clips
from ranker.library import Array, Library, Mask
from schemas import TrackInfo, UnderstoodClause, pack_vector
from schemas.intents import Operation
from streams.errors import UnreadableLog

RELIABLE = 0.8
"""Area under the ROC curve from which a word filters, as in `streams.speech.understanding`."""

FEWEST, COMMONEST = 60, 0.4
"""A taste has at least so many tracks, so that hearing twenty leaves enough, and at most this share
of all."""

TAG_NOISE = 0.06
"""Standard deviation added to each number of a tag vector: a cosine of about .8 with itself."""


@dataclass(frozen=True)
class World:
    """A library, what is true of its tracks, and the words for it."""

    name: str
    library: Library
    truth: Mapping[str, frozenset[str]]
    """Word -> the tracks it is true of."""
    words: Mapping[str, tuple[Array, float | None]]
    """Word -> its vector, centred, and its cut where it is calibrated."""

    @cached_property
    def tastes(self) -> tuple[frozenset[str], ...]:
        """What a listener may want: a word, or two at once, neither too rare nor too common."""
        usable = [{word} for word in sorted(self.words) if self._is_usable({word})]
        names = sorted(word for taste in usable for word in taste)
        pairs = ({one, other} for one in names for other in names if one < other)
        return tuple(frozenset(taste) for taste in [*usable, *filter(self._is_usable, pairs)])

    @cached_property
    def fitting(self) -> Mask:
        """Which tracks fit which taste, (tastes, tracks)."""
        ids = self.library.track_ids
        fits = map(self.fits, self.tastes)
        return np.array([[track in tracks for track in ids] for tracks in fits], np.bool_)

    def fits(self, taste: frozenset[str]) -> frozenset[str]:
        """Return the tracks that all words of a taste are true of."""
        return frozenset.intersection(*(self.truth[word] for word in taste))

    def clause(self, operation: Operation, word: str) -> UnderstoodClause:
        """Return a wish as the words agent would have grounded it."""
        vector, cut = self.words[word]
        return UnderstoodClause(
            text=f"{operation} {word}",
            operation=operation,
            subject=word,
            grounding="space",
            vector=pack_vector(vector.tolist()),
            cut=cut,
        )

    def _is_usable(self, taste: set[str]) -> bool:
        count = len(self.fits(frozenset(taste)))
        return FEWEST <= count <= COMMONEST * len(self.library)


def catalogue_world(space: Space, folder: Path) -> World:
    """Embed the shipped catalogue; its facts are the truth. About 10 s.

    Raises
    ------
    UnusableClips, UndecodableAudio
        The catalogue is not there, or broken.

    """
    clips = read_clips(folder)
    vectors = space.centred_audio(space.encode_audio([clip.path for clip in clips]))
    ids = [clip.path.stem for clip in clips]
    vocabulary = sorted(space.vocabulary)
    truth = truth_matrix([clip.facts for clip in clips], vocabulary) > 0
    spoken = space.centred_text(space.encode_text(vocabulary))
    return World(
        "catalogue",
        Library.of(
            ((i, vector, TrackInfo(title=i)) for i, vector in zip(ids, vectors, strict=True)),
            space.dimension,
            space.hash,
        ),
        {
            word: frozenset(np.array(ids)[truth[:, column]].tolist())
            for column, word in enumerate(vocabulary)
        },
        {word: (spoken[row], _cut(space, word)) for row, word in enumerate(vocabulary)},
    )


def jamendo_world(space: Space, folder: Path, count: int, seed: int = 3) -> World:
    """Return tracks of MTG-Jamendo, placed by their tags: there is no audio to embed.

    A track lies at the mean of its tags' vectors in the space, disturbed as audio would be.

    Raises
    ------
    UnreadableLog
        The folder lacks the list of tracks.

    """
    tags_of = _jamendo_tags(folder)
    rng = np.random.default_rng(seed)
    chosen = rng.choice(sorted(tags_of), size=min(count, len(tags_of)), replace=False)
    names = sorted({tag for track in chosen for tag in tags_of[track]})
    spoken = dict(zip(names, space.centred_text(space.encode_text(names)), strict=True))
    tracks = []
    for track in chosen.tolist():
        vector = np.mean([spoken[tag] for tag in tags_of[track]], axis=0)
        disturbed = vector + rng.normal(0, TAG_NOISE, space.dimension)
        tracks.append((track, disturbed.astype(np.float32), TrackInfo(title=track)))
    truth = {tag: frozenset(t for t in chosen.tolist() if tag in tags_of[t]) for tag in names}
    words: dict[str, tuple[Array, float | None]] = {tag: (spoken[tag], None) for tag in names}
    return World("jamendo", Library.of(tracks, space.dimension, space.hash), truth, words)


def _jamendo_tags(folder: Path) -> dict[str, frozenset[str]]:
    path = folder / "all_tracks_union.tsv.gz"
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            next(file)
            rows = [line.rstrip("\n").split("\t") for line in file]
    except OSError as error:
        raise UnreadableLog(path, str(error)) from None
    return {
        row[0]: frozenset(tag.split("---")[-1] for tag in row[5:] if tag)
        for row in rows
        if len(row) > 5
    }


def _cut(space: Space, word: str) -> float | None:
    calibration = space.calibration.get(word)
    reliable = calibration is not None and calibration.quality >= RELIABLE
    return calibration.threshold if calibration is not None and reliable else None


def read_json_lines(path: Path) -> list[dict[str, object]]:
    """Return the objects of a JSON-lines file; raises UnreadableLog."""
    try:
        return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    except (OSError, ValueError) as error:
        raise UnreadableLog(path, str(error)) from None
