"""History -> wishes: the clauses of a session's words, as signed directions of the space."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ranker.config import RankerConfig
from ranker.examples import faded_by_switch, recency
from ranker.history import History
from ranker.library import Array, Library, unit
from schemas import UnderstoodClause, UnderstoodIntent, unpack_vector
from schemas.intents import Operation
from schemas.updates import MAX_SENTENCE

WORDING: Mapping[Operation, str] = {
    "more": "“{}”",
    "less": "“less {}”",
    "without": "“no {}”",
    "only": "“only {}”",
    "switch": "“switch to {}”",
    "like": "“like {}”",
}
"""How a clause is quoted back, by operation: short, whatever the sentence was."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One grounded clause: where it pulls, how hard, and what it forbids."""

    event_id: str
    sentence: str
    direction: Array
    """(d,) of unit length: the clause's subject in the centred space."""
    strength: float
    """Log-odds at cosine 1; negative pulls away (P51: negation is ours, not the space's)."""
    forbids_above: float | None
    """Tracks with a larger cosine are left out; None forbids nothing."""
    demands_above: float | None
    """Tracks with a smaller cosine are left out; None demands nothing."""

    @property
    def pull(self) -> Array:
        """What the wish adds to the prior mean of the weights, (d,)."""
        return np.float32(self.strength) * self.direction


def wishes_of(history: History, library: Library, config: RankerConfig) -> tuple[Wish, ...]:
    """Return the session's wishes in the library's space, oldest first.

    A filter holds until a switch, or until the listener asks for the same thing again. What was
    understood in another space is left out: its vectors may fit, and would point anywhere.

    Raises
    ------
    UnfitVector
        A clause's vector is not of the library's dimension.

    """
    fade = recency(len(history.intents), config.words_half_life) * faded_by_switch(
        [intent.order for intent in history.intents], history, config
    )
    return tuple(
        _wish(history.intents, place, clause, float(fade[place]), library.dimension, config)
        for place, intent in enumerate(history.intents)
        if intent.space == library.space
        for clause in intent.clauses
        if clause.vector is not None
    )


def unheard(history: History, library: Library) -> tuple[str, ...]:
    """Return the sentences of the clauses that were grounded in another space, oldest first."""
    return tuple(
        _sentence(clause)
        for intent in history.intents
        if intent.space != library.space
        for clause in intent.clauses
        if clause.vector is not None
    )


def _sentence(clause: UnderstoodClause) -> str:
    return f"you said {WORDING[clause.operation].format(clause.subject)}"[:MAX_SENTENCE]


def _wish(
    intents: Sequence[UnderstoodIntent],
    place: int,
    clause: UnderstoodClause,
    fade: float,
    dimension: int,
    config: RankerConfig,
) -> Wish:
    intent = intents[place]
    values = np.array(unpack_vector(clause.vector or ""), np.float32)
    factor = config.switch_factor if clause.operation == "switch" else 1.0
    confidence = intent.confidence * clause.confidence
    in_force = not any(_revokes(later, clause) for later in intents[place + 1 :])
    return Wish(
        event_id=intent.event_id,
        sentence=_sentence(clause),
        direction=unit(values, dimension, f"the words {clause.subject!r}"),
        strength=clause.polarity * config.words_strength * factor * confidence * fade,
        forbids_above=clause.cut if in_force and clause.operation == "without" else None,
        demands_above=clause.cut if in_force and clause.operation == "only" else None,
    )


def _revokes(later: UnderstoodIntent, clause: UnderstoodClause) -> bool:
    """Say whether a later intent lifts the filter of a clause."""
    return any(
        other.is_switch
        or (other.subject == clause.subject and other.polarity != clause.polarity)
        or (other.operation == clause.operation == "only")
        for other in later.clauses
    )
