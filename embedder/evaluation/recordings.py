"""A few real recordings and a table of what is true of each -> figures on windows of ten seconds.

The table that ships names eight recordings and 21 queries; a folder with a `labels.json` of the
same form brings its own.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from embedder.encoders import Array
from embedder.errors import UnusableAnnotations, UnusableClips
from embedder.evaluation.excerpts import Excerpt, Part
from embedder.evaluation.figures import Options
from embedder.evaluation.labelled import Labelled, Query
from embedder.evaluation.resampling import Figure, weights_of
from embedder.evaluation.retrieval import Retrieval, leave_one_out, measure_retrieval
from embedder.evaluation.subject import Subject
from embedder.evaluation.tagging import Areas, difference, measure_tagging
from embedder.evaluation.vectors import PassedOver, Track, VectorStore, hear

LABELS = "labels.json"
"""Name of a table that lies beside its recordings."""

SHIPPED = Path(__file__).parent / "recordings.json"
"""The table used for folders without one."""

ALL = "all"
"""The mean over every query, of whatever kind."""


@dataclass(frozen=True, slots=True)
class Table:
    """Recordings by short name, and queries with the names of those they are true of."""

    files: Mapping[str, str]
    queries: Sequence[tuple[str, str, frozenset[str]]]
    """Text, kind, names."""


@dataclass(frozen=True, slots=True)
class OnRecordings:
    """What one subject is worth on real recordings."""

    auc: Areas
    """By query, and by kind of query: mood is a matter of opinion, and apart."""
    music_to_music: Retrieval | None
    """Windows that look for the other windows of their recording."""
    difference: Mapping[str, Figure]
    """How much higher the first subject's AUC is, by kind; empty for itself."""


@dataclass(frozen=True, slots=True)
class RecordingsStudy:
    """Everyone on the same recordings."""

    recordings: int
    windows: int
    missing: tuple[str, ...]
    """Files of the table that the folder lacks."""
    passed_over: tuple[PassedOver, ...]
    subjects: Mapping[str, OnRecordings]
    """By name, the space first."""


def study_recordings(
    subjects: Sequence[Subject], folder: Path, store: VectorStore, track: Track, options: Options
) -> RecordingsStudy:
    """Measure everyone on the windows of a folder's recordings: music against music.

    Raises
    ------
    UnusableAnnotations
        The table cannot be read.
    UnusableClips
        None of its recordings is in the folder, or none can be heard.

    """
    table = read_table(folder)
    names = [name for name, file in table.files.items() if (folder / file).is_file()]
    missing = tuple(file for name, file in table.files.items() if name not in names)
    if not names:
        raise UnusableClips(folder, f"none of the recordings named in {LABELS} is there")
    found: dict[str, OnRecordings] = {}
    first: Areas | None = None
    excerpts = [Excerpt(folder / table.files[name]) for name in names]
    for subject in subjects:
        heard = hear(subject, excerpts, Part.WINDOWS, store, track)
        if not heard.vectors:
            raise UnusableClips(folder, f"none of them can be heard: {heard.passed_over[0].reason}")
        sources = [names[row] for row, rows in heard.vectors.items() for _ in rows]
        audio = np.concatenate(list(heard.vectors.values()))
        areas = _areas(subject, audio, sources, table, options)
        found[subject.name] = OnRecordings(
            auc=areas,
            music_to_music=_same_source(subject, audio, sources, options),
            difference=difference(first, areas) if first else {},
        )
        first = first or areas
    return RecordingsStudy(len(set(sources)), len(sources), missing, heard.passed_over, found)


def read_table(folder: Path) -> Table:
    """Read the table of a folder, or the one that ships.

    Raises
    ------
    UnusableAnnotations
        It is no JSON, or lacks a field, or a query is true of a recording that is not listed.

    """
    path = folder / LABELS if (folder / LABELS).is_file() else SHIPPED
    try:
        record = json.loads(path.read_text("utf-8"))
        files = {str(name): str(file) for name, file in record["recordings"].items()}
        return Table(files, tuple(_queries(record["queries"], files, path)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnusableAnnotations(path, repr(error)) from None


def _queries(
    records: Sequence[Mapping[str, Any]], files: Mapping[str, str], path: Path
) -> Iterator[tuple[str, str, frozenset[str]]]:
    for record in records:
        names = frozenset(str(name) for name in record["true_of"])
        if unknown := names - files.keys():
            reason = f"{record['text']!r} is true of {sorted(unknown)}, which it does not list"
            raise UnusableAnnotations(path, reason)
        yield str(record["text"]), str(record.get("kind", ALL)), names


def _areas(
    subject: Subject, audio: Array, sources: Sequence[str], table: Table, options: Options
) -> Areas:
    named = np.asarray(sources)
    queries = tuple(
        Query(text, text, np.isin(named, sorted(names))) for text, _, names in table.queries
    )
    kinds: dict[str, tuple[str, ...]] = {ALL: tuple(query.word for query in queries)}
    for text, kind, _ in table.queries:
        if kind != ALL:
            kinds[kind] = (*kinds.get(kind, ()), text)
    measured = tuple(query for query in queries if query.can_be_measured)
    labelled = Labelled((), tuple(sources), measured, kinds)
    scores = subject.similarity([query.text for query in measured], audio)
    weights = weights_of(sources, options.resamples, options.rng)
    return measure_tagging(scores, labelled, weights).auc


def _same_source(
    subject: Subject, audio: Array, sources: Sequence[str], options: Options
) -> Retrieval | None:
    scores, relevant, asking = leave_one_out(subject.centred_audio(audio), sources)
    if not len(scores):
        return None
    return measure_retrieval(scores, relevant, weights_of(asking, options.resamples, options.rng))
