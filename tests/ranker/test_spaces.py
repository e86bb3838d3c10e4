"""What was said in one space while the tracks are ranked in another."""

from schemas import PlaylistUpdate, SessionEvent
from tests.factories import CALM, LOUD, clause, follow, library, skip, start, understood

OLD = understood(clause("more", "calm", CALM), at=1, space="old")
OTHER_SIZE = understood(clause("more", "calm", (1, 0, 0, 0, 0)), at=1, space="old")
NEW = understood(clause("more", "loud", LOUD), at=2, space="new")


def update_in(space: str, *events: SessionEvent) -> PlaylistUpdate:
    return follow(*events, tracks=library(space=space))[1]


def test_words_of_another_space_move_nothing_and_the_update_says_so() -> None:
    silent = update_in("new", start("calm-1", "loud-1"))

    update = update_in("new", start("calm-1", "loud-1"), OLD)

    assert update.slots == silent.slots
    assert update.unheard == ("you said “calm”",)


def test_words_of_another_dimension_do_not_stop_the_session() -> None:
    assert update_in("new", OTHER_SIZE).unheard == ("you said “calm”",)


def test_a_filter_of_another_space_leaves_nothing_out() -> None:
    no_calm = understood(clause("without", "calm", CALM, cut=0.5), at=1, space="old")

    update = update_in("new", start("calm-1", "loud-1"), no_calm)

    assert "calm-1" in {slot.track_id for slot in update.slots}
    assert update.relaxed == ()


def test_words_of_the_space_that_ranks_count_beside_those_that_do_not() -> None:
    update = update_in("new", OLD, NEW)

    assert update.slots[0].track_id.startswith("loud")
    assert update.unheard == ("you said “calm”",)


def test_back_in_the_old_space_its_words_count_as_if_nothing_had_been() -> None:
    session = (start("calm-1", "loud-1"), OLD, skip("loud-1", at=3))

    state, before = follow(*session, tracks=library(space="old"))
    _, between = follow(*session, tracks=library(space="new"))
    _, after = follow(*state.events, tracks=library(space="old"))

    assert before.unheard == ()
    assert between.slots != before.slots
    assert after.encode() == before.encode()


def test_what_was_done_to_tracks_counts_in_every_space() -> None:
    here = update_in("old", skip("calm-1"))
    there = update_in("new", skip("calm-1"))

    assert there == here


def test_pointing_at_what_plays_needs_no_space() -> None:
    like_this = understood(clause("like", "this", None), at=1, space="old")

    assert update_in("new", like_this).unheard == ()
