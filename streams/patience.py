"""Passing faults: when to try again, when to leave alone what is down, when to give up.

Three tools for three kinds of callers:

* `trying_again` repeats one call, with pauses that grow and are drawn at random, so that many who
  wait for the same server do not come back all at once.
* `breaker` is shared by all who call the same server: when it fails again and again nobody calls
  it for a while, and then one of them asks whether it is back.
* `Falls` counts the ends of a process that should run, and says when starting it again is in vain.

Each pause is bounded and announced in the log. What repeats for as long as an outage lasts says so
with every try, and works again when the outage is over, without a restart.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

from pybreaker import (
    STATE_OPEN,
    CircuitBreaker,
    CircuitBreakerListener,
    CircuitBreakerState,
)
from tenacity import RetryCallState, Retrying, retry_if_exception_type
from tenacity.asyncio import AsyncRetrying
from tenacity.nap import sleep, sleep_using_event
from tenacity.stop import stop_base, stop_never, stop_when_event_set
from tenacity.wait import wait_random_exponential

from streams.metrics import BREAKER_OPEN

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 10.0
"""The longest pause after the first try, doubled with each, and the longest of all."""
LEAST_PAUSE_SECONDS = 0.05

TRIES = 5
"""Failures in a row after which a server is left alone."""
REST_SECONDS = 15.0
"""For how long."""

MOST_FALLS = 5
"""A process that ends this often in a row does not end by chance."""
HEALTHY_SECONDS = 60.0
"""After running so long, earlier falls are forgiven."""

PAUSES = wait_random_exponential(
    multiplier=FIRST_PAUSE_SECONDS, max=LONGEST_PAUSE_SECONDS, min=LEAST_PAUSE_SECONDS
)


def trying_again(
    *passing: type[Exception], until: stop_base = stop_never, stop: Event | None = None
) -> Retrying:
    """Return what calls a function until it does not fail in a passing way; then it raises that.

    Parameters
    ----------
    passing : what may be over at the next try; anything else is raised at once
    until : when to give up
    stop : gives up when it is set, in the middle of a pause too

    """
    return Retrying(
        retry=retry_if_exception_type(passing),
        wait=PAUSES,
        stop=until | stop_when_event_set(stop) if stop else until,
        sleep=sleep_using_event(stop) if stop else sleep,
        before_sleep=_announce,
        reraise=True,
    )


def trying_again_in_loop(*passing: type[Exception]) -> AsyncRetrying:
    """Return the same for coroutines, without an end: the app that is stopped cancels it."""
    return AsyncRetrying(
        retry=retry_if_exception_type(passing),
        wait=PAUSES,
        before_sleep=_announce,
        reraise=True,
    )


def breaker(server: str, *faults: type[Exception], rest: float = REST_SECONDS) -> CircuitBreaker:
    """Return a breaker that opens after `TRIES` of the faults in a row; see `BREAKER_OPEN`.

    Parameters
    ----------
    server : its name, for log and metrics
    faults : what shows that it is down; any other error is the caller's
    rest : how long nobody calls it, in seconds

    """
    BREAKER_OPEN.labels(server).set(0)
    return CircuitBreaker(
        fail_max=TRIES,
        reset_timeout=rest,
        exclude=[lambda error: not isinstance(error, faults)],
        listeners=[_Announcer()],
        name=server,
        throw_new_error_on_trip=False,
    )


@dataclass(slots=True)
class Falls:
    """How often in a row something has ended that should run."""

    most: int = MOST_FALLS
    in_a_row: int = 0

    def add(self, ran_seconds: float) -> None:
        """Count one more; after a long run it is the first."""
        self.in_a_row = 1 if ran_seconds >= HEALTHY_SECONDS else self.in_a_row + 1

    @property
    def too_many(self) -> bool:
        """Whether starting again is in vain."""
        return self.in_a_row > self.most

    def pause(self, draw: Callable[[float, float], float] = random.uniform) -> float:
        """Return how long to wait before the next start, s: longer after each fall, but bounded."""
        longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**self.in_a_row)
        return draw(longest / 2, longest)


def _announce(state: RetryCallState) -> None:
    assert state.outcome is not None  # there is one between two tries
    log.warning(
        "%s; trying again in %.1f s (%d so far)",
        state.outcome.exception(),
        state.upcoming_sleep,
        state.attempt_number,
    )


class _Announcer(CircuitBreakerListener):
    """Writes lines and sets the gauge when a breaker opens or closes."""

    def state_change(
        self,
        cb: CircuitBreaker,
        old_state: CircuitBreakerState | None,
        new_state: CircuitBreakerState,
    ) -> None:
        server: Any = cb.name
        is_open = new_state.name == STATE_OPEN
        BREAKER_OPEN.labels(server).set(is_open)
        if is_open:
            log.warning("%s is left alone for %.0f s at a time", server, cb.reset_timeout)
        else:
            log.info("%s: %s", server, new_state.name)
