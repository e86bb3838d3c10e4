"""Spaces on a published data set -> figures that can stand beside the published ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedder.encoders import Array
from embedder.errors import UnusableClips
from embedder.evaluation.datasets.musiccaps import Captioned
from embedder.evaluation.datasets.published import Published, published_for
from embedder.evaluation.excerpts import Excerpt, Part
from embedder.evaluation.figures import Options
from embedder.evaluation.labelled import Labelled
from embedder.evaluation.resampling import Figure, weights_of
from embedder.evaluation.retrieval import Retrieval, measure_retrieval
from embedder.evaluation.speed import Speed, measure_speed
from embedder.evaluation.study import Gap, gap_of
from embedder.evaluation.subject import Subject
from embedder.evaluation.tagging import Tagging, difference, measure_tagging
from embedder.evaluation.vectors import PassedOver, Track, VectorStore, hear
from embedder.space import Space

MTAT, JAMENDO, MUSICCAPS = "mtat", "mtg-jamendo", "musiccaps"
"""Names of the data sets."""


@dataclass(frozen=True, slots=True)
class OnDataset:
    """One subject on a data set; what a data set has no labels for is left out."""

    tagging: Tagging | None = None
    text_to_music: Retrieval | None = None
    music_to_text: Retrieval | None = None
    difference: Mapping[str, Figure] | None = None
    """How much higher the first subject's AUC is, by kind."""


@dataclass(frozen=True, slots=True)
class DatasetStudy:
    """Everyone on the clips of a data set that could be heard."""

    dataset: str
    space: Space
    listed: int
    heard: int
    passed_over: tuple[PassedOver, ...]
    subjects: Mapping[str, OnDataset]
    """By name, the space first."""
    gap: Gap
    speed: Speed
    published: tuple[Published, ...]
    options: Options


def study_tags(
    dataset: str,
    labelled: Labelled,
    space: Space,
    beside: Sequence[Subject],
    store: VectorStore,
    track: Track,
    options: Options,
) -> DatasetStudy:
    """Measure zero-shot tagging (P43, P44).

    Raises
    ------
    UnusableClips
        No clip can be heard.

    """
    vectors, rows, passed_over = _hear([space, *beside], labelled.clips, store, track)
    kept = labelled.only(rows)
    texts = [query.text for query in kept.queries]
    weights = weights_of(kept.works, options.resamples, options.rng)
    taggings = [
        measure_tagging(subject.similarity(texts, audio), kept, weights)
        for subject, audio in zip([space, *beside], vectors, strict=True)
    ]
    subjects = {
        subject.name: OnDataset(
            tagging=tagging,
            difference=difference(taggings[0].auc, tagging.auc) if place else None,
        )
        for place, (subject, tagging) in enumerate(zip([space, *beside], taggings, strict=True))
    }
    return DatasetStudy(
        dataset=dataset,
        space=space,
        listed=len(labelled.clips),
        heard=len(rows),
        passed_over=passed_over,
        subjects=subjects,
        gap=gap_of(space, vectors[0], texts),
        speed=measure_speed(space, kept.clips),
        published=published_for(dataset),
        options=options,
    )


def study_captions(
    captioned: Sequence[Captioned],
    space: Space,
    beside: Sequence[Subject],
    store: VectorStore,
    track: Track,
    options: Options,
) -> DatasetStudy:
    """Measure retrieval both ways; a caption has one clip, and a clip one caption.

    Raises
    ------
    UnusableClips
        No clip can be heard.

    """
    clips = [one.clip for one in captioned]
    vectors, rows, passed_over = _hear([space, *beside], clips, store, track)
    texts = [captioned[row].text for row in rows]
    own: NDArray[np.bool_] = np.eye(len(rows), dtype=bool)
    weights = weights_of([str(row) for row in rows], options.resamples, options.rng)
    subjects = {}
    for subject, audio in zip([space, *beside], vectors, strict=True):
        scores = subject.similarity(texts, audio)
        subjects[subject.name] = OnDataset(
            text_to_music=measure_retrieval(scores, own, weights),
            music_to_text=measure_retrieval(scores.T, own, weights),
        )
    return DatasetStudy(
        dataset=MUSICCAPS,
        space=space,
        listed=len(clips),
        heard=len(rows),
        passed_over=passed_over,
        subjects=subjects,
        gap=gap_of(space, vectors[0], texts),
        speed=measure_speed(space, [clips[row] for row in rows]),
        published=published_for(MUSICCAPS),
        options=options,
    )


def _hear(
    subjects: Sequence[Subject], clips: Sequence[Excerpt], store: VectorStore, track: Track
) -> tuple[list[Array], list[int], tuple[PassedOver, ...]]:
    heard = [hear(subject, clips, Part.WHOLE, store, track) for subject in subjects]
    rows = [row for row in range(len(clips)) if all(row in one.vectors for one in heard)]
    passed_over = heard[0].passed_over
    if not rows:
        raise UnusableClips(clips[0].path.parent, f"none can be heard: {passed_over[0].reason}")
    vectors = [np.concatenate([one.vectors[row] for row in rows]) for one in heard]
    return vectors, rows, passed_over
