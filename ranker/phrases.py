"""Marks -> phrases: one wish each, cut where another begins."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile, takewhile

from ranker.grammar import SEPARATORS, Entry, Grammar, Kind
from ranker.marks import Mark
from schemas.intents import Operation

MAX_SUBJECT = 200
"""Characters kept of one subject: more than a text encoder reads."""

NEGATED: dict[Operation, Operation] = {
    "more": "less",  # not so loud
    "less": "more",  # no less piano
    "without": "more",  # not without piano
    "only": "less",  # not only piano
    "switch": "without",  # don't switch to jazz
    "like": "without",  # nothing like this
}

STRENGTH: tuple[Operation, ...] = ("more", "like", "only", "switch", "less", "without")
"""Of the operations said in one phrase the last of these holds: "more like this" is like."""

_HEADS: tuple[Kind, ...] = (
    *("request", "negator", "operation", "excess", "trade", "quality", "reason"),
)
_REQUESTS: tuple[Kind, ...] = ("request", "with")
_SWITCH = Entry("operation", "switch")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One wish: what is done and to what, and how it is joined to the wish before."""

    separator: Kind
    heads: tuple[Mark, ...] = ()
    body: tuple[Mark, ...] = ()
    theme: tuple[Mark, ...] = ()
    """What the body is said of: 'drums' in "the drums are too loud"."""

    @property
    def has_words(self) -> bool:
        """Whether the body names anything."""
        return any(mark.says_something for mark in self.body)

    @property
    def has_content(self) -> bool:
        """Whether the phrase is about something: about what plays too, once more is said of it."""
        refers = any(mark.kind == "reference" for mark in self.body)
        return self.has_words or (refers and not self.is_bare)

    @property
    def is_bare(self) -> bool:
        """Whether something is at most asked for, with no word on how much of it."""
        return all(head.kind in _REQUESTS for head in self.heads)

    @property
    def is_denied(self) -> bool:
        """Whether a negator stands last, so that a degree softens it: "not so"."""
        heads = [head for head in self.heads if head.kind not in _REQUESTS]
        return bool(heads) and heads[-1].kind == "negator" and not self.has_content

    @property
    def awaits_predicate(self) -> bool:
        """Whether a copula follows the last thing said: "the drums are a bit"."""
        after = takewhile(lambda mark: not mark.says_something, reversed(self.body))
        return self.is_bare and self.has_words and any(m.kind == "copula" for m in after)

    @property
    def ends_with_head(self) -> bool:
        """Whether the operation follows what it is about: "piano only", "drums are too loud"."""
        said = _trimmed(self.body)
        return bool(self.theme or (self.heads and said and said[0].start < self.heads[-1].start))

    @property
    def trades(self) -> bool:
        """Whether it gives something up for something else in the sentence."""
        return any(head.kind == "trade" for head in self.heads)

    @property
    def operation(self) -> Operation:
        """What the heads amount to, read from the subject outward: "not | without"."""
        if any(head.kind == "excess" for head in self.heads):
            return "less"
        operation: Operation | None = None
        inner: Kind | None = None
        for head in reversed([head for head in self.heads if head.kind not in _REQUESTS]):
            said = head.entry.operation or "more"  # the degree of "not so loud"
            if said == "only" and inner == "quality":
                continue  # "just louder" is merely louder
            if head.kind != "negator":
                operation = max(said, operation or said, key=STRENGTH.index)
            elif inner != "negator":  # "don't want no drums" denies once
                operation = NEGATED[operation] if operation else "without"
            inner = head.kind
        return operation or "more"

    @property
    def subject(self) -> str:
        """What is to be encoded; "this" for what plays, empty if nothing is said."""
        if not self.has_words and not self.theme:
            refers = any(mark.kind == "reference" for mark in self.body)
            return "this" if self.heads and refers else ""
        body, theme = _trimmed(self.body), _trimmed(self.theme)
        asked = any(head.kind == "request" for head in self.heads)
        if all(mark.kind == "verdict" for mark in body) and not asked:
            body = ()  # "the vocals are not good" is about vocals, "great" about nothing
        return " ".join(mark.subject for mark in (*body, *theme))[:MAX_SUBJECT].rstrip()

    @property
    def span(self) -> tuple[int, int]:
        """First and last character, without the words at the ends that say nothing."""
        said = [*_trimmed(self.theme), *_trimmed(self.body)]
        marks = [*self.heads, *(said or self.body)]
        return min(mark.start for mark in marks), max(mark.end for mark in marks)

    def headed(self, head: Mark) -> "Phrase":
        """Add a head; a comparative is the first word of its subject too."""
        body = (*self.body, head) if head.kind == "quality" else self.body
        return replace(self, heads=(*self.heads, head), body=body)

    def saying(self, mark: Mark) -> "Phrase":
        """Add to what it is about; an imperative inside is a word like others: "a bass drop"."""
        if mark.kind == "imperative":
            mark = replace(mark, entry=Entry("word"))
        return replace(self, body=(*self.body, mark))

    def as_theme(self) -> "Phrase":
        """Return the phrase with what was said as what the next head is said of."""
        return replace(self, theme=(*self.theme, *self.body), body=())

    def said_of(self, other: "Phrase") -> "Phrase":
        """Return the other phrase with what is said in this one."""
        if self.theme:
            return replace(other, heads=self.heads, theme=other.body, body=self.body)
        return replace(other, heads=self.heads)


def _trimmed(body: Sequence[Mark]) -> tuple[Mark, ...]:
    """Return the words from the first to the last that say something, without an opinion of them.

    'jazz' of "some jazz now" and of "some jazz would be great".
    """
    said = [*dropwhile(lambda mark: not mark.says_something, body)]
    opinion = [*takewhile(lambda m: m.kind == "verdict" or not m.says_something, reversed(said))]
    if any(mark.kind == "copula" for mark in opinion):
        said = said[: -len(opinion)]
    last = [*dropwhile(lambda mark: not mark.says_something, reversed(said))]
    return tuple(reversed(last))


def phrases_of(marks: Sequence[Mark], grammar: Grammar) -> Iterator[Phrase]:
    """Cut at separators, and where a head begins another wish: "less drums more piano"."""
    phrase = Phrase("stop")
    for mark, following in zip(marks, [*marks[1:], None], strict=False):
        if _is_within_reason(mark, phrase) or _is_answer(mark, phrase, following, grammar):
            continue
        if _is_partner(mark, phrase, grammar):
            yield phrase
            phrase = Phrase("comma", heads=(replace(mark, entry=_SWITCH),))
        elif _separates(mark, phrase):
            yield phrase
            phrase = Phrase(mark.kind)
        elif _stands_after(mark, following, grammar):
            phrase = phrase.headed(mark)
        elif not _is_head(mark, phrase):
            phrase = phrase.saying(mark)
        elif not phrase.has_content:
            phrase = phrase.headed(mark)
        elif _is_predicate(mark, phrase):
            phrase = phrase.as_theme().headed(mark)
        else:
            yield phrase
            phrase = Phrase("comma").headed(mark)
    yield phrase


def _is_within_reason(mark: Mark, phrase: Phrase) -> bool:
    """Say whether the mark belongs to a "because" that nothing has ended."""
    reasoning = any(head.kind == "reason" for head in phrase.heads)
    return reasoning and mark.kind not in ("stop", "comma")


def _is_answer(mark: Mark, phrase: Phrase, following: Mark | None, grammar: Grammar) -> bool:
    """Tell the "no" of "no, more piano" and "no I want piano" from that of "no piano".

    A determiner takes a noun or an amount; before anything else it answers a question.
    """
    if mark.words not in grammar.answers or phrase.has_content:
        return False
    if following is None or following.kind in SEPARATORS or following.kind == "request":
        return True
    amounts = ("more", "less")
    return following.entry.operation not in (None, *amounts)


def _is_partner(mark: Mark, phrase: Phrase, grammar: Grammar) -> bool:
    """Say whether the other half of a trade begins: the "with" of "replace jazz with blues"."""
    partners = [grammar.partners[head.words] for head in phrase.heads if head.kind == "trade"]
    return phrase.has_content and any(mark.words in words for words in partners)


def _separates(mark: Mark, phrase: Phrase) -> bool:
    if mark.kind == "with":
        return phrase.has_content and phrase.operation != "without"
    return mark.kind in SEPARATORS


def _is_head(mark: Mark, phrase: Phrase) -> bool:
    match mark.kind:
        case "imperative":
            return not phrase.has_content and all(
                head.kind in (*_REQUESTS, "negator") for head in phrase.heads
            )
        case "with":
            return not phrase.has_content
        case "degree":
            return phrase.is_denied
        case kind:
            return kind in _HEADS


def _stands_after(mark: Mark, following: Mark | None, grammar: Grammar) -> bool:
    """Say whether a head closes its phrase instead of beginning one: "piano only"."""
    ends = following is None or following.kind in SEPARATORS
    return ends and mark.words in grammar.after


def _is_predicate(mark: Mark, phrase: Phrase) -> bool:
    """Say whether the head is said of what stands before it: "the drums are too loud"."""
    if mark.kind in ("quality", "excess"):
        return phrase.is_bare  # "make the drums louder", "vocals too quiet"
    return phrase.awaits_predicate and mark.kind in ("negator", "operation", "excess")
