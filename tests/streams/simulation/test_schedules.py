"""Thousands of schedules of the sessions worker, each with its own crashes, without Kafka."""

from collections.abc import Iterable

import pytest

from tests.streams.simulation.schedule import DRIVERS, play, report


def play_all(driver: str, seeds: Iterable[int]) -> None:
    """Run schedules until one breaks an invariant; tell that one, as small as it gets."""
    for seed in seeds:
        if play(driver, seed).faults:
            pytest.fail(report(driver, seed), pytrace=False)


@pytest.mark.parametrize("driver", DRIVERS)
def test_every_schedule_ends_with_what_its_events_make(driver: str, only_seed: int | None) -> None:
    play_all(driver, range(500) if only_seed is None else [only_seed])


@pytest.mark.slow
@pytest.mark.parametrize("driver", DRIVERS)
def test_so_do_ten_thousand(driver: str) -> None:
    play_all(driver, range(1_000, 11_000))


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_seed_is_the_same_schedule_every_time(driver: str) -> None:
    one, other = play(driver, 7), play(driver, 7)

    assert one.told() == other.told()
    assert one.group.log == other.group.log
