"""How far a long run is: a bar in a terminal, a line now and then where there is none."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TypeVar

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from streams.cli.common import say, talk
from streams.embedders.tally import Indexed, Run, Tally

T = TypeVar("T")

LINE_SECONDS = 5.0
"""Between two lines of progress where there is no terminal."""

Tell = Callable[[int, str], None]
"""Takes how many are done, and how fast that goes."""


def counting(items: Iterable[T], total: int, what: str) -> Iterator[T]:
    """Yield the items, showing how many have been."""
    with shown(what, total) as tell:
        for done, item in enumerate(items, start=1):
            yield item
            tell(done, "")


class Indexing:
    """Counts and times tracks as they are indexed, and shows rate and time left."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._begun = perf_counter()
        self._first_at: float | None = None
        self.tally = Tally()

    def take(self, one: Indexed) -> None:
        """Count one track."""
        self.tally = self.tally.plus(one)
        if self._first_at is None and self.tally.embedded:
            self._first_at = perf_counter()
        self._tell(self.tally.total, pace(self.run))

    @property
    def run(self) -> Run:
        """The run up to now."""
        now = perf_counter()
        first_at = now if self._first_at is None else self._first_at
        return Run(self.tally, now - self._begun, now - first_at)


@contextmanager
def indexing(total: int) -> Iterator[Indexing]:
    """Show how far the indexing of so many tracks is."""
    with shown("indexing", total) as tell:
        yield Indexing(tell)


def pace(run: Run) -> str:
    """Return how fast a run is, in words; nothing before the second track.

    >>> pace(Run(Tally(embedded=31, audio_seconds=7_440), seconds=25, since_first=20))
    '1.5 tracks/s, 360 h of music an hour'
    """
    if run.tally.embedded < 2:
        return ""
    return f"{run.tracks_per_second:.1f} tracks/s, {run.realtime_factor:.0f} h of music an hour"


@contextmanager
def shown(what: str, total: int) -> Iterator[Tell]:
    """Show how far something is, as it is told."""
    if not talk.is_terminal:
        yield _Lines(what, total).tell
        return
    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=talk, transient=True) as progress:
        task = progress.add_task(what, total=total, pace="")
        yield lambda done, pace: progress.update(task, completed=done, pace=pace)


class _Lines:
    """Says how far it is every few seconds, and in the end."""

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total
        self._first: tuple[float, int] | None = None
        self._told = perf_counter()

    def tell(self, done: int, pace: str) -> None:
        now = perf_counter()
        self._first = self._first or (now, done)
        if done < self._total and now - self._told < LINE_SECONDS:
            return
        self._told = now
        parts = (f"{self._what} {done} of {self._total}", pace, self._left(now, done))
        say(", ".join(filter(None, parts)))

    def _left(self, now: float, done: int) -> str:
        """Return how long the rest takes at the pace since the first was done."""
        begun, first = self._first or (now, done)
        if not first < done < self._total:
            return ""
        return f"{(now - begun) / (done - first) * (self._total - done):.0f} s left"
