"""Wishes that compare, wishes that tags can tell, and wishes of several parts."""

from typing import Any

import numpy as np
import pytest

from ranker.config import RankerConfig
from ranker.history import history_of
from ranker.library import Library
from ranker.wishes import Wish, wishes_of
from schemas import TrackFilter, UnderstoodClause, UnderstoodIntent
from tests.factories import (
    CALM,
    DRUMS,
    LOUD,
    VOICE,
    Point,
    clause,
    follow,
    info,
    playback,
    queue,
    state,
    understood,
)

CONFIG = RankerConfig(artist_cap=0)
CUT = 0.4

TAGS: dict[str, tuple[Point, dict[str, Any]]] = {
    "queen-calm": ((-1, 0, 0), {"artist": "Queen", "year": 1975, "duration_seconds": 200}),
    "queen-loud": ((1, 0, 0), {"artist": "Queen", "year": 1985, "duration_seconds": 300}),
    "muse-calm": ((-1, 0.2, 0), {"artist": "Muse", "year": 1995, "duration_seconds": 240}),
    "muse-loud": ((1, 0.2, 0), {"artist": "Muse", "year": 2005, "duration_seconds": 400}),
    "drums-90s": ((0, 1, 0), {"artist": "Slade", "year": 1992, "duration_seconds": 150}),
    "voice-90s": ((0, 0, 1), {"artist": "Enya", "year": 1998}),
    "untagged": ((0, -1, 0), {}),
}
QUEENS = {"queen-calm", "queen-loud"}
NINETIES = TrackFilter(field="year", at_least=1990, at_most=1999)
QUEEN = TrackFilter(field="artist", any_of=("Queen",))


def tagged() -> Library:
    return Library.of(
        ((name, np.array(v, np.float32), info(name, **tags)) for name, (v, tags) in TAGS.items()),
        3,
        "tiny",
    )


def known(operation: str, subject: str, where: TrackFilter, **fields: Any) -> UnderstoodClause:
    """Return a wish that tags tell."""
    return clause(operation, subject, None, grounding="metadata", filter=where, **fields)


def nineties(operation: str, whole: str = "") -> UnderstoodClause:
    return known(operation, "90s", NINETIES, whole=whole)


def drums(operation: str, whole: str = "", cut: float | None = CUT) -> UnderstoodClause:
    return clause(operation, "drums", DRUMS, cut=cut, whole=whole)


def after(*clauses: UnderstoodClause, playing: str | None = None) -> dict[str, float]:
    """Return the score of each queued track after a sentence, while a track plays."""
    start = [playback(playing, "started", -1)] if playing else []
    _, update = follow(*start, understood(*clauses), tracks=tagged(), config=CONFIG)
    return {slot.track_id: slot.score for slot in update.slots}


def order(*events: Any) -> list[str]:
    return queue(*events, tracks=tagged(), config=CONFIG)


def wishes(*intents: UnderstoodIntent) -> tuple[Wish, ...]:
    return wishes_of(history_of(state(*intents)), tagged(), CONFIG)


# Comparing with what plays


def test_a_comparative_steps_up_what_has_more_of_it_than_what_plays() -> None:
    louder = after(clause("more", "loud", LOUD, relative=True), playing="muse-calm")
    loud = after(clause("more", "loud", LOUD), playing="muse-calm")

    gained = {track for track in louder if louder[track] > loud[track] + 1}

    assert gained == {"muse-loud", "queen-loud", "drums-90s", "voice-90s", "untagged"}
    assert louder["queen-loud"] - loud["queen-loud"] == pytest.approx(2.0)


def test_less_of_something_steps_down_what_has_more_of_it_than_what_plays() -> None:
    less = after(clause("less", "drums", DRUMS, relative=True), playing="muse-loud")
    plain = after(clause("less", "drums", DRUMS), playing="muse-loud")

    changed = {track for track in less if abs(less[track] - plain[track]) > 0.1}

    assert changed == {"drums-90s"}
    assert less["drums-90s"] - plain["drums-90s"] == pytest.approx(-2.0)


def test_a_comparative_without_a_track_to_compare_with_is_a_plain_wish() -> None:
    assert after(clause("more", "loud", LOUD, relative=True)) == after(clause("more", "loud", LOUD))


def test_a_comparative_leaves_nothing_out() -> None:
    only_louder = clause("only", "loud", LOUD, cut=CUT, relative=True)

    assert set(after(only_louder, playing="muse-calm")) == set(TAGS) - {"muse-calm"}


def test_newer_is_newer_than_what_plays() -> None:
    newer = known("more", "new", TrackFilter(field="year", at_least=2024), relative=True)

    scores = after(newer, playing="muse-calm")

    assert {track for track, score in scores.items() if score > 1} == {"voice-90s", "muse-loud"}


def test_shorter_is_shorter_than_what_plays() -> None:
    shorter = known(
        "more", "short", TrackFilter(field="duration_seconds", at_most=180), relative=True
    )

    scores = after(shorter, playing="muse-calm")

    assert {track for track, score in scores.items() if score > 1} == {"queen-calm", "drums-90s"}


def test_newer_than_what_tells_no_year_is_new() -> None:
    newer = known("more", "new", TrackFilter(field="year", at_least=2000), relative=True)

    scores = after(newer, playing="untagged")

    assert {track for track, score in scores.items() if score > 1} == {"muse-loud"}


def test_a_superlative_weighs_half_as_much_again() -> None:
    (plain,) = wishes(understood(clause("more", "loud", LOUD)))
    (utmost,) = wishes(understood(clause("more", "loud", LOUD, extreme=True)))

    assert utmost.strength == pytest.approx(1.5 * plain.strength)


# Names and numbers


def test_a_decade_comes_first_and_leaves_nothing_out() -> None:
    line = order(understood(nineties("more")))

    assert set(line[:3]) == {"muse-calm", "drums-90s", "voice-90s"}
    assert set(line) == set(TAGS)


def test_only_a_decade_leaves_out_what_is_of_another_or_of_none() -> None:
    assert set(after(nineties("only"))) == {"muse-calm", "drums-90s", "voice-90s"}


def test_no_decade_leaves_in_what_tells_no_year() -> None:
    assert set(after(nineties("without"))) == set(TAGS) - {"muse-calm", "drums-90s", "voice-90s"}


def test_a_wanted_artist_comes_first_and_then_who_sounds_alike() -> None:
    calm_queen = TrackFilter(field="title", any_of=("Queen calm",))

    line = order(understood(known("more", "queen calm", calm_queen)))

    assert line[:2] == ["queen-calm", "muse-calm"]


def test_like_an_artist_asks_for_the_sound_and_not_for_the_artist() -> None:
    (wish,) = wishes(understood(known("like", "slade", slade())))

    assert wish.step == 0
    np.testing.assert_allclose(wish.direction, (0, 1, 0), atol=1e-6)


def slade() -> TrackFilter:
    return TrackFilter(field="artist", any_of=("Slade",))


def test_an_artist_whose_tracks_cancel_out_is_told_by_the_name_alone() -> None:
    (wish,) = wishes(understood(known("like", "queen", QUEEN)))  # calm and loud: no middle

    assert not wish.direction.any()
    assert wish.step == 6.0


def test_a_refused_artist_is_left_out_and_nobody_who_sounds_alike() -> None:
    scores = after(known("without", "slade", slade()))

    assert "drums-90s" not in scores
    assert set(scores.values()) == {0.0}


def test_a_switch_to_an_artist_weighs_more_than_a_plain_wish() -> None:
    (plain,) = wishes(understood(known("more", "slade", slade())))
    (switch,) = wishes(understood(known("switch", "slade", slade())))

    assert switch.step == pytest.approx(1.5 * plain.step)


# Subjects of several parts


def test_a_wish_of_two_parts_is_best_met_by_both() -> None:
    line = order(understood(nineties("more", "90s drums"), drums("more", "90s drums")))

    assert line[0] == "drums-90s"
    assert set(line[1:3]) == {"muse-calm", "voice-90s"}


def test_only_demands_every_part_at_once() -> None:
    both = understood(nineties("only", "90s drums"), drums("only", "90s drums"))

    assert order(both) == ["drums-90s"]


def test_only_of_two_whole_subjects_lets_either_pass() -> None:
    either = understood(
        nineties("only", "90s drums"), drums("only", "90s drums"), known("only", "queen", QUEEN)
    )

    assert set(order(either)) == {"drums-90s"} | QUEENS


def test_only_demands_what_can_be_told_of_a_subject() -> None:
    heard = understood(nineties("only", "90s hum"), drums("only", "90s hum", cut=None))

    assert set(order(heard)) == {"muse-calm", "drums-90s", "voice-90s"}


def test_without_refuses_only_what_has_every_part() -> None:
    refused = understood(nineties("without", "90s drums"), drums("without", "90s drums"))

    assert set(order(refused)) == set(TAGS) - {"drums-90s"}


def test_less_of_two_parts_steps_down_what_has_both_once() -> None:
    scores = after(nineties("less", "90s drums"), drums("less", "90s drums"))

    assert scores.pop("drums-90s") == pytest.approx(-6.0)
    assert set(scores.values()) == {0.0}


@pytest.mark.parametrize(
    "part",
    [
        drums("without", "90s hum", cut=None),
        clause("without", "hum", None, grounding="none", confidence=0.0, whole="90s hum"),
    ],
    ids=["heard without a cut", "not understood"],
)
def test_a_part_that_cannot_be_told_keeps_the_others_from_being_refused(
    part: UnderstoodClause,
) -> None:
    scores = after(nineties("without", "90s hum"), part)

    assert set(scores) == set(TAGS)
    assert scores["voice-90s"] == pytest.approx(0.0, abs=1e-6)


def test_a_refusal_of_two_parts_is_told_as_a_whole() -> None:
    (wish,) = wishes(understood(nineties("without", "90s drums"), drums("without", "90s drums")))

    assert wish.sentence == "you said “no 90s drums”"


def test_a_refused_whole_is_lifted_by_the_whole_and_not_by_a_part() -> None:
    refused = understood(nineties("without", "90s drums"), drums("without", "90s drums"))
    part = understood(nineties("more"), at=1)
    whole = understood(nineties("more", "90s drums"), drums("more", "90s drums"), at=1)

    assert "drums-90s" not in order(refused, part)
    assert "drums-90s" in order(refused, whole)


# Starting over


def reset() -> UnderstoodClause:
    return clause("reset", "everything", None, grounding="metadata")


def test_starting_over_takes_back_every_wish_before_it() -> None:
    said = understood(nineties("only"), clause("more", "calm", CALM))

    assert wishes(said, understood(reset(), at=1)) == ()
    assert set(order(said, understood(reset(), at=1))) == set(TAGS)


def test_starting_over_keeps_what_was_played() -> None:
    liked = playback("queen-calm", "liked", at=0)

    before = order(liked)

    assert order(liked, understood(clause("more", "loud", LOUD), at=1)) != before
    assert order(liked, understood(reset(), at=2)) == before


def test_what_is_said_along_with_starting_over_is_meant() -> None:
    (wish,) = wishes(understood(reset(), clause("more", "voice", VOICE)))

    assert wish.sentence == "you said “voice”"


def test_a_wish_after_starting_over_counts() -> None:
    (wish,) = wishes(understood(reset()), understood(clause("more", "voice", VOICE), at=1))

    assert wish.strength == 6.0
