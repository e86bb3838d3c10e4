"""What a session's events say together: what plays, what was undone, what was forgotten."""

import pytest

from ranker.config import RankerConfig
from ranker.errors import SessionFull
from ranker.history import history_of, holds
from ranker.session import step
from schemas import PlaybackEvent, SessionEvent
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

LIKED = playback("calm-1", "liked", at=0)


# What plays


@pytest.mark.parametrize(
    "events, current",
    [
        ([], None),
        ([playback("calm-1", "started", 0)], "calm-1"),
        ([playback("calm-1", "progressed", 0)], "calm-1"),
        ([playback("calm-1", "started", 0), playback("calm-1", "liked", 1)], "calm-1"),
        ([playback("calm-1", "started", 0), skip("calm-1", 1)], None),
        ([playback("calm-1", "started", 0), playback("calm-1", "completed", 1)], None),
        ([playback("calm-1", "started", 0), playback("loud-1", "started", 1)], "loud-1"),
        # Taken out of the queue while another one plays:
        ([playback("calm-1", "started", 0), playback("loud-1", "removed", 1)], "calm-1"),
        # The skip that is reported after the next start:
        (
            [playback("calm-1", "started", 0), playback("loud-1", "started", 1), skip("calm-1", 2)],
            "loud-1",
        ),
    ],
)
def test_what_plays_is_what_was_started_and_not_left(
    events: list[PlaybackEvent], current: str | None
) -> None:
    assert history_of(state(*events)).current == current


def test_this_is_the_track_that_played_when_it_was_said() -> None:
    events = [
        playback("calm-1", "started", 0),
        said := understood(clause("more", "this", vector=None), at=5),
        playback("loud-1", "started", 10),
    ]

    for order in (events, events[::-1]):
        _, update = follow(*order)
        (cause,) = (cause for cause in update.causes if cause.event_id == said.event_id)

        assert cause.sentence == "you said “more this” while “Calm 1” played"
        assert update.slots[0].track_id.startswith("calm")


def test_this_points_at_nothing_before_anything_played() -> None:
    _, update = follow(understood(clause("more", "this", vector=None)))

    assert update.model == "order"


# The playlist


def test_the_latest_start_gives_the_playlist() -> None:
    first, second = start("calm-1", "calm-2", at=0), start("loud-1", "loud-2", at=1)

    assert queue(first, second)[:2] == queue(second, first)[:2] == ["loud-1", "loud-2"]


def test_undoing_a_start_brings_the_playlist_before_it_back() -> None:
    first, second = start("calm-1", "calm-2", at=0), start("loud-1", "loud-2", at=1)

    assert queue(first, second, undo(second))[:2] == ["calm-1", "calm-2"]


@pytest.mark.parametrize(
    "action", ["started", "progressed", "skipped", "completed", "disliked", "removed"]
)
def test_a_track_that_the_listener_met_is_not_queued_again(action: str) -> None:
    assert "calm-1" not in queue(start("calm-1", "calm-2"), playback("calm-1", action, 1))


def test_a_track_that_was_only_moved_stays_in_the_queue() -> None:
    assert "calm-1" in queue(start("calm-1", "calm-2"), playback("calm-1", "moved", 1))


def test_a_start_does_not_forget_what_was_played() -> None:
    assert "calm-1" not in queue(playback("calm-1", at=0), start("calm-1", "calm-2", at=1))


# Undo


def test_an_undo_that_arrives_before_its_target_works() -> None:
    _, early = follow(undo(LIKED), LIKED)
    _, late = follow(LIKED, undo(LIKED))

    assert early.slots == late.slots
    assert "you liked “Calm 1”" not in {cause.sentence for cause in late.causes}


def test_undoing_an_undo_restores() -> None:
    oops = undo(LIKED, at=1)

    _, restored = follow(LIKED, oops, undo(oops, at=2))
    _, untouched = follow(LIKED)

    assert restored.slots == untouched.slots


def test_an_undo_of_nothing_changes_nothing_in_the_queue() -> None:
    _, update = follow(LIKED, command("undo", at=1, target_event_id="never-seen"))
    _, untouched = follow(LIKED)

    assert update.slots == untouched.slots
    assert update.revision == untouched.revision + 1


# Forget


def test_forgetting_removes_the_events_themselves() -> None:
    session, update = follow(LIKED, start("calm-1", at=1), forget := command("forget", at=2))

    assert session.events == (forget,)
    assert b"calm-1" not in session.encode()
    assert update.model == "order"


def test_a_late_duplicate_of_a_forgotten_event_stays_forgotten() -> None:
    session, _ = follow(LIKED, command("forget", at=1))

    again, _ = step(session, LIKED, library())

    assert holds(session, LIKED)
    assert again == session


def test_an_event_that_was_on_its_way_is_forgotten_too() -> None:
    forget = command("forget", at=1)

    in_time, _ = follow(LIKED, forget)
    late, _ = follow(forget, LIKED)

    assert in_time == late
    assert in_time.revision == late.revision


def test_two_forgets_in_any_order_agree() -> None:
    events: list[SessionEvent] = [
        LIKED,
        command("forget", at=1),
        playback("loud-1", "liked", at=2),
        command("forget", at=3),
        playback("calm-2", "liked", at=4),
    ]

    first, _ = follow(*events)
    second, _ = follow(*reversed(events))

    assert first == second


def test_a_revision_does_not_go_back_when_a_session_is_forgotten() -> None:
    session, update = follow(*[playback("calm-1", "liked", at) for at in range(50)])
    _, forgotten = step(session, command("forget", at=99), library())

    assert forgotten.revision > update.revision


# Limits


def test_a_full_session_refuses_new_events_and_knows_old_ones() -> None:
    small = RankerConfig(max_events=2)
    session, _ = follow(LIKED, playback("calm-2", "liked", 1), config=small)

    with pytest.raises(SessionFull, match="'s1' holds 2 events.*start a new session"):
        step(session, playback("calm-3", "liked", 2), library(), small)

    assert step(session, LIKED, library(), small)[0] == session


def test_a_full_session_can_still_be_forgotten() -> None:
    small = RankerConfig(max_events=2)
    session, _ = follow(LIKED, playback("calm-2", "liked", 1), config=small)

    emptied, _ = step(session, command("forget", at=2), library(), small)

    assert len(emptied.events) == 1
