"""What was said, and what was understood of it."""

import pytest
from pydantic import ValidationError

from schemas import TrackFilter
from tests.factories import clause, intent


@pytest.mark.parametrize("language", ["en", "en-GB", "zh-Hant-TW"])
def test_an_intent_tells_its_language(language: str) -> None:
    assert intent(language=language).language == language


@pytest.mark.parametrize("language", ["", "e", "english!", "en_GB", "en-"])
def test_what_is_no_language_tag_is_refused(language: str) -> None:
    with pytest.raises(ValidationError, match="language"):
        intent(language=language)


def test_words_are_english_where_nobody_says_otherwise() -> None:
    assert intent().language == "en"


def test_what_tags_tell_has_a_condition() -> None:
    with pytest.raises(ValidationError, match="filter goes with the grounding 'metadata'"):
        clause("only", "90s", None, grounding="metadata")


def test_a_reset_needs_no_condition_and_takes_none() -> None:
    year = TrackFilter(field="year", at_least=1990)

    assert clause("reset", "everything", None, grounding="metadata").polarity == 1
    with pytest.raises(ValidationError, match="filter"):
        clause("reset", "everything", None, grounding="metadata", filter=year)
