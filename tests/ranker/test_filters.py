"""What the rules and the words keep out, and who gives way when nothing would be left."""

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from ranker.filters import Filter, apply, told
from ranker.library import Library
from schemas import Boost, PlaylistUpdate, QueueRules, SessionEvent, TrackFilter, UnderstoodIntent
from tests.factories import TRACKS, clause, command, follow, info, playback, understood

KNOWN: dict[str, dict[str, Any]] = {
    "calm-1": {"artist": "Ann", "year": 1991, "bpm": 70.0, "genre": "Jazz"},
    "calm-2": {"artist": "Ann", "year": 1975, "bpm": 80.0, "duration_seconds": 400.0},
    "calm-3": {"artist": "Bob", "year": 1999, "bpm": 125.0, "album": "Blue"},
    "loud-1": {"artist": "Bob", "year": 2004, "genre": "Rock"},
    "loud-2": {"artist": "Änne", "year": 1990},
}
TAGGED = Library.of(
    [
        (track, np.array(point, np.float32), info(track, **KNOWN.get(track, {})))
        for track, point in TRACKS.items()
    ],
    3,
    "tiny",
)
NINETIES = TrackFilter(field="year", at_least=1990, at_most=1999)
ANN = TrackFilter(field="artist", any_of=("ann",))


def start_with(**rules: Any) -> SessionEvent:
    return command("start", rules=QueueRules(**rules))


def update_of(*events: SessionEvent) -> PlaylistUpdate:
    return follow(*events, tracks=TAGGED)[1]


def queued(*events: SessionEvent) -> set[str]:
    return {slot.track_id for slot in update_of(*events).slots}


def said(operation: str, condition: TrackFilter, at: float = 1) -> UnderstoodIntent:
    grounded = clause(operation, "it", vector=None, grounding="metadata", filter=condition)
    return understood(grounded, at=at)


# Conditions


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        (NINETIES, {"calm-1", "calm-3", "loud-2"}),
        (ANN, {"calm-1", "calm-2"}),
        (TrackFilter(field="artist", any_of=("ÄNNE", "Bob")), {"calm-3", "loud-1", "loud-2"}),
        (TrackFilter(field="bpm", at_least=75, at_most=130), {"calm-2", "calm-3"}),
        (TrackFilter(field="duration_seconds", at_least=300), {"calm-2"}),
        (TrackFilter(field="year", at_most=1980), {"calm-2"}),
        (TrackFilter(field="genre", any_of=("jazz",)), {"calm-1"}),
        (TrackFilter(field="album", any_of=("blue",)), {"calm-3"}),
        (TrackFilter(field="track_id", any_of=("Calm-1",)), {"calm-1"}),
        (TrackFilter(field="title", any_of=("loud voice",)), {"loud-voice"}),
    ],
)
def test_a_condition_is_met_by_what_tells_so(condition: TrackFilter, met: set[str]) -> None:
    assert {TAGGED.track_ids[row] for row in np.flatnonzero(TAGGED.where(condition))} == met


@pytest.mark.parametrize(
    "fields",
    [
        {"field": "year"},
        {"field": "year", "any_of": ("1990",)},
        {"field": "year", "at_least": 2000, "at_most": 1990},
        {"field": "artist"},
        {"field": "artist", "at_least": 3},
        {"field": "mood", "any_of": ("happy",)},
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TrackFilter(**fields)


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        (NINETIES, "year 1990 to 1999"),
        (TrackFilter(field="bpm", at_least=120), "bpm from 120"),
        (TrackFilter(field="duration_seconds", at_most=300), "duration up to 300"),
        (ANN, "artist ann"),
    ],
)
def test_a_condition_is_told_in_words(condition: TrackFilter, sentence: str) -> None:
    assert told(condition) == sentence


# The product's rules


def test_only_what_the_rules_include_is_queued() -> None:
    assert queued(start_with(include=(NINETIES,))) == {"calm-1", "calm-3", "loud-2"}


def test_includes_must_all_be_met() -> None:
    assert queued(start_with(include=(NINETIES, ANN))) == {"calm-1"}


def test_what_the_rules_exclude_is_not_queued() -> None:
    assert queued(start_with(exclude=(ANN,))) == set(TRACKS) - {"calm-1", "calm-2"}


def test_a_boost_moves_what_it_is_for_and_is_told() -> None:
    update = update_of(start_with(boosts=(Boost(where=ANN, log_odds=3.0),)))

    first, second, third, *_ = update.slots
    assert {first.track_id, second.track_id} == {"calm-1", "calm-2"}
    assert first.score - third.score == pytest.approx(3.0)
    assert update.causes[first.reasons[0][0]].sentence == "a rule for artist ann"


# Who gives way


def test_words_give_way_before_the_rules_and_the_oldest_first() -> None:
    only_rock = said("only", TrackFilter(field="genre", any_of=("rock",)))
    only_jazz = said("only", TrackFilter(field="genre", any_of=("jazz",)), at=2)

    update = update_of(start_with(include=(ANN,)), only_rock, only_jazz)

    assert {slot.track_id for slot in update.slots} == {"calm-1"}
    assert update.empty_because is None


def test_an_include_that_nothing_meets_gives_way_and_says_so() -> None:
    nobody = TrackFilter(field="artist", any_of=("nobody",))

    update = update_of(start_with(include=(nobody,)))

    assert len(update.slots) == len(TRACKS)
    assert update.relaxed == ("the rule that includes only artist nobody",)


def test_an_exclude_never_gives_way_and_an_empty_queue_says_why() -> None:
    everything = TrackFilter(field="track_id", any_of=tuple(TRACKS))

    update = update_of(start_with(exclude=(everything,)))

    assert update.slots == ()
    assert update.empty_because is not None
    assert update.empty_because.startswith("the rule that excludes track")


def test_when_everything_was_played_the_empty_queue_says_so() -> None:
    plays = [playback(track, "completed", at) for at, track in enumerate(TRACKS)]

    assert update_of(*plays).empty_because == "everything here was played in this session"


def test_an_empty_library_says_so() -> None:
    nothing = Library.of((), 3, "tiny")

    assert follow(command(), tracks=nothing)[1].empty_because == "the library is empty"


def test_filters_are_applied_in_turn_and_the_one_that_would_leave_nothing_gives_way() -> None:
    first = Filter("first", np.array([True, True, False]))
    second = Filter("second", np.array([False, False, True]))
    third = Filter("third", np.array([True, False, False]))

    passed = apply([first, second, third], 3)

    assert passed.free.tolist() == [True, False, False]
    assert passed.relaxed == ("second",)


# Words that metadata grounds


def test_only_a_decade_demands_it() -> None:
    assert queued(said("only", NINETIES)) == {"calm-1", "calm-3", "loud-2"}


def test_no_artist_leaves_the_artist_out() -> None:
    assert not queued(said("without", ANN)) & {"calm-1", "calm-2"}


def test_more_of_a_decade_moves_it_up() -> None:
    update = update_of(said("more", NINETIES))

    assert {slot.track_id for slot in update.slots[:3]} == {"calm-1", "calm-3", "loud-2"}
    assert len(update.slots) == len(TRACKS)


def test_less_of_an_artist_moves_the_artist_down() -> None:
    update = update_of(said("less", ANN))

    assert {slot.track_id for slot in update.slots[-2:]} == {"calm-1", "calm-2"}


def test_like_an_artist_wants_what_sounds_like_the_artist() -> None:
    update = update_of(said("like", ANN))

    assert {slot.track_id for slot in update.slots[:2]} == {"calm-1", "calm-2"}
    assert update.slots[2].track_id.startswith("calm")


def test_an_artist_that_is_not_in_the_library_moves_nothing() -> None:
    nobody = TrackFilter(field="artist", any_of=("nobody",))

    assert len({slot.score for slot in update_of(said("like", nobody)).slots}) == 1
