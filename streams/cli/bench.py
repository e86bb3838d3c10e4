"""`upnext bench`: measure, side by side with a yardstick."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from threadpoolctl import threadpool_limits

from streams.bench.stream import Load, bench_stream
from streams.cli.common import SHIPPED, Json, emit, load_settings, out, say
from streams.cli.progress import shown
from streams.settings import EMBEDDED, Settings

bench = typer.Typer(help="Benchmarks, side by side with a yardstick.", no_args_is_help=True)


@bench.command()
def stream(
    rate: Annotated[float, typer.Option(help="Events per second.")] = 200.0,
    seconds: Annotated[float, typer.Option(help="Length of the paced run.")] = 15.0,
    json: Json = False,
) -> None:
    """Compare both engines with a do-nothing agent and a plain loop: latency, throughput.

    Example: upnext bench stream --json
    """
    with _own_broker() as settings:
        figures = bench_stream(settings, Load(per_second=rate, seconds=seconds), say)
    if json:
        emit(figures)
        return
    for name in ("noop", "upnext", "transactions", "plain"):
        out.print(name, figures[name])
    out.print({key: value for key, value in figures.items() if key.startswith("ratio")})


@bench.command()
def chaos(
    events: Annotated[int, typer.Option(help="Events of all sessions.", min=100)] = 200_000,
    sessions: Annotated[int, typer.Option(min=2)] = 2_000,
    kills: Annotated[int, typer.Option(help="SIGKILLs of a worker.", min=0)] = 40,
    sleepers: Annotated[
        int, typer.Option(help="Workers stopped past their session timeout and woken.", min=0)
    ] = 3,
    broker_kills: Annotated[int, typer.Option(help="SIGKILLs of the broker.", min=0)] = 3,
    rebalances: Annotated[int, typer.Option(help="A second worker comes or goes.", min=0)] = 5,
    rate: Annotated[float, typer.Option(help="Events per second at most.")] = 1_000.0,
    seed: int = 1,
    engine: Annotated[
        str | None, typer.Option(help="faust or transactions; default UPNEXT_ENGINE.")
    ] = None,
    json: Json = False,
) -> None:
    """Kill, freeze and rebalance workers and broker under traffic, then check every session.

    A broker of its own, and minutes. Exit status 1 where anything was lost, doubled or wrong.

    Example: upnext bench chaos --events 20000 --sessions 200 --kills 4 --engine transactions
    """
    from streams.bench.chaos.run import Faults, bench_chaos
    from streams.bench.chaos.traffic import Plan

    plan = Plan(events=events, sessions=sessions, places=min(5_000, events // 4), seed=seed)
    faults = Faults(kills, sleepers, broker_kills, rebalances)
    with _own_broker(engine) as settings, shown("events", events) as tell:
        figures = bench_chaos(
            settings, plan, faults, say, per_second=rate, progress=lambda sent: tell(sent, "")
        )
    if json:
        emit(figures)
    else:
        out.print_json(data=figures)
    clean = figures["rejected"] == figures["expected_rejected"] and not any(
        figures[key] for key in ("lost", "doubled", "wrong_sessions", "wrong_listeners")
    )
    sys.exit(0 if clean else 1)


@bench.command()
def recovery(
    sessions: Annotated[int, typer.Option(help="Live sessions.", min=10)] = 50_000,
    engine: Annotated[
        str | None, typer.Option(help="faust or transactions; default UPNEXT_ENGINE.")
    ] = None,
    json: Json = False,
) -> None:
    """Measure what live sessions cost a worker: bytes, memory, and the time to recover them.

    Example: upnext bench recovery --engine transactions --json
    """
    from streams.bench.recovery import bench_recovery

    with _own_broker(engine) as settings:
        figures = bench_recovery(settings, sessions, say)
    if json:
        emit(figures)
    else:
        out.print_json(data=figures)


@bench.command()
def gateway(
    rate: Annotated[
        list[int] | None, typer.Option(help="Events per second; may be repeated.", min=1)
    ] = None,
    seconds: Annotated[float, typer.Option(help="Length of each run.")] = 15.0,
    listeners: Annotated[int, typer.Option(help="Who plays and follows.", min=1)] = 500,
    engine: Annotated[str, typer.Option(help="faust or transactions.")] = "transactions",
    json: Json = False,
) -> None:
    """Measure the gateway: event in by HTTP to update out by SSE, open loop, and its memory.

    Example: upnext bench gateway --json
    """
    from streams.bench.gateway import Load, bench_gateway

    shape = Load(rates=tuple(rate or (200, 1_000)), seconds=seconds, listeners=listeners)
    with _own_broker(engine) as settings:
        figures = bench_gateway(settings, shape, say)
    if json:
        emit(figures)
    else:
        out.print_json(data=figures)


@contextmanager
def _own_broker(engine: str | None = None) -> Iterator[Settings]:
    """Yield settings with a broker of its own: no one's data or load is in the figures."""
    with TemporaryDirectory(prefix="upnext-bench-") as folder:
        own = {"state_folder": Path(folder), "kafka_port": 0, "metrics_port": 0}
        settings = load_settings().model_copy(update={**own, "broker": EMBEDDED})
        chosen = {} if engine is None else {"engine": engine}
        yield Settings.model_validate({**settings.model_dump(), **chosen})


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
