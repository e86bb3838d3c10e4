"""`upnext watch`: a session's updates as they come."""

from typing import Annotated

import typer

from schemas import PlaylistUpdate
from streams.cli.common import Json, catalogue, emit, load_settings, out, say
from streams.cli.view import queue_table
from streams.client import Follower
from streams.kafka.broker import bootstrap_of


def watch(
    session: Annotated[
        str | None, typer.Option("--session", "-s", help="Only this session; default all.")
    ] = None,
    json: Json = False,
) -> None:
    """Follow playlist updates until Ctrl-C.

    Example: upnext watch --session default --json
    """
    settings = load_settings()
    bootstrap = bootstrap_of(settings)
    here = settings.model_copy(update={"broker": bootstrap})
    tracks = {} if json else catalogue(here)
    last: dict[str, PlaylistUpdate] = {}
    with Follower(bootstrap) as follower:
        say("following playlist-updates, Ctrl-C ends")
        try:
            for update in follower.updates():
                if session not in (None, update.session_id):
                    continue
                if json:
                    emit(update.model_dump(mode="json", exclude_none=True))
                    continue
                out.rule(f"{update.session_id}, revision {update.revision}, {update.model}")
                out.print(queue_table(last.get(update.session_id), update, tracks))
                last[update.session_id] = update
        except KeyboardInterrupt:
            say("stopped")


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(watch)
