import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder.corpus.sentences import sentences_of


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Warm bass. Slow drums!", ["Warm bass.", "Slow drums!"]),
        ("great bass. love the drums", ["great bass.", "love the drums"]),
        ("Great ft. Drake on vocals", ["Great ft. Drake on vocals"]),
        ("It lasts 3.5 minutes.", ["It lasts 3.5 minutes."]),
        ("00:00 Intro\n03:10 Waltz\r\n", ["00:00 Intro", "03:10 Waltz"]),
        ("これはいい曲です。ピアノが美しい。", ["これはいい曲です。", "ピアノが美しい。"]),
        ("  much \t space ", ["much space"]),
        ("!!! \n ❤️❤️ \n ---", []),
        ("", []),
    ],
)
def test_a_text_is_cut_where_a_sentence_ends(text: str, sentences: list[str]) -> None:
    assert sentences_of(text) == sentences


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_no_word_is_lost_and_no_sentence_is_blank(text: str) -> None:
    sentences = sentences_of(text)

    def letters(one: str) -> str:
        return "".join(character for character in one if character.isalnum())

    assert letters("".join(sentences)) == letters(text)
    assert all(sentence == " ".join(sentence.split()) for sentence in sentences)
