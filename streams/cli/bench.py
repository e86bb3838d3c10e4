"""`upnext bench`: measure, side by side with a yardstick."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from streams.bench.stream import Load, bench_stream
from streams.cli.common import Json, emit, load_settings, out, say

bench = typer.Typer(help="Benchmarks on the real broker.", no_args_is_help=True)


@bench.callback()
def _benchmarks() -> None:
    """Keep `stream` a verb of its own while it is the only one."""


@bench.command()
def stream(
    rate: Annotated[float, typer.Option(help="Events per second.")] = 200.0,
    seconds: Annotated[float, typer.Option(help="Length of the paced run.")] = 15.0,
    json: Json = False,
) -> None:
    """Compare the sessions agent with a do-nothing agent: latency when paced, throughput.

    Example: upnext bench stream --json
    """
    with TemporaryDirectory(prefix="upnext-bench-") as folder:
        # A broker of its own, so that neither the user's data nor their load is in the figures.
        own = {"state_folder": Path(folder), "kafka_port": 0, "metrics_port": 0}
        settings = load_settings().model_copy(update=own)
        figures = bench_stream(settings, Load(per_second=rate, seconds=seconds), say)
    if json:
        emit(figures)
        return
    for name in ("noop", "upnext"):
        out.print(name, figures[name])
    out.print({key: value for key, value in figures.items() if key.startswith("ratio")})


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(bench, name="bench")
