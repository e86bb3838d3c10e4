"""`upnext up` and `upnext worker`: run the system."""

import signal
import sys
from threading import Event
from typing import Annotated

import typer

from embedder.manifest import Manifest, folder_of
from streams.cli.common import load_settings, say
from streams.coverage import require_coverage
from streams.settings import Settings
from streams.stack import Stack
from streams.workers import Name, run_worker


def up() -> None:
    """Run broker, workers and metrics until Ctrl-C.

    With an own broker: UPNEXT_BROKER=kafka1:9092 upnext up
    """
    settings = load_settings()
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Stack(settings, say, require=require_space) as stack:
        if stack.joined:
            say("the workers of this state folder run already, in another process")
            return
        stack.wait_until_ready()
        say(f"broker {stack.settings.bootstrap}")
        for name, port in stack.ports.items():
            say(f"worker {name} is ready, metrics on http://127.0.0.1:{port}/metrics")
        say("Ctrl-C stops everything")
        stack.watch(stop)
        say("stopping")


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
