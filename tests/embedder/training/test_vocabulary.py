"""The vocabulary: attributes first, then phrases that name directions of their own."""

import pytest

from embedder.space import Space
from embedder.training.vocabulary import LEAST_AUC, MOST_WORDS, SAME, vocabulary_of
from embedder.truth.clips import read_clips
from embedder.truth.words import WORDS
from tests.embedder.evaluation.test_shipped_space import CATALOGUE

TAUGHT = ("drums", "piano", "fast", "calm")


@pytest.fixture(scope="module")
def vocabulary() -> tuple[Space, tuple[str, ...]]:
    space, clips = Space.load("small"), read_clips(CATALOGUE)[::4]
    audio = space.encode_audio([clip.path for clip in clips])
    return space, vocabulary_of(space, audio, [clip.facts for clip in clips], TAUGHT)


def test_what_was_taught_comes_first_and_the_rest_stays_few(
    vocabulary: tuple[Space, tuple[str, ...]],
) -> None:
    _, words = vocabulary

    assert words[: len(TAUGHT)] == TAUGHT
    assert len(TAUGHT) < len(words) <= MOST_WORDS
    assert len(set(words)) == len(words)


def test_no_two_phrases_name_one_direction(vocabulary: tuple[Space, tuple[str, ...]]) -> None:
    space, words = vocabulary

    vectors = space.centred_text(space.encode_text(words))
    cosines = vectors @ vectors.T
    further = cosines[len(TAUGHT) :] - 2 * (vectors[len(TAUGHT) :] @ vectors.T >= 1 - 1e-5)
    assert further.max() < SAME


def test_the_shipped_space_names_its_directions_in_listeners_words() -> None:
    space = Space.load("small")

    assert set(space.vocabulary) - WORDS.keys()
    assert len(space.vocabulary) <= MOST_WORDS
    assert LEAST_AUC >= 0.8
