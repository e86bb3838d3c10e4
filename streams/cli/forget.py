"""`upnext forget`: a listener's sessions, taste and records, gone for good."""

from dataclasses import asdict
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.markup import escape

from schemas import Erasure, SessionCommand
from streams.cli.common import Json, emit, load_settings, out, say
from streams.forgetting.erasing import erase, erasure_of, send_erasure
from streams.forgetting.purge import Cut, purge
from streams.kafka.broker import bootstrap_of
from streams.letters.dead_letters import reason_of

WARNING = """\
Everything that is known of {listener} will be removed: every session, and the taste that was
learned from them. This cannot be undone."""
KEPT = """
What they did stays in the raw topics until it leaves by their retention (UPNEXT_RETENTION_DAYS);
--purge takes it out now."""
PURGED = """
The raw topics are cut behind their last record: in those partitions everybody's older records go
with it. Nobody else's session or taste is touched, but replays and training begin later."""


def forget(
    listener: Annotated[str, typer.Argument(help="Whom to forget.")],
    purge_: Annotated[
        bool, typer.Option("--purge", help="Also cut the raw topics behind their last record.")
    ] = False,
    wait: Annotated[
        bool, typer.Option(help="Wait for the receipt; --purge does in any case.")
    ] = True,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Forget a listener: remove all sessions and what was learned, and prove it with a receipt.

    Example: upnext forget ann --purge
    """
    command = _command(listener)
    if not yes:
        warning = WARNING.format(listener=repr(listener)) + (PURGED if purge_ else KEPT)
        typer.echo(warning, err=True)
        typer.confirm("Go on?", abort=True, err=True)
    settings = load_settings()
    settings = settings.model_copy(update={"broker": bootstrap_of(settings)})
    if not (wait or purge_):
        send_erasure(settings.bootstrap, command)
        say("sent; the next sessions worker that reads it carries it out")
        return
    receipt = erase(settings, command)
    _tell(receipt, purge(settings, listener) if purge_ else (), json=json)


def _command(listener: str) -> SessionCommand:
    try:
        return erasure_of(listener)
    except ValidationError as error:
        raise typer.BadParameter(reason_of(error)) from None


def _tell(receipt: Erasure, cuts: tuple[Cut, ...], *, json: bool) -> None:
    if json:
        emit(record_of(receipt, cuts))
        return
    out.print(
        f"removed {receipt.events} events of {receipt.sessions} sessions, and what was learned "
        f"from {receipt.remembered}"
    )
    out.print(f"[dim]receipt[/]  {receipt.listener}, {receipt.before} -> {receipt.after}")
    for cut in cuts:
        where = f"{cut.topic}, partition {cut.partition}"
        out.print(f"[dim]purged[/]   {escape(where)}, all before offset {cut.before}")
    if left := [cut for cut in cuts if cut.on_disk]:
        say(
            f"{len(left)} partitions had no other records to begin a new file with: what was "
            "purged there is out of reach, and on the broker's disk until retention removes it"
        )


def record_of(receipt: Erasure, cuts: tuple[Cut, ...]) -> dict[str, Any]:
    """Return the receipt for JSON, with what was cut."""
    purged = [asdict(cut) for cut in cuts]
    return {**receipt.model_dump(mode="json", exclude={"schema_version"}), "purged": purged}


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(forget)
