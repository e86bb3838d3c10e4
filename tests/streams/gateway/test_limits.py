"""Bounds on what one caller may take."""

import pytest

from streams.gateway import limits
from streams.gateway.limits import Pace, Seats
from streams.gateway.problems import Problem


class Clock:
    """Seconds, as a test sets them."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def taken(pace: Pace, caller: str, times: int) -> int:
    """Return how many of so many requests were let in."""
    count = 0
    for _ in range(times):
        try:
            pace.take(caller)
        except Problem:
            return count
        count += 1
    return count


def test_twice_the_rate_may_come_at_once_and_then_the_rate() -> None:
    clock = Clock()
    pace = Pace(10, clock=clock)

    at_once = taken(pace, "ann", 100)
    clock.now = 0.5
    later = taken(pace, "ann", 100)

    assert (at_once, later) == (20, 5)


def test_a_caller_is_told_when_the_next_request_is_welcome() -> None:
    pace = Pace(0.25, clock=Clock())
    pace.take("ann")

    with pytest.raises(Problem) as refused:
        pace.take("ann")

    assert refused.value.status == 429
    assert refused.value.headers["Retry-After"] == "4"


def test_one_callers_haste_does_not_slow_another_down() -> None:
    pace = Pace(1, clock=Clock())
    taken(pace, "ann", 100)

    assert taken(pace, "bob", 100) == 2


def test_callers_are_remembered_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CALLERS", 10)
    pace = Pace(1, clock=Clock())

    for number in range(100):
        pace.take(f"listener-{number}")

    assert len(pace._buckets) == 10


def test_a_seat_is_free_again_when_its_holder_has_gone() -> None:
    seats = Seats(1)

    with seats.taken("ann"), seats.taken("bob"), pytest.raises(Problem, match="1 connections"):
        seats.require("ann")
    seats.require("ann")

    assert not seats._taken
