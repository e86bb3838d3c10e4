"""`upnext index`: bring a folder of music into the space."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from streams.cli.common import Json, emit, load_settings, running_stack, say, talk
from streams.settings import Settings

if TYPE_CHECKING:  # the base install has no embedder, and most verbs need none
    from embedder.batch import Outcome
    from embedder.folder import Music
    from embedder.space import Space
    from streams.indexing import Indexed

PLAIN_EVERY = 50
"""Files between two lines of progress where there is no terminal."""


def index(
    folder: Annotated[Path, typer.Argument(help="A folder of music files.")], json: Json = False
) -> None:
    """Embed the music of a folder; what was embedded before is skipped.

    Example: upnext index ~/Music
    """
    settings = load_settings()
    with running_stack(settings) as stack:
        result = index_with_progress(folder, stack.settings)
        stack.wait_until_ready()
    report = {
        "embedded": result.embedded,
        "skipped": result.skipped,
        "broken": [{"path": str(b.path), "reason": b.reason} for b in result.broken],
    }
    if json:
        emit(report)
    sys.exit(0 if result.embedded + result.skipped else 1)


def index_with_progress(folder: Path, settings: Settings) -> "Indexed":
    """Index a folder, showing how far it is; broken files are named and passed over."""
    from embedder.batch import Broken
    from embedder.folder import read_folder
    from embedder.manifest import Manifest, folder_of
    from streams.indexing import Indexed, index_files

    say(f"reading {folder}")
    music = read_folder(folder)
    _name_what_is_passed_over(music)
    manifest = Manifest.read(folder_of(settings.space))
    outcomes = index_files(
        music.files, manifest, partial(_load, settings.space), settings.bootstrap
    )
    show = _with_bar if talk.is_terminal else _with_lines
    result = Indexed()
    for outcome in show(outcomes, len(music.files)):
        if isinstance(outcome, Broken):
            talk.print(f"passed over {outcome.path}: {outcome.reason}", style="yellow")
        result = result.plus(outcome)
    say(
        f"indexed {folder}: {result.embedded} new, {result.skipped} known, "
        f"{len(result.broken)} broken"
    )
    return result


def _load(name: str) -> "Space":
    from embedder.space import Space

    return Space.load(name)


def _name_what_is_passed_over(music: "Music") -> None:
    for item in music.unreadable:
        talk.print(f"passed over {item.path}: {item.reason}", style="yellow")
    for copy in music.copies:
        talk.print(f"passed over {copy.path}: the same as {copy.of}", style="dim")


def _with_bar(outcomes: Iterator["Outcome"], total: int) -> Iterator["Outcome"]:
    columns = (TextColumn("indexing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=talk, transient=True) as progress:
        yield from progress.track(outcomes, total=total)


def _with_lines(outcomes: Iterator["Outcome"], total: int) -> Iterator["Outcome"]:
    for done, outcome in enumerate(outcomes, start=1):
        if done % PLAIN_EVERY == 0 or done == total:
            say(f"indexing {done} of {total}")
        yield outcome


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(index)
