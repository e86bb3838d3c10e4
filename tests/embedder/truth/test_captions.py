"""Captions say what is true, in words people use."""

import numpy as np
import pytest
import torch

from embedder.training.texts import matches_of
from embedder.truth.captions import OPPOSITE, bare_captions, caption_for, truth_matrix, truth_of
from embedder.truth.clips import Facts
from embedder.truth.words import KINDS, WORDS
from tests.embedder.sounds import facts

ROCK = Facts.from_record(
    facts(
        instruments=["bass guitar", "distorted guitar"],
        families=["bass", "guitar"],
        tempo="fast",
        energy="high",
        loudness="loud",
        drums=True,
        style="rock",
    )
)


def test_instruments_families_and_qualities_become_attributes() -> None:
    truth = truth_of(ROCK)

    assert {name for name, value in truth.items() if value == 1} == {
        *("bass guitar", "distorted guitar", "bass", "guitar", "rock"),
        *("fast", "energetic", "loud", "drums", "major"),
    }


def test_the_contrary_is_further_away_than_what_is_neither() -> None:
    assert truth_of(ROCK)["slow"] == OPPOSITE
    assert "slow" not in truth_of(Facts.from_record(facts(tempo="medium")))


def test_an_accordion_is_no_organ() -> None:
    accordion = Facts.from_record(facts(instruments=["accordion"], families=["organ"]))

    assert "organ" not in truth_of(accordion)


def test_one_instrument_without_drums_is_a_solo() -> None:
    assert "solo" in truth_of(Facts.from_record(facts()))
    assert "solo" not in truth_of(Facts.from_record(facts(drums=True)))


@pytest.mark.parametrize("seed", range(20))
def test_a_drawn_caption_names_only_what_is_true_and_known(seed: int) -> None:
    known = frozenset({"fast", "loud", "drums", "guitar"})

    caption = caption_for(truth_of(ROCK), known, np.random.default_rng(seed))

    assert set(caption.attributes) <= known
    for name in caption.attributes:
        assert any(word in caption.text for word in WORDS[name])


def test_every_attribute_is_also_asked_for_by_its_bare_word() -> None:
    texts = {caption.text: caption.attributes for caption in bare_captions(["drums", "fast"])}

    assert texts["drums"] == ("drums",)
    assert texts["percussion"] == ("drums",)
    assert texts["uptempo"] == ("fast",)


def test_no_word_stands_for_two_attributes() -> None:
    words = [word for words in WORDS.values() for word in words]

    assert sorted(set(words)) == sorted(words)


def test_every_kind_is_made_of_known_words() -> None:
    assert {word for words in KINDS.values() for word in words} <= set(WORDS)


def test_a_clip_that_lacks_more_of_a_text_matches_it_less() -> None:
    attributes = ("fast", "loud")
    clips = [
        Facts.from_record(facts(tempo=tempo, loudness=loudness))
        for tempo, loudness in (("fast", "loud"), ("fast", "medium"), ("slow", "quiet"))
    ]

    matches = matches_of(torch.ones(1, 2), torch.from_numpy(truth_matrix(clips, attributes)))[0]

    assert matches.tolist() == pytest.approx([1, np.exp(-5), np.exp(-15)])
