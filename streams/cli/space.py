"""`upnext space`: what spaces there are, what they are worth, and new ones by name."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from embedder.errors import LicenceRefused
from embedder.manifest import MANIFEST, Manifest, folder_of
from embedder.pretrained.known import KNOWN, Checkpoint, checkpoint_in, checkpoint_of
from streams.cli.common import SHIPPED, Json, emit, load_settings, out, say, talk
from streams.cli.space_view import (
    card_table,
    checkpoint_card,
    known_cards,
    list_table,
    space_card,
)

if TYPE_CHECKING:  # the base install has no embedder, and most verbs need none
    from embedder.pretrained.add import Source

PLAIN_EVERY = 20
"""Tracks between two lines of progress where there is no terminal."""

LOCAL_COPY = "a local copy"
"""The revision of files that were brought, where nobody says which it is."""

space_app = typer.Typer(
    help="Joint spaces of audio and text: list, show, add.", no_args_is_help=True
)


@space_app.command("list")
def list_spaces(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Spaces, or folders that hold some.")
    ] = None,
    json: Json = False,
) -> None:
    """List the spaces that ship, those that were added, and the checkpoints known by name.

    Example: upnext space list
    """
    cards = list(known_cards([_added_spaces(), *(folders or [])]))
    if json:
        for card in cards:
            emit(card)
        return
    out.print(list_table(cards))
    say("upnext space show NAME says more, upnext space add NAME makes a space of a checkpoint")


@space_app.command()
def show(
    name: Annotated[str, typer.Argument(help="A space's name or folder, or a checkpoint's name.")],
    json: Json = False,
) -> None:
    """Say what a space is, what it may be used for, what it was made of and what it is worth.

    Example: upnext space show small --json
    """
    if name in KNOWN:
        card = checkpoint_card(KNOWN[name])
    else:
        added = _added_spaces() / name
        folder = added if (added / MANIFEST).is_file() else folder_of(name)
        card = space_card(Manifest.read(folder), folder)
    if json:
        emit(card)
    else:
        out.print(card_table(card))


@space_app.command()
def add(
    name: Annotated[str, typer.Argument(help="A checkpoint; `upnext space list` names them.")],
    folder: Annotated[
        Path | None, typer.Option("--out", help="Folder of the new space.", show_default=False)
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="A folder that holds its files already.")
    ] = None,
    project: Annotated[
        int | None, typer.Option(help="Dimensions to keep; without it, all of them.", min=2)
    ] = None,
    revision: Annotated[str | None, typer.Option(help="Commit, tag or branch to fetch.")] = None,
    tracks: Annotated[
        Path, typer.Option(help="Music to find the centres on; with tracks.jsonl, to calibrate.")
    ] = SHIPPED,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Do not ask: it was read.")
    ] = False,
    json: Json = False,
) -> None:
    """Make a space of a public checkpoint: fetch it, find its centres, project it.

    Example: upnext space add laion/clap-htsat-unfused --project 128 --tracks ~/Music
    """
    from embedder.pretrained.add import add_space
    from embedder.pretrained.sounds import sounds_of

    checkpoint = _checkpoint(name, source)
    place = folder or _added_spaces() / name.rstrip("/").split("/")[-1].lower()
    if (place / MANIFEST).exists():
        raise typer.BadParameter(f"{place} is a space already; choose another --out, or remove it")
    sounds = sounds_of(tracks)
    _ask(checkpoint, accept_licence)
    origin = _bring(checkpoint, source, place, revision)
    say(f"listening to {len(sounds.paths)} tracks of {tracks}")
    with _listening(len(sounds.paths)) as tell:
        added = add_space(origin, place, sounds, project, tell)
    for error in added.broken:
        talk.print(f"passed over {error.path}: {error.reason}", style="yellow", markup=False)
    card = space_card(added.space.manifest, place)
    if json:
        emit(card)
    else:
        out.print(card_table(card))
    say(f"to use it: UPNEXT_SPACE={place}")


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(space_app, name="space")


def _added_spaces() -> Path:
    return load_settings().state_folder / "spaces"


def _checkpoint(name: str, source: Path | None) -> Checkpoint:
    from embedder.pretrained.files import read_config

    if name in KNOWN or source is None:
        return checkpoint_of(name)
    return checkpoint_in(name, read_config(source))


def _ask(checkpoint: Checkpoint, accepted: bool) -> None:
    """Show the licence, and go on only if it is accepted."""
    talk.print(card_table(checkpoint_card(checkpoint)))
    if accepted:
        return
    if not (at_a_terminal() and typer.confirm("Do you accept this licence?", err=True)):
        raise LicenceRefused(checkpoint.name, checkpoint.licence)


def at_a_terminal() -> bool:
    """Say whether somebody is there to answer."""
    return sys.stdin.isatty()


def _bring(
    checkpoint: Checkpoint, source: Path | None, place: Path, revision: str | None
) -> "Source":
    """Fetch or copy the files into the space's folder, and say which version they are."""
    from embedder.pretrained.add import Source
    from embedder.pretrained.files import CHECKPOINT, copy_checkpoint
    from embedder.pretrained.hub import LATEST, download

    target = place / CHECKPOINT
    if source:
        say(f"copying {source}")
        copy_checkpoint(source, target)
        return Source(checkpoint, revision or LOCAL_COPY)
    say(f"fetching {checkpoint.megabytes} MB of {checkpoint.name}")
    return Source(checkpoint, download(checkpoint, target, revision or LATEST))


@contextmanager
def _listening(total: int) -> Iterator[Callable[[int, int], None]]:
    """Show how many tracks have been listened to."""
    if not talk.is_terminal:
        yield _say_now_and_then
        return
    columns = (TextColumn("listening"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=talk, transient=True) as progress:
        task = progress.add_task("listening", total=total)
        yield lambda done, _: progress.update(task, completed=done)


def _say_now_and_then(done: int, total: int) -> None:
    if done % PLAIN_EVERY == 0 or done == total:
        say(f"listened to {done} of {total} tracks")
