"""The oracle and the ranker's own replay agree, in whatever order the events come."""

from collections.abc import Iterable
from random import Random

import pytest

from ranker.replay import Tape
from schemas import PlaylistUpdate
from schemas.topics import PLAYLIST_UPDATES
from streams.work.messages import Message, Output
from streams.work.sessions import Sessions
from streams.work.tables import Tables, session_key
from tests.streams.simulation.oracle import Oracle
from tests.streams.simulation.schedule import CONFIG, LIBRARY, NOW
from tests.streams.simulation.traffic import Delivery, traffic

SEEDS = range(40)


def oracle_of(deliveries: list[Delivery]) -> Oracle:
    return Oracle(tuple(one.event for one in deliveries if one.event), LIBRARY, CONFIG)


@pytest.mark.parametrize("seed", SEEDS)
def test_folding_in_any_order_ends_with_the_rows_of_the_set(seed: int) -> None:
    oracle = oracle_of(traffic(seed))
    events = [*oracle.events, *oracle.events[::3]]
    Random(seed).shuffle(events)
    tape = Tape(LIBRARY, CONFIG)

    for event in events:
        tape.accept(event)

    for expected in oracle.sessions.values():
        assert tape.session(expected.listener_id, expected.session_id) == expected
    for listener_id, listener in oracle.listeners.items():
        assert tape._listeners[listener_id] == listener


def handled(deliveries: list[Delivery], rests: Random | None) -> tuple[Tables, dict[str, bytes]]:
    """Handle traffic in its order, and rank after each message, or only after some."""
    work, tables = Sessions(lambda: LIBRARY, CONFIG, clock=lambda: NOW), Tables({}, {})
    queues: dict[str, bytes] = {}

    def keep(outputs: Iterable[Output]) -> None:
        for output in outputs:
            if output.topic == PLAYLIST_UPDATES.name:
                update = PlaylistUpdate.model_validate_json(output.value)
                queues[session_key(update)] = update.ranked.encode()

    for offset, one in enumerate(deliveries):
        message = Message(one.topic, one.partition, offset, one.key, one.value, one.at)
        keep(work.take(message, tables))
        if rests is None or rests.random() < 0.2:
            keep(work.answers(tables))
    keep(work.answers(tables))
    return tables, queues


@pytest.mark.parametrize("seed", SEEDS)
def test_however_traffic_falls_into_bursts_rows_and_queues_end_the_same(seed: int) -> None:
    deliveries = traffic(seed)
    oracle = oracle_of(deliveries)

    rows_one_by_one, one_by_one = handled(deliveries, None)
    rows_in_bursts, in_bursts = handled(deliveries, Random(seed))

    assert rows_one_by_one == rows_in_bursts
    for listener_id, listener in oracle.listeners.items():
        key = f"{listener_id}|{listener.current}"
        assert one_by_one[key] == in_bursts[key] == oracle.queue(key).encode()
