"""The lexicon says what listeners say, and nothing that the unseen words would be given away by."""

import re

import pytest

from embedder.training.texts import phrase_captions
from embedder.truth.captions import ADJECTIVE_FRAMES, JOINT_FRAMES, NOUN_FRAMES
from embedder.truth.lexicon import meaning_of, phrases
from embedder.truth.unseen import CONNECTING, UNSEEN, unseen_words
from embedder.truth.words import WORDS

WORD = re.compile(r"[\w'&-]+")


def test_every_meaning_is_made_of_known_attributes_in_known_degrees() -> None:
    for phrase in phrases():
        assert phrase.meaning.keys() <= WORDS.keys()
        assert all(0 < degree <= 1 for degree in phrase.meaning.values())
        assert 1 in phrase.meaning.values()


def test_no_phrase_says_what_another_or_a_plain_word_says() -> None:
    texts = [phrase.text for phrase in phrases()] + [w for words in WORDS.values() for w in words]

    assert len(texts) == len(set(texts))


def test_a_degree_is_read_from_before_its_attribute() -> None:
    assert meaning_of("calm + .6 slow") == {"calm": 1, "slow": 0.6}


def test_a_caption_of_a_phrase_keeps_its_degrees() -> None:
    captions = {caption.text: caption for caption in phrase_captions(frozenset(WORDS))}

    assert captions["sleep music"].attributes == ("quiet", "slow", "calm")
    assert dict(
        zip(captions["floating"].attributes, captions["floating"].degrees, strict=True)
    ) == {
        "calm": 1,
        "slow": 0.6,
    }


def test_phrases_that_need_an_attribute_nobody_taught_are_left_out() -> None:
    captions = phrase_captions(frozenset({"calm"}))

    assert {caption.attributes for caption in captions} == {("calm",)}


@pytest.mark.parametrize("word", sorted(unseen_words()))
def test_a_word_never_trained_on_is_in_no_training_text(word: str) -> None:
    words = [text for texts in WORDS.values() for text in texts]
    frames = (*ADJECTIVE_FRAMES, *NOUN_FRAMES, *JOINT_FRAMES)

    for text in (*words, *frames, *(phrase.text for phrase in phrases())):
        assert word not in WORD.findall(text.casefold())


def test_unseen_texts_ask_for_known_attributes_of_every_kind() -> None:
    asked = {name for attributes in UNSEEN.values() for name in attributes}

    assert asked <= WORDS.keys()
    assert len(UNSEEN) >= 40
    assert {"fast", "slow", "energetic", "calm", "loud", "quiet", "happy", "sad", "drums"} <= asked


def test_what_connects_unseen_words_names_no_attribute() -> None:
    assert not CONNECTING & {text for texts in WORDS.values() for text in texts}
