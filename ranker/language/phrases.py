"""A phrase: one wish among the words, and what is read from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile, groupby, takewhile

from ranker.language.grammar import Entry, Form, Grammar, Kind
from ranker.language.marks import Mark
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
    "reset": "more",  # don't start over
}

STRENGTH: tuple[Operation, ...] = ("more", "like", "only", "switch", "less", "without", "reset")
"""Of the operations said in one phrase the last of these holds: "more like this" is like."""

HEADS: tuple[Kind, ...] = (
    *("request", "negator", "operation", "excess", "trade", "addition", "quality", "reason"),
)
REQUESTS: tuple[Kind, ...] = ("request", "with")
AMOUNTS: tuple[Operation, ...] = ("more", "less")
_ONLY = Entry("operation", "only")


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
        return all(head.kind in REQUESTS for head in self.heads)

    @property
    def is_denied(self) -> bool:
        """Whether a negator stands last, so that a degree softens it: "not so"."""
        heads = [head for head in self.heads if head.kind not in REQUESTS]
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
    def refuses_the_rest(self) -> bool:
        """Whether it wants nothing but what was said before: "... and nothing else"."""
        names_rest = any(mark.kind == "remainder" for mark in self.body)
        return names_rest and not self.has_content and self.operation == "without"

    @property
    def operation(self) -> Operation:
        """What the heads amount to, read from the subject outward: "not | without"."""
        if any(head.kind == "excess" for head in self.heads):
            return "less"
        operation: Operation | None = None
        inner: Kind | Form | None = None
        for head in reversed([head for head in self.heads if head.kind not in REQUESTS]):
            said = head.entry.operation or "more"  # the degree of "not so loud"
            if said == "only" and inner == "comparative":
                continue  # "just louder" is merely louder
            if head.kind != "negator":
                operation = max(said, operation or said, key=STRENGTH.index)
            elif inner != "negator":  # "don't want no drums" denies once
                operation = NEGATED[operation] if operation else "without"
            inner = head.entry.form if head.kind == "quality" else head.kind
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
    def facts(self) -> tuple[Mark, ...]:
        """The parts of the subject that say something exactly: a decade, a band."""
        return tuple(mark for mark in (*_trimmed(self.body), *self.theme) if mark.fact)

    @property
    def rest(self) -> str:
        """The subject without its facts: 'calm jazz' of "calm 90s jazz"."""
        stretches = [
            _trimmed([*stretch])
            for is_fact, stretch in groupby(
                (*_trimmed(self.body), *_trimmed(self.theme)), lambda mark: mark.fact is not None
            )
            if not is_fact
        ]
        return " ".join(mark.subject for stretch in stretches for mark in stretch)[
            :MAX_SUBJECT
        ].rstrip()

    def says_how(self, grammar: Grammar) -> bool:
        """Whether it says how something is and names nothing: "calm", but not "calm songs"."""
        said = [mark for mark in self.body if mark.says_something]
        after = takewhile(lambda mark: not mark.says_something, reversed(self.body))
        return (
            bool(said)
            and all({mark.words, mark.subject} & grammar.adjectives for mark in said)
            and not any(mark.words in grammar.things for mark in after)
        )

    def is_relative(self, heads: Sequence[Mark], grammar: Grammar) -> bool:
        """Whether it is compared with what plays: "faster", "less busy", "not so loud".

        "Too loud" is said of what plays; "nothing too loud" and "more sad songs" of all there is.

        Parameters
        ----------
        heads : of the phrase, or those that reach it from before

        """
        denied = any(head.kind == "negator" for head in heads)
        for head in heads:
            compares = head.entry.form == "comparative"
            match head.kind:
                case "quality" if compares and head in self.heads:
                    return True
                case "excess" if compares and not denied:
                    return True
                case "degree" | "operation" if compares or _is_amount(head):
                    if self.says_how(grammar):
                        return True
        return False

    def is_extreme(self, heads: Sequence[Mark]) -> bool:
        """Whether it asks for the utmost: "the fastest", "as calm as possible"."""
        reaching = [head for head in heads if head in self.heads or head.kind != "quality"]
        utmost = any(mark.entry.form == "superlative" for mark in (*reaching, *self.body))
        return utmost and not any(head.kind == "negator" for head in heads)

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

    def said_alone(self, head: Mark) -> "Phrase":
        """Return the phrase as the only wish, if it is a plain one."""
        if self.operation != "more":
            return self
        return replace(self, heads=(*self.heads, replace(head, entry=_ONLY)))

    def as_theme(self) -> "Phrase":
        """Return the phrase with what was said as what the next head is said of."""
        return replace(self, theme=(*self.theme, *self.body), body=())

    def said_of(self, other: "Phrase") -> "Phrase":
        """Return the other phrase with what is said in this one."""
        if self.theme:
            return replace(other, heads=self.heads, theme=other.body, body=self.body)
        return replace(other, heads=self.heads)


def _is_amount(head: Mark) -> bool:
    return head.entry.form == "plain" and head.entry.operation in AMOUNTS


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
