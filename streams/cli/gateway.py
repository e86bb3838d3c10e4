"""`upnext gateway` and `upnext keys`: the front door, and who may come in."""

import logging
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.table import Table

from streams.cli.common import Json, emit, load_settings, out, say
from streams.errors import GatewayMissing
from streams.gateway.keys import Key, Scope, make_key, read_keys, without, write_keys
from streams.kafka.admin import create_topics, wait_for_broker
from streams.kafka.broker import bootstrap_of
from streams.letters.dead_letters import reason_of
from streams.settings import Settings

keys = typer.Typer(help="Who may use the gateway.", no_args_is_help=True)

File = Annotated[
    Path | None,
    typer.Option("--file", help="The file of keys; default UPNEXT_GATEWAY_KEYS."),
]


def gateway(
    player: Annotated[bool, typer.Option(help="Serve the player's page at /player/.")] = False,
    host: Annotated[str | None, typer.Option(help="Address (UPNEXT_GATEWAY_HOST).")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port (UPNEXT_GATEWAY_PORT).", min=0, max=65_535)
    ] = None,
    wait: Annotated[bool, typer.Option(help="Wait for the broker, or exit 1.")] = True,
) -> None:
    """Serve applications over HTTP until Ctrl-C.

    Example: UPNEXT_GATEWAY_KEYS=keys.json upnext gateway --host 0.0.0.0
    """
    settings = load_settings()
    chosen = {
        "gateway_host": settings.gateway_host if host is None else host,
        "gateway_port": settings.gateway_port if port is None else port,
        "broker": bootstrap_of(settings),
    }
    serve(settings.model_copy(update=chosen), player=player, wait=wait)


def serve(settings: Settings, *, player: bool, wait: bool) -> None:
    """Run the gateway in this process; its metrics have a port of their own as well.

    Raises
    ------
    GatewayMissing
        The extra is not installed.

    """
    try:
        from prometheus_client import start_http_server

        from streams.gateway.serve import run_gateway
    except ModuleNotFoundError as error:
        raise GatewayMissing(str(error.name)) from None
    logging.basicConfig(level=settings.log_level.upper())
    wait_for_broker(settings.bootstrap, seconds=None if wait else 0)
    create_topics(settings)
    start_http_server(settings.metrics_port)
    sys.exit(0 if run_gateway(settings, player=player) else 1)


@keys.command()
def add(
    name: Annotated[str, typer.Argument(help="Who is to have it.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="read, send or admin; may be repeated.")
    ] = None,
    days: Annotated[
        float | None, typer.Option(help="After how many days it ends; default never.", min=0)
    ] = None,
    file: File = None,
    json: Json = False,
) -> None:
    """Make a key, and show it this once; a running gateway takes it within a second.

    Example: upnext keys add shop --scope send --scope read
    """
    settings = load_settings()
    path = _path(file, settings)
    now = datetime.now(UTC)
    try:
        shown, key = make_key(
            name,
            _scopes(scope or ["read", "send"]),
            tenant=settings.tenant,
            now=now,
            expires_at=None if days is None else now + timedelta(days=days),
        )
    except ValidationError as error:
        raise typer.BadParameter(reason_of(error)) from None
    write_keys(path, [*(read_keys(path) if path.exists() else ()), key])
    if json:
        emit({"id": key.id, "key": shown})
    else:
        say(f"{path} has {key.id} of {key.name}: {', '.join(key.scopes)}. The key, only now:")
        typer.echo(shown)


@keys.command("list")
def list_keys(file: File = None, json: Json = False) -> None:
    """List the keys, without what they are."""
    found = read_keys(_path(file, load_settings()))
    if json:
        for key in found:
            emit(key.model_dump(mode="json", exclude={"digest"}))
        return
    out.print(_table(found))


@keys.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="The key's id; it is in the key, too.")],
    file: File = None,
) -> None:
    """Take a key out: a running gateway refuses it within a second.

    Example: upnext keys revoke 3f9a01bc
    """
    path = _path(file, load_settings())
    write_keys(path, without(read_keys(path), key_id))
    say(f"{path} has no key {key_id} any more")


def _path(file: Path | None, settings: Settings) -> Path:
    path = file or settings.gateway_keys
    if path is None:
        raise typer.BadParameter("name the file of keys: --file, or UPNEXT_GATEWAY_KEYS")
    return path


def _scopes(wanted: list[str]) -> list[Scope]:
    known: dict[str, Scope] = {"read": "read", "send": "send", "admin": "admin"}
    try:
        return [known[one] for one in wanted]
    except KeyError as error:
        raise typer.BadParameter(f"no scope {error}: there are {', '.join(known)}") from None


def _table(found: tuple[Key, ...]) -> Table:
    table = Table("id", "name", "scopes", "tenant", "made", "ends", box=None)
    for key in found:
        ends = "" if key.expires_at is None else f"{key.expires_at:%Y-%m-%d %H:%M}"
        made = f"{key.created_at:%Y-%m-%d %H:%M}"
        table.add_row(key.id, key.name, ", ".join(key.scopes), key.tenant, made, ends)
    return table


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(gateway)
    app.add_typer(keys, name="keys")
