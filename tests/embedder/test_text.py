import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder.errors import UnusableText
from embedder.text import MAX_CHARACTERS, readable


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (" calm \n\tpiano ", "calm piano"),
        ("calm\x07 \x1b[31mpiano", "calm [31mpiano"),
        ("\u202ecalm piano\u202c", "calm piano"),
        ("\ufeffcalm\u200b piano", "calm piano"),
        ("drums\ud800", "drums?"),
        ("👩\u200d🎤", "👩\u200d🎤"),
        ("安静的钢琴", "安静的钢琴"),
    ],
)
def test_what_shows_is_kept_and_the_rest_is_dropped(typed: str, read: str) -> None:
    assert readable(typed) == read


@pytest.mark.parametrize("typed", ["", " ", "\0", "\u200f\u200e", "\u200d", "\u0301"])
def test_a_text_in_which_nothing_shows_is_refused(typed: str) -> None:
    with pytest.raises(UnusableText, match="no words"):
        readable(typed)


@given(st.text(st.characters(exclude_categories=[])))
def test_what_is_readable_stays_as_it_is(typed: str) -> None:
    try:
        once = readable(typed)
    except UnusableText:
        return

    assert readable(once) == once
    assert once.encode().decode() == once
    assert 0 < len(once) <= MAX_CHARACTERS
