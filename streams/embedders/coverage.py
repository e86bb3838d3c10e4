"""How much of the catalogue each space has vectors of, and whether that is enough to rank in."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import sleep

from tenacity.stop import stop_after_attempt, stop_never

from schemas import split_key
from schemas.topics import CATALOGUE_TRACKS, TEXT_VECTORS, TRACK_VECTORS
from streams.errors import BrokerUnavailable, PartialSpace
from streams.feeds.compacted import read_keys
from streams.patience import trying_again
from streams.settings import Settings

log = logging.getLogger(__name__)

PAUSE_SECONDS = 5.0
"""Between two looks at a space that is being filled."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The tracks there are, and which of them have a vector, by space."""

    tracks: frozenset[str]
    """All that the catalogue has, and those that only have vectors."""
    by_space: Mapping[str, frozenset[str]]
    words: Mapping[str, int] = field(default_factory=dict)
    """How many words of each space's vocabulary are there."""

    def covered(self, space: str) -> frozenset[str]:
        """Return the tracks that a space has a vector of."""
        return self.by_space.get(space, frozenset())

    def share(self, space: str) -> float:
        """Return how much a space has of what any space has, in [0, 1]; 1 where none has any.

        Not of the catalogue: a file that no space could read keeps nobody from ranking.
        """
        somewhere = frozenset().union(*self.by_space.values())
        return len(self.covered(space)) / len(somewhere) if somewhere else 1.0


def read_coverage(bootstrap: str) -> Coverage:
    """Read the keys of the catalogue and of all vectors; a second for some 100,000 tracks.

    Raises
    ------
    BrokerUnavailable
        The broker does not answer.

    """
    by_space: dict[str, set[str]] = {}
    for space, track_id in map(split_key, read_keys(bootstrap, TRACK_VECTORS)):
        if space:
            by_space.setdefault(space, set()).add(track_id)
    words: dict[str, int] = {}
    for space, _ in map(split_key, read_keys(bootstrap, TEXT_VECTORS)):
        words[space] = words.get(space, 0) + 1
    return Coverage(
        tracks=frozenset(read_keys(bootstrap, CATALOGUE_TRACKS)).union(*by_space.values()),
        by_space={space: frozenset(tracks) for space, tracks in by_space.items()},
        words=words,
    )


def require_coverage(settings: Settings, space: str, *, wait: bool = False) -> None:
    """Return when a space has vectors of enough tracks to rank in it.

    Keeps a switch to a half-filled space from emptying every queue. A first space may grow while
    it ranks; one beside another must have `settings.least_coverage` of what any has.

    Parameters
    ----------
    space : hash of the space that the settings name
    wait : look again until it is so, while others embed, instead of raising

    Raises
    ------
    PartialSpace
        It has fewer, and `wait` is false.
    BrokerUnavailable
        The broker does not answer, and `wait` is false.

    """
    reading = trying_again(BrokerUnavailable, until=stop_never if wait else stop_after_attempt(1))
    while True:
        coverage = reading(read_coverage, settings.bootstrap)
        if coverage.share(space) >= settings.least_coverage:
            return
        error = PartialSpace(
            settings.space,
            covered=len(coverage.covered(space)),
            tracks=len(coverage.tracks),
            least=settings.least_coverage,
        )
        if not wait:
            raise error
        log.warning("%s; looking again in %.0f s", error, PAUSE_SECONDS)
        sleep(PAUSE_SECONDS)
