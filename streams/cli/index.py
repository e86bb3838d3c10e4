"""`upnext index`: bring a folder of music, or all the catalogue, into a space."""

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from embedder.manifest import Manifest, folder_of
from schemas import Track
from streams.cli.common import Json, emit, load_settings, running_stack, say, talk
from streams.cli.duplicates import Report, report_duplicates
from streams.cli.progress import Indexing, counting, indexing, pace
from streams.embedders.tally import Indexed, Run, Tally
from streams.errors import NothingToIndex
from streams.settings import Settings
from streams.workers import load_space

if TYPE_CHECKING:  # the base install has no embedder, and most verbs need none
    from embedder.folder import Copy, Unreadable

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""


def index(
    folder: Annotated[
        Path | None,
        typer.Argument(help="A folder of music; without one, all that the catalogue has."),
    ] = None,
    space: Annotated[
        str | None,
        typer.Option(help="Embed in this space, a name or folder, beside the one in use."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(help="Threads that embed (UPNEXT_JOBS).", min=1, max=64)
    ] = None,
    duplicates: Annotated[
        bool, typer.Option(help="Say which of the new tracks are there twice.")
    ] = True,
    json: Json = False,
) -> None:
    """Embed the music of a folder; what was embedded before is skipped.

    Stop it when you like: the same command goes on where it stopped, and so does any
    'upnext worker embed' on a machine that has the files.

    Example: upnext index ~/Music --jobs 2
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = load_settings()
    with running_stack(settings) as stack:
        chosen = {"space": space or settings.space, "jobs": jobs or settings.jobs}
        there = stack.settings.model_copy(update=chosen)
        tally, report = index_with_progress(folder, there, duplicates=duplicates)
        if space is not None:
            _publish_words(there)
        stack.wait_until_ready("index")
    if json:
        emit(report)
    sys.exit(0 if tally.usable else 1)


def index_with_progress(
    folder: Path | None, settings: Settings, *, duplicates: bool = False
) -> tuple[Tally, Report]:
    """Index a folder, or the catalogue, showing how far it is; what is broken is named.

    After Ctrl-C it says how to go on, and exits with `INTERRUPTED`.
    """
    from streams.embedders.embedding import Job
    from streams.embedders.indexing import index_tracks, tracks_of_catalogue

    tracks = _read(folder) if folder else tracks_of_catalogue(settings.bootstrap)
    if not tracks and folder is None:
        raise NothingToIndex
    space = Manifest.read(folder_of(settings.space)).hash
    job = Job(settings.bootstrap, space, partial(load_space, settings.space), settings.jobs)
    new = set()
    with indexing(len(tracks)) as progress, _interruptible(progress, len(tracks)):
        for one in index_tracks(tracks, job):
            _name_if_broken(one)
            progress.take(one)
            if one.became == "embedded":
                new.add(one.track.track_id)
        run = progress.run
        _summarise("the catalogue" if folder is None else str(folder), run)
        twice = report_duplicates(settings.bootstrap, space, new) if duplicates else []
    return run.tally, {**report_of(run), "near_duplicates": twice}


@contextmanager
def _interruptible(progress: Indexing, total: int) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        done = progress.tally
        say(
            f"stopped: {done.usable} tracks have a vector, {total - done.total} are left; "
            "the same command goes on from here"
        )
        sys.exit(INTERRUPTED)


def report_of(run: Run) -> Report:
    """Return what a program wants to know of a run."""
    tally = run.tally
    return {
        "embedded": tally.embedded,
        "moved": tally.moved,
        "known": tally.known,
        "broken": [{"path": one.track.uri, "reason": one.reason} for one in tally.broken],
        "seconds": round(run.seconds, 2),
        "tracks_per_second": round(run.tracks_per_second, 2),
        "realtime_factor": round(run.realtime_factor, 1),
    }


def _read(folder: Path) -> list[Track]:
    """Return the tracks of a folder, and name what is passed over."""
    from embedder.folder import MusicFile, find_music, identify
    from streams.embedders.indexing import track_of

    say(f"reading {folder}")
    paths, closed = find_music(folder)
    found = list(counting(identify(paths), len(paths), "reading"))
    _name_what_is_passed_over([*closed, *(i for i in found if not isinstance(i, MusicFile))])
    return [track_of(item) for item in found if isinstance(item, MusicFile)]


def _name_what_is_passed_over(items: "Sequence[Copy | Unreadable]") -> None:
    from embedder.folder import Copy

    for item in items:
        if isinstance(item, Copy):
            _tell(f"passed over {item.path}: the same as {item.of}", "dim")
        else:
            _tell(f"passed over {item.path}: {item.reason}", "yellow")


def _name_if_broken(one: Indexed) -> None:
    if one.became == "broken":
        _tell(f"passed over: {one.reason}", "yellow")


def _tell(line: str, style: str) -> None:
    talk.print(line, style=style, markup=False)  # the names of files may hold brackets


def _summarise(what: str, run: Run) -> None:
    tally = run.tally
    counts = (
        f"{tally.embedded} new",
        *([f"{tally.moved} moved"] if tally.moved else []),
        f"{tally.known} known",
        f"{len(tally.broken)} broken",
    )
    fast = f", {pace(run)}" if tally.embedded else ""
    say(f"indexed {what}: {', '.join(counts)}, in {run.seconds:.1f} s{fast}")


def _publish_words(settings: Settings) -> None:
    """Publish the words of a space that no words worker serves yet."""
    from streams.embedders.vocabulary import is_published, publish_vocabulary

    manifest = Manifest.read(folder_of(settings.space))
    if not is_published(manifest, settings.bootstrap):
        changes = publish_vocabulary(load_space(settings.space), settings.bootstrap)
        say(f"{len(changes.written)} words written, {len(changes.removed)} removed")


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(index)
