"""How soon the queue follows: skips until it fits, recovery from a switch, refusals kept, churn.

Constants of the ranker are chosen on listeners from `TUNING` on, and of MTG-Jamendo on tracks drawn
with another seed; those before it are only reported. The shipped catalogue is too small to keep
tracks or tastes back, so there the listeners are others and the music is the same.

Beside the contenders stands an oracle that is told the tastes and what fits them: about the best
that any ranker could do before these listeners (`streams.bench.ranker.oracle`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ranker.replay import kendall_tau
from streams.bench.ranker.intervals import figure
from streams.bench.ranker.listeners import Average, Evening, Fixed, Follower, Upnext, nearest_only
from streams.bench.ranker.oracle import Oracle
from streams.bench.ranker.worlds import World

TARGET = 0.8
"""Share of the first ten that has to fit."""

PATIENCE = 40
"""Events after which a listener counts as never satisfied."""

PLAYLIST = 50
SEED = 11

REPORTED, TUNING = 0, 1_000
"""First listener of those whose figures are reported, and of those that constants are chosen on."""

Make = Callable[[World], Follower]

FOLLOWERS: Mapping[str, Make] = {
    "upnext": lambda world: Upnext(world.library),
    "nearest": lambda world: nearest_only(world.library),
    "average": lambda world: Average(world.library),
    "fixed": lambda world: Fixed(),
    "oracle": Oracle,
}


@dataclass(frozen=True, slots=True)
class Run:
    """What one listener met."""

    skips: int
    events: int
    reached: bool
    churn: tuple[float, ...]
    """Of each event: share of the first ten that is new."""
    tau: tuple[float, ...]


def adaptation(world: World, listeners: int, first: int = REPORTED) -> dict[str, Any]:
    """Return every follower's figures in one world, over the same listeners, `first` and on."""
    seeds = range(first, first + listeners)
    told: dict[str, Any] = {"listeners": listeners, "tracks": len(world.library)}
    for name, make in FOLLOWERS.items():
        runs = [_follow(world, make, seed, seeded=True) for seed in seeds]
        unseeded = [_follow(world, make, seed, seeded=False) for seed in seeds]
        switched = [_switch(world, make, seed, words=True) for seed in seeds]
        drifted = [_switch(world, make, seed, words=False) for seed in seeds]
        told[name] = {
            "skips_to_fit": figure([run.skips for run in runs], np.median),
            "events_to_fit": figure([run.events for run in runs], np.median),
            "reached": figure([run.reached for run in runs]),
            "skips_to_fit_unseeded": figure([run.skips for run in unseeded], np.median),
            "reached_unseeded": figure([run.reached for run in unseeded]),
            "recovery_with_words": figure([run.events for run in switched], np.median),
            "recovery_with_words_reached": figure([run.reached for run in switched]),
            "recovery_without_words": figure([run.events for run in drifted], np.median),
            "recovery_without_words_reached": figure([run.reached for run in drifted]),
            "new_in_top_ten": figure([float(np.mean(run.churn or (0,))) for run in runs]),
            "kendall_tau": figure([float(np.mean(run.tau or (1,))) for run in runs]),
            "negation_violations": negation(world, make),
        }
    return told


def negation(world: World, make: Make, repeats: int = 3) -> dict[str, Any] | None:
    """Return the share of the first ten that has what was refused, after three likes of it."""
    refusable = [word for word, (_, cut) in world.words.items() if cut is not None]
    shares = []
    for word in sorted(refusable):
        has = world.truth[word]
        if not 10 <= len(has) <= 0.6 * len(world.library):
            continue
        for repeat in range(repeats):
            rng = np.random.default_rng((SEED, repeat, len(has)))
            evening = _begun(world, make, rng)
            for track in rng.choice(sorted(has), 3, replace=False).tolist():
                evening.hear(track, wanted=True)
            evening.say(world.clause("without", word), world.library.space)
            shares.append(evening.precision(has))
    return figure(shares) if shares else None


def _follow(world: World, make: Make, seed: int, *, seeded: bool) -> Run:
    """Follow one taste, from a mix around a track that fits (P55) or from fifty random tracks."""
    rng = np.random.default_rng((SEED, seed))
    fits = world.fits(world.tastes[int(rng.integers(len(world.tastes)))])
    playlist = _mix(world, str(rng.choice(sorted(fits)))) if seeded else None
    return _until_it_fits(_begun(world, make, rng, playlist), fits)


def _mix(world: World, track_id: str) -> list[str]:
    """Return what is nearest to a track, as services begin a mix from it."""
    near = world.library.vectors @ world.library.vectors[world.library.row(track_id)]
    return [world.library.track_ids[row] for row in np.argsort(-near, kind="stable")[:PLAYLIST]]


def _switch(world: World, make: Make, seed: int, *, words: bool) -> Run:
    """Follow one taste, then another; count from the moment it changes."""
    rng = np.random.default_rng((SEED, seed, 1))
    singles = [taste for taste in world.tastes if len(taste) == 1]
    first, second = _apart(world, singles, rng)
    evening = _begun(world, make, rng)
    _until_it_fits(evening, world.fits(first))
    evening.skips = 0
    before = evening.events
    if words:
        (word,) = second
        evening.say(world.clause("switch", word), world.library.space)
    run = _until_it_fits(evening, world.fits(second))
    return Run(run.skips, evening.events - before, run.reached, run.churn, run.tau)


def _apart(
    world: World, singles: Sequence[frozenset[str]], rng: np.random.Generator
) -> tuple[frozenset[str], frozenset[str]]:
    """Draw two tastes that share few tracks: another mood, not a shade of the same."""
    while True:
        one, other = (singles[int(index)] for index in rng.choice(len(singles), 2, replace=False))
        shared = len(world.fits(one) & world.fits(other))
        if shared <= 0.2 * min(len(world.fits(one)), len(world.fits(other))):
            return one, other


def _begun(
    world: World, make: Make, rng: np.random.Generator, playlist: Sequence[str] | None = None
) -> Evening:
    evening = Evening(make(world), rng)
    anything = rng.choice(world.library.track_ids, min(PLAYLIST, len(world.library)), replace=False)
    evening.begin(anything.tolist() if playlist is None else playlist)
    return evening


def _until_it_fits(evening: Evening, fits: frozenset[str]) -> Run:
    skips, events = evening.skips, evening.events
    told = list(_hearing(evening, fits))
    reached = evening.precision(fits) >= TARGET
    churn, tau = zip(*told, strict=True) if told else ((), ())
    return Run(evening.skips - skips, evening.events - events, reached, churn, tau)


def _hearing(evening: Evening, fits: frozenset[str]) -> Iterator[tuple[float, float]]:
    """Hear track after track until the queue fits; yield how it changed with each."""
    for _ in range(PATIENCE):
        before = list(evening.follower.queue())
        if evening.precision(fits) >= TARGET or not evening.hear_next(fits):
            return
        after = list(evening.follower.queue())
        yield len(set(after[:10]) - set(before[:11])) / 10, kendall_tau(before[1:], after)
