"""What a listener says, as the words agent understands it: the shipped space, no broker."""

import json
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from embedder.space import Space
from ranker.language.names import NO_NAMES, Names
from schemas import Intent, TrackInfo, UnderstoodClause, UnderstoodIntent
from streams.speech.familiarity import Familiarity, familiarity_of
from streams.speech.understanding import plain_words, understand
from tests.factories import intent

SUBJECTS = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "data/subjects.jsonl").read_text("utf-8").splitlines()
]


@pytest.fixture(scope="module")
def space() -> Space:
    return Space.load("small")


@pytest.fixture(scope="module")
def familiarity(space: Space) -> Familiarity:
    return familiarity_of(space.vocabulary)


@pytest.fixture(scope="module")
def names(space: Space) -> Names:
    infos = [
        TrackInfo(title="Bohemian Rhapsody", artist="Queen"),
        TrackInfo(title="Happy", artist="Calm", genre="jazz"),
    ]
    return Names.of(infos, plain_words(space))


def groundings(said: UnderstoodIntent) -> list[tuple[str, str, str]]:
    return [(clause.operation, clause.subject, clause.grounding) for clause in said.clauses]


# Where a subject is found


def test_this_points_at_what_plays(space: Space) -> None:
    assert groundings(understand(intent("more like this"), space)) == [("like", "this", "session")]


def test_a_word_of_the_space_is_certain_and_may_filter(space: Space) -> None:
    (clause,) = understand(intent("no drums"), space).clauses

    assert (clause.grounding, clause.confidence) == ("space", 1.0)
    assert clause.cut == space.calibration["drums"].threshold


def test_a_word_that_the_space_was_not_taught_only_pulls(space: Space) -> None:
    (clause,) = understand(intent("some shoegaze"), space).clauses

    assert clause.grounding == "space"
    assert 0.5 < clause.confidence < 1.0
    assert clause.cut is None


def test_a_number_is_told_by_tags_and_never_encoded(space: Space) -> None:
    (clause,) = understand(intent("only 90s"), space).clauses

    assert clause.grounding == "metadata"
    assert clause.vector is None
    assert clause.filter is not None
    assert (clause.filter.field, clause.filter.at_least, clause.filter.at_most) == (
        *("year", 1990, 1999),
    )


def test_a_name_of_the_catalogue_is_told_by_tags(space: Space, names: Names) -> None:
    said = understand(intent("no Queen"), space, names)

    assert groundings(said) == [("without", "queen", "metadata")]
    assert groundings(understand(intent("no Queen"), space)) != groundings(said)


@pytest.mark.parametrize("text", ["calm", "happy songs", "some jazz"])
def test_a_word_of_the_space_beats_a_name_of_one_word(
    text: str, space: Space, names: Names
) -> None:
    assert understand(intent(text), space, names).clauses == understand(intent(text), space).clauses


def test_a_mixed_subject_is_grounded_part_by_part(space: Space, names: Names) -> None:
    said = understand(intent("only sad Queen songs from the 70s"), space, names)

    assert groundings(said) == [
        ("only", "queen", "metadata"),
        ("only", "70s", "metadata"),
        ("only", "sad", "space"),
    ]
    assert len({clause.whole for clause in said.clauses} - {""}) == 1


def test_the_heard_part_of_a_mixed_subject_is_what_compares(space: Space) -> None:
    year, sound = understand(intent("faster 90s rock"), space).clauses

    assert (year.relative, sound.relative) == (False, True)


@pytest.mark.parametrize(
    "text", ["what is the weather", "call my mother", "the capital of france", "a credit card"]
)
def test_small_talk_is_not_understood_and_says_so(text: str, space: Space) -> None:
    (clause,) = understand(intent(text), space).clauses

    assert (clause.grounding, clause.confidence) == ("none", 0.0)
    assert clause.reason == "it does not seem to be about music"


def test_no_subject_loses_a_part_where_an_intent_is_full(space: Space) -> None:
    text = ", ".join(f"sad 19{decade}0s songs" for decade in range(9)) + ", rock"

    said = understand(intent(text), space)

    assert len(said.clauses) == 16
    assert all(_count(said, clause.whole) == 2 for clause in said.clauses)


def _count(said: UnderstoodIntent, whole: str) -> int:
    return sum(clause.whole == whole for clause in said.clauses)


# What is handed on


def test_the_confidence_of_a_transcript_and_who_spoke_are_handed_on(space: Space) -> None:
    said = understand(intent("more piano", source="spoken", confidence=0.4, member="bo"), space)

    assert (said.confidence, said.member) == (0.4, "bo")


def test_a_decade_is_of_the_time_when_it_was_said(space: Space) -> None:
    (clause,) = understand(intent("20s"), space).clauses

    assert clause.filter is not None
    assert clause.filter.at_least == 2020


def test_a_sentence_is_read_in_its_language(space: Space) -> None:
    spanish = understand(intent("sin batería", language="es-MX"), space)

    assert groundings(spanish) == [("without", "drums", "space")]
    assert groundings(understand(intent("no drums", language="tlh"), space)) == [
        ("without", "drums", "space")
    ]


# Buttons


def chip(text: str) -> Intent:
    return intent(text, source="chip")


def test_all_takes_back_what_was_wished(space: Space) -> None:
    assert groundings(understand(chip("All"), space)) == [("reset", "everything", "metadata")]


def test_all_in_a_sentence_is_no_button(space: Space) -> None:
    assert groundings(understand(intent("All"), space)) == []


@pytest.mark.parametrize("text", ["Familiar", "Discover", "Popular", "Deep Cuts", "deep  cuts"])
def test_a_button_that_nothing_here_can_answer_says_why(text: str, space: Space) -> None:
    (clause,) = understand(chip(text), space).clauses

    assert (clause.grounding, clause.confidence) == ("none", 0.0)
    assert clause.reason


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Like Queen", ("like", "queen", "metadata")),
        ("Jazz", ("more", "jazz", "space")),
        ("Calm", ("more", "calm", "space")),
        ("90s", ("more", "90s", "metadata")),
    ],
)
def test_any_other_button_is_read_as_if_typed(
    text: str, expected: tuple[str, str, str], space: Space, names: Names
) -> None:
    assert groundings(understand(chip(text), space, names)) == [expected]


# Music, or small talk


def subjects(split: str, *, about_music: bool) -> list[str]:
    return [
        row["subject"]
        for row in SUBJECTS
        if (row["split"], row["about_music"]) == (split, about_music)
    ]


def test_the_held_out_subjects_are_many_and_stand_in_no_list() -> None:
    lists = tomllib.loads((files("streams") / "speech" / "subjects.toml").read_text("utf-8"))
    held_out = {row["subject"] for row in SUBJECTS if row["split"] == "held_out"}

    assert not held_out & {*lists["music"], *lists["everyday"]}
    assert not held_out & {row["subject"] for row in SUBJECTS if row["split"] == "fit"}
    assert len(subjects("held_out", about_music=True)) >= 60
    assert len(subjects("held_out", about_music=False)) >= 60


def chances(texts: Sequence[str], familiarity: Familiarity) -> np.ndarray:
    return np.array([familiarity.chance(text) for text in texts])


def test_what_is_about_music_is_told_from_small_talk(familiarity: Familiarity) -> None:
    music = chances(subjects("held_out", about_music=True), familiarity)
    talk = chances(subjects("held_out", about_music=False), familiarity)

    separation = (music[:, None] > talk).mean()  # area under the ROC curve

    assert separation >= 0.96
    assert (music >= 0.25).mean() >= 0.95
    assert (talk < 0.25).mean() >= 0.85


def test_the_chance_of_being_about_music_is_calibrated(familiarity: Familiarity) -> None:
    music = chances(subjects("held_out", about_music=True), familiarity)
    talk = chances(subjects("held_out", about_music=False), familiarity)

    brier = np.concatenate([(1 - music) ** 2, talk**2]).mean()

    assert brier <= 0.05  # 0.25 is what knowing nothing costs


def test_every_clause_tells_how_sure_it_is(space: Space) -> None:
    said = understand(intent("calm 90s opera with knitting, more like this"), space, NO_NAMES)

    def is_told(clause: UnderstoodClause) -> bool:
        return clause.grounding == "none" or clause.confidence >= 0.25

    assert len(said.clauses) >= 4
    assert all(is_told(clause) for clause in said.clauses)
