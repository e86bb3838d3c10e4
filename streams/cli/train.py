"""`upnext train`: what upnext rests on, a space, or the model that knows how sessions go."""

import logging
import shlex
import signal
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from threading import Event as Flag
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer
from rich.logging import RichHandler

from streams.cli.common import Json, emit, out, say, talk
from streams.cli.progress import Tell, shown
from streams.cli.sequence import train_sequence

if TYPE_CHECKING:  # the base install has no embedder, and most verbs need none
    from embedder.training.journal import Event, Published, Stepped, Stopped, Validated

STOPPED = 130
"""Exit status of a run that was asked to stop: not done, and not failed."""

LISTED = 20
"""Figures of one name that are shown; the manifest has all."""

train = typer.Typer(
    help="Train what upnext rests on: a space, or a sequence model.", no_args_is_help=True
)

Config = Annotated[
    str, typer.Option(help="A TOML file, or the name of one that ships, such as small.")
]
Out = Annotated[
    Path | None, typer.Option(help="Folder of the run [default: runs/ and the space's name].")
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")]
Threads = Annotated[
    int | None, typer.Option(min=1, help="Threads to compute with [default: all cores].")
]


@train.command()
def space(
    config: Config,
    out: Out = None,
    resume: Resume = False,
    threads: Threads = None,
    json: Json = False,
) -> None:
    """Train a space; Ctrl-C keeps what was learned, and --resume goes on from there.

    The folder of the run gets checkpoints, the losses (JSON lines and a picture) and the space.

    Example: upnext train space --config small --out runs/small --threads 1
    """
    from embedder.training.config import read_config
    from embedder.training.journal import Published, Stopped
    from embedder.training.train import train_space

    training = read_config(config)
    folder = out or Path("runs") / training.name
    _hear_the_embedder()
    with _stop_when_asked() as stop:
        events = train_space(training, folder, resume=resume, threads=threads, stop=stop.is_set)
        for event in _shown(events):
            if isinstance(event, Stopped):
                _say_how_to_go_on(event, config, folder, threads)
                sys.exit(STOPPED)
            if isinstance(event, Published):
                _report(event, json)


def _report(published: "Published", json: bool) -> None:
    say(f"the towers of step {published.step} are a space: {published.folder}")
    if json:
        emit(
            {
                "space": str(published.folder),
                "hash": published.hash,
                "step": published.step,
                "quality": published.quality,
            }
        )
        return
    for name, value in published.quality.items():
        if not isinstance(value, dict):
            out.print(f"{name}: {value}")
        elif len(value) <= LISTED:
            out.print(f"{name}: " + ", ".join(f"{key} {figure}" for key, figure in value.items()))


def _say_how_to_go_on(stopped: "Stopped", config: str, folder: Path, threads: int | None) -> None:
    words = ["upnext", "train", "space", "--config", config, "--out", str(folder), "--resume"]
    words += ["--threads", str(threads)] if threads else []
    say(f"stopped after step {stopped.step} of {stopped.steps}, and kept it")
    talk.print(f"go on with: {shlex.join(words)}", soft_wrap=True)


def _shown(events: Generator["Event"]) -> Iterator["Event"]:
    """Yield the events, showing how far the run is and what the looks find."""
    from embedder.training.journal import Stepped, Validated

    tell: Tell | None = None
    with closing(events), ExitStack() as stack:
        for event in events:
            if isinstance(event, Stepped):
                tell = tell or stack.enter_context(shown("training", event.steps))
                tell(event.step, _pace(event))
            elif isinstance(event, Validated):
                say(_looked(event))
            yield event


def _pace(event: "Stepped") -> str:
    return f"loss {event.loss:.3f}, {event.pairs_per_second:.0f} pairs/s"


def _looked(event: "Validated") -> str:
    figures = ", ".join(f"{name} {figure:.3g}" for name, figure in event.figures.items())
    return f"step {event.step}: {figures}" + (" (best so far)" if event.best else "")


@contextmanager
def _stop_when_asked() -> Iterator[Flag]:
    """Give a flag that Ctrl-C or SIGTERM sets; the second time they do what they always do."""
    asked = Flag()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def ask(number: int, frame: FrameType | None) -> None:
        asked.set()
        _restore()
        say("stopping after this step; once more to stop at once")

    def _restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in before:
        signal.signal(number, ask)
    try:
        yield asked
    finally:
        _restore()


def _hear_the_embedder() -> None:
    """Let what the embedder logs appear beside the progress."""
    logger = logging.getLogger("embedder")
    logger.setLevel(logging.INFO)
    if not logger.handlers:
        handler = RichHandler(console=talk, show_time=False, show_level=False, show_path=False)
        logger.addHandler(handler)


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    train.command("sequence")(train_sequence)
    app.add_typer(train, name="train")
