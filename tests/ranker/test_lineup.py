"""The order of the queue under its rules: doubles, artists, sounds, churn."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranker.config import RankerConfig
from ranker.library import Library
from ranker.lineup import plain_title, spread, steadied, without_doubles
from schemas import SessionEvent
from tests.factories import clause, command, info, queue, start, understood

CONFIG = RankerConfig(queue_length=6)
NOTHING = np.array([], np.intp)


def tracks(*described: tuple[str, str | None, tuple[float, ...]]) -> Library:
    """Return tracks `0`, `1`, ... from (title, artist, vector)."""
    return Library.of(
        [
            (f"{number}", np.array(vector, np.float32), info("", title=title, artist=artist))
            for number, (title, artist, vector) in enumerate(described)
        ],
        len(described[0][2]),
        "tiny",
    )


def rows(library: Library) -> np.ndarray:
    return np.arange(len(library))


# Doubles


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Blue Train", "Blue Train (Live at Home)"),
        ("Blue Train", "blue train [2003 Remaster]"),
        ("Blue Train", "Blue Train - Single Version"),
        ("Blue Train", "Blue Train feat. Somebody"),
    ],
)
def test_versions_of_a_title_are_one(one: str, other: str) -> None:
    assert plain_title(one) == plain_title(other)


@pytest.mark.parametrize("title", ["(Untitled)", "[?]", "- - -"])
def test_a_title_of_nothing_but_asides_keeps_its_name(title: str) -> None:
    assert plain_title(title)


def test_of_two_versions_that_sound_alike_the_better_is_kept() -> None:
    library = tracks(("Moon", None, (1, 0)), ("Sun", None, (0, 1)), ("Moon (Live)", None, (1, 0.1)))

    assert without_doubles([2, 0, 1], rows(library), NOTHING, library, CONFIG) == [2, 1]


def test_two_songs_of_one_name_that_sound_different_are_both_kept() -> None:
    library = tracks(("Intro", None, (1, 0)), ("Intro", None, (0, 1)))

    assert without_doubles([0, 1], rows(library), NOTHING, library, CONFIG) == [0, 1]


def test_the_same_sound_under_another_name_is_one() -> None:
    library = tracks(("Moon", None, (1, 0)), ("Untitled 3", None, (1, 0.001)))

    assert without_doubles([0, 1], rows(library), NOTHING, library, CONFIG) == [0]


def test_nothing_like_what_was_played_is_queued() -> None:
    library = tracks(("Moon", None, (1, 0)), ("Moon (Live)", None, (1, 0.1)), ("Sun", None, (0, 1)))

    assert without_doubles([1, 2], rows(library), np.array([0]), library, CONFIG) == [2]


# Spread


def test_an_artist_has_so_many_of_so_many_places() -> None:
    library = tracks(*[(f"a{i}", "Ann", (1, i)) for i in range(5)], ("b", "Bob", (0, 1)))
    config = replace(CONFIG, artist_cap=2, artist_window=4)

    order = spread(range(6), np.arange(6.0)[::-1], rows(library), frozenset(), library, config)

    assert order == [0, 1, 5, 2, 3, 4]


def test_an_artist_that_was_asked_for_may_fill_the_queue() -> None:
    library = tracks(*[(f"a{i}", "Ann", (1, i)) for i in range(5)], ("b", "Bob", (0, 1)))
    config = replace(CONFIG, artist_cap=2, artist_window=4)
    asked = frozenset({"ann"})

    order = spread(range(6), np.arange(6.0)[::-1], rows(library), asked, library, config)

    assert order == [0, 1, 2, 3, 4, 5]


def test_tracks_without_an_artist_are_not_counted_as_one() -> None:
    library = tracks(*[(f"t{i}", None, (1, i)) for i in range(5)])
    config = replace(CONFIG, artist_cap=1, artist_window=4)

    order = spread(range(5), np.arange(5.0)[::-1], rows(library), frozenset(), library, config)

    assert order == [0, 1, 2, 3, 4]


def test_a_cap_of_none_sets_no_bound() -> None:
    library = tracks(*[(f"a{i}", "Ann", (1, i)) for i in range(5)], ("b", "Bob", (0, 1)))
    config = replace(CONFIG, artist_cap=0)

    order = spread(range(6), np.arange(6.0)[::-1], rows(library), frozenset(), library, config)

    assert order == [0, 1, 2, 3, 4, 5]


def test_diversity_puts_something_else_between_what_is_alike() -> None:
    library = tracks(("a", None, (1, 0)), ("b", None, (1, 0.1)), ("c", None, (0, 1)))
    scores = np.array([3.0, 2.9, 2.5])
    config = replace(CONFIG, diversity=1.0)

    plain = spread([0, 1, 2], scores, rows(library), frozenset(), library, CONFIG)
    diverse = spread([0, 1, 2], scores, rows(library), frozenset(), library, config)

    assert plain == [0, 1, 2]
    assert diverse == [0, 2, 1]


# Churn


def moved(order: list[int], places: dict[int, int]) -> int:
    return max((abs(order.index(index) - place) for index, place in places.items()), default=0)


def test_what_is_shown_moves_by_its_budget_and_no_more() -> None:
    shown = {index: index for index in range(5)}

    steady = steadied([4, 3, 2, 1, 0], shown, budget=1)

    assert steady == [1, 0, 3, 2, 4]


def test_no_budget_is_no_bound() -> None:
    assert steadied([2, 1, 0], {0: 0, 1: 1, 2: 2}, budget=None) == [2, 1, 0]


def test_a_budget_of_nothing_keeps_what_is_shown() -> None:
    assert steadied([9, 2, 1, 0], {0: 0, 1: 1, 2: 2}, budget=0) == [0, 1, 2, 9]


@given(st.permutations(range(12)), st.integers(0, 8), st.integers(0, 12))
def test_nobody_shown_moves_further_than_the_budget(
    order: list[int], shown: int, budget: int
) -> None:
    places = {index: index for index in range(shown)}

    steady = steadied(order, places, budget)

    assert sorted(steady) == sorted(order)
    assert moved(steady, places) <= budget


@given(st.permutations(range(8)))
def test_a_wide_budget_changes_nothing(order: list[int]) -> None:
    assert steadied(order, {index: index for index in range(8)}, budget=8) == order


# In the queue

EVENING: tuple[SessionEvent, ...] = (
    start("calm-1", "calm-2", "loud-1", "loud-2"),
    command("shown", 1, playlist=("calm-1", "calm-2", "loud-1", "loud-2")),
    understood(clause("more", "loud", (1, 0, 0)), at=2),
)


def test_the_queue_keeps_to_its_churn_budget() -> None:
    free = queue(*EVENING)
    steady = queue(*EVENING, config=RankerConfig(churn_budget=1))

    assert free.index("calm-1") > 1
    assert abs(steady.index("calm-1") - 0) <= 1
    assert abs(steady.index("loud-1") - 2) <= 1


def test_what_is_forbidden_leaves_whatever_the_budget() -> None:
    no_loud = understood(clause("without", "loud", (1, 0, 0), cut=0.4), at=3)

    queued = queue(*EVENING[:2], no_loud, config=RankerConfig(churn_budget=0))

    assert not {"loud-1", "loud-2"} & set(queued)
