"""`upnext topics` and `upnext doctor`: what is there, what runs, what is missing."""

import sys
from typing import Annotated

import typer

from streams.cli.common import Json, emit, load_settings, out
from streams.doctor import examine
from streams.kafka.admin import create_topics, list_topics
from streams.kafka.broker import bootstrap_of
from streams.transactions.topics import topics_of


def topics(
    create: Annotated[bool, typer.Option("--create", help="Create what is missing.")] = False,
    json: Json = False,
) -> None:
    """List the system's topics with their partitions and messages.

    Example: upnext topics --create --json
    """
    settings = load_settings()
    settings = settings.model_copy(update={"broker": bootstrap_of(settings)})
    if create:
        create_topics(settings, topics_of(settings))
    states = list_topics(settings, topics_of(settings))
    for state in states:
        if json:
            emit(state.as_dict())
        else:
            out.print(str(state))
    sys.exit(0 if all(state.exists for state in states) else 1)


def doctor(json: Json = False) -> None:
    """Say what is running and what is missing; exit 1 where something is.

    Example: upnext doctor
    """
    findings = examine(load_settings())
    for finding in findings:
        if json:
            emit({"what": finding.what, "fine": finding.fine, "says": finding.says})
        else:
            mark = "[green]✓[/]" if finding.fine else "[red]✗[/]"
            out.print(f"{mark} {finding.what:<12} {finding.says}")
    sys.exit(0 if all(finding.fine for finding in findings) else 1)


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(topics)
    app.command()(doctor)
