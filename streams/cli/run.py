"""`upnext up` and `upnext worker`: run the system."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import AF_INET, AF_INET6, SO_REUSEADDR, SOL_SOCKET, socket
from threading import Event
from typing import Annotated

import typer

from embedder.manifest import Manifest, folder_of
from streams.cli.common import SHIPPED, Music, catalogue, load_settings, say, settings_for
from streams.embedders.coverage import require_coverage
from streams.errors import AddressTaken
from streams.settings import Settings
from streams.stack import Stack, player_command, worker_commands
from streams.workers import WORKERS, Name, run_worker


def up(
    player: Annotated[
        bool, typer.Option(help="Also the gateway, with the player's page; indexes the catalogue.")
    ] = False,
    music: Music = None,
) -> None:
    """Run broker, workers and metrics until Ctrl-C.

    With an own broker: UPNEXT_BROKER=kafka1:9092 upnext up
    With the player: upnext up --player --music ~/Music
    """
    settings = settings_for(music)
    if music is not None:
        chosen = {"gateway_music": (*settings.gateway_music, music.resolve())}
        settings = settings.model_copy(update=chosen)
    if player:
        require_free(settings.gateway_host, settings.gateway_port)
    commands = worker_commands(*WORKERS) | (player_command() if player else {})
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Stack(settings, say, commands, require=require_space) as stack:
        if stack.joined:
            say("the workers of this state folder run already, in another process")
            if player:
                say("beside them: upnext gateway --player")
            return
        if music is not None or (player and not catalogue(stack.settings)):
            _index(music or SHIPPED, stack.settings)
        stack.wait_until_ready()
        say(f"broker {stack.settings.bootstrap}")
        for name, port in stack.ports.items():
            say(f"worker {name} is ready, metrics on http://127.0.0.1:{port}/metrics")
        if player:
            say(f"the player is at {address_of(settings)}/player/")
        say("Ctrl-C stops everything")
        stack.watch(stop)
        say("stopping")


def _index(folder: Path, settings: Settings) -> None:
    """Embed a folder, interrupted by Ctrl-C as `upnext index` is."""
    from streams.cli.index import index_with_progress

    with _interruptible():
        index_with_progress(folder, settings)


@contextmanager
def _interruptible() -> Iterator[None]:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in handlers:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def address_of(settings: Settings) -> str:
    """Return where the gateway is, for people on this machine."""
    return f"http://127.0.0.1:{settings.gateway_port}"


def require_free(host: str, port: int) -> None:
    """Refuse an address that another program listens on; raises AddressTaken."""
    with socket(AF_INET6 if ":" in host else AF_INET) as probe:
        probe.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise AddressTaken(host, port, error.strerror or str(error)) from None


def require_space(settings: Settings) -> None:
    """Refuse a space that lacks much of what another has: every queue would shrink."""
    require_coverage(settings, Manifest.read(folder_of(settings.space)).hash)


def worker(
    name: Annotated[Name, typer.Argument(help="Which agents to run.")],
    wait: Annotated[
        bool,
        typer.Option(help="Wait for the broker, and for a space being filled, or exit 1."),
    ] = True,
) -> None:
    """Run one worker in this process.

    Example: UPNEXT_BROKER=kafka1:9092 upnext worker sessions --no-wait
    """
    run_worker(name, load_settings(), wait=wait)
    sys.exit(0)


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(up)
    app.command()(worker)
