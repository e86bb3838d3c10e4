import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranker.language.clauses import MAX_CLAUSES, parse
from ranker.language.grammar import (
    ENGLISH,
    LANGUAGES,
    SPANISH,
    Entry,
    Grammar,
    grammar_from,
    grammar_of,
    load,
)
from ranker.language.names import NO_NAMES, Names
from ranker.language.phrases import MAX_SUBJECT
from schemas import Clause, TrackInfo

DATA = Path(__file__).parents[2] / "data"
ROWS, SPANISH_ROWS = (
    [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]
    for name in ("clauses.jsonl", "clauses_es.jsonl")
)
SENTENCES = [row["text"] for row in ROWS]

TRACKS = [
    ("Bohemian Rhapsody", "Queen", None, None),
    ("Don't Stop Me Now", "Queen", "Jazz", None),
    ("Hey Jude", "The Beatles", None, None),
    ("So What", "Miles Davis", None, None),
    ("Feeling Good", "Nina Simone", None, None),
    ("Run Like Hell", "Pink Floyd", None, None),
    ("The Final Countdown", "Europe", None, None),
    ("Mrs. Robinson", "Simon & Garfunkel", None, None),
    ("Don't Speak", "No Doubt", None, None),
    ("Thunderstruck", "AC/DC", None, None),
    ("Nightswimming", "R.E.M.", None, None),
    ("Happy", "Calm", None, "shoegaze"),
    ("No Drums", "The Band", None, "rock"),
    ("Blue Moon", "Drums", "Thriller", None),
    ("Without Me", "Slow", None, None),
]
NAMES = Names.of(
    [TrackInfo(title=t, artist=a, album=b, genre=g) for t, a, b, g in TRACKS],
    plain=["calm", "happy", "drums", "piano", "jazz", "slow", "rock", "calm piano"],
)
"""A catalogue with names that hold words of the grammar, and names that are plain wishes."""


def understood(text: str, **context: Any) -> list[list[str]]:
    return [
        [clause.operation, clause.subject, *_flags(clause)] for clause in parse(text, **context)
    ]


def _flags(clause: Clause) -> list[str]:
    return [name for name in ("relative", "extreme") if getattr(clause, name)]


def case(row: dict[str, Any]) -> Any:
    misread = pytest.mark.xfail(reason="known to be misread", strict=True)
    return pytest.param(
        row["text"],
        row["clauses"],
        NAMES if row.get("names") else NO_NAMES,
        marks=[misread] if row.get("misread") else [],
        id=f"{row['shape']}: {row['text']}",
    )


@pytest.mark.parametrize("text, clauses, names", [case(row) for row in ROWS])
def test_a_sentence_is_understood_as_its_reader_would(
    text: str, clauses: list[list[str]], names: Names
) -> None:
    assert understood(text, names=names) == clauses


def test_the_sentences_are_many_and_of_many_shapes() -> None:
    shapes = {row["shape"] for row in ROWS}

    assert len(set(SENTENCES)) == len(ROWS) >= 650
    assert len(shapes) >= 65
    assert sum(row.get("misread", False) for row in ROWS) <= len(ROWS) * 0.015


@pytest.mark.parametrize(
    "text",
    [row["text"] for row in ROWS if not row.get("names") and "Garfunkel" not in row["text"]],
)
def test_no_name_of_the_catalogue_takes_over_a_sentence_without_one(text: str) -> None:
    assert understood(text, names=NAMES) == understood(text)


def test_each_clause_keeps_the_words_that_carry_its_operation() -> None:
    clauses = parse("Hi! Calm piano, please, WITHOUT saxophone or the drums. Thanks")

    assert clauses == (
        Clause(text="Calm piano", operation="more", subject="calm piano"),
        Clause(text="WITHOUT saxophone", operation="without", subject="saxophone"),
        Clause(text="WITHOUT saxophone or the drums", operation="without", subject="drums"),
    )


def test_the_same_wish_said_twice_is_one_clause() -> None:
    assert understood("no drums, no drums, and NO DRUMS!") == [["without", "drums"]]


def test_more_wishes_than_an_intent_holds_are_cut_off() -> None:
    text = ", ".join(f"more thing{i}" for i in range(40))

    assert [clause.subject for clause in parse(text)] == [f"thing{i}" for i in range(MAX_CLAUSES)]


@pytest.mark.parametrize(
    "text", ["a" * 5_000, "no drums " * 600, "," * 5_000, "no, " * 1_250, "\ufdfa" * 5_000]
)
def test_a_text_of_thousands_of_characters_is_read_within_bounds(text: str) -> None:
    clauses = parse(text)

    assert len(clauses) <= MAX_CLAUSES
    assert all(1 <= len(clause.subject) <= MAX_SUBJECT for clause in clauses)


def test_a_sentence_in_another_script_is_not_guessed_at() -> None:
    assert parse("不要鼓") == ()
    assert parse("не надо барабанов, please") == ()


def test_decomposed_and_composed_letters_are_the_same_wish() -> None:
    assert parse("more Beyonce\u0301") == parse("more Beyoncé")


@pytest.mark.parametrize(
    "text, clauses",
    [pytest.param(row["text"], row["clauses"], id=row["text"]) for row in SPANISH_ROWS],
)
def test_another_grammar_reads_another_language(text: str, clauses: list[list[str]]) -> None:
    assert understood(text, grammar=SPANISH) == clauses


def test_spanish_has_its_sentences() -> None:
    assert len({row["text"] for row in SPANISH_ROWS}) == len(SPANISH_ROWS) >= 40


@pytest.mark.parametrize(
    "tag, language",
    [("en", "English"), ("en-GB", "English"), ("es", "Spanish"), ("ES-mx", "Spanish")],
)
def test_a_language_is_found_by_its_tag(tag: str, language: str) -> None:
    assert grammar_of(tag).language == language


def test_a_language_without_a_grammar_is_read_as_english() -> None:
    assert grammar_of("tlh") is ENGLISH


@pytest.mark.parametrize("grammar", LANGUAGES.values(), ids=lambda grammar: grammar.language)
def test_every_grammar_reads_its_own_phrases_within_bounds(grammar: Grammar) -> None:
    for phrase in grammar.entries:
        for clause in parse(" ".join(phrase), grammar):
            assert clause.text == clause.text.strip() != ""


def test_a_language_that_nobody_wrote_is_refused() -> None:
    with pytest.raises(FileNotFoundError, match="klingon"):
        load("klingon")


def test_a_phrase_that_does_two_things_is_refused() -> None:
    english = tomllib.loads((files("ranker") / "language/grammars/english.toml").read_text("utf-8"))
    requests = {"words": [*english["requests"]["words"], "drop"]}

    with pytest.raises(ValueError, match="'drop' is request and imperative: keep one"):
        grammar_from({**english, "requests": requests})


# --- laws ---------------------------------------------------------------------------------------

WORDS = sorted({word for phrase in ENGLISH.entries for word in phrase})
ANY_TEXT = st.text(max_size=300)
ANY_WORDS = st.lists(
    st.one_of(st.sampled_from(WORDS), st.sampled_from(["piano", "jazz", "calm", "90s"])),
    max_size=30,
).map(" ".join)
TEXT = st.one_of(ANY_TEXT, ANY_WORDS, st.sampled_from(SENTENCES))
SUBJECT = st.sampled_from(
    ["piano", "electric guitar", "jazz", "r&b", "rock and roll", "90s", "female vocals", "calm"]
)


@given(TEXT)
def test_any_text_is_read_within_the_bounds_of_an_intent(text: str) -> None:
    clauses = parse(text)

    assert len(clauses) <= MAX_CLAUSES
    assert len({(clause.operation, clause.subject) for clause in clauses}) == len(clauses)
    for clause in clauses:
        assert clause.subject == clause.subject.strip().lower()
        assert 1 <= len(clause.subject) <= MAX_SUBJECT
        assert any(letter.isalnum() for letter in clause.subject)
        assert clause.text == clause.text.strip() != ""


@given(TEXT)
def test_reading_twice_gives_the_same(text: str) -> None:
    assert parse(text) == parse(text)


@given(TEXT)
def test_please_changes_nothing(text: str) -> None:
    assert parse(f"{text} please") == parse(text)


@given(TEXT)
def test_case_changes_nothing_but_the_words_shown(text: str) -> None:
    if text.isascii():
        assert understood(text.upper()) == understood(text.lower())


@given(SUBJECT, st.sampled_from(["", "more ", "less ", "fewer "]))
def test_a_no_in_front_turns_the_polarity(subject: str, operation: str) -> None:
    (wish,) = parse(operation + subject)
    (refusal,) = parse(f"no {operation}{subject}")

    assert refusal.subject == wish.subject
    assert refusal.polarity == -wish.polarity


@given(SUBJECT, SUBJECT)
def test_a_full_stop_separates_whatever_was_said(refused: str, wanted: str) -> None:
    assert understood(f"no {refused}. {wanted}") == [["without", refused], ["more", wanted]]


@given(SUBJECT.filter("calm".__ne__))
def test_a_refusal_of_a_thing_does_not_reach_a_quality_joined_by_and(refused: str) -> None:
    assert understood(f"no {refused} and calm") == [["without", refused], ["more", "calm"]]


@given(SUBJECT, SUBJECT.filter("calm".__ne__))
def test_a_refusal_reaches_over_or(first: str, second: str) -> None:
    assert {op for op, *_ in understood(f"without {first} or {second}")} == {"without"}


@given(st.sampled_from([item for item in ENGLISH.entries.items() if item[1].kind == "quality"]))
def test_a_comparative_asks_for_its_adjective(item: tuple[tuple[str, ...], Entry]) -> None:
    words, entry = item
    flags = {"comparative": ["relative"], "superlative": ["extreme"], "plain": []}

    assert understood(" ".join(words)) == [[entry.operation, entry.subject, *flags[entry.form]]]
