"""Text -> marks: the phrases of the language, where they stand in the text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ranker.grammar import SEPARATORS, Entry, Grammar, Kind

MAX_AROUND = 4
"""Words that may stand inside a phrase in two parts: "turn the electric guitar down"."""

_CONTENT: tuple[Kind, ...] = ("word", "name", "verdict", "quality")

_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*[^\W_][^"]*)"     # a quotation is a name
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


def marks_of(text: str, grammar: Grammar) -> list[Mark]:
    """Return the longest phrases the grammar knows, without courtesies, emoji and the like."""
    tokens: Sequence[_Token] = _tokens(text, grammar)
    marks = []
    while tokens:
        mark, tokens = _next_mark(tokens, grammar)
        is_symbol = mark.kind == "word" and not mark.words[0].isalnum()
        if mark.kind != "courtesy" and not is_symbol:
            marks.append(mark)
    return marks


@dataclass(frozen=True, slots=True)
class _Token:
    """A word or a mark of punctuation, and where it stands in the text."""

    word: str
    start: int
    end: int
    quoted: bool = False


def _tokens(text: str, grammar: Grammar) -> list[_Token]:
    """Return words and punctuation, contractions written out."""
    return [token for match in _TOKEN.finditer(text) for token in _read(match, grammar)]


def _read(match: re.Match[str], grammar: Grammar) -> Iterator[_Token]:
    start, end = match.span()
    if match["quoted"]:
        yield _Token(" ".join(match["quoted"].lower().split()), start, end, quoted=True)
        return
    word = match[0].lower()
    if word[0].isdigit():
        word = word.replace("'", "")  # 90's
    for reading in grammar.read(word):
        yield _Token(reading, start, end)


def _next_mark(tokens: Sequence[_Token], grammar: Grammar) -> tuple[Mark, Sequence[_Token]]:
    """Return the phrase the tokens begin with, and the tokens after it."""
    first = tokens[0]
    if first.quoted:
        return Mark(Entry("name"), first.word, first.start, first.end), tokens[1:]
    if place := _closing(tokens, grammar):
        closer = tokens[place]
        around = Entry("operation", grammar.around[first.word][closer.word])
        mark = Mark(around, first.word, first.start, closer.end)
        return mark, [*tokens[1:place], *tokens[place + 1 :]]
    entry, width = grammar.match([token.word for token in tokens[: grammar.longest]])
    words = " ".join(token.word for token in tokens[:width])
    return Mark(entry, words, first.start, tokens[width - 1].end), tokens[width:]


def _closing(tokens: Sequence[_Token], grammar: Grammar) -> int:
    """Return where a phrase in two parts closes ("turn ... down"); 0 if none opens here."""
    closers = grammar.around.get(tokens[0].word, {})
    for place, token in enumerate(tokens[1 : MAX_AROUND + 2], start=1):
        if token.word in closers:
            return place
        if grammar.match([token.word])[0].kind in SEPARATORS:
            break
    return 0
