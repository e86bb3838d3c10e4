"""`upnext rejected replay`: dead letters go back to where they came from, repaired or not."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Annotated

import typer
from rich.text import Text

from streams.cli.common import Json, emit, load_settings, say, talk
from streams.cli.editor import edit as in_editor
from streams.cli.progress import counting
from streams.cli.rejected import (
    Error,
    Since,
    TopicName,
    fetch_one,
    rejected_app,
    since_of,
    trial_of,
)
from streams.cli.rejected_view import editable
from streams.client import Publisher
from streams.errors import BrokerUnavailable, NoSuchLetter, Unrepairable
from streams.kafka.broker import bootstrap_of
from streams.letters.dead_letters import printable
from streams.letters.letterbox import Survey, fetch, send_back, survey
from streams.letters.rejected import (
    Letter,
    Outcome,
    Place,
    Ready,
    Refused,
    Try,
    Wanted,
    never,
    prepare,
)
from streams.letters.repair import Repair

MAX_TOLD = 20
"""Letters that stay are named one by one up to so many."""
INTERRUPTED = 130
"""A shell's status of what ended by Ctrl-C."""


@rejected_app.command()
def replay(
    letter_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="As 'list' shows them.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All that were not sent back yet.")] = False,
    error: Error = None,
    topic: TopicName = None,
    since: Since = None,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=JSON", help="Set a field: clauses.0.cut=0.5"),
    ] = None,
    unsets: Annotated[
        list[str] | None, typer.Option("--unset", metavar="FIELD", help="Remove a field.")
    ] = None,
    edit: Annotated[bool, typer.Option("--edit", help="Open one letter in $EDITOR.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Send even what would come back, or was sent before.")
    ] = False,
    json: Json = False,
) -> None:
    """Send dead letters back to where they came from, as they are or repaired.

    What a worker would reject again stays, and is named; exit 1 where something stays.

    Example: upnext rejected replay 2:1041 --set track_id=t7

    Example: upnext rejected replay --all --error UnknownTrack --dry-run
    """
    named = tuple(dict.fromkeys(Place.parse(each) for each in letter_ids or []))
    wanted = Wanted(error, topic, since_of(since))
    _require_usage(named, wanted, all_=all_, edit=edit)
    repair = Repair.parse(sets or [], unsets or [])
    settings = load_settings()
    bootstrap = bootstrap_of(settings)
    places, done = _chosen(survey(bootstrap), named, wanted, force=force)
    trial = trial_of(settings, bootstrap)
    prepared: Iterable[Outcome]
    if edit:
        prepared = (_edited(fetch_one(bootstrap, at), repair, trial, force) for at in places)
    else:
        prepared = (_repaired(each, repair, trial, force) for each in fetch(bootstrap, places))
    outcomes = prepared if dry_run else send_back(Publisher(bootstrap), prepared)
    _tell(chain(done, outcomes), len(places) + len(done), dry_run=dry_run, json=json)


def _require_usage(named: Sequence[Place], wanted: Wanted, *, all_: bool, edit: bool) -> None:
    if all_ == bool(named):
        raise typer.BadParameter("name letters, or say --all")
    if named and wanted != Wanted():
        raise typer.BadParameter("--error, --topic and --since go with --all")
    if edit and len(named) != 1:
        raise typer.BadParameter("--edit opens one letter: name it")


def _chosen(
    found: Survey, named: Sequence[Place], wanted: Wanted, *, force: bool
) -> tuple[list[Place], list[Refused]]:
    """Return which letters are to be prepared, and those named that were sent back before."""
    if not named:
        return [letter.place for letter in found.of(wanted, replayed=force)], []
    if missing := set(named) - {letter.place for letter in found.letters}:
        raise NoSuchLetter(str(min(missing)))
    done = frozenset() if force else found.replayed
    why = "was sent back before: --force sends it again"
    return (
        [place for place in named if place not in done],
        [Refused(place, why) for place in named if place in done],
    )


def _repaired(letter: Letter, repair: Repair, trial: Try, force: bool) -> Outcome:
    value = letter.value
    if value is None or never(letter):
        return prepare(letter, value, trial)
    try:
        return prepare(letter, repair.of(value), trial, force=force)
    except Unrepairable as error:
        return Refused(letter.place, str(error))


def _edited(letter: Letter, repair: Repair, trial: Try, force: bool) -> Outcome:
    """Return a letter as a person leaves it; what is refused may be edited again."""
    value = letter.value
    if value is None or never(letter):
        return prepare(letter, value, trial)
    try:
        text = editable(repair.of(value))
    except (Unrepairable, UnicodeDecodeError) as error:
        return Refused(letter.place, f"cannot be edited: {error}")
    while (changed := in_editor(text, f"{letter.event.topic}.json")) is not None:
        text = changed
        outcome = prepare(letter, text.strip().encode(), trial, force=force)
        if isinstance(outcome, Ready) or not _again(outcome):
            return outcome
    return Refused(letter.place, "left as it is")


def _again(refused: Refused) -> bool:
    """Ask whether to edit once more; nobody is asked where nobody can answer."""
    if not sys.stdin.isatty():
        return False
    talk.print(Text(printable(refused.reason), "yellow"), soft_wrap=True)
    return typer.confirm("edit again?", default=True, err=True)


def _tell(outcomes: Iterator[Outcome], total: int, *, dry_run: bool, json: bool) -> None:
    """Say what became of each letter; exit 1 where one stays, 130 where Ctrl-C ended it."""
    sent = 0
    stay: list[Refused] = []
    try:
        for outcome in counting(outcomes, total, "replaying"):
            if json:
                emit(_as_record(outcome, dry_run=dry_run))
            if isinstance(outcome, Ready):
                sent += 1
            else:
                stay.append(outcome)
    except KeyboardInterrupt:
        say(f"stopped: {sent} of {total} sent back; the same command goes on with the rest")
        sys.exit(INTERRUPTED)
    except BrokerUnavailable:
        say(f"{sent} of {total} sent back; the same command goes on with the rest")
        raise
    for refused in stay[:MAX_TOLD]:
        talk.print(Text(f"{refused.place} stays: {printable(refused.reason)}"), soft_wrap=True)
    if len(stay) > MAX_TOLD:
        say(f"and {len(stay) - MAX_TOLD} more; --json names them all")
    say(f"{sent} {'would be sent' if dry_run else 'sent'} back, {len(stay)} stay")
    sys.exit(1 if stay else 0)


def _as_record(outcome: Outcome, *, dry_run: bool) -> dict[str, object]:
    if isinstance(outcome, Refused):
        return {"id": str(outcome.place), "sent": False, "reason": outcome.reason}
    return {"id": str(outcome.place), "sent": not dry_run, "topic": outcome.topic}


def register(_: typer.Typer) -> None:
    """Add the verb: to those of `upnext rejected`, when this module is imported."""
