"""`upnext compass`: where a session leans, in words, and a hand to turn it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from pydantic import ValidationError

from embedder.manifest import Manifest, folder_of
from schemas import UnderstoodIntent
from schemas.topics import UNDERSTOOD_INTENTS
from streams.cli.common import Json, emit, load_settings, out, say, talk
from streams.cli.compass_view import compass_record, compass_table
from streams.cli.logs import (
    Policy,
    SequenceFile,
    Space,
    Until,
    chosen_space,
    policy_of,
    sequence_of,
)
from streams.client import Publisher
from streams.kafka.broker import bootstrap_of
from streams.letters.dead_letters import reason_of
from streams.tape.recorder import record as lines_of
from streams.tape.recording import log_of, read_log
from streams.tape.steering import Steering, steering_of


def compass(
    log: Annotated[
        Path | None,
        typer.Argument(help="A log written by `upnext record`; without, the running system."),
    ] = None,
    listener: Annotated[
        str | None, typer.Option("--listener", "-l", help="Whose session; of a log, anyone's.")
    ] = None,
    session: Annotated[
        str | None, typer.Option("--session", "-s", help="Which session; default the newest.")
    ] = None,
    less: Annotated[
        list[str] | None, typer.Option(help="A word to lean away from; may be repeated.")
    ] = None,
    more: Annotated[
        list[str] | None, typer.Option(help="A word to lean toward; may be repeated.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="Words shown each way.")] = 8,
    until: Until = None,
    policy: Policy = None,
    sequence: SequenceFile = None,
    space: Space = None,
    json: Json = False,
) -> None:
    """Name where a session leans: its nearest and farthest words, with their strengths.

    An edit (--less, --more) is one more event of the session. On a log it is only tried; in the
    running system it is published, and undone like any other event.

    Example: upnext compass --listener me --less loud --more piano
    """
    if log is not None:
        steering = _recorded(log, listener, session, until, policy, sequence, space)
    elif listener is not None and until is None and policy is None:
        steering = _running(listener, session, sequence, space)
    else:
        raise typer.BadParameter(
            "without a log, name the --listener; --until and --policy need one"
        )
    for refused in steering.refused:
        talk.print(f"refused {refused.event.event_id}: {refused.reason}", style="yellow")
    if not less and not more:
        _show(steering, most, json)
        return
    before = steering.strengths()
    edit = _edit(steering, less or [], more or [], is_live=log is None)
    steering.turn(edit)
    if log is None:
        Publisher(bootstrap_of(load_settings())).publish(UNDERSTOOD_INTENTS, edit)
    _show(steering, most, json, before, edit)
    if log is None:
        _say_how_to_undo(edit)


def _recorded(
    path: Path,
    listener: str | None,
    session: str | None,
    until: int | None,
    policy: Path | None,
    sequence: Path | None,
    space: str | None,
) -> Steering:
    """Take a session up from a log."""
    log = read_log(path)
    of = chosen_space(log, space)
    return steering_of(
        log,
        of,
        policy_of(policy),
        sequence_of(sequence, log, of),
        until=until,
        listener=listener,
        session=session,
    )


def _running(
    listener: str, session: str | None, sequence: Path | None, space: str | None
) -> Steering:
    """Take a session up from the topics, ranked as the workers rank it."""
    settings = load_settings()
    log = log_of(lines_of(bootstrap_of(settings), listener=listener))
    of = chosen_space(log, space or Manifest.read(folder_of(settings.space)).hash)
    model = sequence_of(sequence or settings.sequence, log, of)
    return steering_of(log, of, settings.ranker, model, listener=listener, session=session)


def _edit(
    steering: Steering, less: list[str], more: list[str], *, is_live: bool
) -> UnderstoodIntent:
    """Return an edit made now, or, on a log, just after the last event."""
    last = steering.session.events[-1].occurred_at
    at = datetime.now(UTC) if is_live else last + timedelta(seconds=1)
    try:
        return steering.edit(less, more, f"e-{uuid4().hex}" if is_live else "edit", at)
    except ValidationError as error:
        raise typer.BadParameter(reason_of(error)) from None


def _show(
    steering: Steering,
    most: int,
    json: bool,
    before: dict[str | None, dict[str, float]] | None = None,
    edit: UnderstoodIntent | None = None,
) -> None:
    state = steering.session
    for member, named in steering.compasses(most).items():
        was = None if before is None else before[member]
        if json:
            whose = {"listener_id": state.listener_id, "session_id": state.session_id}
            signed = {"member": member} if member is not None else {}
            edited = {"edit": edit.text, "event_id": edit.event_id} if edit else {}
            emit({**whose, **signed, **edited, **compass_record(named, was)})
            continue
        title = f"{state.listener_id}, session {state.session_id}, {len(state.events)} events"
        title += f", after “{edit.text}”" if edit else ""
        out.rule(title if member is None else f"{title}, {member}")
        out.print(compass_table(named, was))


def _say_how_to_undo(edit: UnderstoodIntent) -> None:
    whose = f"--listener {edit.listener_id} --session {edit.session_id}"
    say(f"{UNDERSTOOD_INTENTS.name} has {edit.event_id}; take it back with:")
    talk.print(f"upnext send command undo {edit.event_id} {whose}", soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(compass)
