"""What is queued, in which order, and the reasons given."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ranker.config import RankerConfig
from ranker.library import Library
from ranker.reasons import reasons
from schemas import SessionEvent
from tests.factories import (
    clause,
    follow,
    info,
    library,
    playback,
    queue,
    random_library,
    skip,
    start,
    understood,
)

ALL_DIFFER = RankerConfig(same_sound=2.0)
"""Tracks of equal sound are different tracks."""

ALL_CALM = ("calm-1", "calm-2", "calm-3", "calm-drums", "calm-voice")


# Order


def test_before_any_evidence_the_playlist_stands_as_it_was_given() -> None:
    playlist = ("loud-2", "calm-1", "loud-voice", "calm-3")

    assert queue(start(*playlist))[:4] == list(playlist)


def test_an_early_skip_moves_similar_tracks_down() -> None:
    _, update = follow(start("calm-1", "loud-1", "calm-2", "loud-2"), skip("calm-3", at=1))
    playlist = [slot.track_id for slot in update.slots if slot.lane == "playlist"]

    assert playlist == ["loud-1", "loud-2", "calm-1", "calm-2"]


def test_a_like_moves_similar_tracks_up() -> None:
    playlist = start("loud-1", "loud-2", "calm-1", "calm-2")

    order = queue(playlist, playback("calm-3", "completed", at=1))

    assert order[0] == "calm-1"


def test_flute_without_piano_is_learned_from_one_listen_and_two_skips() -> None:
    # Flute heard, flute with piano skipped twice (P72).
    tracks = library(
        {
            "flute-1": (1, 0, 0),
            "flute-2": (0.95, 0, 0.1),
            "flute-piano-1": (0.7, 0.7, 0),
            "flute-piano-2": (0.7, 0.7, 0.1),
            "flute-piano-3": (0.7, 0.7, -0.1),
            "flute-strings": (0.7, 0, 0.7),
            "piano": (0, 1, 0),
        }
    )

    order = queue(
        playback("flute-1", "completed", 0),
        skip("flute-piano-1", 1),
        skip("flute-piano-2", 2),
        tracks=tracks,
    )

    assert set(order[:2]) == {"flute-2", "flute-strings"}


def test_the_initial_order_gives_way_to_evidence() -> None:
    likes = [playback("calm-1", "liked", at) for at in range(1, 6)]

    def share(*evidence: SessionEvent) -> float:
        """Return what its first place in the playlist adds to a track's score."""
        _, update = follow(start("loud-1", "loud-2"), *evidence)
        order = next(i for i, cause in enumerate(update.causes) if cause.kind == "order")
        slot = next(slot for slot in update.slots if slot.track_id == "loud-1")
        return dict(slot.reasons)[order]

    assert share() == 0.5
    assert 0 < share(*likes) < share(*likes[:1]) < share()
    assert share(understood(at=1)) == share(likes[0]), "a clause is as much evidence as a like"


def test_without_a_playlist_the_initial_order_is_no_reason() -> None:
    _, update = follow(start())

    assert all(slot.score == 0.0 and not slot.reasons for slot in update.slots)


def test_equal_scores_keep_the_order_of_the_ids() -> None:
    twins = {f"twin-{i}": (1.0, 0.0, 0.0) for i in range(6)}

    order = queue(playback("twin-3", "completed"), tracks=library(twins), config=ALL_DIFFER)

    assert order == ["twin-0", "twin-1", "twin-2", "twin-4", "twin-5"]


# What competes


def test_a_slot_says_where_its_track_came_from() -> None:
    _, update = follow(start("calm-1", "calm-2"))
    lanes = {slot.track_id: slot.lane for slot in update.slots}

    assert lanes.pop("calm-1") == lanes.pop("calm-2") == "playlist"
    assert set(lanes.values()) == {"mined"}


def test_better_tracks_are_mined_from_the_library() -> None:
    order = queue(start(*ALL_CALM), *[skip(track, at + 1) for at, track in enumerate(ALL_CALM[:3])])

    assert order[0].startswith("loud")


def test_a_queue_is_as_long_as_asked() -> None:
    assert len(queue(start(*ALL_CALM), config=RankerConfig(queue_length=3))) == 3


def test_mining_fills_a_queue_that_the_playlist_cannot() -> None:
    config = RankerConfig(mined=0, queue_length=6)

    assert len(queue(start("calm-1", "calm-2"), config=config)) == 6


def test_mining_takes_the_best_of_a_large_library() -> None:
    tracks = random_library(count=500, dimension=8)
    heard = playback("t7", "completed")
    closeness = tracks.vectors @ tracks.vectors[tracks.row("t7")]
    nearest = [tracks.track_ids[row] for row in np.argsort(-closeness)[1:11]]

    assert queue(heard, tracks=tracks, config=RankerConfig(mined=20))[:10] == nearest


def test_mining_prefers_the_first_ids_among_equals() -> None:
    twins = {f"twin-{i:02}": (1.0, 0.0, 0.0) for i in range(30)}

    config = replace(ALL_DIFFER, mined=4, queue_length=4)
    order = queue(start(), tracks=library(twins), config=config)

    assert order == ["twin-00", "twin-01", "twin-02", "twin-03"]


# Reasons


def test_no_score_is_a_negative_zero() -> None:
    tracks = library({"calm": (-1, 0, 0), "nearly-neutral": (1e-8, 1, 0)})

    _, update = follow(understood(clause("more", "calm")), tracks=tracks)

    assert update.slots[-1].track_id == "nearly-neutral"
    assert str(update.slots[-1].score) == "0.0"


def test_the_strongest_reason_comes_first_and_names_its_event() -> None:
    said = understood(clause("more", "calm"), at=1)

    _, update = follow(playback("loud-1", "completed", 0), said)
    (index, contribution), *_ = update.slots[0].reasons

    assert update.causes[index].event_id == said.event_id
    assert update.causes[index].kind == "words"
    assert contribution > 0


def test_small_reasons_are_summed() -> None:
    events = [playback(track, "completed", at) for at, track in enumerate(ALL_CALM)]
    events += [skip(f"loud-{i}", 10 + i) for i in (1, 2)]

    _, update = follow(*events, config=RankerConfig(named_reasons=2))
    slot = next(slot for slot in update.slots if slot.track_id == "loud-drums")

    assert len(slot.reasons) == 3
    assert update.causes[slot.reasons[-1][0]].kind == "rest"


parts = arrays(
    float,
    st.tuples(st.integers(1, 8), st.integers(1, 4)),
    elements=st.floats(-20, 20).map(lambda value: round(value, 9)),
)


@given(parts, st.integers(0, 5))
def test_reasons_sum_to_the_score_and_name_the_strongest(parts: np.ndarray, named: int) -> None:
    scores = np.round(parts.sum(axis=0), 6)

    used, told = reasons(parts, scores, named=named)

    for column, score, why in zip(parts.T, scores, told, strict=True):
        named_rows = [used[index] for index, _ in why if used[index] < len(column)]
        silent = [abs(part) for row, part in enumerate(column) if row not in named_rows]
        assert sum(value for _, value in why) == pytest.approx(score, abs=1e-6)
        assert len(named_rows) <= named
        assert all(abs(column[row]) >= max(silent, default=0) for row in named_rows)
    assert {index for why in told for index, _ in why} == set(range(len(used)))


def test_a_title_that_is_too_long_is_cut() -> None:
    vectors = np.eye(2, dtype=np.float32)
    tracks = Library.of(
        [("a", vectors[0], info("a", title="La " * 160)), ("b", vectors[1], info("b"))], 2, "tiny"
    )

    _, update = follow(playback("a", "liked"), tracks=tracks)

    assert len(update.causes[0].sentence) == 400


def test_a_track_that_is_liked_or_moved_before_it_played_stays_in_the_queue() -> None:
    order = queue(start("calm-1", "calm-2"), playback("calm-2", "liked", 1))

    assert "calm-2" in order


def test_only_causes_that_a_reason_names_are_told() -> None:
    _, update = follow(*(playback(track, at=at) for at, track in enumerate(("calm-1", "loud-1"))))

    assert {index for slot in update.slots for index, _ in slot.reasons} == set(
        range(len(update.causes))
    )
