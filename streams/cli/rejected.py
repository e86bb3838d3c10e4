"""`upnext rejected list` and `show`: what could not be used, and why."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.text import Text

from embedder.manifest import Manifest, folder_of
from schemas import split_key
from schemas.topics import TRACK_VECTORS
from streams.cli.common import Json, emit, load_settings, out, say
from streams.cli.rejected_view import (
    as_record,
    counted,
    letters_table,
    readable,
    value_record,
)
from streams.errors import NoSuchLetter
from streams.feeds.compacted import read_keys
from streams.kafka.broker import bootstrap_of
from streams.letters.dead_letters import printable
from streams.letters.letterbox import fetch, survey
from streams.letters.rejected import Letter, Place, Refused, Wanted, prepare
from streams.letters.trial import Trial, library_of_names
from streams.settings import Settings

Error = Annotated[str | None, typer.Option(help="Only this class of error, like UnknownTrack.")]
TopicName = Annotated[str | None, typer.Option("--topic", help="Only what came from this topic.")]
Since = Annotated[
    str | None, typer.Option(help="Only what was rejected since: 90m, 6h, 2d, or an ISO time.")
]

rejected_app = typer.Typer(
    help="See what could not be used, repair it and send it back.", no_args_is_help=True
)


@rejected_app.command("list")
def list_letters(
    error: Error = None,
    topic: TopicName = None,
    since: Since = None,
    limit: Annotated[int, typer.Option(min=1, help="Show so many, newest first.")] = 20,
    replayed: Annotated[
        bool, typer.Option("--replayed", help="Show also what was sent back.")
    ] = False,
    json: Json = False,
) -> None:
    """List dead letters, newest first, and count them by error.

    Example: upnext rejected list --error UnknownTrack --since 6h
    """
    wanted = Wanted(error, topic, since_of(since))
    found = survey(bootstrap_of(load_settings()))
    letters = found.of(wanted, replayed=replayed)
    if json:
        for letter in letters[:limit]:
            emit(as_record(letter, found.replayed))
    elif letters:
        out.print(letters_table(letters[:limit], found.replayed))
    say(escape(counted(letters)) + (f"; {limit} shown" if len(letters) > limit else ""))


@rejected_app.command()
def show(
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="As 'list' shows it: 2:1041.")],
    json: Json = False,
) -> None:
    """Show a dead letter with its value, what is wrong with it and what can be done.

    Example: upnext rejected show 2:1041
    """
    place = Place.parse(letter_id)
    settings = load_settings()
    bootstrap = bootstrap_of(settings)
    letter = fetch_one(bootstrap, place)
    replayed = survey(bootstrap).replayed
    verdict = prepare(letter, letter.value, trial_of(settings, bootstrap))
    now = verdict.reason if isinstance(verdict, Refused) else None
    if json:
        told = {"remedy": letter.remedy, "refused_now": now, **value_record(letter.value)}
        emit(as_record(letter, replayed) | told)
        return
    event = letter.event
    since = ", sent back since" if place in replayed else ""
    lines = {
        "from": f"{event.topic}, partition {event.partition}, offset {event.offset}",
        "key": repr(letter.key),
        "rejected": f"{event.rejected_at:%Y-%m-%d %H:%M:%S} UTC{since}",
        "wrong": f"{event.error}: {event.reason}",
        "now": f"stays: {now}" if now else "a worker would take it as it is",
        "to do": letter.remedy,
        "value": f"{event.size_bytes} bytes, {event.kept}",
    }
    for name, text in lines.items():
        out.print(Text.assemble((f"{name:<10}", "dim"), printable(text)), soft_wrap=True)
    out.print(Text(readable(letter.value)), soft_wrap=True)


def since_of(text: str | None) -> datetime | None:
    """Return the time that `90m`, `6h`, `2d` ago was, or an ISO time; UTC where no zone is said."""
    if text is None:
        return None
    if found := re.fullmatch(r"([0-9]{1,5})([smhd])", text):
        units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
        return datetime.now(UTC) - timedelta(**{units[found[2]]: int(found[1])})
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is neither like 90m, 6h, 2d nor an ISO time") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def fetch_one(bootstrap: str, place: Place) -> Letter:
    """Return a letter with its value; raises NoSuchLetter, BrokerUnavailable."""
    for letter in fetch(bootstrap, [place]):
        return letter
    raise NoSuchLetter(str(place))


def trial_of(settings: Settings, bootstrap: str) -> Trial:
    """Return what a worker of these settings would say now; raises BrokerUnavailable."""
    manifest = Manifest.read(folder_of(settings.space))
    keys = map(split_key, read_keys(bootstrap, TRACK_VECTORS))
    tracks = [track_id for space, track_id in keys if space == manifest.hash]
    return Trial(
        library=library_of_names(tracks, manifest.dimension, manifest.hash),
        config=settings.ranker,
        tolerance=timedelta(seconds=settings.future_seconds),
        now=datetime.now(UTC),
    )


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(rejected_app, name="rejected")
