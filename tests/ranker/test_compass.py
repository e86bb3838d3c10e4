"""What the session leans toward and away from, in words; and turning it."""

import numpy as np
import pytest

from ranker.compass import Compass, compass_of, edit_of, leanings_of
from ranker.config import RankerConfig
from ranker.errors import UnknownWord
from ranker.session import ranking_of
from schemas import SessionEvent, unpack_vector
from tests.factories import (
    CALM,
    DRUMS,
    LOUD,
    VOICE,
    clause,
    follow,
    library,
    skip,
    start,
    understood,
    undo,
)

WORDS = {
    name: np.array(point, np.float32)
    for name, point in {"calm": CALM, "loud": LOUD, "drums": DRUMS, "voice": VOICE}.items()
}


def compass(*events: SessionEvent, most: int = 8) -> Compass:
    session, _ = follow(start(), *events)
    scorer = ranking_of(session, library(), RankerConfig()).scorer
    return compass_of(scorer.weights, WORDS, most=most)


def strengths(compass: Compass) -> dict[str, float]:
    return {leaning.word: leaning.strength for leaning in (*compass.toward, *compass.away)}


def test_a_new_session_leans_nowhere() -> None:
    assert compass() == Compass((), ())


def test_what_was_said_is_what_the_compass_says() -> None:
    told = compass(understood(clause("more", "calm", CALM), at=1))

    assert [(leaning.word, leaning.strength) for leaning in told.toward] == [("calm", 6.0)]
    assert [(leaning.word, leaning.strength) for leaning in told.away] == [("loud", -6.0)]


def test_a_skip_leans_away_from_what_was_skipped() -> None:
    told = compass(skip("loud-drums", 1))

    assert {leaning.word for leaning in told.away} == {"loud", "drums"}


def test_the_strongest_come_first_and_no_more_than_asked() -> None:
    events = (
        understood(clause("more", "drums", DRUMS, confidence=0.5), at=1),
        understood(clause("more", "voice", VOICE), at=2),
    )

    told = compass(*events, most=1)

    assert [leaning.word for leaning in told.toward] == ["voice"]


def test_an_edit_turns_the_compass_and_undoing_it_turns_it_back() -> None:
    before = (understood(clause("more", "drums", DRUMS), at=1),)
    edit = understood(clause("less", "drums", DRUMS), at=2)

    turned = strengths(compass(*before, edit))
    back = compass(*before, edit, undo(edit))

    assert turned.get("drums", 0.0) < strengths(compass(*before))["drums"]
    assert back == compass(*before)


def test_without_words_there_is_nothing_to_say() -> None:
    assert compass_of(np.ones(3), {}) == Compass((), ())


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_a_strength_is_the_log_odds_of_a_track_that_is_all_the_word(scale: float) -> None:
    (leaning,) = compass_of(np.array([0, scale, 0]), {"drums": WORDS["drums"]}).toward

    assert leaning.strength == scale


def test_every_word_has_a_leaning_however_weak() -> None:
    leanings = leanings_of(np.array([2.0, 0.0, 0.01]), WORDS)

    assert [(one.word, one.strength) for one in leanings] == [
        *(("loud", 2.0), ("voice", 0.01), ("drums", 0.0), ("calm", -2.0)),
    ]


def test_an_edit_asks_for_less_and_for_more_of_words_that_are_known() -> None:
    clauses = edit_of(["Loud"], ["drums"], WORDS)

    assert [(one.operation, one.subject, one.polarity) for one in clauses] == [
        *(("less", "loud", -1), ("more", "drums", 1)),
    ]
    assert [unpack_vector(one.vector or "") for one in clauses] == [tuple(LOUD), tuple(DRUMS)]


def test_an_edit_of_one_word_turns_the_compass_by_the_strength_of_words() -> None:
    before = clause("more", "drums", DRUMS)

    told = compass(understood(before, at=1), understood(*edit_of([], ["voice"], WORDS), at=2))

    assert strengths(told)["voice"] == RankerConfig().words_strength


def test_an_unknown_word_is_named_with_those_like_it() -> None:
    with pytest.raises(UnknownWord, match="'drum'; it knows 'drums'"):
        edit_of(["drum"], [], WORDS)


def test_a_word_like_no_other_is_named_alone() -> None:
    with pytest.raises(UnknownWord, match="'qqq'; it knows no word like it"):
        edit_of([], ["qqq"], WORDS)
