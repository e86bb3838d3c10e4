"""What the listener's hand and the player's buffer fix stays where it is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranker.arrangement import Arrangement, arrangement_of
from ranker.history import history_of
from ranker.lineup import woven
from schemas import PlaylistUpdate, SessionCommand, SessionEvent
from tests.factories import (
    clause,
    command,
    follow,
    library,
    playback,
    queue,
    skip,
    start,
    state,
    understood,
    undo,
)

PLAYLIST = start("calm-1", "calm-2", "calm-3", "loud-1", "loud-2", "loud-3")


def enqueue(*tracks: str, at: float = 1, **fields: Any) -> SessionCommand:
    return command("enqueue", at, playlist=tracks, **fields)


def lock(track_id: str, rank: int, at: float = 1) -> SessionCommand:
    return command("lock", at, track_id=track_id, rank=rank)


def unlock(track_id: str, at: float = 2) -> SessionCommand:
    return command("unlock", at, track_id=track_id)


def shown(*tracks: str, frozen: int = 0, at: float = 1) -> SessionCommand:
    return command("shown", at, playlist=tracks, frozen=frozen)


def arranged(*events: SessionEvent) -> Arrangement:
    return arrangement_of(history_of(state(*events)), library().rows)


def lanes(update: PlaylistUpdate) -> dict[str, str]:
    return {slot.track_id: slot.lane for slot in update.slots}


# What the listener puts in


def test_what_is_enqueued_is_next_and_in_a_lane_of_its_own() -> None:
    _, update = follow(PLAYLIST, enqueue("loud-3", "loud-voice"))

    assert [slot.track_id for slot in update.slots[:2]] == ["loud-3", "loud-voice"]
    assert lanes(update)["loud-3"] == lanes(update)["loud-voice"] == "listener"
    assert lanes(update)["calm-1"] == "playlist"


def test_what_is_enqueued_later_stands_behind_what_was_enqueued_before() -> None:
    assert queue(PLAYLIST, enqueue("loud-3"), enqueue("loud-1", at=2))[:2] == ["loud-3", "loud-1"]


def test_what_is_enqueued_at_a_place_pushes_others_back() -> None:
    events = (PLAYLIST, enqueue("loud-3"), enqueue("loud-1", at=2, rank=1))

    assert queue(*events)[:2] == ["loud-1", "loud-3"]


def test_no_dislike_of_its_kind_moves_a_listeners_own_entry() -> None:
    before = queue(PLAYLIST, enqueue("loud-3"))
    after = queue(PLAYLIST, enqueue("loud-3"), skip("loud-1", 2), skip("loud-2", 3))

    assert before[0] == after[0] == "loud-3"


def test_no_word_takes_a_listeners_own_entry_away() -> None:
    no_drums = understood(clause("without", "drums", (0, 1, 0), cut=0.4), at=2)

    queued = queue(PLAYLIST, enqueue("loud-drums"), no_drums)

    assert queued[0] == "loud-drums"
    assert "calm-drums" not in queued


def test_a_played_track_comes_back_only_if_the_listener_enqueues_it() -> None:
    played = playback("calm-1", "completed", 1)

    assert "calm-1" not in queue(PLAYLIST, played, lock("calm-1", 1, at=2))
    assert queue(PLAYLIST, played, enqueue("calm-1", at=2))[0] == "calm-1"


def test_an_entry_leaves_the_queue_when_it_plays() -> None:
    events = (PLAYLIST, enqueue("loud-3", "loud-1"), playback("loud-3", "started", 2))

    assert arranged(*events).places == {"loud-1": 0}
    assert arranged(*events).own == {"loud-1"}


def test_enqueuing_something_unknown_is_passed_over() -> None:
    assert queue(PLAYLIST, enqueue("nobody-knows", "loud-3"))[0] == "loud-3"


def test_undoing_an_entry_takes_it_out() -> None:
    entry = enqueue("loud-3")

    assert arranged(PLAYLIST, entry, undo(entry)).places == {}


# Locks and moves


def test_a_locked_track_keeps_its_place_while_others_move() -> None:
    events = (PLAYLIST, lock("calm-2", 3))

    before = queue(*events)
    after = queue(*events, understood(clause("more", "loud", (1, 0, 0)), at=2))

    assert before[2] == after[2] == "calm-2"
    assert before != after


def test_a_lock_is_told_and_other_slots_are_free() -> None:
    _, update = follow(PLAYLIST, lock("calm-2", 2))

    assert [slot.track_id for slot in update.slots if slot.locked] == ["calm-2"]


def test_an_unlocked_track_is_ranked_again() -> None:
    events = (PLAYLIST, lock("loud-3", 1))

    assert queue(*events)[0] == "loud-3"
    assert queue(*events, unlock("loud-3"))[0] == "calm-1"


def test_a_moved_track_stays_where_it_was_put() -> None:
    moved = playback("loud-3", "moved", 1, from_rank=6, to_rank=2)

    assert queue(PLAYLIST, moved)[1] == "loud-3"


def test_a_fixed_place_moves_up_when_a_track_before_it_plays() -> None:
    events = (PLAYLIST, lock("loud-3", 3))

    assert arranged(*events, playback("calm-1", "started", 2)).places == {"loud-3": 1}


def test_a_track_counts_once_when_it_is_started_and_then_heard_to_its_end() -> None:
    plays = (playback("calm-1", "started", 2), playback("calm-1", "completed", 3))

    assert arranged(PLAYLIST, lock("loud-3", 3), *plays).places == {"loud-3": 1}


def test_of_two_tracks_at_one_place_the_later_lock_pushes_the_earlier_back() -> None:
    events = (PLAYLIST, lock("loud-1", 2), lock("loud-2", 2, at=2))

    assert queue(*events)[1:3] == ["loud-2", "loud-1"]


# What the player has


def test_what_the_player_prefetched_does_not_move() -> None:
    events = (PLAYLIST, shown("calm-1", "loud-1", "calm-2", frozen=2))

    queued = queue(*events, understood(clause("more", "loud", (1, 0, 0)), at=2))

    assert queued[:2] == ["calm-1", "loud-1"]
    assert queued[2].startswith("loud")


def test_a_later_display_replaces_the_earlier_one() -> None:
    events = (shown("calm-1", "calm-2", frozen=2), shown("calm-2", "calm-3", frozen=1, at=2))

    assert arranged(PLAYLIST, *events).places == {"calm-2": 0}
    assert arranged(PLAYLIST, *events).shown == ("calm-2", "calm-3")


def test_what_plays_is_shown_no_more() -> None:
    events = (shown("calm-1", "calm-2", frozen=1), playback("calm-1", "started", 2))

    assert arranged(PLAYLIST, *events) == Arrangement({}, frozenset(), ("calm-2",))


def test_a_session_in_which_nothing_was_fixed_has_no_arrangement() -> None:
    assert arranged(PLAYLIST, skip("calm-1", 1)) == Arrangement({}, frozenset(), ())


# Weaving


@pytest.mark.parametrize(
    ("order", "fixed", "line"),
    [
        ([1, 2, 3], {}, [1, 2, 3]),
        ([1, 2, 3], {9: 0}, [9, 1, 2, 3]),
        ([1, 2, 3], {9: 1, 8: 2}, [1, 9, 8, 2, 3]),
        ([1, 2, 3], {9: 7}, [1, 2, 3, 9]),
        ([], {9: 3, 8: 1}, [8, 9]),
        ([1, 2, 3, 4, 5], {9: 4}, [1, 2, 3, 4]),
    ],
)
def test_the_fixed_are_woven_into_the_rest(
    order: list[int], fixed: dict[int, int], line: list[int]
) -> None:
    assert woven(order, fixed, length=4) == line[:4]


@given(st.integers(0, 12), st.dictionaries(st.integers(100, 110), st.integers(0, 8), max_size=5))
def test_whoever_is_fixed_and_has_room_stands_in_its_place(
    others: int, fixed: dict[int, int]
) -> None:
    line = woven(range(others), fixed, length=30)

    assert sorted(line) == sorted([*range(others), *fixed])
    assert [index for index in line if index < 100] == list(range(others))
    alone = {at: index for index, at in fixed.items() if list(fixed.values()).count(at) == 1}
    for at, index in alone.items():
        crowded = any(other < at for other in fixed.values() if other != at)
        if not crowded and others >= at:
            assert line[at] == index
