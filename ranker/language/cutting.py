"""Marks -> phrases: cut where a wish ends or another begins."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ranker.language.grammar import SEPARATORS, Entry, Grammar
from ranker.language.marks import Mark
from ranker.language.phrases import AMOUNTS, HEADS, REQUESTS, Phrase

_SWITCH = Entry("operation", "switch")
_LESS = Entry("operation", "less")


def phrases_of(marks: Sequence[Mark], grammar: Grammar) -> Iterator[Phrase]:
    """Cut at separators, and where a head begins another wish: "less drums more piano"."""
    phrase = Phrase("stop")
    for mark, following in zip(marks, [*marks[1:], None], strict=False):
        if _is_last(following) and mark.words in grammar.also:
            mark = replace(mark, entry=Entry("filler"))
        if _is_within_reason(mark, phrase) or _is_answer(mark, phrase, following, grammar):
            continue
        if other := _other_half(mark, phrase, grammar):
            yield phrase
            phrase = Phrase("comma", heads=(replace(mark, entry=other),))
        elif _separates(mark, phrase):
            yield phrase
            phrase = Phrase(mark.kind)
        elif _stands_after(mark, following, grammar):
            phrase = phrase.headed(mark)
        elif not _is_head(mark, phrase):
            phrase = phrase.saying(mark)
        elif not phrase.has_content:
            phrase = phrase.headed(mark)
        elif _is_predicate(mark, phrase, grammar):
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
    if following is None or _is_last(following) or following.kind == "request":
        return True
    return following.entry.operation not in (None, *AMOUNTS)


def _other_half(mark: Mark, phrase: Phrase, grammar: Grammar) -> Entry | None:
    """Return what is done with the other half of a trade or a preference, if it begins here.

    The "with" of "replace jazz with blues", the "to" of "I prefer jazz to blues".
    """
    if not phrase.has_content:
        return None
    for head in phrase.heads:
        if head.kind == "trade" and mark.words in grammar.partners[head.words]:
            return _SWITCH
        if mark.words in grammar.rivals.get(head.words, ()):
            return _LESS
    return None


def _separates(mark: Mark, phrase: Phrase) -> bool:
    if mark.kind == "with":
        return phrase.has_content and phrase.operation != "without"
    return mark.kind in SEPARATORS


def _is_head(mark: Mark, phrase: Phrase) -> bool:
    match mark.kind:
        case "imperative":
            return not phrase.has_content and all(
                head.kind in (*REQUESTS, "negator") for head in phrase.heads
            )
        case "with":
            return not phrase.has_content
        case "degree":
            return phrase.is_denied
        case kind:
            return kind in HEADS


def _stands_after(mark: Mark, following: Mark | None, grammar: Grammar) -> bool:
    """Say whether a head closes its phrase instead of beginning one: "piano only"."""
    return _is_last(following) and mark.words in grammar.after


def _is_last(following: Mark | None) -> bool:
    return following is None or following.kind in SEPARATORS


def _is_predicate(mark: Mark, phrase: Phrase, grammar: Grammar) -> bool:
    """Say whether the head is said of what stands before it: "the drums are too loud"."""
    if mark.kind in ("quality", "excess"):
        return phrase.is_bare  # "make the drums louder", "vocals too quiet"
    if mark.kind == "operation" and phrase.is_bare:
        changes = any(head.words in grammar.changing for head in phrase.heads)
        if changes and mark.entry.operation in ("more", "less"):
            return True  # "make the drums less prominent"
    return phrase.awaits_predicate and mark.kind in ("negator", "operation", "excess")
