"""Spaces and music of known truth -> everything that is measured about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from embedder.encoders import Array
from embedder.errors import UnusableClips
from embedder.evaluation.excerpts import Excerpt, Part
from embedder.evaluation.failures import Failure, worst_failures
from embedder.evaluation.figures import Figures, Options, Sound, measure
from embedder.evaluation.labelled import Labelled
from embedder.evaluation.metrics import modality_gap
from embedder.evaluation.pieces import Piece, label
from embedder.evaluation.probe import probe
from embedder.evaluation.reliability import Reliability, measure_reliability
from embedder.evaluation.resampling import Figure, weights_of
from embedder.evaluation.speed import Speed, measure_speed
from embedder.evaluation.subject import Subject
from embedder.evaluation.tagging import (
    AcrossSeeds,
    Areas,
    across_seeds,
    difference,
    measure_tagging,
)
from embedder.evaluation.vectors import PassedOver, Track, VectorStore, hear
from embedder.space import Space
from embedder.truth.words import KINDS

LISTENED_KINDS = ("drums", "tempo", "energy", "loudness", "mood", "instrument", "style")
"""Kinds whose mistakes an ear can judge."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Distance between the centroids of audio and text vectors."""

    before: float
    after: float
    """With each side centred."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Another subject on the same pieces."""

    figures: Figures
    differences: Mapping[str, Figure]
    """By kind: how much higher the space's AUC is, on the same draws of works."""


@dataclass(frozen=True, slots=True)
class Study:
    """A space on pieces of known truth."""

    space: Space
    pieces: tuple[Piece, ...]
    labelled: Labelled
    vectors: Array
    """(n_pieces, dimension) as embedded."""
    scores: Array
    """(n_queries, n_pieces)"""
    figures: Figures
    probe: Areas
    """By kind and word, of a linear probe on the same vectors (P46)."""
    reliability: Reliability | None
    gap: Gap
    speed: Speed
    failures: tuple[Failure, ...]
    passed_over: tuple[PassedOver, ...]
    beside: Mapping[str, Beside]
    seeds: Mapping[str, AcrossSeeds]
    """By kind, where several trainings were given."""
    options: Options


def study(
    spaces: Sequence[Space],
    pieces: Sequence[Piece],
    beside: Sequence[Subject],
    store: VectorStore,
    track: Track,
    options: Options,
) -> Study:
    """Measure a space, and beside it others on the same pieces.

    Parameters
    ----------
    spaces : the space; then other trainings of the same recipe, for the spread over seeds
    pieces : the music
    beside : spaces and yardsticks to compare it with
    store : where vectors are kept
    track : shows progress

    Raises
    ------
    UnusableClips
        None of the pieces can be heard.
    MissingExtra
        scikit-learn is not installed.

    """
    space, *trainings = spaces
    sounds, rows, passed_over = _hear_all([*spaces, *beside], pieces, store, track)
    pieces = tuple(pieces[row] for row in rows)
    labelled = label(pieces)
    weights = weights_of(labelled.works, options.resamples, options.rng)
    figures, *others = [
        measure(subject, sound, pieces, labelled, weights, options)
        for subject, sound in zip([*spaces, *beside], sounds, strict=True)
    ]
    vectors = sounds[0].whole
    scores = space.similarity([query.text for query in labelled.queries], vectors)
    return Study(
        space=space,
        pieces=pieces,
        labelled=labelled,
        vectors=vectors,
        scores=scores,
        figures=figures,
        probe=measure_tagging(*probe(space.centred_audio(vectors), labelled), weights).auc,
        reliability=measure_reliability(space, vectors, labelled),
        gap=gap_of(space, vectors, [query.text for query in labelled.queries]),
        speed=measure_speed(space, labelled.clips),
        failures=worst_failures(scores, labelled, _words_of(LISTENED_KINDS)),
        passed_over=passed_over,
        beside={
            subject.name: Beside(other, difference(figures.tagging.auc, other.tagging.auc))
            for subject, other in zip(beside, others[len(trainings) :], strict=True)
        },
        seeds=_seeds([figures, *others[: len(trainings)]], options),
        options=options,
    )


def gap_of(space: Space, vectors: Array, texts: Sequence[str]) -> Gap:
    """Return the modality gap between music and texts about it, before and after centring."""
    text = space.encode_text(texts)
    return Gap(
        before=modality_gap(vectors, text),
        after=modality_gap(space.centred_audio(vectors), space.centred_text(text)),
    )


def _hear_all(
    subjects: Sequence[Subject], pieces: Sequence[Piece], store: VectorStore, track: Track
) -> tuple[list[Sound], list[int], tuple[PassedOver, ...]]:
    """Embed everything with everyone; return also the rows that everyone could hear."""
    excerpts = [Excerpt(piece.path) for piece in pieces]
    heard = [
        [hear(subject, excerpts, part, store, track) for part in (Part.WHOLE, Part.HALVES)]
        for subject in subjects
    ]
    rows = [
        row
        for row in range(len(excerpts))
        if all(row in part.vectors for parts in heard for part in parts)
    ]
    passed_over = tuple(dict.fromkeys(one for part in heard[0] for one in part.passed_over))
    if not rows:
        why = passed_over[0].reason if passed_over else "no piece is listed"
        raise UnusableClips(excerpts[0].path.parent, f"none of them can be heard: {why}")
    sounds = [
        Sound(
            whole=np.concatenate([whole.vectors[row] for row in rows]),
            halves=np.stack([halves.vectors[row] for row in rows]),
        )
        for whole, halves in heard
    ]
    return sounds, rows, passed_over


def _seeds(figures: Sequence[Figures], options: Options) -> dict[str, AcrossSeeds]:
    if len(figures) < 2:
        return {}
    return across_seeds([one.tagging.auc for one in figures], options.rng)


def _words_of(kinds: Sequence[str]) -> frozenset[str]:
    return frozenset(word for kind in kinds for word in KINDS[kind])
