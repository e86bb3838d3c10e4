"""Text -> marks: the phrases of the language, where they stand in the text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from ranker.language.grammar import SEPARATORS, Entry, Grammar, Kind
from ranker.language.measures import measure_at
from ranker.language.mentions import Spoken, mention_at
from ranker.language.names import Names, folded
from schemas import TrackFilter

MAX_AROUND = 4
"""Words that may stand inside a phrase in two parts: "turn the electric guitar down"."""

MAX_MEASURE = 9
"""Words of the longest measure: "from between the year 1970 and the year 1985"."""

_CONTENT: tuple[Kind, ...] = ("word", "name", "verdict", "quality")

_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*[^\W_][^"]*)"     # a quotation is a name
  | \d+\.\d+
  | [^\W_]+ (?: ['-] [^\W_]+ )*        # hip-hop, don't
  | \n
  | [^\w\s]                            # one mark of punctuation
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A phrase of the language, where it stands in the text."""

    entry: Entry
    words: str
    """As they are looked up: lower case, contractions written out."""
    start: int
    end: int
    fact: TrackFilter | None = None
    """What the phrase says exactly of a track: a year, a name of the catalogue."""

    @property
    def kind(self) -> Kind:
        """What the phrase does."""
        return self.entry.kind

    @property
    def subject(self) -> str:
        """What the phrase adds to a subject: 'calm' for 'calmer'."""
        return self.entry.subject or self.words

    @property
    def says_something(self) -> bool:
        """Whether a subject may begin or end with it."""
        return self.kind in _CONTENT


def marks_of(text: str, grammar: Grammar, names: Names, year: int) -> list[Mark]:
    """Return the longest phrases the grammar knows, without courtesies, emoji and the like.

    Names of the catalogue and measures ("between 1970 and 1985") come before phrases.
    """
    tokens: Sequence[_Token] = _tokens(text, grammar, names)
    marks = []
    while tokens:
        mark, tokens = _next_mark(tokens, grammar, year)
        is_symbol = mark.kind == "word" and not mark.words[0].isalnum()
        if mark.kind != "courtesy" and not is_symbol:
            marks.append(mark)
    return _with_answers(_with_additions(marks, grammar), grammar)


@dataclass(frozen=True, slots=True)
class _Token:
    """A word, a mark of punctuation, or a name, and where it stands in the text."""

    word: str
    start: int
    end: int
    is_name: bool = False
    fact: TrackFilter | None = None


def _tokens(text: str, grammar: Grammar, names: Names) -> list[_Token]:
    """Return words and punctuation, contractions written out, and names as one."""
    spoken = [Spoken(match[0].lower(), *match.span()) for match in _TOKEN.finditer(text)]
    tokens: list[_Token] = []
    place = 0
    while place < len(spoken):
        first = spoken[place]
        end = place + 1
        if len(first.word) > 1 and first.word[0] == '"':
            name = " ".join(first.word[1:-1].split())
            fact = names.find(folded(name))
            tokens.append(_Token(name, first.start, first.end, is_name=True, fact=fact))
        elif mention := mention_at(spoken, place, names, grammar):
            end = mention.end
            said = text[spoken[mention.begin].start : spoken[end - 1].end]
            name = " ".join(said.lower().split())
            tokens.append(_Token(name, first.start, spoken[end - 1].end, True, mention.fact))
        else:
            tokens += _read(first, grammar)
        place = end
    return tokens


def _read(spoken: Spoken, grammar: Grammar) -> Iterator[_Token]:
    word = spoken.word
    if word[0].isdigit():
        word = word.replace("'", "")  # 90's
    for reading in grammar.read(word):
        yield _Token(reading, spoken.start, spoken.end)


def _next_mark(
    tokens: Sequence[_Token], grammar: Grammar, year: int
) -> tuple[Mark, Sequence[_Token]]:
    """Return the phrase the tokens begin with, and the tokens after it."""
    first = tokens[0]
    if first.is_name:
        mark = Mark(Entry("name"), first.word, first.start, first.end, first.fact)
        return mark, tokens[1:]
    if measured := _measure(tokens, grammar, year):
        return measured
    if place := _closing(tokens, grammar):
        closer = tokens[place]
        around = Entry("operation", grammar.around[first.word][closer.word])
        mark = Mark(around, first.word, first.start, closer.end)
        return mark, [*tokens[1:place], *tokens[place + 1 :]]
    entry, width = grammar.match(_within_phrase(tokens, grammar, year))
    words = " ".join(token.word for token in tokens[:width])
    return Mark(entry, words, first.start, tokens[width - 1].end), tokens[width:]


def _measure(
    tokens: Sequence[_Token], grammar: Grammar, year: int
) -> tuple[Mark, Sequence[_Token]] | None:
    """Return the measure the tokens begin with, and the tokens after it."""
    found = measure_at(_words(tokens[:MAX_MEASURE]), grammar.measures, year)
    if found is None:
        return None
    fact, width = found
    said = " ".join(token.word for token in tokens[:width])
    return Mark(Entry("name"), said, tokens[0].start, tokens[width - 1].end, fact), tokens[width:]


def _within_phrase(tokens: Sequence[_Token], grammar: Grammar, year: int) -> list[str]:
    """Return the words that a phrase may begin with: none of a measure ("no | more than 5")."""
    words = _words(tokens[: grammar.longest])
    entry, width = grammar.match(words)
    for place in range(1, width) if entry.kind == "operation" else ():
        if _measure(tokens[place:], grammar, year):
            return words[:place]
    return words


def _words(tokens: Sequence[_Token]) -> list[str]:
    return [token.word for token in takewhile(lambda token: not token.is_name, tokens)]


def _with_additions(marks: list[Mark], grammar: Grammar) -> list[Mark]:
    """Let "not only jazz but also blues" ask for both."""
    for place, mark in enumerate(marks):
        closers = grammar.additions.get(mark.words, frozenset())
        for later, closer in enumerate(marks[place + 1 :], start=place + 1):
            if closer.words in closers:
                marks[place] = replace(mark, entry=Entry("request"))
                marks[later] = replace(closer, entry=Entry("and"))
                break
            if closer.kind == "stop":
                break
    return marks


def _with_answers(marks: list[Mark], grammar: Grammar) -> list[Mark]:
    """Let a "no" refuse what the question before it was about: "drums? no"."""
    for place in range(1, len(marks)):
        mark, before, after = marks[place], marks[place - 1], marks[place + 1 : place + 2]
        ends = not after or after[0].kind in SEPARATORS
        if before.words != "?" or mark.words not in grammar.refusals or not ends:
            continue
        stops = [at for at in range(place - 1) if marks[at].kind == "stop"]
        start = max(stops, default=-1) + 1
        if not any(asked.kind == "negator" for asked in marks[start:place]):
            marks = [*marks[:start], mark, *marks[start:place], *marks[place + 1 :]]
    return marks


def _closing(tokens: Sequence[_Token], grammar: Grammar) -> int:
    """Return where a phrase in two parts closes ("turn ... down"); 0 if none opens here."""
    closers = grammar.around.get(tokens[0].word, {})
    for place, token in enumerate(tokens[1 : MAX_AROUND + 2], start=1):
        if token.word in closers:
            return place
        if grammar.match([token.word])[0].kind in SEPARATORS:
            break
    return 0
