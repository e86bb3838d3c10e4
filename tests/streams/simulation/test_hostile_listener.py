"""One listener who sends far too much costs the others nothing that is not stated."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from ranker.config import RankerConfig
from schemas import ListenerEvent, PlaylistUpdate, RejectedEvent
from schemas.topics import PLAYLIST_UPDATES, REJECTED_EVENTS
from streams.work import limits
from streams.work.limits import Pace
from streams.work.messages import Message, Output
from streams.work.sessions import MAX_BURST, Sessions
from streams.work.tables import Tables
from tests.factories import command, library, moment, playback
from tests.streams.simulation.traffic import TOPICS

LIBRARY = library()
BATCH = 1_000
"""Messages that a driver reads before it ranks what is due."""


@dataclass
class Driver:
    """Ranks after every batch, and watches how much waits."""

    work: Sessions
    tables: Tables = field(default_factory=lambda: Tables({}, {}))
    outputs: list[Output] = field(default_factory=list)
    most_waiting: int = 0

    def run(self, events: Iterable[ListenerEvent], per_second: float = 10_000) -> None:
        for offset, event in enumerate(events):
            key, at = event.listener_id.encode(), moment(90_000 + offset / per_second).timestamp()
            message = Message(TOPICS[type(event)], 0, offset, key, event.encode(), at)
            self.outputs += self.work.take(message, self.tables)
            self.most_waiting = max(self.most_waiting, self.work.waiting)
            if offset % BATCH == BATCH - 1:
                self.outputs += self.work.answers(self.tables)
        self.outputs += self.work.answers(self.tables)

    @property
    def updates(self) -> list[PlaylistUpdate]:
        return [
            PlaylistUpdate.model_validate_json(o.value) for o in self._of(PLAYLIST_UPDATES.name)
        ]

    @property
    def errors(self) -> Counter[str]:
        letters = self._of(REJECTED_EVENTS.name)
        return Counter(RejectedEvent.model_validate_json(o.value).error for o in letters)

    def _of(self, topic: str) -> Iterator[Output]:
        return (output for output in self.outputs if output.topic == topic)


def driver(pace: Pace | None = None, **config: int) -> Driver:
    small = replace(RankerConfig(queue_length=5), **config)
    return Driver(Sessions(lambda: LIBRARY, small, pace=pace, clock=lambda: 1.8e9))


def flood(count: int) -> Iterator[ListenerEvent]:
    """Yield likes of one session, a hundredth of a second apart."""
    template = playback("calm-1", "liked", listener_id="eve")
    for number in range(count):
        fields = {"event_id": f"e{number}", "occurred_at": moment(number / 100)}
        yield template.model_copy(update=fields)


def among(flood: Iterable[ListenerEvent], *others: ListenerEvent) -> list[ListenerEvent]:
    """Return a flood with other listeners' events in its middle."""
    events = list(flood)
    middle = len(events) // 2
    return [*events[:middle], *others, *events[middle:]]


@pytest.mark.parametrize("count", [10_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_session_without_end_keeps_what_a_session_may_hold(count: int) -> None:
    one = driver(max_events=50)

    one.run(flood(count))

    (session,) = one.tables.sessions.values()
    assert len(session.events) == 50
    assert one.errors == {"SessionFull": count - 50}


def test_who_sends_ten_thousand_events_a_second_is_cut_to_the_pace() -> None:
    one = driver(Pace(per_second=50, burst=200))

    one.run(flood(10_000))

    (session,) = one.tables.sessions.values()
    assert len(session.events) == 200 + 50 - 1  # the burst, and a second's worth just begun
    assert one.errors == {"TooFast": 10_000 - 249}


def test_another_listener_is_accepted_and_answered_within_its_batch() -> None:
    one = driver(Pace(per_second=50, burst=200))
    bob = playback("loud-1", listener_id="bob")

    one.run(among(flood(10_000), bob))

    (answer,) = (update for update in one.updates if update.listener_id == "bob")
    (read,) = (place.offset for place in answer.covers)
    assert answer.answers(bob.event_id)
    assert 5_000 <= read < 5_000 + BATCH


def test_a_flood_of_one_session_has_few_rankings_and_one_session_waits() -> None:
    one = driver(max_events=1_000)

    one.run(flood(2_000))

    assert one.most_waiting == 1
    first, second = one.updates  # of the thousand that the session may hold
    assert (len(first.burst), len(second.burst)) == (MAX_BURST, 1_000 - MAX_BURST - 2)


def test_a_flood_of_duplicates_has_no_longer_bursts() -> None:
    one = driver()
    (event,) = flood(1)

    one.run([event] * 10_000)

    assert max(len(update.burst) for update in one.updates) <= MAX_BURST
    assert len(one.updates) <= 10_000 / MAX_BURST + 10_000 / BATCH


def test_a_flood_into_an_earlier_session_makes_no_burst_of_the_one_that_plays() -> None:
    one = driver(max_events=1_000)
    now = command("start", 80_000, listener_id="eve", session_id="s2")

    one.run([now, *flood(900)])

    (update,) = (update for update in one.updates if update.session_id == "s2")
    assert set(update.burst) <= {now.event_id}
    assert len(update.burst) <= 1


def test_undos_without_end_are_cut_to_the_pace_too_for_each_is_ranked_at_once() -> None:
    one = driver(Pace(per_second=1, burst=20))
    (event,) = flood(1)
    undos = (
        command("undo", 1, event_id=f"u{n}", listener_id="eve", target_event_id=event.event_id)
        for n in range(1_000)
    )

    one.run([event, *undos])

    assert len(one.updates) <= 20 + 1


def test_so_many_listeners_that_their_pace_is_not_remembered_take_no_more_memory() -> None:
    one = driver(Pace(per_second=1, burst=1))
    limiter = one.work._limiter
    assert limiter is not None

    for number in range(2 * limits.KEPT):
        limiter.take(f"listener-{number}", at=0.0)

    assert len(limiter._buckets) == limits.KEPT
