"""What the ranker refuses, what it passes over, and what it makes do with."""

import numpy as np
import pytest

from ranker.config import RankerConfig
from ranker.errors import RankerError, UnfitVector, UnknownTrack
from ranker.library import Library
from ranker.session import step, update_of
from schemas import PlaybackEvent
from tests.factories import (
    TRACKS,
    clause,
    command,
    follow,
    library,
    playback,
    queue,
    skip,
    start,
    understood,
)


def without(*track_ids: str) -> Library:
    return library({track: at for track, at in TRACKS.items() if track not in track_ids})


def test_an_event_about_an_unknown_track_is_refused_by_name() -> None:
    with pytest.raises(UnknownTrack, match="'calm-99': index it, or correct the id"):
        follow(playback("calm-99"))


def test_a_refused_event_leaves_the_session_as_it_was() -> None:
    session, _ = follow(playback("calm-1"))
    before = session.encode()

    with pytest.raises(RankerError):
        step(session, playback("calm-99", at=1), library())

    assert session.encode() == before


def test_unknown_tracks_of_a_playlist_are_passed_over() -> None:
    assert queue(start("calm-99", "loud-1", "calm-98", "calm-1"))[:2] == ["loud-1", "calm-1"]


@pytest.mark.parametrize(
    "gone", [playback("calm-1", "liked"), playback("calm-1", "started"), skip("calm-1")]
)
def test_a_track_that_has_left_the_library_teaches_nothing_any_more(gone: PlaybackEvent) -> None:
    session, _ = follow(gone)

    _, update = step(session, playback("loud-1", "liked", at=1), without("calm-1"))
    _, never = follow(playback("loud-1", "liked", at=1), tracks=without("calm-1"))

    assert [slot.track_id for slot in update.slots] == [slot.track_id for slot in never.slots]


def test_a_track_that_was_pointed_at_may_leave_too() -> None:
    pointing = understood(clause("more", "this", None), at=1)
    session, _ = follow(playback("calm-1", "started", 0), pointing)

    _, update = step(session, start("loud-1", at=2), without("calm-1"))

    assert update.slots[0].track_id == "loud-1"


def test_an_empty_library_gives_an_empty_queue() -> None:
    session, update = follow(start("calm-1"), understood(at=1), tracks=library({}))

    assert update.slots == update.causes == ()
    assert session.revision == update.revision == 2


def test_when_everything_was_played_the_queue_is_empty() -> None:
    assert queue(*[playback(track, at=at) for at, track in enumerate(TRACKS)]) == []


def test_an_empty_playlist_leaves_the_choice_to_the_library() -> None:
    assert set(queue(start())) == set(TRACKS)


@pytest.mark.parametrize("name", ["end", "forget"])
def test_a_command_to_a_new_session_is_harmless(name: str) -> None:
    _, update = follow(command(name))

    assert update.model == "order"
    assert {slot.track_id for slot in update.slots} == set(TRACKS)


def test_the_same_track_liked_and_disliked_has_no_effect_left() -> None:
    _, update = follow(*[playback("calm-1", "liked", 0), playback("calm-1", "disliked", 0)])

    assert max(abs(slot.score) for slot in update.slots) < 0.2


@pytest.mark.parametrize(
    "vector, complaint",
    [
        ((0.0, 0.0, 0.0), "length 0.0"),
        ((float("nan"), 0.0, 0.0), "length nan"),
        ((float("inf"), 0.0, 0.0), "length inf"),
        ((1.0, 0.0), r"\(2,\), not \(3,\)"),
    ],
)
def test_a_library_refuses_a_vector_that_points_nowhere(
    vector: tuple[float, ...], complaint: str
) -> None:
    with pytest.raises(UnfitVector, match=f"track 'broken'.*{complaint}"):
        library({"broken": vector})


@pytest.mark.parametrize(
    "vector, complaint", [((0.0, 0.0, 0.0), "length 0.0"), ((1.0, 0.0), r"\(2,\), not \(3,\)")]
)
def test_words_with_a_vector_that_points_nowhere_are_refused(
    vector: tuple[float, ...], complaint: str
) -> None:
    with pytest.raises(UnfitVector, match=f"the words 'calm'.*{complaint}"):
        follow(understood(clause("more", "calm", vector)))


def test_a_library_does_not_depend_on_how_it_was_loaded() -> None:
    backwards = library(dict(reversed(TRACKS.items())))

    assert backwards.track_ids == library().track_ids
    np.testing.assert_array_equal(backwards.vectors, library().vectors)


def test_the_vectors_of_a_library_have_length_one_and_cannot_be_changed() -> None:
    tracks = library()

    np.testing.assert_allclose(np.linalg.norm(tracks.vectors, axis=1), 1, atol=1e-6)
    with pytest.raises(ValueError, match="read-only"):
        tracks.vectors[0] = 0


def test_a_session_can_be_ranked_again_without_a_new_event() -> None:
    liked = playback("calm-1", "liked")
    session, update = follow(liked)

    assert update_of(session, liked, library(), RankerConfig()) == update
