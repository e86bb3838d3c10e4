"""Numbers in words: years, tempo, length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranker.language.clauses import Reading, read
from ranker.language.grammar import ENGLISH, SPANISH, Grammar
from schemas import TrackFilter

NOW = 2026
Bounds = tuple[str, float | None, float | None]


def condition(text: str, year: int = NOW, grammar: Grammar = ENGLISH) -> Bounds | None:
    """Return the one number in a sentence: field, at least, at most."""
    facts = [fact.condition for reading in read(text, year, grammar) for fact in reading.facts]
    if not facts:
        return None
    (fact,) = facts
    return fact.field, fact.at_least, fact.at_most


@pytest.mark.parametrize(
    "text, low, high",
    [
        ("90s", 1990, 1999),
        ("music from the '90s", 1990, 1999),
        ("1990s", 1990, 1999),
        ("the nineties", 1990, 1999),
        ("from the eighties", 1980, 1989),
        ("nineteen eighties", 1980, 1989),
        ("00s", 2000, 2009),
        ("the noughties", 2000, 2009),
        ("2000s", 2000, 2009),
        ("1900s", 1900, 1909),
        ("1800s", 1800, 1899),
        ("the 18th century", 1700, 1799),
        ("early 80s", 1980, 1983),
        ("mid-90s", 1994, 1996),
        ("the late seventies", 1977, 1979),
        ("1984", 1984, 1984),
        ("nineteen eighty four", 1984, 1984),
        ("around 1985", 1983, 1987),
        ("before 1980", None, 1979),
        ("older than the 80s", None, 1979),
        ("until 1980", None, 1980),
        ("after 2010", 2011, None),
        ("newer than the 90s", 2000, None),
        ("since the 90s", 1990, None),
        ("2015 or later", 2015, None),
        ("1970 and earlier", None, 1970),
        ("between 1970 and 1985", 1970, 1985),
        ("between the 70s and the 90s", 1970, 1999),
        ("from 1990 to 1995", 1990, 1995),
        ("1970-1985", 1970, 1985),
        ("80s to 90s", 1980, 1999),
        ("how about the 60s", 1960, 1969),
        ("songs around the 60s", 1960, 1969),
        ("1950s through today", 1950, None),
        ("this year", NOW, NOW),
        ("last year", NOW - 1, NOW - 1),
        ("the last ten years", NOW - 10, None),
        ("new music", NOW - 2, None),
        ("oldies", None, NOW - 40),
    ],
)
def test_years(text: str, low: float | None, high: float | None) -> None:
    assert condition(text) == ("year", low, high)


@pytest.mark.parametrize(
    "text, low, high",
    [
        ("120 bpm", 117.6, 122.4),
        ("120bpm", 117.6, 122.4),
        ("at 128", 125.4, 130.6),
        ("around 120 bpm", 110.4, 129.6),
        ("something around 120", 110.4, 129.6),
        ("under 100 bpm", None, 100),
        ("more than 120 beats per minute", 120, None),
        ("faster than 140", 140, None),
        ("124 bpm or faster", 124, None),
        ("at 124 bpm or faster", 124, None),
        ("between 100 and 110 bpm", 100, 110),
        ("one hundred and twenty bpm", 117.6, 122.4),
        ("ninety five bpm", 93.1, 96.9),
    ],
)
def test_tempo_in_beats_a_minute(text: str, low: float | None, high: float | None) -> None:
    assert condition(text) == ("bpm", low, high)


@pytest.mark.parametrize(
    "text, low, high",
    [
        ("longer than five minutes", 300, None),
        ("longer than 5", 300, None),
        ("under 3.5 minutes", None, 210),
        ("five-minute songs", 270, 330),
        ("around five minutes", 240, 360),
        ("3 to 5 minutes", 180, 300),
        ("at least 90 seconds", 90, None),
        ("5 minutes or less", None, 300),
        ("short songs", None, 180),
        ("long tracks", 360, None),
    ],
)
def test_length_in_seconds(text: str, low: float | None, high: float | None) -> None:
    assert condition(text) == ("duration_seconds", low, high)


@pytest.mark.parametrize(
    "text",
    [
        "two guitars",
        "play 10 songs",
        "around 8",
        "after midnight",
        "99 luftballons",
        "at 100 percent",
    ],
)
def test_other_numbers_are_words_like_others(text: str) -> None:
    assert condition(text) is None


@pytest.mark.parametrize(
    "year, start", [(2019, 1920), (2020, 2020), (2026, 2020), (2119, 2020), (2120, 2120)]
)
def test_a_decade_without_a_century_is_the_latest_that_has_begun(year: int, start: int) -> None:
    assert condition("20s", year) == ("year", start, start + 9)


@given(st.integers(1000, 2119), st.integers(0, 200))
def test_a_range_of_years_is_read_as_it_stands(first: int, length: int) -> None:
    last = min(first + length, 2199)

    assert condition(f"between {first} and {last}") == ("year", first, last)


def test_a_limit_under_a_negator_refuses_what_is_beyond_it() -> None:
    (reading,) = read("nothing newer than 1990", NOW)

    assert reading.clause.operation == "without"
    assert reading.facts[0].condition == TrackFilter(field="year", at_least=1991)


@pytest.mark.parametrize("text", ["no more than 120 bpm", "nothing over 120 bpm"])
def test_no_more_than_a_number_is_not_no_more_of_it(text: str) -> None:
    (reading,) = read(text, NOW)

    assert reading.clause.operation == "without"
    assert reading.facts[0].condition == TrackFilter(field="bpm", at_least=120)


def parts(reading: Reading) -> tuple[list[str], str]:
    return [fact.words for fact in reading.facts], reading.rest


@pytest.mark.parametrize(
    "text, facts, rest",
    [
        ("calm 90s jazz", ["90s"], "calm jazz"),
        ("jazz from the 60s", ["60s"], "jazz"),
        ("80s synth pop at 120 bpm", ["80s", "at 120 bpm"], "synth pop"),
        ("90s", ["90s"], ""),
        ("calm jazz", [], "calm jazz"),
    ],
)
def test_a_mixed_subject_is_taken_apart(text: str, facts: list[str], rest: str) -> None:
    (reading,) = read(text, NOW)

    assert parts(reading) == (facts, rest)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("música de los 80", ("year", 1980, 1989)),
        ("antes de 1980", ("year", None, 1979)),
        ("entre 1970 y 1985", ("year", 1970, 1985)),
        ("más de 120 bpm", ("bpm", 120, None)),
        ("menos de tres minutos", ("duration_seconds", None, 180)),
    ],
)
def test_numbers_are_read_in_spanish_too(text: str, expected: Bounds) -> None:
    assert condition(text, grammar=SPANISH) == expected
