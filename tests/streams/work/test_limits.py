"""One listener cannot make the others wait."""

import pytest

from streams.errors import TooFast
from streams.work.limits import KEPT, Limiter, Pace


def accepted(limiter: Limiter, listener: str, times: list[float]) -> int:
    count = 0
    for at in times:
        try:
            limiter.take(listener, at)
        except TooFast:
            continue
        count += 1
    return count


def test_a_burst_passes_and_what_is_beyond_it_does_not() -> None:
    limiter = Limiter(Pace(per_second=2, burst=5))

    assert accepted(limiter, "eve", [0.0] * 20) == 5


def test_after_a_pause_there_is_room_again_at_the_pace() -> None:
    limiter = Limiter(Pace(per_second=2, burst=5))
    accepted(limiter, "eve", [0.0] * 20)

    assert accepted(limiter, "eve", [1.5] * 20) == 3


def test_a_long_pause_gives_no_more_than_a_burst() -> None:
    limiter = Limiter(Pace(per_second=2, burst=5))
    accepted(limiter, "eve", [0.0] * 20)

    assert accepted(limiter, "eve", [3_600.0] * 20) == 5


def test_one_listener_takes_nothing_from_another() -> None:
    limiter = Limiter(Pace(per_second=2, burst=5))
    accepted(limiter, "eve", [0.0] * 1_000)

    assert accepted(limiter, "ann", [0.0] * 5) == 5


def test_a_time_that_goes_back_gives_nothing() -> None:
    limiter = Limiter(Pace(per_second=2, burst=5))
    accepted(limiter, "eve", [100.0] * 5)

    assert accepted(limiter, "eve", [50.0, 100.0]) == 0


def test_the_error_names_the_listener_and_the_limit() -> None:
    limiter = Limiter(Pace(per_second=2, burst=1))
    limiter.take("eve", 0)

    with pytest.raises(TooFast, match="'eve' sends more than 1 events at once or 2 a second"):
        limiter.take("eve", 0)


def test_no_more_listeners_are_remembered_than_it_has_room_for() -> None:
    limiter = Limiter(Pace(per_second=2, burst=1))

    for number in range(KEPT + 10):
        limiter.take(f"listener-{number}", 0)

    assert len(limiter._buckets) == KEPT
