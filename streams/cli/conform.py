"""`upnext conform`: judge whether a client follows a queue as the contract has it."""

import sys
from collections import Counter
from typing import Annotated

import typer
from rich.markup import escape

from streams.cli.common import Json, emit, out, say
from upnext.conformance import CASES, Result, generated, program, run_all
from upnext.errors import UpnextError


def conform(
    command: Annotated[
        list[str], typer.Argument(help="The adapter's command line, after '--'.", metavar="COMMAND")
    ],
    only: Annotated[
        str, typer.Option(help="Run the cases whose name has these words.", metavar="WORDS")
    ] = "",
    drawn: Annotated[
        int, typer.Option("--generated", min=0, help="Cases drawn at random, beside the others.")
    ] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Of the first case that is drawn.")] = 0,
    limit: Annotated[float, typer.Option(min=0.1, help="Seconds that a case may take.")] = 20.0,
    json: Json = False,
) -> None:
    """Judge a client of the queue-update contract, in whatever language it is written.

    The adapter is a program of yours. It is called with a URL, a listener and a session, follows
    that session with your client, and prints what it holds after each envelope that was applied:
    {"id": "12-3", "update": {...}}, one line each.

    Exit status: 0 where all cases pass, 1 where one fails, 2 where the adapter does not start.

    Example: upnext conform -- node build/conform/adapter.js
    """
    cases = [case for case in (*CASES, *generated(drawn, seed)) if only in case.name]
    if not cases:
        say(f"no case has {only!r} in its name")
        raise typer.Exit(2)
    results: list[Result] = []
    try:
        for result in run_all(cases, program(command), limit=limit):
            results.append(result)
            if not json:
                _show(result)
    except UpnextError as error:
        say(f"upnext: {error}")
        raise typer.Exit(2) from None
    failed = sum(not result.passed for result in results)
    if json:
        emit(_report(results, failed))
    else:
        _sum_up(results, failed)
    sys.stdout.flush()
    raise typer.Exit(1 if failed else 0)


def _show(result: Result) -> None:
    mark = "[green]passed[/]" if result.passed else "[red]failed[/]"
    out.print(f"{mark}  {escape(result.name)}")
    if result.why:
        out.print(f"        rule: {result.rule}")
        out.print(f"        {escape(result.why)}")


def _sum_up(results: list[Result], failed: int) -> None:
    out.print(f"{len(results) - failed} of {len(results)} cases passed")
    broken = Counter(result.rule for result in results if not result.passed)
    for rule, count in broken.most_common():
        out.print(f"  {count} against the rule: {rule}")


def _report(results: list[Result], failed: int) -> dict[str, object]:
    return {
        "passed": len(results) - failed,
        "failed": failed,
        "cases": [
            {
                "name": result.name,
                "rule": str(result.rule),
                "passed": result.passed,
                "why": result.why,
                "seconds": round(result.seconds, 3),
            }
            for result in results
        ],
    }


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(conform)
