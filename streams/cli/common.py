"""What the verbs share: settings, talk on stderr, data on stdout."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

import catalogue as shipped
from embedder.manifest import Manifest, folder_of
from schemas import TrackInfo, TrackVector
from schemas.topics import TRACK_VECTORS
from streams.feeds.compacted import read_all
from streams.settings import EMBEDDED, Settings
from streams.stack import Stack, worker_commands

Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
Music = Annotated[
    Path | None, typer.Option(help="Your own folder of music instead of the catalogue.")
]

SERVING = ("sessions", "words", "index")
"""The workers that answer listeners."""

talk = Console(stderr=True, highlight=False)
"""Progress and remarks."""
out = Console(highlight=False)
"""Results for people; data goes through `emit`."""


def emit(record: Any) -> None:
    """Print one object as a line of JSON."""
    typer.echo(json.dumps(record, ensure_ascii=False, separators=(",", ":")))


def load_settings() -> Settings:
    """Read the settings; a wrong one is a usage error that names it."""
    try:
        return Settings()
    except ValidationError as error:
        faults = (
            f"UPNEXT_{'__'.join(str(part).upper() for part in fault['loc'])}: {fault['msg']}"
            for fault in error.errors()
        )
        raise typer.BadParameter("; ".join(faults)) from None


def settings_for(music: Path | None) -> Settings:
    """Return the settings for the shipped catalogue, or for a folder: each has its own state."""
    settings = load_settings()
    if music is None:
        return settings
    name = blake2b(str(music.resolve()).encode(), digest_size=4).hexdigest()
    folder = settings.state_folder / f"music-{name}"
    return settings.model_copy(update={"state_folder": folder})


def say(line: str) -> None:
    """Say on stderr what is going on."""
    talk.print(line, style="dim")


@contextmanager
def running_stack(settings: Settings) -> Iterator[Stack]:
    """Start, or join, everything on this machine; only join where the broker is another's.

    No embed worker: the verbs that need tracks embed them with their own hands.
    """
    commands = worker_commands(*SERVING) if settings.broker == EMBEDDED else {}
    with Stack(settings, say, commands) as stack:
        yield stack


SHIPPED = Path(shipped.__file__).parent / "audio"
"""The catalogue's audio."""


def catalogue(settings: Settings) -> dict[str, TrackInfo]:
    """Return what is known of every track that can be ranked, by id; sorted."""
    space = Manifest.read(folder_of(settings.space)).hash
    vectors = sorted(read_all(settings.bootstrap, TRACK_VECTORS, TrackVector).items())
    return {vector.track_id: vector.info for _, vector in vectors if vector.space == space}


def name_of(track_id: str, tracks: dict[str, TrackInfo]) -> str:
    """Return a track's title and artist, or its id."""
    info = tracks.get(track_id)
    if info is None:
        return track_id
    return f"{info.title} · {info.artist}" if info.artist else info.title
