"""Tries, breakers and falls."""

from threading import Event, Timer
from time import monotonic

import pytest
from pybreaker import CircuitBreakerError
from tenacity.stop import stop_after_attempt

from streams.errors import BrokerUnavailable
from streams.patience import HEALTHY_SECONDS, LONGEST_PAUSE_SECONDS, TRIES, Falls, breaker
from streams.patience import trying_again as patient

AWAY = BrokerUnavailable("127.0.0.1:1", "away")


class Server:
    """Fails so many times, then answers."""

    def __init__(self, failures: int, error: Exception = AWAY) -> None:
        self.left = failures
        self.error = error
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.left:
            raise self.error
        return "here"


def test_what_passes_is_tried_again_and_each_pause_is_said(caplog) -> None:
    server = Server(failures=2)

    answer = patient(BrokerUnavailable)(server)

    assert (answer, server.calls) == ("here", 3)
    assert caplog.text.count("away; trying again in ") == 2


def test_tries_are_bounded_and_end_with_the_error_itself() -> None:
    server = Server(failures=9)

    with pytest.raises(BrokerUnavailable, match="away"):
        patient(BrokerUnavailable, until=stop_after_attempt(3))(server)

    assert server.calls == 3


def test_what_does_not_pass_is_raised_at_once() -> None:
    server = Server(failures=9, error=ValueError("ours"))

    with pytest.raises(ValueError, match="ours"):
        patient(BrokerUnavailable)(server)

    assert server.calls == 1


def test_a_stop_ends_the_tries_in_the_middle_of_a_pause() -> None:
    stop = Event()
    Timer(0.3, stop.set).start()
    began = monotonic()

    with pytest.raises(BrokerUnavailable):
        patient(BrokerUnavailable, stop=stop)(Server(failures=10_000))

    assert monotonic() - began < 5


def test_a_server_that_fails_again_and_again_is_left_alone_and_then_asked_once() -> None:
    server = Server(failures=TRIES + 1)
    guarded = breaker("a server", BrokerUnavailable, rest=0.2)
    for _ in range(TRIES):
        with pytest.raises(BrokerUnavailable):
            guarded.call(server)

    with pytest.raises(CircuitBreakerError):
        guarded.call(server)
    assert server.calls == TRIES, "while it rests nobody calls"

    Event().wait(0.25)
    with pytest.raises(BrokerUnavailable):
        guarded.call(server)
    with pytest.raises(CircuitBreakerError):
        guarded.call(server)
    assert server.calls == TRIES + 1, "one asked, and it rests again"

    Event().wait(0.25)
    assert guarded.call(server) == "here"
    assert guarded.call(server) == "here"


def test_an_error_of_the_callers_own_opens_no_breaker() -> None:
    guarded = breaker("another server", BrokerUnavailable)

    for _ in range(2 * TRIES):
        with pytest.raises(ValueError, match="ours"):
            guarded.call(Server(failures=1, error=ValueError("ours")))

    assert guarded.call(Server(failures=0)) == "here"


def test_falls_in_a_row_are_too_many_and_a_long_run_forgives_them() -> None:
    falls = Falls(most=2)

    for _ in range(3):
        falls.add(ran_seconds=1)
    assert falls.too_many

    falls.add(ran_seconds=HEALTHY_SECONDS)
    assert falls.in_a_row == 1
    assert not falls.too_many


def test_pauses_between_starts_grow_and_are_bounded() -> None:
    falls = Falls()
    pauses = []
    for _ in range(9):
        falls.add(ran_seconds=0)
        pauses.append(falls.pause(draw=lambda _, longest: longest))

    assert pauses[:3] == [1.0, 2.0, 4.0]
    assert max(pauses) == LONGEST_PAUSE_SECONDS
