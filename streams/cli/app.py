"""The command's verbs, put together."""

import sys

import typer

from embedder.errors import EmbedderError
from ranker.errors import RankerError
from streams.cli import (
    admin,
    bench,
    compass,
    conform,
    demo,
    evaluate,
    forget,
    gateway,
    index,
    migrate,
    play,
    prepare,
    rejected,
    rejected_replay,
    replay,
    run,
    send,
    space,
    train,
    watch,
)
from streams.errors import StreamsError

app = typer.Typer(
    name="upnext",
    help="A music queue that follows its listener: play, skip or say it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    *(demo, play, run, index, send, watch, migrate, space, prepare, train, evaluate),
    *(replay, compass, rejected, rejected_replay, forget, gateway, conform, admin, bench),
):
    module.register(app)


def main() -> None:
    """Run the command; a failure that we know is one line on stderr and exit status 1."""
    try:
        app()
    except (StreamsError, EmbedderError, RankerError) as error:
        typer.echo(f"upnext: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)  # the reader of our output has seen enough
