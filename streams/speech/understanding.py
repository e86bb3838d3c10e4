"""Intent -> understood intent: parse the words, then find what each clause is about.

A subject is looked for in this order, and a mixed one ("sad 90s songs") in all of them at once:

1. what plays ("this");
2. what is known of tracks: numbers always, the catalogue's names by the rule of
   `ranker.language.names`;
3. the space: a word it was taught for certain, another one as likely as it is about music;
4. nowhere: the clause has no effect, and says why.
"""

from collections.abc import Iterable, Iterator

from embedder.errors import EmbedderError
from embedder.space import Space
from ranker.language.clauses import MAX_CLAUSES, Fact, Reading, read
from ranker.language.grammar import Grammar, grammar_of
from ranker.language.names import NO_NAMES, Names
from schemas import Clause, Intent, UnderstoodClause, UnderstoodIntent, pack_vector
from streams.speech.familiarity import familiarity_of

POINTING = frozenset(
    {"this", "that", "it", "this one", "this song", "this track", "what is playing"}
)
"""Subjects that mean the track that plays."""

RELIABLE = 0.8
"""Area under the ROC curve from which a word may filter, and not only pull."""

LEAST_LIKELY = 0.25
"""Chance of being about music below which a subject counts as not understood: seven in ten
sentences of small talk lie below it, nine in ten subjects about music above."""

UNREADABLE = "nothing in it can be read"
UNFAMILIAR = "it does not seem to be about music"


def understand(intent: Intent, space: Space, names: Names = NO_NAMES) -> UnderstoodIntent:
    """Take an intent apart and ground every clause (P50, P51, P62, P69-P71).

    About 10 ms for each subject that the text tower has not met, else below 1 ms.

    Parameters
    ----------
    intent : what was said, by whom, in which language
    space : encodes what no tag tells
    names : what the catalogue calls its artists, genres, titles and albums

    """
    grammar = grammar_of(intent.language)
    text = " ".join(intent.text.casefold().split()) if intent.source == "chip" else intent.text
    if why := grammar.unmet.get(text):
        clauses: Iterable[tuple[UnderstoodClause, ...]] = [(_unmet(intent.text, why),)]
    else:
        readings = read(grammar.chips.get(text, text), intent.occurred_at.year, grammar, names)
        clauses = (ground(reading, space, grammar) for reading in readings)
    return UnderstoodIntent(
        event_id=intent.event_id,
        listener_id=intent.listener_id,
        session_id=intent.session_id,
        member=intent.member,
        occurred_at=intent.occurred_at,
        text=intent.text,
        confidence=intent.confidence,
        space=space.hash,
        clauses=tuple(_within_bounds(clauses)),
    )


def ground(reading: Reading, space: Space, grammar: Grammar) -> tuple[UnderstoodClause, ...]:
    """Find what a clause is about; one grounded clause for each part of its subject."""
    clause = reading.clause
    if clause.operation == "reset":
        return (UnderstoodClause(**clause.model_dump(), grounding="metadata"),)
    if clause.subject in POINTING:
        return (UnderstoodClause(**clause.model_dump(), grounding="session"),)
    if not reading.facts:
        return (_heard(clause, space),)
    whole = clause.subject if reading.rest or len(reading.facts) > 1 else ""
    parts = [_known(clause, fact, whole) for fact in reading.facts]
    if reading.rest:
        heard = clause.model_copy(update={"subject": reading.rest})
        parts.append(_heard(heard, space, whole))
    return tuple(parts)


def warm_up(space: Space) -> None:
    """Load the text tower and encode what is often needed: the first listener need not wait."""
    familiarity_of(space.vocabulary)


def plain_words(space: Space) -> frozenset[str]:
    """Return the words and phrases that the space knows better than any name does."""
    return frozenset({*space.vocabulary, *space.calibration})


def _known(clause: Clause, fact: Fact, whole: str) -> UnderstoodClause:
    """Ground a part that is told exactly; in a mixed subject it is the rest that compares."""
    said = clause.model_dump() | {"subject": fact.words}
    if whole:
        said |= {"relative": False, "extreme": False, "whole": whole}
    return UnderstoodClause(**said, grounding="metadata", filter=fact.condition)


def _heard(clause: Clause, space: Space, whole: str = "") -> UnderstoodClause:
    """Ground a subject by its sound, if it has one."""
    said = clause.model_dump() | {"whole": whole}
    try:
        vector = space.centred_text(space.encode_text([clause.subject]))[0]
    except EmbedderError:  # nothing readable in it: an emoji, say
        return UnderstoodClause(**said, grounding="none", confidence=0.0, reason=UNREADABLE)
    calibration = space.calibration.get(clause.subject)
    confidence = 1.0 if calibration else familiarity_of(space.vocabulary).chance(clause.subject)
    if confidence < LEAST_LIKELY:
        return UnderstoodClause(**said, grounding="none", confidence=0.0, reason=UNFAMILIAR)
    return UnderstoodClause(
        **said,
        grounding="space",
        confidence=round(confidence, 3),
        vector=pack_vector(vector.tolist()),
        cut=calibration.threshold if calibration and calibration.quality >= RELIABLE else None,
    )


def _unmet(text: str, why: str) -> UnderstoodClause:
    """Return the clause of a button that nothing here can answer."""
    return UnderstoodClause(
        text=text, operation="more", subject=text, grounding="none", confidence=0.0, reason=why
    )


def _within_bounds(wholes: Iterable[tuple[UnderstoodClause, ...]]) -> Iterator[UnderstoodClause]:
    """Yield as many clauses as an intent may hold; no subject loses a part."""
    room = MAX_CLAUSES
    for parts in wholes:
        room -= len(parts)
        if room < 0:
            return
        yield from parts
