"""Scores -> places: the order of the queue under its rules.

best first -> without doubles -> spread -> steadied -> woven

Each stage takes an order of candidates and gives one: near-duplicates are dropped, artists and
sounds are spread, what the player shows is kept from jumping, and what is fixed is put in its
place. A later stage has the last word.
"""

import re
from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ranker.config import RankerConfig
from ranker.library import Library
from ranker.terms import Parts, Rows

SPARE = 20
"""Tracks looked at beyond the length of the queue, for those that doubles make way for."""

_ASIDE = re.compile(r"\(.*?\)|\[.*?\]|\s-\s.*$|\bfeat\..*$")
_NOT_PLAIN = re.compile(r"\W+")


def without_doubles(
    order: Sequence[int], rows: Rows, taken: Rows, library: Library, config: RankerConfig
) -> list[int]:
    """Leave out what is nearly the same track as a better one, or as one of `taken`.

    Looks at the first `queue_length` and some more: O(queue_length^2 d). The rest follows as it
    was, for who would see it.

    Parameters
    ----------
    order : indexes into `rows`, best first
    rows : rows of the candidates in the library
    taken : rows of what was played or has its place already

    """
    head, rest = order[: config.queue_length + SPARE], order[config.queue_length + SPARE :]
    all_rows = np.concatenate([taken, rows[list(head)]]).astype(np.intp)
    alike = _alike(all_rows, library, config)
    if not alike.any():
        return [*head, *rest]
    kept: list[int] = []
    standing = list(range(len(taken)))
    for place, index in enumerate(head, start=len(taken)):
        if not alike[place, standing].any():
            standing.append(place)
            kept.append(index)
    return [*kept, *rest]


def _alike(rows: Rows, library: Library, config: RankerConfig) -> NDArray[np.bool_]:
    """Say of each pair whether they are one track in two versions."""
    vectors = library.vectors[rows]
    cosines = vectors @ vectors.T
    cosines.ravel()[:: len(rows) + 1] = -1  # the diagonal
    alike = cosines >= config.same_sound
    near = cosines >= config.near_duplicate
    for one, other in np.argwhere(np.triu(near)) if near.any() else ():
        titles = (library.infos[rows[place]].title for place in (one, other))
        if len({plain_title(title) for title in titles}) == 1:
            alike[one, other] = alike[other, one] = True
    return np.asarray(alike, np.bool_)


@lru_cache(maxsize=65_536)
def plain_title(title: str) -> str:
    """Return a title without what tells versions of a recording apart.

    >>> plain_title("Blue Train (Live) [Remastered 2003]") == plain_title("Blue train - Single")
    True
    """
    return _NOT_PLAIN.sub(" ", _ASIDE.sub("", title.casefold())).strip() or title.casefold()


def spread(
    order: Sequence[int],
    scores: Parts,
    rows: Rows,
    exempt: frozenset[str],
    library: Library,
    config: RankerConfig,
) -> list[int]:
    """Keep an artist from filling a stretch of the queue, and alike tracks apart.

    At each place stands the track with the largest score less `diversity` times its largest cosine
    with those before it, whose artist has not `artist_cap` of the last `artist_window` places; the
    cap gives way where nobody else is left. Maximal marginal relevance (Carbonell and Goldstein
    1998), under a cap.

    Parameters
    ----------
    order : indexes into `rows` and `scores`, best first
    exempt : artists that may fill the queue, in lower case

    """
    head = [library.artists[row] for row in rows[order[: config.queue_length]].tolist()]
    if not config.diversity and not _crowded(head, exempt, config):
        return list(order)
    artists = [library.artists[row] for row in rows.tolist()]
    waiting = list(order)
    recent: deque[str | None] = deque(maxlen=config.artist_window - 1)
    likeness = np.full(len(rows), -1.0)
    line: list[int] = []
    while waiting and len(line) < config.queue_length:
        full = _at_cap(recent, exempt, config)
        free = [index for index in waiting if artists[index] not in full] or waiting
        chosen = free[0]
        if config.diversity:
            value = scores[free] - config.diversity * np.maximum(likeness[free], 0.0)
            chosen = free[int(np.argmax(value))]
            near = library.vectors[rows] @ library.vectors[rows[chosen]]
            likeness = np.maximum(likeness, near)
        waiting.remove(chosen)
        recent.append(artists[chosen])
        line.append(chosen)
    return [*line, *waiting]


def _at_cap(
    recent: Collection[str | None], exempt: frozenset[str], config: RankerConfig
) -> frozenset[str]:
    """Return the artists that have as many of the recent places as they may."""
    counts = Counter(artist for artist in recent if artist is not None and artist not in exempt)
    return frozenset(artist for artist, count in counts.items() if 0 < config.artist_cap <= count)


def _crowded(head: Sequence[str | None], exempt: frozenset[str], config: RankerConfig) -> bool:
    """Say whether an artist has more of the whole queue than the cap: else no window can."""
    counts = Counter(head)
    return bool(config.artist_cap) and any(
        count > config.artist_cap
        for artist, count in counts.items()
        if artist is not None and artist not in exempt
    )


def steadied(order: Sequence[int], places: Mapping[int, int], budget: int | None) -> list[int]:
    """Move nobody further than `budget` places from where the player shows it.

    Each place goes to the first in `order` who may stand there already and leaves every other
    time to be in place: earliest deadline first, as tasks are scheduled.

    Parameters
    ----------
    order : indexes, best first
    places : index -> the place it is shown at, counted among `order`
    budget : places; None sets no bound

    """
    if budget is None or not places:
        return list(order)
    waiting = list(order)
    line: list[int] = []
    due = {index: places[index] + budget for index in order if index in places}
    while waiting:
        chosen = _steady_choice(waiting, due, places, len(line), budget)
        due.pop(chosen, None)
        waiting.remove(chosen)
        line.append(chosen)
    return line


def _steady_choice(
    waiting: Sequence[int], due: Mapping[int, int], places: Mapping[int, int], at: int, budget: int
) -> int:
    """Return who stands at place `at`: if nobody leaves the others time, who is due first."""
    for index in waiting:
        others = [deadline for other, deadline in due.items() if other != index]
        if places.get(index, 0) - budget <= at and _in_time(others, at + 1):
            return index
    return min(due, key=lambda index: due[index]) if due else waiting[0]


def _in_time(deadlines: Iterable[int], place: int) -> bool:
    """Say whether all can still stand by their deadlines, from `place` on."""
    return all(due >= place + k for k, due in enumerate(sorted(deadlines)))


def woven(order: Sequence[int], fixed: Mapping[int, int], length: int) -> list[int]:
    """Return the queue: the fixed in their places, the others in order between them.

    Of two fixed at one place the later stands behind; where the others run out, the fixed close
    up.

    >>> woven([7, 8, 9], {5: 1, 6: 1}, 10)
    [7, 5, 6, 8, 9]
    >>> woven([7], {5: 4}, 10)
    [7, 5]

    Parameters
    ----------
    order : indexes of who is not fixed, best first
    fixed : index -> place, 0 is next
    length : most places there are

    """
    others = deque(order[:length])
    line: list[int] = []
    for index, place in sorted(fixed.items(), key=lambda item: item[1]):
        while others and len(line) < place:
            line.append(others.popleft())
        line.append(index)
    return [*line, *others][:length]
