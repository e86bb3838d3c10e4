"""What is said moves the queue, more than what is done, for as long as it is meant."""

import numpy as np
import pytest

from ranker.config import RankerConfig
from ranker.history import history_of
from ranker.wishes import Wish, wishes_of
from schemas import Slot, UnderstoodIntent
from tests.factories import (
    CALM,
    DRUMS,
    LOUD,
    TRACKS,
    VOICE,
    clause,
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

CONFIG = RankerConfig()
WITH_DRUMS = {"calm-drums", "loud-drums"}
WITH_VOICE = {"calm-voice", "loud-voice"}
CUT = 0.4


def wishes(*intents: UnderstoodIntent) -> tuple[Wish, ...]:
    return wishes_of(history_of(state(*intents)), library(), CONFIG)


def no_drums(at: float = 0, cut: float | None = CUT) -> UnderstoodIntent:
    return understood(clause("without", "drums", DRUMS, cut=cut), at=at)


def only_voice(at: float = 0, cut: float = CUT) -> UnderstoodIntent:
    return understood(clause("only", "voice", VOICE, cut=cut), at=at)


# Pulling


@pytest.mark.parametrize("operation", ["more", "only", "switch", "like"])
def test_a_wish_for_something_moves_it_up(operation: str) -> None:
    order = queue(understood(clause(operation, "calm", CALM)))

    assert all(track.startswith("calm") for track in order[:5])


@pytest.mark.parametrize("operation", ["less", "without"])
def test_a_wish_against_something_moves_it_down(operation: str) -> None:
    order = queue(understood(clause(operation, "calm", CALM)))

    assert all(track.startswith("calm") for track in order[5:])


def test_several_clauses_pull_together() -> None:
    order = queue(understood(clause("more", "calm", CALM), clause("more", "voice", VOICE)))

    assert order[0] == "calm-voice"


def score_of(track_id: str, *events: UnderstoodIntent) -> float:
    return next(slot.score for slot in slots(*events) if slot.track_id == track_id)


def slots(*events: UnderstoodIntent) -> tuple[Slot, ...]:
    return follow(*events)[1].slots


def test_a_track_that_is_the_subject_gains_the_words_strength() -> None:
    config = RankerConfig(words_strength=4.0)

    _, update = follow(understood(clause("more", "exactly this", TRACKS["calm-1"])), config=config)

    assert update.slots[0].track_id == "calm-1"
    assert update.slots[0].score == pytest.approx(4.0, abs=1e-2)  # half precision


def test_the_confidence_of_a_transcript_scales_the_wish() -> None:
    sure, unsure = understood(), understood(confidence=0.25)

    assert score_of("calm-1", unsure) == pytest.approx(0.25 * score_of("calm-1", sure), rel=1e-5)


def test_the_confidence_of_a_subject_scales_the_wish() -> None:
    sure, unsure = understood(), understood(clause(confidence=0.25))

    assert score_of("calm-1", unsure) == pytest.approx(0.25 * score_of("calm-1", sure), rel=1e-5)


def test_weights_really_move_the_order() -> None:
    skipped = [skip(track, at) for at, track in enumerate(["calm-1", "calm-2"])]

    whispered = queue(*skipped, understood(clause(confidence=0.05), at=9))
    said = queue(*skipped, understood(clause(confidence=1.0), at=9))

    assert whispered[0].startswith("loud")
    assert said[0].startswith("calm")


def test_words_outweigh_behaviour() -> None:
    skipped = [skip(track, at) for at, track in enumerate(["calm-1", "calm-2"])]
    liked = playback("loud-1", "liked", at=3)

    order = queue(*skipped, liked, understood(clause("more", "calm", CALM), at=9))

    assert order[0].startswith("calm")


def test_a_wish_counts_half_when_four_others_came_after_it() -> None:
    said = [understood(clause("more", f"mood {at}", CALM), at=at) for at in range(5)]

    strengths = [wish.strength for wish in wishes(*said)]

    assert strengths[-1] == 6.0
    assert strengths[0] == pytest.approx(3.0)


def test_plays_do_not_make_words_fade() -> None:
    said = understood()
    played = [playback("loud-1", "started", at) for at in range(1, 30)]

    (wish,) = wishes_of(history_of(state(said, *played)), library(), CONFIG)

    assert wish.strength == 6.0


def test_an_undone_wish_is_no_wish() -> None:
    said = understood()

    _, update = follow(said, undo(said))

    assert update.model == "order"


def test_what_was_not_understood_has_no_effect() -> None:
    shrug = clause("more", "qwxz", None, grounding="none", confidence=0.0)

    _, update = follow(understood(shrug))

    assert update.model == "order"
    assert {slot.score for slot in update.slots} == {0.0}


# Switching


def test_a_switch_outweighs_what_was_said_and_done_before() -> None:
    before = [understood(clause("more", "calm", CALM), at=at) for at in range(3)]
    liked = [playback(f"calm-{i}", "liked", at=2 + i) for i in (1, 2, 3)]

    plain = queue(*before, *liked, understood(clause("more", "loud", LOUD), at=9))
    switched = queue(*before, *liked, understood(clause("switch", "loud", LOUD), at=9))

    assert plain[0].startswith("calm")
    assert all(track.startswith("loud") for track in switched[:5])


def test_a_switch_weighs_more_than_a_plain_wish() -> None:
    (plain,) = wishes(understood(clause("more", "loud", LOUD)))
    (switch,) = wishes(understood(clause("switch", "loud", LOUD)))

    assert switch.strength == pytest.approx(1.5 * plain.strength)


def test_a_switch_leaves_a_tenth_of_the_words_before_it() -> None:
    calm, loud = clause("more", "calm", CALM), clause("more", "loud", LOUD)
    switch = clause("switch", "loud", LOUD)

    plain, _ = wishes(understood(calm, at=0), understood(loud, at=1))
    faded, _ = wishes(understood(calm, at=0), understood(switch, at=1))

    assert faded.strength == pytest.approx(0.1 * plain.strength)


def test_what_is_said_along_with_a_switch_is_meant() -> None:
    both = understood(clause("switch", "loud", LOUD), clause("without", "drums", DRUMS, cut=CUT))

    assert queue(both)[0].startswith("loud")
    assert not WITH_DRUMS & set(queue(both))


# Filtering


def test_without_leaves_out_everything_above_the_cut() -> None:
    assert set(queue(no_drums())) == set(TRACKS) - WITH_DRUMS


def test_without_a_cut_nothing_is_left_out() -> None:
    assert set(queue(no_drums(cut=None))) == set(TRACKS)
    assert set(queue(no_drums(cut=None))[-2:]) == WITH_DRUMS


def test_the_playlist_is_filtered_too() -> None:
    _, update = follow(start("loud-drums", "calm-1"), no_drums(at=1))

    assert [slot.track_id for slot in update.slots if slot.lane == "playlist"] == ["calm-1"]
    assert "loud-drums" not in {slot.track_id for slot in update.slots}


def test_only_demands_the_subject() -> None:
    assert set(queue(only_voice())) == WITH_VOICE


@pytest.mark.parametrize("operation", ["more", "less", "switch", "like"])
def test_other_wishes_filter_nothing(operation: str) -> None:
    assert set(queue(understood(clause(operation, "drums", DRUMS, cut=CUT)))) == set(TRACKS)


def test_a_filter_that_would_leave_nothing_is_relaxed_and_says_so() -> None:
    _, update = follow(no_drums(cut=-1.0))

    assert {slot.track_id for slot in update.slots} == set(TRACKS)
    assert {slot.track_id for slot in update.slots[-2:]} == WITH_DRUMS
    assert update.relaxed == ("you said “no drums”",)


def test_of_two_filters_that_leave_nothing_the_older_gives_way() -> None:
    no_voice = understood(clause("without", "singing", VOICE, cut=CUT), at=0)

    _, update = follow(no_voice, only_voice(at=1))

    assert {slot.track_id for slot in update.slots} == WITH_VOICE
    assert update.relaxed == ("you said “no singing”",)


def test_a_filter_holds_while_the_wish_fades() -> None:
    others = [understood(clause("more", "calm", CALM), at=at) for at in range(1, 20)]

    assert not WITH_DRUMS & set(queue(no_drums(at=0), *others))


@pytest.mark.parametrize(
    "later",
    [
        clause("more", "drums", DRUMS),
        clause("like", "drums", DRUMS),
        clause("switch", "calm", CALM),
    ],
    ids=lambda later: later.text,
)
def test_a_later_wish_lifts_the_filter(later: object) -> None:
    lifted = queue(no_drums(at=0), understood(later, at=1))  # type: ignore[arg-type]

    assert WITH_DRUMS <= set(lifted)


def test_what_lifts_a_filter_is_what_was_said_later_not_what_arrived_later() -> None:
    more_drums = understood(clause("more", "drums", DRUMS), at=0)

    assert not WITH_DRUMS & set(queue(no_drums(at=1), more_drums))


def test_only_this_or_that_lets_both_pass() -> None:
    drums_or_voice = understood(
        clause("only", "drums", DRUMS, cut=CUT), clause("only", "voice", VOICE, cut=CUT)
    )

    assert set(queue(drums_or_voice)) == WITH_DRUMS | WITH_VOICE


def test_a_new_only_replaces_the_old_one() -> None:
    only_drums = understood(clause("only", "drums", DRUMS, cut=CUT), at=1)

    assert set(queue(only_voice(at=0), only_drums)) == WITH_DRUMS


def test_undoing_a_wish_lifts_its_filter() -> None:
    assert WITH_DRUMS <= set(queue(no_drums(), undo(no_drums())))


# The words themselves are the listener's


@pytest.mark.parametrize(
    "operation, told",
    [
        ("more", "“drums”"),
        ("less", "“less drums”"),
        ("without", "“no drums”"),
        ("only", "“only drums”"),
        ("switch", "“switch to drums”"),
        ("like", "“like drums”"),
    ],
)
def test_a_wish_is_told_in_few_words(operation: str, told: str) -> None:
    (wish,) = wishes(understood(clause(operation, "drums", text="oh please, " * 20)))

    assert wish.sentence == f"you said {told}"


@pytest.mark.parametrize(
    "said", ["more {0} of this", "{title.__class__}", "100 % {", "“quoted” 'x'"]
)
def test_words_are_told_as_they_were_said(said: str) -> None:
    pointing = clause("more", "this", None, text=said)

    _, update = follow(playback("calm-1", "started", 0), understood(pointing, at=1))

    assert update.causes[0].sentence == f"you said “{said}” while “Calm 1” played"


def test_long_words_are_cut_where_they_are_told() -> None:
    long = clause("without", "very " * 300 + "loud drums", DRUMS, cut=-1.0)

    _, update = follow(understood(long))

    assert [len(sentence) for sentence in update.relaxed] == [400]
    assert len(update.causes[0].sentence) == 400


def test_a_wish_has_a_direction_of_length_one() -> None:
    (wish,) = wishes(understood(clause("more", "calm", (-3.0, 0.0, 4.0))))

    np.testing.assert_allclose(wish.direction, (-0.6, 0.0, 0.8), atol=1e-6)
    np.testing.assert_allclose(wish.pull, (-3.6, 0.0, 4.8), atol=1e-5)
