"""`upnext prepare`: make what people wrote about recordings fit to train on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from streams.cli.common import Json, emit, out, say, talk

if TYPE_CHECKING:  # the base install has no embedder, and most verbs need none
    from embedder.corpus.prepare import Filters
    from embedder.corpus.report import Report

PLAIN_EVERY = 5_000
"""Recordings between two lines of progress where there is no terminal."""

NAMES = {
    "sf": "titles, tags",
    "lf": "sentences",
    "pl": "playlist titles",
    "labels": "class labels",
}
"""What each source is called in the table."""

prepare = typer.Typer(help="Prepare data to train on.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="Recordings and their texts, one JSON object a line.")]
Out = Annotated[Path, typer.Option("--out", help="File to write; it may be FILE itself.")]
NoFilter = Annotated[
    bool, typer.Option("--no-filter", help="Only cut long texts into sentences; drop nothing.")
]
FilterPlaylists = Annotated[
    bool, typer.Option("--filter-playlists", help="Also drop playlist titles that read like noise.")
]


@prepare.callback()
def _prepare() -> None:
    """Keep `texts` a verb of its own while it is the only one."""


@prepare.command()
def texts(
    file: File,
    out: Out,
    no_filter: NoFilter = False,
    filter_playlists: FilterPlaylists = False,
    json: Json = False,
) -> None:
    """Filter titles, tags, descriptions, comments and playlist titles of recordings.

    A line is an object with "audio", a path, and lists of texts: "sf" titles
    and tags, "lf" descriptions and comments, "pl" playlist titles, "labels"
    class labels. Ctrl-C leaves no half a file.

    Example: upnext prepare texts recordings.jsonl --out prepared.jsonl
    """
    from embedder.corpus.prepare import prepare_file
    from embedder.corpus.records import count_recordings

    if no_filter and filter_playlists:
        raise typer.BadParameter("--no-filter and --filter-playlists exclude each other")
    total = count_recordings(file)
    filters = _filters(no_filter, filter_playlists)
    with _progress(total) as done:
        report = prepare_file(file, out, filters, done)
    say(f"wrote {report.recordings_kept} of {report.recordings_in} recordings to {out}")
    if json:
        emit(report.as_record())
    else:
        _show(report)


def _filters(no_filter: bool, filter_playlists: bool) -> "Filters":
    from embedder.corpus.descriptive import LinearClassifier
    from embedder.corpus.prepare import Filters
    from embedder.corpus.titles import shipped_filter

    if no_filter:
        return Filters()
    return Filters(
        short_form=True,
        descriptive=LinearClassifier.load(),
        titles=shipped_filter() if filter_playlists else None,
    )


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """Give what to call with the number of recordings done since the last call."""
    if talk.is_terminal:
        columns = (TextColumn("preparing"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeRemainingColumn(), console=talk, transient=True) as bar:
            task = bar.add_task("preparing", total=total)
            yield lambda n: bar.advance(task, n)
    else:
        yield _lines(total)


def _lines(total: int) -> Callable[[int], None]:
    done = 0

    def advance(n: int) -> None:
        nonlocal done
        if done // PLAIN_EVERY != (done + n) // PLAIN_EVERY or done + n == total:
            say(f"prepared {done + n} of {total}")
        done += n

    return advance


def _show(report: "Report") -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for heading in ("recordings", "texts", "strings", "kept", "share", "a recording", "words"):
        table.add_column(heading, justify="right")
    for source, counts in report.sources.items():
        table.add_row(
            NAMES[source],
            str(counts.recordings_kept),
            str(counts.texts),
            str(counts.strings),
            str(counts.kept),
            f"{counts.fraction:.0%}",
            f"{counts.apv:.1f}",
            str(counts.words_kept),
        )
    out.print(table)
    for source, counts in report.sources.items():
        for rule, n in counts.as_record()["dropped"].items():
            out.print(f"dropped {n} {NAMES[source]}: {rule}", style="dim")


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(prepare, name="prepare")
