"""How much one caller may do: requests a second, and connections at once."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from streams.gateway.problems import Problem

CALLERS = 10_000
"""Callers whose pace is remembered; who was not heard of longest has a full bucket again."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Pace:
    """A token bucket for each caller: `rate` requests a second for long, twice that at once.

    Parameters
    ----------
    clock : seconds

    """

    def __init__(self, rate: float, *, clock: Callable[[], float] = monotonic) -> None:
        self._rate = rate
        self._burst = max(1.0, 2 * rate)
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, caller: str) -> None:
        """Count a request.

        Raises
        ------
        Problem
            It is one too many; says when the next one is welcome.

        """
        now = self._clock()
        bucket = self._buckets.get(caller)
        if bucket is None:
            bucket = self._buckets[caller] = _Bucket(self._burst, now)
            while len(self._buckets) > CALLERS:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(caller)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._rate)
        bucket.at = now
        if bucket.tokens < 1:
            raise Problem(
                "too-many-requests",
                f"more than {self._burst:g} requests at once or {self._rate:g} a second for long",
                retry_after=(1 - bucket.tokens) / self._rate,
            )
        bucket.tokens -= 1


class Seats:
    """Connections that follow a listener: so many at once, and no more."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()

    def require(self, listener_id: str) -> None:
        """Raise Problem where no seat is free."""
        if self._taken[listener_id] >= self._most:
            raise Problem(
                "too-many-followers",
                f"{self._most} connections follow this listener already: close one",
                retry_after=5,
            )

    @contextmanager
    def taken(self, listener_id: str) -> Iterator[None]:
        """Hold a seat while the context is open; raises Problem where none is free."""
        self.require(listener_id)
        self._taken[listener_id] += 1
        try:
            yield
        finally:
            self._taken[listener_id] -= 1
            if not self._taken[listener_id]:
                del self._taken[listener_id]
