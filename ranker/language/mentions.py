"""Text -> the catalogue's names in it: which words are a name, and which mean themselves.

The rule is told in `ranker.language.names`; here it meets the words around a name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ranker.language.grammar import SEPARATORS, Entry, Grammar, Kind
from ranker.language.names import ARTICLE, FIELDS, Names, Words, folded
from schemas import TrackFilter

_OPENERS: tuple[Kind, ...] = (
    *SEPARATORS,
    *("courtesy", "request", "negator", "operation", "imperative", "trade", "excess"),
)
"""After these a wish begins, before them it ends."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One word or mark of punctuation, in lower case, and where it stands in the text."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A name of the catalogue among what was said."""

    fact: TrackFilter
    """What it says of a track."""
    begin: int
    """Place of its first word, after a cue."""
    end: int
    """Place after its last word."""


def mention_at(
    spoken: Sequence[Spoken], place: int, names: Names, grammar: Grammar
) -> Mention | None:
    """Return the longest name that the words from `place` on begin with, cue and all."""
    if not names.longest:
        return None
    return _cued(spoken, place, names, grammar) or _uncued(spoken, place, names, grammar)


def _cued(spoken: Sequence[Spoken], place: int, names: Names, grammar: Grammar) -> Mention | None:
    """Return the name after the cue that stands at `place`: "by", "the band"."""
    words = tuple(one.word for one in spoken[place : place + grammar.longest])
    widths = (width for width in range(len(words), 0, -1) if words[:width] in grammar.cues)
    width = next(widths, 0)
    begin = place + width
    if not width or begin == len(spoken):
        return None
    begin += spoken[begin].word == ARTICLE
    for name, end in reversed([*_spans(spoken, begin, names.longest)]):
        if fact := names.find(name, [grammar.cues[words[:width]]]):
            return Mention(fact, begin, end)
    return None


def _uncued(spoken: Sequence[Spoken], place: int, names: Names, grammar: Grammar) -> Mention | None:
    """Return the name that stands at `place`, if the words around it let it be one."""
    known = [span for span in _spans(spoken, place, names.longest) if span[0] in names.spellings]
    if not known:
        return None
    left = place - (place > 0 and spoken[place - 1].word == ARTICLE)
    before = _entry_before(spoken, left, grammar)
    is_like = before is not None and (before.kind, before.operation) == ("operation", "like")
    opens = left == 0 or (before is not None and before.kind in _OPENERS)
    idiom = _idiom_end(spoken, place, grammar)
    for name, end in reversed(known):
        closes = _closes_wish(spoken, end, grammar)
        is_named = is_like and closes
        if end < idiom or not (is_named or _is_new(name, names, grammar)):
            continue
        is_alone = opens and closes and len(name) > 1
        if fact := names.find(name, FIELDS if is_named or is_alone else ("artist", "genre")):
            return Mention(fact, place, end)
    return None


def _idiom_end(spoken: Sequence[Spoken], place: int, grammar: Grammar) -> int:
    """Return where a name ends that the language knows itself: "rock and roll" is no rock."""
    entry, width = grammar.match([one.word for one in spoken[place : place + grammar.longest]])
    return place + width if entry.kind == "name" else place


def _is_new(words: Words, names: Names, grammar: Grammar) -> bool:
    """Say whether a word among these can mean nothing but a name."""
    return " ".join(words) not in names.plain and any(
        word not in names.plain
        and (word,) not in grammar.cues
        and grammar.match([word])[0].kind in ("word", "name")
        for word in words
    )


def _spans(spoken: Sequence[Spoken], place: int, longest: int) -> Iterator[tuple[Words, int]]:
    """Yield the words from `place` on as names are compared, and where each span ends.

    Punctuation inside a word says nothing ("AC/DC", "R.E.M."), elsewhere it ends the span.
    """
    words: Words = ()
    for end in range(place, len(spoken)):
        said = folded(spoken[end].word)
        if not said and (end == place or not _is_inside(spoken, end)):
            return
        words = (*words, *said)
        if len(words) > longest:
            return
        if said:
            yield words, end + 1


def _is_inside(spoken: Sequence[Spoken], place: int) -> bool:
    """Say whether no space stands before and after a mark of punctuation."""
    if not 0 < place < len(spoken) - 1:
        return False
    before, mark, after = spoken[place - 1 : place + 2]
    return before.end == mark.start and mark.end == after.start


def _closes_wish(spoken: Sequence[Spoken], place: int, grammar: Grammar) -> bool:
    """Say whether a wish ends before `place`, or goes on with another name ("by ...")."""
    if place == len(spoken) or (spoken[place].word,) in grammar.cues:
        return True
    return grammar.match([spoken[place].word])[0].kind in _OPENERS


def _entry_before(spoken: Sequence[Spoken], place: int, grammar: Grammar) -> Entry | None:
    """Return what the longest phrase does that ends before `place`."""
    words = tuple(one.word for one in spoken[max(0, place - grammar.longest) : place])
    found = (grammar.entries.get(words[start:]) for start in range(len(words)))
    return next((entry for entry in found if entry), None)
