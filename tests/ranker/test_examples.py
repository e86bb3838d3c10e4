"""What each act teaches, and how much it counts."""

import numpy as np
import pytest

from ranker.config import RankerConfig
from ranker.examples import Example, examples_of, recency
from ranker.history import history_of
from schemas import PlaybackEvent, SessionEvent
from tests.factories import clause, follow, playback, skip, start, state, understood

CONFIG = RankerConfig()


def examples(*events: SessionEvent, config: RankerConfig = CONFIG) -> tuple[Example, ...]:
    return examples_of(history_of(state(*events)), config)


def moved(from_rank: int, to_rank: int) -> PlaybackEvent:
    return playback("calm-1", "moved", from_rank=from_rank, to_rank=to_rank)


def progressed(fraction: float) -> PlaybackEvent:
    return playback("calm-1", "progressed", position_seconds=fraction * 200, duration_seconds=200)


WANTED, UNWANTED = True, False


@pytest.mark.parametrize(
    "event, label, weight",
    [
        (skip(heard=0.0), UNWANTED, 0.6),
        (skip(heard=0.05), UNWANTED, 0.6),
        (skip(heard=0.275), UNWANTED, 0.36),  # halfway between 5 % and 50 %: between .6 and .12
        (skip(heard=0.4999999), UNWANTED, 0.12),
        (skip(heard=0.5), WANTED, 0.3),
        (skip(heard=0.6), WANTED, 0.3),
        (skip(heard=1.0), WANTED, 0.3),
        (playback("calm-1", "skipped"), UNWANTED, 0.5),
        (playback("calm-1", "skipped", position_seconds=4), UNWANTED, 0.5),
        (playback("calm-1", "skipped", chosen_by="listener"), UNWANTED, 0.25),
        (playback("calm-1", "completed"), WANTED, 1.0),
        (progressed(0.5), WANTED, 0.6),
        (playback("calm-1", "liked"), WANTED, 2.0),
        (playback("calm-1", "disliked"), UNWANTED, 2.0),
        (playback("calm-1", "removed"), UNWANTED, 1.0),
        (moved(5, 1), WANTED, 0.5),
        (moved(1, 5), UNWANTED, 0.5),
    ],
    ids=lambda value: value.event_id if isinstance(value, PlaybackEvent) else str(value),
)
def test_an_act_teaches(event: PlaybackEvent, label: bool, weight: float) -> None:
    (example,) = examples(event)

    assert (example.event_id, example.track_id) == (event.event_id, "calm-1")
    assert example.label is label
    assert example.weight == pytest.approx(weight, abs=1e-6)


@pytest.mark.parametrize("heard, weight", [(0.02, 0.3), (0.275, 0.18)])
def test_a_skip_of_ones_own_choice_counts_half(heard: float, weight: float) -> None:
    own = skip(heard=heard).model_copy(update={"chosen_by": "listener"})

    (example,) = examples(own)

    assert example.label is UNWANTED
    assert example.weight == pytest.approx(weight)


@pytest.mark.parametrize(
    "event",
    [
        playback("calm-1", "started"),
        playback("calm-1", "progressed"),
        progressed(0.49),
        moved(3, 3),
        start("calm-1", "loud-1"),
        understood(),
    ],
    ids=lambda event: event.event_id,
)
def test_what_says_nothing_about_a_track_teaches_nothing(event: SessionEvent) -> None:
    assert examples(event) == ()


def test_the_later_a_skip_the_less_it_counts() -> None:
    weights = [examples(skip(heard=fraction))[0].weight for fraction in np.linspace(0, 0.499, 50)]

    assert weights == sorted(weights, reverse=True)


def test_the_newest_example_counts_whole_and_one_twelve_later_half() -> None:
    likes = [playback("calm-1", "liked", at) for at in range(25)]

    weights = [example.weight for example in examples(*likes)]

    assert weights[-1] == 2.0
    assert weights[-13] == pytest.approx(1.0)
    assert weights[0] == pytest.approx(0.5)


def test_only_what_teaches_makes_the_past_fade() -> None:
    liked, later = playback("calm-1", "liked", 0), playback("loud-1", "completed", 99)
    idle = [playback("calm-2", "started", at) for at in range(1, 30)]

    assert examples(liked, later) == examples(liked, *idle, later)


def test_recency_of_nothing_is_nothing() -> None:
    assert recency(0, 12.0).shape == (0,)


def test_a_switch_fades_what_came_before_it() -> None:
    before, after = playback("calm-1", "liked", 0), playback("loud-1", "liked", 2)
    switch = understood(clause("switch", "loud"), at=1)

    plain, newest = examples(before, after)
    faded, whole = examples(before, switch, after)

    assert faded.weight == pytest.approx(0.1 * plain.weight)
    assert whole.weight == newest.weight == 2.0


def test_a_second_switch_does_not_fade_the_oldest_twice() -> None:
    liked = playback("calm-1", "liked", 0)
    once = understood(clause("switch", "loud"), at=1)
    twice = understood(clause("switch", "drums"), at=2)

    assert examples(liked, once) == examples(liked, once, twice)


def test_more_like_this_teaches_as_a_like_of_the_track_that_played() -> None:
    pointing = understood(clause("more", "this", vector=None), at=5)

    (example,) = examples(playback("calm-1", "started", 0), pointing)

    assert (example.track_id, example.label, example.weight) == ("calm-1", WANTED, 2.0)
    assert example.event_id == pointing.event_id


def test_less_like_this_teaches_the_opposite() -> None:
    pointing = understood(clause("less", "this", vector=None), at=5)

    (example,) = examples(playback("calm-1", "started", 0), pointing)

    assert example.label is UNWANTED


def test_a_pointing_transcript_counts_as_much_as_it_is_sure() -> None:
    pointing = understood(clause("more", "this", vector=None), at=5, confidence=0.25)

    (example,) = examples(playback("calm-1", "started", 0), pointing)

    assert example.weight == 0.5


def test_every_constant_is_a_setting() -> None:
    config = RankerConfig(
        early_fraction=0.1,
        listened_fraction=0.3,
        early_skip_weight=1.0,
        late_skip_weight=0.5,
        half_life_events=1,
    )

    older, newer = examples(skip("calm-1", 0, 0.2), skip("calm-2", 1, 0.2), config=config)

    assert newer.weight == pytest.approx(0.75)
    assert older.weight == pytest.approx(0.375)


@pytest.mark.parametrize(
    "event, sentence",
    [
        (skip("calm-1", heard=0.02), "you skipped “Calm 1” at 4 s"),
        (playback("calm-1", "skipped"), "you skipped “Calm 1”"),
        (playback("calm-1", "completed"), "you listened to “Calm 1”"),
        (progressed(0.7), "you are listening to “Calm 1”"),
        (playback("calm-1", "liked"), "you liked “Calm 1”"),
        (playback("calm-1", "disliked"), "you disliked “Calm 1”"),
        (playback("calm-1", "removed"), "you removed “Calm 1”"),
        (moved(5, 1), "you moved “Calm 1” up"),
        (moved(1, 5), "you moved “Calm 1” down"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_act_is_told_in_words(event: PlaybackEvent, sentence: str) -> None:
    _, update = follow(event)

    assert update.causes[0].sentence == sentence
    assert update.causes[0].event_id == event.event_id


def test_of_the_reports_on_one_listen_only_the_last_teaches() -> None:
    reports = [
        playback("calm-1", "progressed", at, position_seconds=at, duration_seconds=200)
        for at in (110, 120, 130)
    ]
    end = playback("calm-1", "completed", 200)

    assert len(examples(*reports)) == 1
    assert [row.event_id for row in examples(*reports, end)] == [end.event_id]


def test_what_has_faded_below_notice_is_left_out() -> None:
    skips = [skip(f"t{n}", at=n) for n in range(400)]

    assert len(examples(*skips)) < 200


def test_a_switch_that_was_not_understood_fades_nothing() -> None:
    switch = understood(clause("switch", "qwxz", None, grounding="none", confidence=0.0), at=9)

    assert examples(playback("calm-1")) == examples(playback("calm-1"), switch)
