"""The chaos command is right about what is wrong, and finds nothing wrong with the workers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from embedder.manifest import Manifest, folder_of
from ranker.config import RankerConfig
from schemas import PlaylistUpdate
from streams.bench.chaos.run import Faults, bench_chaos
from streams.bench.chaos.traffic import Plan, Sent, World, traffic
from streams.bench.chaos.verdict import Replay, Verdict, judge
from streams.bench.library import library_of, random_tracks
from streams.settings import Settings

SPACE = Manifest.read(folder_of("small"))
TRACKS = random_tracks(60, SPACE)
WORLD = World(
    [track.track_id for track in TRACKS],
    SPACE.hash,
    SPACE.dimension,
    datetime(2026, 5, 10, tzinfo=UTC),
)
LIBRARY = library_of(TRACKS, SPACE)
CONFIG = RankerConfig()
PLAN = Plan(events=240, sessions=8, places=60, duplicated=0.1, delayed=0.1, garbage=0.05)


def replay_of(sent: list[Sent]) -> Replay:
    events = {s.event.event_id: s.event for s in sent if s.event}
    return Replay.of(events.values(), LIBRARY, CONFIG)


def queues(replay: Replay) -> Mapping[str, PlaylistUpdate]:
    return {key: replay.queue(key, LIBRARY, CONFIG) for key in replay.sessions}


def test_the_traffic_follows_from_the_seed() -> None:
    assert traffic(PLAN, WORLD) == traffic(PLAN, WORLD)


def test_the_traffic_has_the_duplicates_the_delays_and_the_garbage_it_was_asked_for() -> None:
    sent = traffic(PLAN, WORLD)
    events = [each.event for each in sent if each.event]
    ids = [event.event_id for event in events]

    assert len(set(ids)) == PLAN.events
    assert 5 < len(ids) - len(set(ids)) < 60
    assert sum(each.event is None for each in sent) == 12
    assert [event.order for event in events] != sorted(event.order for event in events)


def test_what_is_as_it_should_be_is_found_right() -> None:
    replay = replay_of(traffic(PLAN, WORLD))

    found = judge(replay, replay.sessions, replay.listeners, queues(replay), LIBRARY, CONFIG)

    assert found == Verdict(lost=0, doubled=0, wrong_sessions=0, wrong_listeners=0)


def test_an_event_that_is_missing_is_found() -> None:
    replay = replay_of(traffic(PLAN, WORLD))
    key, state = next(iter(replay.sessions.items()))
    cut = state.model_copy(update={"events": state.events[:-1]})

    found = judge(
        replay, {**replay.sessions, key: cut}, replay.listeners, queues(replay), LIBRARY, CONFIG
    )

    assert (found.lost, found.wrong_sessions) == (1, 1)


def test_an_event_that_counts_twice_is_found() -> None:
    replay = replay_of(traffic(PLAN, WORLD))
    key, state = next(iter(replay.sessions.items()))
    twice = state.model_copy(update={"events": (*state.events, state.events[-1])})

    found = judge(
        replay, {**replay.sessions, key: twice}, replay.listeners, queues(replay), LIBRARY, CONFIG
    )

    assert (found.lost, found.doubled, found.wrong_sessions) == (0, 1, 1)


def test_a_queue_of_before_the_last_event_is_found() -> None:
    replay = replay_of(traffic(PLAN, WORLD))
    newest = dict(queues(replay))
    key = next(key for key in newest if key.endswith("s1"))
    newest[key] = newest[key].model_copy(update={"revision": newest[key].revision - 1})

    found = judge(replay, replay.sessions, replay.listeners, newest, LIBRARY, CONFIG)

    assert (found.lost, found.wrong_sessions) == (0, 1)


@pytest.mark.kafka
@pytest.mark.parametrize("driver", ["faust", "transactions"])
def test_workers_that_are_killed_under_traffic_lose_nothing(driver: str, tmp_path: Path) -> None:
    settings = Settings(state_folder=tmp_path, kafka_port=0, metrics_port=0, engine=driver)
    plan = Plan(events=2_000, sessions=40, places=400, garbage=0.02)

    found = bench_chaos(
        settings,
        plan,
        Faults(kills=2, sleepers=0, broker_kills=0, rebalances=1),
        print,
        per_second=1_000,
    )

    assert [found[key] for key in ("lost", "doubled", "wrong_sessions", "wrong_listeners")] == [
        0
    ] * 4
    assert found["rejected"] == found["expected_rejected"] > 0
