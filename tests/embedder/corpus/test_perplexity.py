import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder.corpus.perplexity import ALPHABET, END, START, CharacterModel, fit_filter, written
from embedder.corpus.titles import BAD, GOOD, measure_titles, read_titles, shipped_filter


def test_probabilities_are_those_computed_by_hand() -> None:
    model = CharacterModel.fit(["ab", "ac"], order=1)

    # Unigrams: a a b c END END, four kinds; after a: b and c once each; after START: a twice.
    a = (2 + 4 / ALPHABET) / (6 + 4)
    b = (1 + 4 / ALPHABET) / (6 + 4)
    end = (2 + 4 / ALPHABET) / (6 + 4)
    a_first = (2 + 1 * a) / (2 + 1)
    b_after_a = (1 + 2 * b) / (2 + 2)
    end_after_b = (1 + 1 * end) / (1 + 1)
    assert model.probability("a", START) == pytest.approx(a_first)
    assert model.probability("b", "a") == pytest.approx(b_after_a)
    expected = (a_first * b_after_a * end_after_b) ** (-1 / 3)
    assert model.of(["ab"]) == pytest.approx([expected])


@given(history=st.text("abc ", max_size=3))
def test_what_may_follow_a_history_sums_to_one(history: str) -> None:
    model = CharacterModel.fit(["abba", "cab", "a b c"], order=3)

    seen = [model.probability(character, history) for character in ["a", "b", "c", " ", END]]

    unseen = model.probability("z", history) * (ALPHABET - len(seen))
    assert sum(seen) + unseen == pytest.approx(1)


@given(title=st.text())
def test_every_text_has_a_perplexity_of_at_least_one(title: str) -> None:
    perplexity = shipped_filter().model.of([title])

    assert perplexity.shape == (1,)
    assert perplexity[0] >= 1


def test_case_accents_and_emoji_do_not_matter() -> None:
    assert written("Été  2019 🌊") == "ete 2019"
    assert shipped_filter().model.of(["CHILL 🌊 VIBES"]) == shipped_filter().model.of(
        ["chill vibes"]
    )


def test_where_nothing_is_written_the_perplexity_is_infinite() -> None:
    assert shipped_filter().model.of(["", "  ", "🅱🅱"]).tolist() == [np.inf] * 3


@pytest.mark.parametrize(
    "title",
    ["Sunday drive", "songs for the train", "sad boi hours", "cello and rain", "pumpkin spice mix"],
)
def test_a_title_nobody_wrote_down_is_kept(title: str) -> None:
    assert title not in read_titles(GOOD)
    assert shipped_filter().keeps([title]).all()


@pytest.mark.parametrize("title", ["xkqjzpw", "PL9tY0BWXOZFu", "скачать mp3", "+49 170 1234567"])
def test_what_is_no_title_is_dropped(title: str) -> None:
    assert not shipped_filter().keeps([title]).any()


def test_the_threshold_lets_its_quantile_of_unseen_good_titles_through() -> None:
    found = measure_titles()

    # Three standard errors of a share of 117 titles are 0.06.
    assert found.n_good >= 100
    assert found.good_kept == pytest.approx(found.quantile, abs=0.06)


def test_nine_bad_titles_of_ten_are_dropped() -> None:
    found = measure_titles()

    assert found.n_bad >= 100
    assert found.bad_dropped >= 0.9


def test_at_least_300_titles_ship_and_none_is_both_good_and_bad() -> None:
    good, bad = set(read_titles(GOOD)), set(read_titles(BAD))

    assert len(good) >= 300
    assert not good & bad


def test_a_stricter_quantile_gives_a_lower_threshold() -> None:
    titles = read_titles(GOOD)

    assert fit_filter(titles, 0.8).threshold < fit_filter(titles, 0.99).threshold
