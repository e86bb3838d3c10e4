"""The ranker's benchmark measures what it says: same objectives, honest listeners, fair rivals."""

from pathlib import Path

import numpy as np
import pytest

from ranker.library import Library
from streams.bench.ranker.adaptation import FOLLOWERS, TUNING, adaptation, negation
from streams.bench.ranker.dialogues import dialogues
from streams.bench.ranker.intervals import figure, interval
from streams.bench.ranker.listeners import Evening, Fixed, Upnext
from streams.bench.ranker.mining import mining
from streams.bench.ranker.recommend import recommend
from streams.bench.ranker.refit import Rows, _sklearn, _torch, ours
from streams.bench.ranker.steps import PARTS, steps
from streams.bench.ranker.worlds import World, jamendo_world
from streams.errors import UnreadableLog
from tests.factories import info

DIMENSION = 16


@pytest.fixture(scope="module")
def world() -> World:
    """Return 400 tracks that are or are not eight things, plainly heard."""
    rng = np.random.default_rng(0)
    names = [f"word{number}" for number in range(8)]
    has = rng.random((400, len(names))) < 0.25
    vectors = rng.normal(0, 0.1, (400, DIMENSION))
    vectors[:, : len(names)] += np.where(has, 1.0, -0.3)
    ids = [f"t{number:03}" for number in range(400)]
    axes = np.eye(DIMENSION, dtype=np.float32)
    return World(
        "made up",
        Library.of(
            (
                (track, vector.astype(np.float32), info(track))
                for track, vector in zip(ids, vectors, strict=True)
            ),
            DIMENSION,
            "made-up",
        ),
        {name: frozenset(np.array(ids)[has[:, k]].tolist()) for k, name in enumerate(names)},
        {name: (axes[k], 0.2) for k, name in enumerate(names)},
    )


@pytest.mark.parametrize("count", [10, 50])
def test_the_rivals_solve_the_same_problem(count: int) -> None:
    rows = Rows.drawn(count)

    best = rows.loss(ours(rows))

    assert rows.loss(_torch(rows)) == pytest.approx(best, rel=1e-6)
    assert rows.loss(_sklearn(rows)()) == pytest.approx(best, rel=1e-4)
    assert best < rows.loss(np.zeros(rows.x.shape[1]))


def test_a_listener_keeps_what_fits_and_skips_the_rest(world: World) -> None:
    fits = world.truth["word0"]
    evening = Evening(Upnext(world.library), np.random.default_rng(1))
    evening.begin(world.library.track_ids[:20])
    before = evening.precision(fits)

    for _ in range(15):
        evening.hear_next(fits)

    assert before < 0.6
    assert evening.precision(fits) >= 0.8
    assert 0 < evening.skips < 15


def test_a_fixed_playlist_does_not_follow(world: World) -> None:
    evening = Evening(Fixed(), np.random.default_rng(1))
    evening.begin(world.library.track_ids[:20])

    evening.hear_next(world.truth["word0"])

    assert list(evening.follower.queue()) == list(world.library.track_ids[1:20])


def test_every_follower_is_measured_on_the_same_listeners(world: World) -> None:
    told = adaptation(world, listeners=4)

    assert set(FOLLOWERS) <= set(told)
    ours, theirs = told["upnext"], told["fixed"]
    assert ours["skips_to_fit_unseeded"]["value"] < theirs["skips_to_fit_unseeded"]["value"]
    assert ours["reached_unseeded"]["value"] > theirs["reached_unseeded"]["value"]
    assert adaptation(world, listeners=4) == told


def test_the_oracle_finds_every_taste_and_keeps_every_refusal(world: World) -> None:
    best = adaptation(world, listeners=6)["oracle"]

    for name in ("reached", "reached_unseeded", "recovery_without_words_reached"):
        assert best[name]["value"] == 1
    assert best["skips_to_fit_unseeded"]["value"] <= 3
    assert best["negation_violations"]["value"] == 0


def test_listeners_that_constants_are_chosen_on_are_not_those_reported(world: World) -> None:
    assert adaptation(world, 4, first=TUNING) != adaptation(world, 4)


def test_what_was_refused_is_counted_against_what_was_liked(world: World) -> None:
    ours, theirs = (negation(world, FOLLOWERS[name], repeats=1) for name in ("upnext", "fixed"))

    assert ours is not None and theirs is not None
    assert ours["value"] < 0.1 < theirs["value"]


def test_the_stores_recommend_is_asked_for_the_same_rows(world: World) -> None:
    told = recommend(world, listeners=3)

    for contender in ("upnext", "best_score", "average_vector"):
        assert 0 <= told[contender]["precision_after_10"]["value"] <= 1


def test_mining_finds_what_sorting_everything_finds() -> None:
    told = mining(sizes=(500, 2_000))

    assert told["2000"]["recall"] >= 0.99


def test_a_steps_time_is_told_part_by_part() -> None:
    told = steps()

    parts = told["parts_ms"]
    assert set(parts) == {*PARTS, "rest"}
    assert all(taken > 0 for name, taken in parts.items() if name != "rest")
    assert parts["fit: classifier"] < parts["fit"]
    assert told["queue"] == 50


def test_an_interval_holds_its_figure() -> None:
    values = [1.0, 2.0, 3.0, 4.0]

    low, high = interval(values)

    assert low <= figure(values)["value"] == 2.5 <= high


def test_a_data_set_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLog, match="cpcd"):
        dialogues(tmp_path)
    with pytest.raises(UnreadableLog, match="all_tracks"):
        jamendo_world(None, tmp_path, 10)  # type: ignore[arg-type]
