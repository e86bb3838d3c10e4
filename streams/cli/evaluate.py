"""`upnext evaluate`: what a space is worth, in figures and on a page."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from streams.cli.common import SHIPPED, Json, emit, load_settings, out, say, talk
from streams.cli.evaluation_tables import tables_of

if TYPE_CHECKING:  # the base install has no embedder, and most verbs need none
    from embedder.evaluation.excerpts import Excerpt
    from embedder.evaluation.figures import Options
    from embedder.evaluation.subjects import Subjects
    from embedder.evaluation.vectors import VectorStore

PLAIN_SECONDS = 10.0
"""From one line of progress to the next where there is no terminal."""

STOPPED = 130
"""Exit status after Ctrl-C: not done, and not failed."""


class Dataset(StrEnum):
    """Published data sets whose files can be read."""

    MTAT = "mtat"
    JAMENDO = "mtg-jamendo"
    MUSICCAPS = "musiccaps"


class Split(StrEnum):
    """Parts of MagnaTagATune."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


evaluate = typer.Typer(help="Measure a space.", no_args_is_help=True)

SpaceName = Annotated[
    str | None, typer.Option("--space", help="Name or folder (default: UPNEXT_SPACE).")
]
Tracks = Annotated[
    Path | None,
    typer.Option(help="Folder with tracks.jsonl and its audio (default: the catalogue)."),
]
Recordings = Annotated[
    Path | None,
    typer.Option(help="Folder of real recordings, with labels.json or those of the table."),
]
BesideNames = Annotated[
    list[str] | None, typer.Option("--beside", help="Another space in the same table; repeat.")
]
Trainings = Annotated[
    list[str] | None,
    typer.Option("--training", help="Another training of the same recipe, for the spread; repeat."),
]
Yardsticks = Annotated[
    bool, typer.Option(help="Beside it, the same without training and a hand-made bridge.")
]
DatasetName = Annotated[
    Dataset | None, typer.Option("--dataset", help="A published data set instead of tracks.")
]
Annotations = Annotated[
    Path | None, typer.Option(help="Its file: annotations_final.csv, a split's TSV, or captions.")
]
Audio = Annotated[Path | None, typer.Option(help="Folder of its audio.")]
SplitName = Annotated[Split, typer.Option("--split", help="Which part of MagnaTagATune.")]
Page = Annotated[
    Path | None, typer.Option(help="Write a page with pictures and sounds to this folder.")
]
Seed = Annotated[int, typer.Option(help="Of captions, draws and untrained weights.")]
Resamples = Annotated[int, typer.Option(min=0, help="Draws of the bootstrap.")]
Vectors = Annotated[
    Path | None, typer.Option(help="Where vectors are kept (default: in UPNEXT_CACHE_FOLDER).")
]


@evaluate.callback()
def _evaluate() -> None:
    """Measure what upnext rests on."""


@evaluate.command()
def space(
    name: SpaceName = None,
    tracks: Tracks = None,
    recordings: Recordings = None,
    beside: BesideNames = None,
    training: Trainings = None,
    yardsticks: Yardsticks = True,
    dataset: DatasetName = None,
    annotations: Annotations = None,
    audio: Audio = None,
    split: SplitName = Split.TEST,
    page: Page = None,
    seed: Seed = 0,
    resamples: Resamples = 1000,
    vectors: Vectors = None,
    json: Json = False,
) -> None:
    """Measure a space on music of known truth, with intervals, beside chance and yardsticks.

    Vectors are kept, so that Ctrl-C loses nothing and the next time is quick.

    Example: upnext evaluate space --recordings ~/recordings --page report

    Example: upnext evaluate space --dataset mtat --annotations annotations_final.csv --audio mp3
    """
    from embedder.evaluation.figures import Options
    from embedder.evaluation.subjects import load_subjects
    from embedder.evaluation.vectors import VectorStore

    _check(dataset, annotations, audio, split, {"--tracks": tracks, "--recordings": recordings,
           "--training": training, "--page": page})  # fmt: skip
    settings = load_settings()
    options = Options(seed=seed, resamples=resamples)
    subjects = load_subjects(
        name or settings.space,
        beside or (),
        training or (),
        yardsticks=yardsticks,
        seed=seed,
    )
    try:
        with VectorStore(vectors or settings.cache_folder / "evaluation") as store:
            if dataset and annotations and audio:
                record = _on_dataset(dataset, annotations, audio, split, subjects, store, options)
            else:
                folder = tracks or SHIPPED.parent
                record = _on_tracks(folder, recordings, page, subjects, store, options)
    except KeyboardInterrupt:
        say("stopped; what was embedded is kept, and the same command goes on from there")
        sys.exit(STOPPED)
    if json:
        emit(record)
        return
    for table in tables_of(record):
        out.print(table)


def _check(
    dataset: Dataset | None,
    annotations: Path | None,
    audio: Path | None,
    split: Split,
    of_tracks: dict[str, Any],
) -> None:
    """Refuse options that do not go together."""
    if dataset is None:
        if annotations or audio:
            raise typer.BadParameter("--annotations and --audio need --dataset")
        return
    if not annotations or not audio:
        raise typer.BadParameter(f"--dataset {dataset} needs --annotations and --audio")
    if given := [option for option, value in of_tracks.items() if value]:
        raise typer.BadParameter(f"--dataset does not go with {', '.join(given)}")
    if split is not Split.TEST and dataset is not Dataset.MTAT:
        raise typer.BadParameter(f"--split is for mtat; name the file of the split of {dataset}")


def _on_tracks(
    folder: Path,
    recordings: Path | None,
    page: Path | None,
    subjects: "Subjects",
    store: "VectorStore",
    options: "Options",
) -> dict[str, Any]:
    from embedder.evaluation.page import write_page
    from embedder.evaluation.pieces import read_pieces
    from embedder.evaluation.recordings import study_recordings
    from embedder.evaluation.report import record_of
    from embedder.evaluation.study import study

    pieces = read_pieces(folder)
    say(f"measuring {subjects.space.name} on {len(pieces)} pieces")
    spaces = [subjects.space, *subjects.trainings]
    found = study(spaces, pieces, subjects.beside, store, _track, options)
    real = None
    if recordings:
        everyone = [subjects.space, *subjects.beside]
        real = study_recordings(everyone, recordings, store, _track, options)
    if page:
        # The reader of a page wants to know its day where it was made.
        today = date.today()  # noqa: DTZ011
        say(f"the page: {write_page(found, real, page, today)}")
    return record_of(found, real)


def _on_dataset(
    dataset: Dataset,
    annotations: Path,
    audio: Path,
    split: Split,
    subjects: "Subjects",
    store: "VectorStore",
    options: "Options",
) -> dict[str, Any]:
    from embedder.evaluation.datasets.jamendo import read_jamendo
    from embedder.evaluation.datasets.mtat import read_mtat
    from embedder.evaluation.datasets.musiccaps import read_musiccaps
    from embedder.evaluation.datasets.study import study_captions, study_tags
    from embedder.evaluation.report import record_of_dataset

    measured = (subjects.space, subjects.beside, store, _track, options)
    match dataset:
        case Dataset.MTAT:
            labelled = read_mtat(annotations, audio, split)
            found = study_tags(dataset, labelled, *measured)
        case Dataset.JAMENDO:
            found = study_tags(dataset, read_jamendo(annotations, audio), *measured)
        case Dataset.MUSICCAPS:
            found = study_captions(read_musiccaps(annotations, audio), *measured)
    return record_of_dataset(found)


def _track(excerpts: "Sequence[Excerpt]", what: str) -> "Iterable[Excerpt]":
    return (_with_bar if talk.is_terminal else _with_lines)(excerpts, what)


def _with_bar(excerpts: "Sequence[Excerpt]", what: str) -> "Iterator[Excerpt]":
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=talk, transient=True) as progress:
        yield from progress.track(excerpts, total=len(excerpts), description=what)


def _with_lines(excerpts: "Sequence[Excerpt]", what: str) -> "Iterator[Excerpt]":
    started = said = time.monotonic()
    for done, excerpt in enumerate(excerpts):
        now = time.monotonic()
        if now - said >= PLAIN_SECONDS:
            said = now
            left = (now - started) / done * (len(excerpts) - done)
            say(f"{what}: {done} of {len(excerpts)}, {left:.0f} s left")
        yield excerpt


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(evaluate, name="evaluate")
