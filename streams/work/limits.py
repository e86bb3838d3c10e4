"""How much one listener may ask for, so that nobody else waits."""

from collections import OrderedDict
from dataclasses import dataclass

from streams.errors import TooFast

KEPT = 10_000
"""Listeners whose pace is remembered; the one heard of longest ago is forgotten first."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A token bucket."""

    per_second: float
    """Events that a listener may send for long."""
    burst: int
    """Events that a listener may send at once."""


class Limiter:
    """Counts each listener's events by the time the broker received them.

    The broker's time and not ours: after a standstill, what has waited comes all at once.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, listener_id: str, at: float) -> None:
        """Count an event received `at` seconds since 1970; raises TooFast."""
        left, before = self._buckets.pop(listener_id, (float(self._pace.burst), at))
        left = min(self._pace.burst, left + max(0.0, at - before) * self._pace.per_second)
        fits = left >= 1
        self._buckets[listener_id] = (left - fits, max(at, before))
        if len(self._buckets) > KEPT:
            self._buckets.popitem(last=False)
        if not fits:
            raise TooFast(listener_id, self._pace.per_second, self._pace.burst)

    def forget(self) -> None:
        """Begin anew: everyone has their whole burst again."""
        self._buckets.clear()
