"""How the compass looks to a person, and to a program."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich import box
from rich.bar import Bar
from rich.table import Table

from ranker.compass import Compass, Leaning

WIDTH = 30
"""Columns of the longest bar."""


def compass_table(compass: Compass, before: Mapping[str, float] | None = None) -> Table:
    """Draw the words that a session leans toward, then those it leans away from.

    Parameters
    ----------
    before : strength of each word before an edit, where one was made

    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("word", no_wrap=True)
    if before is not None:
        table.add_column("before", justify="right", style="dim", no_wrap=True)
    table.add_column("log-odds", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    longest = max((abs(one.strength) for one in (*compass.toward, *compass.away)), default=1.0)
    for title, style, leanings in (
        ("toward", "green", compass.toward),
        ("away from", "red", compass.away),
    ):
        for rank, leaning in enumerate(leanings):
            was = [] if before is None else [f"{before[leaning.word]:+.2f}"]
            table.add_row(
                "" if rank else title,
                leaning.word,
                *was,
                f"{leaning.strength:+.2f}",
                Bar(longest, 0, abs(leaning.strength), width=WIDTH, color=style),
            )
        table.add_section()
    return table


def compass_record(
    compass: Compass, before: Mapping[str, float] | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Return a compass as it goes into JSON; after an edit, with each word's strength before."""
    return {"toward": _told(compass.toward, before), "away": _told(compass.away, before)}


def _told(
    leanings: tuple[Leaning, ...], before: Mapping[str, float] | None
) -> list[dict[str, Any]]:
    return [
        asdict(leaning) | ({} if before is None else {"before": before[leaning.word]})
        for leaning in leanings
    ]
