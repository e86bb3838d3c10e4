"""`upnext space status` and `drop`: two spaces side by side, before and after a switch."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from embedder.errors import NotASpace
from embedder.manifest import MANIFEST, SPACES, Manifest, folder_of
from schemas import split_key
from schemas.topics import TEXT_VECTORS, TRACK_VECTORS
from streams.cli.common import Json, emit, load_settings, out, say
from streams.cli.space import space_app
from streams.client import Publisher
from streams.embedders.coverage import Coverage, read_coverage
from streams.errors import SpaceInUse
from streams.feeds.compacted import read_keys
from streams.kafka.broker import bootstrap_of
from streams.settings import Settings


@space_app.command()
def status(json: Json = False) -> None:
    """Show how much of the catalogue each space has vectors of, and which one is in use.

    Example: upnext space status --json
    """
    settings = load_settings()
    coverage = read_coverage(bootstrap_of(settings))
    lines = list(_lines(settings, coverage))
    if json:
        for line in lines:
            emit(line)
        return
    out.print(_table(lines))
    say("upnext index --space NAME fills one; UPNEXT_SPACE and a restart of the workers switches")


@space_app.command()
def drop(
    name: Annotated[str, typer.Argument(help="A space's name, folder or hash.")],
) -> None:
    """Remove a space's vectors of tracks and words from the topics, and so from Qdrant.

    Its files stay: 'upnext index --space' fills it again.

    Example: upnext space drop small
    """
    settings = load_settings()
    bootstrap = bootstrap_of(settings)
    doomed = _hash_of(name)
    if doomed == _hash_of(settings.space):
        raise SpaceInUse(name)
    publisher = Publisher(bootstrap)
    removed = 0
    for topic in (TRACK_VECTORS, TEXT_VECTORS):
        keys = [key for key in read_keys(bootstrap, topic) if split_key(key)[0] == doomed]
        for key in keys:
            publisher.send_raw(topic.name, key.encode(), None)
        removed += len(keys)
    publisher.flush()
    say(f"{removed} vectors of the space {name} removed")


def _hash_of(name: str) -> str:
    """Return the hash of a space that is here; any other name is taken for a hash itself."""
    try:
        return Manifest.read(folder_of(name)).hash
    except NotASpace:
        return name


def _lines(settings: Settings, coverage: Coverage) -> Iterator[dict[str, Any]]:
    """Yield a line for the space in use, and for every other that has vectors."""
    in_use = _hash_of(settings.space)
    names = _names(settings)
    for space in sorted({in_use, *coverage.by_space}, key=lambda space: (space != in_use, space)):
        yield {
            "space": names.get(space),
            "hash": space,
            "in_use": space == in_use,
            "tracks": len(coverage.covered(space)),
            "of": len(coverage.tracks),
            "words": coverage.words.get(space, 0),
        }


def _names(settings: Settings) -> dict[str, str]:
    """Return the names of the spaces that can be found here, by hash."""
    added = (settings.state_folder / "spaces").glob(f"*/{MANIFEST}")
    folders: list[Path] = [path.parent for path in (*SPACES.glob(f"*/{MANIFEST}"), *added)]
    manifests = [Manifest.read(folder) for folder in (*folders, folder_of(settings.space))]
    return {manifest.hash: manifest.name for manifest in manifests}


def _table(lines: list[dict[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("space", "hash", "tracks", "words", ""):
        table.add_column(column, justify="right" if column in ("tracks", "words") else "left")
    for line in lines:
        table.add_row(
            line["space"] or "(not here)",
            line["hash"],
            f"{line['tracks']} of {line['of']}",
            str(line["words"]),
            "in use" if line["in_use"] else "",
        )
    return table


def register(_: typer.Typer) -> None:
    """Add the verbs: to those of `upnext space`, when this module is imported."""
