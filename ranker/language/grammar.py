"""A language as data: which phrases carry an operation, which join, which say nothing.

The words live in `grammars/`, one file a language; `clauses` knows what their kinds do and none of
the words. A new language is a new file with the same sections.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

from ranker.language.measure_words import MeasureWords, measure_words
from ranker.language.names import NameField
from schemas.intents import Operation

Kind = Literal[
    "word",  # says what it says
    "name",  # a phrase taken as a whole: "rock and roll"
    "filler",  # says nothing at either end of a subject: "some", "music"
    "degree",  # a filler that softens a negator: "not so"
    "copula",  # "is", "sounds"
    "reference",  # what is playing: "this"
    "courtesy",  # dropped wherever it stands: "please"
    "verdict",  # an opinion if it stands alone: "great"
    "request",  # wants, without saying how much: "play"
    "negator",  # "not"
    "operation",  # "without", "more"
    "imperative",  # an operation only where a clause begins: "drop"
    "excess",  # less of it, even under a negator: "too"
    "trade",  # one thing for another: "instead of"
    "addition",  # asks for more than one thing: the "not only" of "not only jazz but also blues"
    "remainder",  # all that is not named: "everything else"
    "quality",  # an operation and its subject at once: "faster"
    "reason",  # no wish until the next separator: "because"
    "stop",
    "comma",
    "and",
    "or",
    "with",
]

SEPARATORS: tuple[Kind, ...] = ("stop", "comma", "and", "or", "with")

Form = Literal["plain", "comparative", "superlative"]
"""Whether a phrase compares: "faster" with what plays, "fastest" with everything."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase of the language does in a sentence."""

    kind: Kind
    operation: Operation | None = None
    subject: str = ""
    """Stands for the phrase in a subject: 'calm' for 'calmer'. Empty: the phrase itself."""
    form: Form = "plain"


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language, ready to look up."""

    language: str
    script: str
    """First word of the Unicode names of its letters; a text without such letters is not read."""
    entries: Mapping[tuple[str, ...], Entry]
    around: Mapping[str, Mapping[str, Operation]]
    """Opening word -> closing word -> operation: 'turn', 'down' -> 'less'."""
    partners: Mapping[str, frozenset[str]]
    """Phrase of a trade -> the words after which its other half comes: 'replace' -> 'with'."""
    rivals: Mapping[str, frozenset[str]]
    """Request -> the words after which comes what is wanted less: 'i prefer' -> 'to'."""
    also: frozenset[str]
    """Words of excess that mean nothing where they end a wish: "fast and loud too"."""
    changing: frozenset[str]
    """Requests that change what they name: "make the drums less prominent"."""
    additions: Mapping[str, frozenset[str]]
    """Opener of an addition -> the words that close it: 'not only' -> 'but also'."""
    adjectives: frozenset[str]
    """Words that say how something is: with "more" they compare, as "faster" does."""
    things: frozenset[str]
    """Words for music itself: "more sad songs" asks for many, "more sad" for sadder ones."""
    cues: Mapping[tuple[str, ...], NameField]
    """Words before a name of the catalogue -> what it is the name of: 'by' -> artist."""
    measures: MeasureWords
    chips: Mapping[str, str]
    """What stands on a button -> the sentence it stands for."""
    unmet: Mapping[str, str]
    """What stands on a button that nothing here can answer -> why not."""
    answers: frozenset[str]
    """Negators that may be an answer to a question: 'no, more piano'."""
    refusals: frozenset[str]
    """Negators that, as the answer to one's own question, refuse what it asked: 'drums? no'."""
    terse: frozenset[str]
    """Words whose operation a bare comma ends, unless the list closes with 'or'."""
    after: frozenset[str]
    """Operations that may follow their subject: 'piano only'."""
    spellings: Mapping[str, tuple[str, ...]]
    """A word as spelled -> the words it is read as: "don't" -> 'do', 'not'."""
    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...]
    affix_negator: str
    endings: Mapping[str, tuple[str, Form]]
    """Ending of a comparison -> ending of its adjective, and its form: 'ier' -> 'y'."""
    uninflected: frozenset[str]
    longest: int
    """Words in the longest phrase."""

    def match(self, words: Sequence[str]) -> tuple[Entry, int]:
        """Return the entry of the longest phrase `words` begin with, and its length in words."""
        for width in range(min(self.longest, len(words)), 0, -1):
            entry = self.entries.get(tuple(words[:width]))
            if entry is not None:
                return entry, width
        return self._inflected(words[0]), 1

    def read(self, word: str) -> tuple[str, ...]:
        """Write out a contraction or an affix; any other word is itself.

        A comma ends the reach of an affix: 'vocal-free jazz' is 'no vocal, jazz'.
        """
        if word in self.spellings:
            return self.spellings[word]
        for prefix in self.prefixes:
            if word.startswith(prefix):
                return self.affix_negator, word.removeprefix(prefix), ","
        for suffix in self.suffixes:
            if word.endswith(suffix):
                return self.affix_negator, word.removesuffix(suffix), ","
        return (word,)

    def _inflected(self, word: str) -> Entry:
        """Return 'jazzier' as more 'jazzy', and a word that is no comparative as a word."""
        for ending, (base, form) in self.endings.items():
            if word.endswith(ending) and len(word) > len(ending) + 2:
                if word not in self.uninflected:
                    return Entry("quality", "more", word.removesuffix(ending) + base, form)
        return Entry("word")


def load(name: str) -> Grammar:
    """Return the grammar in `grammars/<name>.toml`.

    Raises
    ------
    FileNotFoundError
        There is no such language.
    ValueError
        A phrase does two things.

    """
    source = files("ranker") / "language" / "grammars" / f"{name}.toml"
    return grammar_from(tomllib.loads(source.read_text("utf-8")))


def grammar_from(data: Mapping[str, Any]) -> Grammar:
    """Return the grammar that the tables of a grammar file describe.

    Raises
    ------
    ValueError
        A phrase does two things.

    """
    entries = _distinct(_entries(data))
    return Grammar(
        language=data["language"],
        script=data["script"],
        entries=entries,
        around=data["around"],
        partners=_sets(data["trades"]),
        rivals=_sets(data["rivals"]),
        also=frozenset(data["excess"]["also"]),
        changing=frozenset(data["changing"]),
        additions=_sets(data["additions"]),
        adjectives=frozenset(data["adjectives"]["words"]) | frozenset(data["comparatives"]),
        things=frozenset(data["fillers"]["things"]),
        cues={
            tuple(phrase.split(" ")): field
            for field, phrases in data["cues"].items()
            for phrase in phrases
        },
        measures=measure_words(data["measures"]),
        chips=data["chips"]["meant"],
        unmet=data["chips"]["unmet"],
        answers=frozenset(data["negators"]["answers"]),
        refusals=frozenset(data["negators"]["refusals"]),
        terse=frozenset(data["terse"]),
        after=frozenset(data["after"]),
        spellings={
            spelling: tuple(reading.split(" "))
            for reading, spellings in data["contractions"].items()
            for spelling in spellings
        },
        prefixes=tuple(data["affixes"]["prefixes"]),
        suffixes=tuple(data["affixes"]["suffixes"]),
        affix_negator=data["affixes"]["negator"],
        endings={
            ending: (base, form)
            for form in _FORMS
            for ending, base in data["endings"][form].items()
        },
        uninflected=frozenset(data["endings"]["never"]),
        longest=max(map(len, entries)),
    )


def _sets(data: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    return {phrase: frozenset(words) for phrase, words in data.items()}


def _distinct(phrases: Iterable[tuple[str, Entry]]) -> dict[tuple[str, ...], Entry]:
    entries: dict[tuple[str, ...], Entry] = {}
    for phrase, entry in phrases:
        known = entries.setdefault(tuple(phrase.split(" ")), entry)
        if known != entry:
            raise ValueError(f"{phrase!r} is {known.kind} and {entry.kind}: keep one")
    return entries


def _entries(data: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    """Yield every phrase of a grammar file with what it does."""
    yield from _same("courtesy", data["courtesy"])
    yield from _same("verdict", data["verdicts"])
    for kind, phrases in data["separators"].items():
        yield from _same(kind, phrases)
    for section, kind in _PLAIN_SECTIONS.items():
        yield from _same(kind, data[section]["words"])
    for section, (kind, form) in _OPERATION_SECTIONS.items():
        for operation, phrases in data[section].items():
            yield from _same(kind, phrases, operation, form)
    yield from _same("degree", data["degrees"]["comparing"], form="comparative")
    yield from _same("excess", data["excess"]["how"], "less", "comparative")
    yield from _same("excess", data["excess"]["how_much"], "less")
    yield from _same("filler", data["fillers"]["things"])
    yield from _same("filler", data["fillers"]["utmost"], form="superlative")
    yield from _same("trade", data["trades"], "without")
    yield from _same("addition", data["additions"], "less")
    for section, form in (("idioms", _PLAIN), ("changes", _FORMS[0])):
        for phrase, meaning in data[section].items():
            for operation, subject in meaning.items():
                yield phrase, Entry("quality", operation, subject, form)
    for form in _FORMS:
        for adjective, inflected in data[f"{form}s"].items():
            for word in inflected:
                yield word, Entry("quality", "more", adjective, form)
    for name, spellings in data["names"].items():
        for spelling in (name, *spellings):
            yield spelling, Entry("name", subject=name)


def _same(
    kind: Kind,
    phrases: Iterable[str],
    operation: Operation | None = None,
    form: Form = "plain",
) -> Iterator[tuple[str, Entry]]:
    return ((phrase, Entry(kind, operation, form=form)) for phrase in phrases)


_PLAIN: Form = "plain"
_FORMS: tuple[Form, ...] = ("comparative", "superlative")
_PLAIN_SECTIONS: Mapping[str, Kind] = {
    "reasons": "reason",
    "negators": "negator",
    "requests": "request",
    "degrees": "degree",
    "copulas": "copula",
    "references": "reference",
    "remainders": "remainder",
    "fillers": "filler",
}
_OPERATION_SECTIONS: Mapping[str, tuple[Kind, Form]] = {
    "operations": ("operation", "plain"),
    "extremes": ("operation", "superlative"),
    "imperatives": ("imperative", "plain"),
}

ENGLISH = load("english")
SPANISH = load("spanish")

LANGUAGES: Mapping[str, Grammar] = {"en": ENGLISH, "es": SPANISH}
"""Primary subtag of BCP 47 -> grammar."""


def grammar_of(language: str) -> Grammar:
    """Return the grammar of a language as BCP 47 names it; English where nobody wrote one.

    >>> grammar_of("es-MX").language, grammar_of("tlh").language
    ('Spanish', 'English')
    """
    return LANGUAGES.get(language.split("-")[0].lower(), ENGLISH)
