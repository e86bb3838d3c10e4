"""`upnext bench`: measure, side by side with a yardstick."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from threadpoolctl import threadpool_limits

from streams.bench.stream import Load, bench_stream
from streams.cli.common import SHIPPED, Json, emit, load_settings, out, say

bench = typer.Typer(help="Benchmarks, side by side with a yardstick.", no_args_is_help=True)


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


@bench.command()
def ranker(
    listeners: Annotated[int, typer.Option(help="Simulated listeners of each experiment.")] = 100,
    jamendo: Annotated[
        Path | None, typer.Option(help="Folder of MTG-Jamendo's tag lists, to simulate on too.")
    ] = None,
    cpcd: Annotated[
        Path | None, typer.Option(help="Folder of CPCD's conversations, to rank in.")
    ] = None,
    json: Json = False,
) -> None:
    """Measure the session ranker: speed beside others, and how soon it follows a listener.

    Several minutes on one core, which nothing else should use.

    Example: upnext bench ranker --listeners 20 --json
    """
    from embedder.space import Space
    from streams.bench.ranker.report import bench_ranker

    space = Space.load(load_settings().space)
    with threadpool_limits(1):
        figures = bench_ranker(
            space, SHIPPED.parent, say, listeners=listeners, jamendo=jamendo, cpcd=cpcd
        )
    if json:
        emit(figures)
    else:
        out.print_json(data=figures)


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(bench, name="bench")
