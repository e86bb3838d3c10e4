"""A schedule: traffic, a driver and its faults, all from one seed; and what was wrong with it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from ranker.config import RankerConfig
from streams.work.messages import Message
from streams.work.sessions import Sessions
from tests.factories import library
from tests.streams.simulation.drivers import (
    PARTITIONS,
    AtLeastOnce,
    Group,
    Protections,
    Transactions,
)
from tests.streams.simulation.invariants import INVARIANTS, Outcome, Spot
from tests.streams.simulation.log import Log
from tests.streams.simulation.oracle import Oracle
from tests.streams.simulation.traffic import Delivery, traffic

DRIVERS: dict[str, type[Group]] = {one.name: one for one in (AtLeastOnce, Transactions)}

LIBRARY = library()
CONFIG = RankerConfig(remembered_sessions=2, remembered_lessons=2, queue_length=5)
"""So small that a few events reach the bounds."""
NOW = 1.8e9
SAFE = Protections()


@dataclass(frozen=True, slots=True)
class Fault:
    """An invariant that a schedule broke."""

    invariant: str
    what: str


@dataclass(frozen=True, slots=True)
class Run:
    """How a schedule went."""

    faults: tuple[Fault, ...]
    group: Group
    delivered: dict[Spot, Delivery]

    def told(self) -> str:
        """Tell the schedule, a line for each thing that happened."""
        return "\n".join("  " + " ".join(map(self._word, line)) for line in self.group.story)

    def _word(self, word: object) -> str:
        if not isinstance(word, Message):
            return str(word)
        spot = word.topic, word.partition, word.offset
        return f"{word.topic} {word.partition}@{word.offset}: {self.delivered[spot]}"


def play(
    driver: str,
    seed: int,
    protections: Protections = SAFE,
    deliveries: Sequence[Delivery] | None = None,
    faults_allowed: int | None = None,
) -> Run:
    """Run a schedule and check every invariant.

    Parameters
    ----------
    deliveries, faults_allowed : less than the seed would give, to tell what matters

    """
    rng = Random(f"schedule {seed}")
    deliveries = traffic(seed) if deliveries is None else deliveries
    log = Log()
    group = DRIVERS[driver](
        log, lambda: Sessions(lambda: LIBRARY, CONFIG, clock=lambda: NOW), rng, protections
    )
    group.faults_allowed = faults_allowed
    delivered: dict[Spot, Delivery] = {}
    for one in deliveries:
        offset = log.append(one.topic, one.partition, one.key, one.value, one.at)
        delivered[one.topic, one.partition, offset] = one
        while rng.random() < 0.6:
            group.step()
    for _ in range(rng.randint(0, 30)):
        group.step()
    group.settle()
    if rng.random() < 0.5:
        group.tell("all restart")
        group.restart()
        group.settle()
    return Run(tuple(_faults(group, delivered)), group, delivered)


def _faults(group: Group, delivered: dict[Spot, Delivery]) -> list[Fault]:
    events = tuple(one.event for one in delivered.values() if one.event is not None)
    outcome = Outcome(
        delivered=delivered,
        log=group.log,
        tables={partition: group.tables(partition) for partition in PARTITIONS},
        restored={partition: group.fresh(partition) for partition in PARTITIONS},
        oracle=Oracle(events, LIBRARY, CONFIG),
    )
    return [Fault(one.__name__, what) for one in INVARIANTS for what in one(outcome)]


def shrunk(driver: str, seed: int, protections: Protections = SAFE) -> Run:
    """Return the failing schedule with as few messages and faults as still break the same."""
    run = play(driver, seed, protections)
    broken = run.faults[0].invariant

    def fails(deliveries: Sequence[Delivery], faults: int | None) -> Run | None:
        try:
            run = play(driver, seed, protections, deliveries, faults)
        except KeyError:
            return None
        return run if broken in {fault.invariant for fault in run.faults} else None

    deliveries, faults = traffic(seed), run.group.faults
    is_smaller = True
    while is_smaller:
        is_smaller = False
        for place in reversed(range(len(deliveries))):
            fewer = [*deliveries[:place], *deliveries[place + 1 :]]
            if less := fails(fewer, faults):
                run, deliveries, is_smaller = less, fewer, True
        for fewer_faults in range(faults):
            if less := fails(deliveries, fewer_faults):
                run, faults, is_smaller = less, fewer_faults, True
                break
    return run


def report(driver: str, seed: int, protections: Protections = SAFE) -> str:
    """Tell a failing schedule: what broke, the least that breaks it, and how to run it again."""
    run = shrunk(driver, seed, protections)
    counts = Counter(fault.invariant for fault in run.faults)
    return "\n".join(
        (
            f"schedule {seed} of {driver} breaks {', '.join(counts)}:",
            *(f"- {fault.invariant}: {fault.what[:1_000]}" for fault in run.faults[:3]),
            "The least of it that does:",
            run.told(),
            f"Again: pytest tests/streams/simulation --schedule-seed {seed}",
        )
    )
