"""`upnext send`: one event, command or sentence from the command line."""

from datetime import UTC, datetime
from typing import Annotated, Any, get_args
from uuid import uuid4

import typer
from pydantic import ValidationError

from schemas import Intent, ListenerEvent, PlaybackEvent, SessionCommand
from schemas.playback import Action
from schemas.topics import INTENTS, PLAYBACK_EVENTS, SESSION_COMMANDS, Topic
from streams.cli.common import Json, emit, load_settings, say
from streams.client import Publisher
from streams.kafka.broker import bootstrap_of
from streams.letters.dead_letters import reason_of

Listener = Annotated[str, typer.Option("--listener", "-l", help="Who listens.")]
SessionId = Annotated[str, typer.Option("--session", "-s", help="Which session.")]

send = typer.Typer(help="Send one event to the broker.", no_args_is_help=True)


@send.command()
def event(
    action: Annotated[str, typer.Argument(help=", ".join(get_args(Action)))],
    track_id: Annotated[str, typer.Argument(help="Which track.")],
    listener: Listener = "me",
    session: SessionId = "default",
    at: Annotated[float | None, typer.Option(help="Position in the track, seconds.")] = None,
    of: Annotated[float | None, typer.Option(help="Length of the track, seconds.")] = None,
    own_choice: Annotated[bool, typer.Option(help="The listener chose the track.")] = False,
    json: Json = False,
) -> None:
    """Report what the listener did.

    Example: upnext send event skipped 0c1f... --at 4 --of 200
    """
    details = {
        "track_id": track_id,
        "action": action,
        "position_seconds": at,
        "duration_seconds": of,
        "chosen_by": "listener" if own_choice else "algorithm",
    }
    _publish(PLAYBACK_EVENTS, PlaybackEvent, details, listener, session, json)


@send.command()
def words(
    text: Annotated[str, typer.Argument(help="What the listener says.")],
    listener: Listener = "me",
    session: SessionId = "default",
    confidence: Annotated[float, typer.Option(help="Of a transcript, 0 to 1.")] = 1.0,
    json: Json = False,
) -> None:
    """Say something.

    Example: upnext send words "something calmer, no drums"
    """
    details = {"text": text, "confidence": confidence}
    _publish(INTENTS, Intent, details, listener, session, json)


@send.command()
def command(
    name: Annotated[str, typer.Argument(help="start, end, undo, forget")],
    arguments: Annotated[
        list[str] | None, typer.Argument(help="Track ids for start, an event id for undo.")
    ] = None,
    listener: Listener = "me",
    session: SessionId = "default",
    json: Json = False,
) -> None:
    """Start or end a session, undo an event, forget the session.

    Example: upnext send command undo e-5f0c...
    """
    details: dict[str, Any] = {"command": name}
    if name == "undo":
        details["target_event_id"] = next(iter(arguments or []), None)
    else:
        details["playlist"] = arguments or ()
    _publish(SESSION_COMMANDS, SessionCommand, details, listener, session, json)


def _publish(
    topic: Topic,
    record: type[ListenerEvent],
    details: dict[str, Any],
    listener: str,
    session: str,
    json: bool,
) -> None:
    try:
        event = record(
            event_id=f"e-{uuid4().hex}",
            listener_id=listener,
            session_id=session,
            occurred_at=datetime.now(UTC),
            **details,
        )
    except ValidationError as error:
        raise typer.BadParameter(reason_of(error)) from None
    Publisher(bootstrap_of(load_settings())).publish(topic, event)
    if json:
        emit(event.model_dump(mode="json", exclude_none=True))
    else:
        say(f"{topic.name} has {event.event_id}")


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(send, name="send")
