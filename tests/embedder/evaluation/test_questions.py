"""Questions are true of what they should find, and the same for the same seed."""

import numpy as np
import pytest

from embedder.evaluation.pieces import Piece, label
from embedder.evaluation.questions import (
    CONTRARIES,
    caption_triplets,
    full_questions,
    short_questions,
    unseen_triplets,
    word_triplets,
)
from embedder.evaluation.triplets import measure_triplets
from embedder.truth.clips import Facts
from embedder.truth.unseen import UNSEEN
from embedder.truth.words import WORDS
from tests.embedder.evaluation.subjects import Reader
from tests.embedder.sounds import facts

RNG_SEED = 4


def piece(title: str, **known: object) -> Piece:
    return Piece(title, title, title, Facts.from_record(facts(**known)))


PIECES = (
    piece("a", instruments=["piano"], tempo="fast", mood="happy", drums=True, style="rock"),
    piece("b", instruments=["violin"], families=["strings"], tempo="slow", style="classical"),
    piece("c", instruments=["violin"], families=["strings"], tempo="slow", style="classical"),
    piece("d", instruments=["flute"], families=["woodwind"], energy="low", style="folk"),
)


def rng() -> np.random.Generator:
    return np.random.default_rng(RNG_SEED)


def test_a_short_caption_finds_at_least_the_piece_it_was_written_from() -> None:
    questions = short_questions(PIECES, rng())

    for row, work in enumerate(questions.works):
        assert questions.relevant[row, [piece.work for piece in PIECES].index(work)]


def test_a_description_names_everything_and_fits_equal_pieces_alike() -> None:
    questions = full_questions(PIECES)

    assert questions.texts[0] == "fast, happy rock with piano and drums"
    assert questions.works == ("a", "b", "d")
    assert questions.relevant[1].tolist() == [False, True, True, False]


def test_the_same_seed_asks_the_same() -> None:
    assert short_questions(PIECES, rng()).texts == short_questions(PIECES, rng()).texts
    assert caption_triplets(PIECES, rng()) == caption_triplets(PIECES, rng())
    assert word_triplets(rng()) == word_triplets(rng())


def test_a_word_is_set_against_words_of_others() -> None:
    for triplet in word_triplets(rng()):
        assert triplet.positive in WORDS[triplet.anchor]
        assert triplet.negative not in WORDS[triplet.anchor]


def test_a_text_never_trained_on_is_set_against_the_contrary_of_what_it_means() -> None:
    for triplet in unseen_triplets():
        assert triplet.positive in UNSEEN[triplet.anchor]
        assert triplet.negative == CONTRARIES[triplet.positive]


def test_a_text_side_is_right_where_the_positive_is_nearer() -> None:
    triplets = unseen_triplets()[:4]
    texts = {text for one in triplets for text in (one.anchor, one.positive, one.negative)}
    near = {text: [1.0, 0.1] for text in texts}
    near |= {one.negative: [0.0, 1.0] for one in triplets}

    right = measure_triplets(Reader(near), triplets, 100, rng())
    tied = measure_triplets(Reader(dict.fromkeys(texts, [1.0, 0.0])), triplets, 100, rng())

    assert (right.accuracy.value, right.triplets) == (1.0, 4)
    assert tied.accuracy.value == 0


def test_plain_words_and_unseen_texts_ask_what_facts_can_answer() -> None:
    labelled = label(PIECES)
    words = {query.word: query.matches.tolist() for query in labelled.queries}

    assert words["violin"] == [False, True, True, False]
    assert words["running music"] == [True, False, False, False]
    assert "trumpet" not in words
    assert labelled.works == ("a", "b", "c", "d")


@pytest.mark.parametrize("text", UNSEEN)
def test_unseen_texts_name_attributes_that_there_are(text: str) -> None:
    assert set(UNSEEN[text]) <= WORDS.keys()
