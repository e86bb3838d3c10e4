"""What may not be queued: the product's rules, the listener's words, and who gives way to whom.

Filters are applied in this order, and one that would leave nothing gives way:

1. played in this session: never gives way;
2. `QueueRules.exclude`: never gives way;
3. `QueueRules.include`;
4. words, the newest first: so the oldest wish gives way first.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from ranker.history import History
from ranker.library import Library, Mask
from ranker.wishes import Wish
from schemas import QueueRules, TrackFilter


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on tracks, and how it is told."""

    sentence: str
    passes: Mask
    gives_way: bool = True
    """Whether it is relaxed rather than leave nothing."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What the filters let through."""

    free: Mask
    """(n,), over the library."""
    relaxed: tuple[str, ...]
    """Sentences of those that gave way, first the first that did."""
    empty_because: str | None
    """Where nothing passes: the sentence of the filter that took the last."""


def allowed(history: History, wishes: Sequence[Wish], library: Library) -> Passed:
    """Return the tracks that may be queued; O(filters x tracks)."""
    return apply(
        [
            _unplayed(history, library),
            *_excluded(history.rules, library),
            *_included(history.rules, library),
            *_wished(wishes, library),
        ],
        len(library),
    )


def apply(filters: Iterable[Filter], size: int) -> Passed:
    """Apply filters in turn; one that would leave nothing gives way if it may."""
    free = np.ones(size, bool)
    relaxed: list[str] = []
    empty_because = None if size else "the library is empty"
    for each in filters:
        left = free & each.passes
        if left.any() or not free.any():
            free = left
        elif each.gives_way:
            relaxed.append(each.sentence)
        else:
            free, empty_because = left, each.sentence
    return Passed(free, tuple(relaxed), empty_because)


def _unplayed(history: History, library: Library) -> Filter:
    passes = np.ones(len(library), bool)
    passes[[library.row(track_id) for track_id in history.played & library.rows.keys()]] = False
    return Filter("everything here was played in this session", passes, gives_way=False)


def _excluded(rules: QueueRules, library: Library) -> Iterator[Filter]:
    for condition in rules.exclude:
        yield Filter(
            f"the rule that excludes {told(condition)}", ~library.where(condition), gives_way=False
        )


def _included(rules: QueueRules, library: Library) -> Iterator[Filter]:
    for condition in rules.include:
        yield Filter(f"the rule that includes only {told(condition)}", library.where(condition))


def _wished(wishes: Sequence[Wish], library: Library) -> Iterator[Filter]:
    """Yield what words demand and forbid, newest first.

    What one sentence demands is an alternative: "only jazz or blues" lets both pass.
    """
    for _, group in groupby(reversed(wishes), key=lambda wish: wish.event_id):
        said = list(group)
        demands = [wish for wish in said if wish.demands]
        if demands:
            passes = np.any([wish.met_by(library) for wish in demands], axis=0)
            yield Filter(demands[-1].sentence, passes)
        for wish in said:
            if wish.forbids:
                yield Filter(wish.sentence, ~wish.met_by(library))


def told(condition: TrackFilter) -> str:
    """Return a condition in words.

    >>> told(TrackFilter(field="year", at_least=1990, at_most=1999))
    'year 1990 to 1999'
    >>> told(TrackFilter(field="artist", any_of=("Ann", "Bob")))
    'artist Ann or Bob'
    """
    name = condition.field.replace("_seconds", "").replace("track_id", "track")
    if condition.any_of:
        return f"{name} {' or '.join(condition.any_of)}"
    if condition.at_least is None:
        return f"{name} up to {condition.at_most:g}"
    if condition.at_most is None:
        return f"{name} from {condition.at_least:g}"
    return f"{name} {condition.at_least:g} to {condition.at_most:g}"
