"""How long to wait before the next try."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


@dataclass(slots=True)
class Backoff:
    """Waits that double, each drawn anew so that clients do not come back as one."""

    first: float = 0.5
    """Seconds that the first wait is at most; each further one at most twice as much."""
    most: float = 30.0
    """Seconds that any wait is at most, unless the gateway asks for more."""
    rng: random.Random = field(default_factory=random.Random)
    tries: int = 0

    def next(self, asked: float = 0.0) -> float:
        """Return the next wait in seconds, no shorter than what the gateway asked for."""
        ceiling = min(self.most, self.first * 2.0 ** min(self.tries, 32))
        self.tries += 1
        return max(asked, ceiling * self.rng.uniform(0.5, 1.0))

    def reset(self) -> None:
        """Begin anew: something worked."""
        self.tries = 0


def retry_after(header: str | None, now: datetime | None = None) -> float:
    """Return the seconds that a `Retry-After` header asks for: 0 where it says nothing legible.

    >>> retry_after("7"), retry_after(None), retry_after("soon")
    (7.0, 0.0, 0.0)
    >>> retry_after("Sun, 10 May 2026 12:00:05 GMT", datetime(2026, 5, 10, 12, tzinfo=UTC))
    5.0
    """
    if header is None:
        return 0.0
    if header.strip().isdecimal():
        return float(header)
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return 0.0
    return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())
