"""The simulation can fail: without what a driver does to lose nothing, it finds the loss."""

from dataclasses import replace

import pytest

from tests.streams.simulation.schedule import SAFE, play, report

LOSES = "nothing_accepted_is_lost"
WRONG_ROWS = "the_tables_are_those_of_a_pure_replay"
STALE = "the_current_queue_is_that_of_the_final_tables"
NO_LETTER = "garbage_is_rejected_with_its_place"
UNTRUE = "what_is_covered_is_in_the_queue"
SILENT = "every_event_is_answered"

MOST_SEEDS = 600


def broken_by(driver: str, without: str, invariant: str, value: object = False) -> int | None:
    """Return the first seed whose schedule breaks an invariant without a protection."""
    weak = replace(SAFE, **{without: value})
    for seed in range(MOST_SEEDS):
        if invariant in {fault.invariant for fault in play(driver, seed, weak).faults}:
            return seed
    return None


@pytest.mark.parametrize(
    ("driver", "without", "value", "invariant"),
    [
        ("at-least-once", "overlap", 0, LOSES),
        ("at-least-once", "overlap", 0, STALE),
        ("at-least-once", "flushes_before_commit", False, LOSES),
        ("at-least-once", "flushes_before_commit", False, NO_LETTER),
        ("at-least-once", "rejoins", False, WRONG_ROWS),
        ("transactions", "is_fenced", False, LOSES),
        ("transactions", "is_fenced", False, WRONG_ROWS),
        ("transactions", "is_atomic", False, LOSES),
        ("transactions", "is_atomic", False, NO_LETTER),
        ("transactions", "is_atomic", False, SILENT),
        ("transactions", "forgets", False, UNTRUE),
    ],
)
def test_without_a_protection_a_schedule_breaks(
    driver: str, without: str, value: object, invariant: str
) -> None:
    seed = broken_by(driver, without, invariant, value)

    assert seed is not None
    assert not play(driver, seed).faults  # with it, the same schedule does no harm


def test_a_worker_that_keeps_what_it_handed_over_stumbles_over_it() -> None:
    careless = replace(SAFE, forgets=False)

    with pytest.raises(KeyError):
        for seed in range(MOST_SEEDS):
            play("at-least-once", seed, careless)


def test_a_failing_schedule_is_told_as_the_least_that_fails_and_how_to_run_it_again() -> None:
    weak = replace(SAFE, is_atomic=False)
    seed = broken_by("transactions", "is_atomic", LOSES)
    assert seed is not None

    told = report("transactions", seed, weak)

    whole = play("transactions", seed, weak).told()
    assert f"pytest tests/streams/simulation --schedule-seed {seed}" in told
    assert LOSES in told
    assert told.count(" takes ") < whole.count(" takes ")
