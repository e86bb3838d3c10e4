"""Words -> clauses: what is wanted more, less, only, or not at all.

Text embeddings put "no piano" beside "piano" (P51) and a text row is a positive row (P62), so the
polarity of every wish is read here, before anything is encoded::

    text ──> tokens ──> marks ──> phrases ──> clauses
          words, names  what the   one wish    operation
          and numbers   words do   each        and subject

A text is read as ::

    text      = phrase { separator phrase }
    phrase    = { head } subject
    head      = request | operation | negator | comparative      "play", "less", "not", "faster"
    separator = stop | "," | "and" | "or" | "with" | nothing, where a head begins the next phrase

Four rules decide how far an operation reaches:

* "and" and "or" carry it on ("no drums or bass"); a full stop and "but" end it, and so does "and"
  where a thing is refused and a quality follows ("no drums and calm");
* a comma ends it, unless it stands in a list that "and" or "or" closes ("without drums, bass or
  brass");
* "with" adds to a wish ("calm with piano") and describes what is refused ("no flute with piano");
* words that nothing separates stay one subject: a text encoder reads "calm piano" as one thing.

A clause compares with what plays if it says how something should be and not what: "faster", "less
busy", "not so loud", "too loud", "more upbeat"; but not "more drums", "fewer sad songs" or "nothing
too loud". Numbers (`measures`) and the catalogue's names (`mentions`) are read before the words
around them, and are the parts of a subject that need no encoding.

What the words are is data (`ranker.language.grammar`): nothing here knows English.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ranker.language.cutting import phrases_of
from ranker.language.grammar import ENGLISH, Grammar
from ranker.language.marks import Mark, marks_of
from ranker.language.measures import plainly
from ranker.language.names import NO_NAMES, Names
from ranker.language.phrases import Phrase
from schemas import TrackFilter
from schemas.intents import Clause, Operation

MAX_CLAUSES = 16
"""Clauses read of one text, as many as an `UnderstoodIntent` may hold; later ones are left out."""

MAX_TEXT = 2_000
"""Characters read of one text, as many as an `Intent` may hold."""

_PLAIN_QUOTES = str.maketrans("‘’‛ʼ`´“”„«»", "''''''\"\"\"\"\"")


@dataclass(frozen=True, slots=True)
class Fact:
    """A part of a subject that says something exactly."""

    words: str
    condition: TrackFilter


@dataclass(frozen=True, slots=True)
class Reading:
    """A clause, and its subject taken apart."""

    clause: Clause
    facts: tuple[Fact, ...] = ()
    """Numbers and names: '90s' of "calm 90s jazz"."""
    rest: str = ""
    """What is left to be encoded: 'calm jazz'; empty where facts say all."""


def parse(text: str, grammar: Grammar = ENGLISH, names: Names = NO_NAMES) -> tuple[Clause, ...]:
    """Return the wishes in `text`, in the order they were said.

    Never fails: a text without a wish has no clauses (empty, punctuation, a mere "no" or "great",
    a sentence in another script). No two clauses are alike. Subjects are in lower case and have 1
    to `ranker.language.phrases.MAX_SUBJECT` characters; the subject "this" is what plays.

    >>> for clause in parse("More like this but calmer, without drums or brass"):
    ...     print(clause.operation, "|", clause.subject)
    like | this
    more | calm
    without | drums
    without | brass

    """
    return tuple(reading.clause for reading in read(text, 2000, grammar, names))


def read(
    text: str, year: int, grammar: Grammar = ENGLISH, names: Names = NO_NAMES
) -> tuple[Reading, ...]:
    """Return the wishes in `text` as `parse` does, their subjects taken apart.

    Parameters
    ----------
    text : as it was said
    year : the year it was said in: "90s" is the latest decade of that name, "new" is recent
    grammar : the language
    names : what the catalogue calls its artists, genres, titles and albums

    Examples
    --------
    >>> (reading,) = read("only calm 90s jazz", 2026)
    >>> reading.rest, [fact.words for fact in reading.facts]
    ('calm jazz', ['90s'])

    """
    text = unicodedata.normalize("NFKC", text[:MAX_TEXT])[:MAX_TEXT].translate(_PLAIN_QUOTES)
    marks = marks_of(text, grammar, names, year)
    if not _is_readable(marks, grammar):
        return ()
    distinct: dict[tuple[Operation, str], Reading] = {}
    for sentence in _sentences(phrases_of(marks, grammar)):
        for reading in _readings(sentence, text, grammar, year):
            distinct.setdefault((reading.clause.operation, reading.clause.subject), reading)
    return tuple(islice(distinct.values(), MAX_CLAUSES))


def _is_readable(marks: Iterable[Mark], grammar: Grammar) -> bool:
    """Say whether the grammar can tell a wish from its opposite in these words.

    A name in another script is understood ("more 五月天"); a whole sentence may be negated.
    """
    letters = [letter for mark in marks for letter in mark.words if letter.isalpha()]
    return not letters or any(
        unicodedata.name(letter, "").startswith(grammar.script) for letter in letters
    )


def _sentences(phrases: Iterable[Phrase]) -> Iterator[list[Phrase]]:
    """Group the phrases that say something by what may carry an operation on."""
    sentence: list[Phrase] = []
    for phrase in phrases:
        if phrase.separator == "stop" and sentence:
            yield sentence
            sentence = []
        if phrase.subject:
            sentence.append(phrase)
        elif phrase.refuses_the_rest and sentence:
            yield [wanted.said_alone(phrase.heads[-1]) for wanted in sentence]
            sentence = []
        elif phrase.heads and sentence:  # "no drums, more ... and bass" carries no "no"
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def _reaching_back(sentence: Sequence[Phrase]) -> list[Phrase]:
    """Let an operation that follows a list reach all of it: "drums and bass only"."""
    reached = [sentence[-1]]
    for phrase in reversed(sentence[:-1]):
        later = reached[-1]
        if later.ends_with_head and later.separator in ("and", "or") and not phrase.heads:
            phrase = later.said_of(phrase)
        reached.append(phrase)
    return reached[::-1]


def _readings(
    sentence: Sequence[Phrase], text: str, grammar: Grammar, year: int
) -> Iterator[Reading]:
    """Give every phrase its own operation, or the one that reaches it from before."""
    sentence = _reaching_back(sentence)
    trades = any(phrase.trades for phrase in sentence)
    source = sentence[0]
    operation: Operation = "more"
    for place, phrase in enumerate(sentence):
        if place == 0 or not _carries(source, operation, sentence[place:], grammar):
            source = phrase
            operation = "switch" if trades and phrase.is_bare else phrase.operation
        refers = operation == "more" and phrase.subject == "this"
        heads = phrase.heads or source.heads
        clause = Clause(
            text=text[source.span[0] : phrase.span[1]],
            operation="like" if refers else operation,  # "more of this"
            subject=phrase.subject,
            relative=phrase.is_relative(heads, grammar),
            extreme=phrase.is_extreme(heads),
        )
        yield _taken_apart(clause, phrase, grammar, year)


def _taken_apart(clause: Clause, phrase: Phrase, grammar: Grammar, year: int) -> Reading:
    if plain := plainly(clause.subject, grammar.measures, year):
        return Reading(clause, (Fact(clause.subject, plain),))
    facts = tuple(Fact(mark.words, mark.fact) for mark in phrase.facts if mark.fact)
    return Reading(clause, facts, phrase.rest if facts else clause.subject)


def _carries(
    source: Phrase, operation: Operation, rest: Sequence[Phrase], grammar: Grammar
) -> bool:
    """Say whether an operation reaches the first of these phrases."""
    phrase = rest[0]
    if phrase.heads:
        # "switch to something faster and louder" is one destination.
        return operation == "switch" and phrase.separator != "comma" and phrase.operation == "more"
    match phrase.separator:
        case "and" if operation in ("less", "without"):
            # "no drums and calm" refuses a thing and asks for a quality.
            return source.says_how(grammar) or not phrase.says_how(grammar)
        case "and" | "or":
            return True
        case "with":
            return operation in ("more", "only", "switch")
        case _:
            return _closes(source, rest, grammar)


def _closes(source: Phrase, rest: Sequence[Phrase], grammar: Grammar) -> bool:
    """Say whether a join closes the list these phrases begin with: ", bass and brass"."""
    heads = [head for head in source.heads if head.kind not in ("excess", "degree")]
    terse = bool(heads) and heads[-1].words in grammar.terse
    for phrase in rest[:MAX_CLAUSES]:
        if phrase.heads or phrase.separator == "with":
            return False
        if phrase.separator != "comma":
            return phrase.separator == "or" or not terse
    return False
