"""Undo and forget, with proof; and every reason of a track on demand."""

import pytest

from ranker.errors import UnknownTrack
from ranker.session import explain, step
from schemas import Receipt, SessionEvent, SessionState
from tests.factories import (
    clause,
    command,
    follow,
    library,
    playback,
    skip,
    start,
    state,
    understood,
    undo,
)

EVENING: tuple[SessionEvent, ...] = (
    start("calm-1", "loud-1", "calm-2", "loud-2"),
    skip("loud-1", 1),
    understood(clause("more", "calm"), at=2),
    playback("calm-1", "completed", 3),
)


def receipt(session: SessionState, event: SessionEvent) -> Receipt:
    _, update = step(session, event, library())
    assert update.receipt is not None
    return update.receipt


def test_an_undo_tells_what_it_took_away() -> None:
    session, _ = follow(*EVENING)

    assert receipt(session, undo(EVENING[1])).removed == (EVENING[1].event_id,)


@pytest.mark.parametrize("place", [1, 2, 3])
def test_after_an_undo_the_queue_is_that_of_a_session_that_never_saw_the_event(place: int) -> None:
    never = [event for at, event in enumerate(EVENING) if at != place]

    _, undone = follow(*EVENING, undo(EVENING[place]))
    _, without = follow(*never)

    assert undone.slots == without.slots
    assert undone.causes == without.causes


def test_the_hash_after_an_undo_is_that_of_a_session_that_never_saw_the_event() -> None:
    session, _ = follow(*EVENING)
    never, _ = follow(*EVENING[:1], *EVENING[2:])

    ours = receipt(session, undo(EVENING[1]))
    theirs = receipt(never, undo(playback("nobody-knows-this", at=50)))

    assert ours.after == theirs.before == theirs.after
    assert ours.before != ours.after


def test_a_forget_removes_everything_and_its_hash_is_that_of_nothing() -> None:
    session, _ = follow(*EVENING)

    ours = receipt(session, command("forget", 99))
    nothing = receipt(state(), command("forget", 99))

    assert ours.removed == tuple(event.event_id for event in EVENING)
    assert ours.after == nothing.before == nothing.after


def test_an_undo_of_nothing_removes_nothing() -> None:
    session, _ = follow(*EVENING)

    assert receipt(session, undo(playback("loud-3", at=50))).removed == ()


def test_no_other_event_has_a_receipt() -> None:
    assert follow(*EVENING)[1].receipt is None


def test_undoing_an_undo_brings_the_event_back_with_a_receipt() -> None:
    mistake = undo(EVENING[1], at=10)
    session, _ = follow(*EVENING, mistake)

    brought_back = receipt(session, undo(mistake, at=11))
    original, _ = follow(*EVENING)

    assert brought_back.removed == ()
    assert brought_back.after == receipt(original, undo(playback(at=50))).before


# Every reason


def test_all_terms_of_a_track_sum_to_its_score() -> None:
    session, update = follow(*EVENING)

    for slot in update.slots:
        terms = explain(session, slot.track_id, library())
        assert sum(part for _, part in terms) == pytest.approx(slot.score, abs=1e-6)


def test_every_event_that_taught_is_among_the_terms() -> None:
    session, _ = follow(*EVENING)

    told = {cause.sentence: part for cause, part in explain(session, "calm-2", library())}

    assert told["you skipped “Loud 1” at 4 s"] > 0
    assert told["you said “calm”"] > 0
    assert told["you listened to “Calm 1”"] > 0
    assert "its place in the playlist" in told


def test_the_strongest_term_comes_first() -> None:
    session, _ = follow(*EVENING)

    parts = [abs(part) for _, part in explain(session, "calm-2", library())]

    assert parts == sorted(parts, reverse=True)


def test_a_track_that_was_played_can_be_explained_too() -> None:
    session, _ = follow(*EVENING)

    assert explain(session, "calm-1", library())


def test_an_unknown_track_is_refused_by_name() -> None:
    with pytest.raises(UnknownTrack, match="nobody"):
        explain(state(), "nobody", library())
