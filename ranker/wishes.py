"""History -> wishes: the clauses of a session's words, as signed directions of the space.

* A wish for something pulls: its direction is added to the prior mean of the weights (P51, P62). A
  name has one too, the middle of the tracks it names.
* What tags tell besides is a step: log-odds for every track that has the subject. "Like" makes
  none, for whoever says "like Radiohead" asks for the sound and not for the band.
* A refused name is refused exactly: "no Queen" says nothing of bands that sound like them.
* A comparative steps up what has more of it than the track that played; "newer" and "shorter" do so
  by year and length.
* Parts of one subject hold together ("no 90s rock" refuses what is both): each demands, refuses and
  steps where all are met. In a plain wish they pull each by itself, so that sad songs and other
  songs of Queen come after the sad songs of Queen. A part that nothing can be told by ("no 90s
  sludge", where the space has no cut for sludge) leaves the others only to pull.
* A reset takes back every wish before it; what was played still counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ranker.config import RankerConfig
from ranker.examples import faded_by_switch, recency
from ranker.history import History
from ranker.library import Array, Library, Mask, unit
from schemas import TrackFilter, UnderstoodClause, UnderstoodIntent, unpack_vector
from schemas.intents import Operation
from schemas.updates import MAX_SENTENCE

WORDING: Mapping[Operation, str] = {
    "more": "“{}”",
    "less": "“less {}”",
    "without": "“no {}”",
    "only": "“only {}”",
    "switch": "“switch to {}”",
    "like": "“like {}”",
    "reset": "“start over”",
}
"""How a clause is quoted back, by operation: short, whatever the sentence was."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One grounded clause: where it pulls, how hard, and what it filters."""

    event_id: str
    sentence: str
    direction: Array
    """(d,) of unit length: the clause's subject in the centred space; zeros where it has none."""
    strength: float
    """Log-odds at cosine 1; negative pulls away (P51: negation is ours, not the space's)."""
    step: float = 0.0
    """Log-odds for every track that has the subject."""
    where: TrackFilter | None = None
    """The subject as a condition on what is known of tracks."""
    cut: float | None = None
    """Cosine above which a track has the subject, where no condition says it."""
    demands: bool = False
    """Whether tracks without the subject are left out."""
    forbids: bool = False
    """Whether tracks with it are left out."""
    also: tuple["Wish", ...] = ()
    """The other parts of its subject, where a track must have them all."""

    @property
    def pull(self) -> Array:
        """What the wish adds to the prior mean of the weights, (d,)."""
        return np.float32(self.strength) * self.direction

    @property
    def artists(self) -> frozenset[str]:
        """Artists it asks for, in lower case."""
        if self.where is None or self.where.field != "artist" or self.step <= 0:
            return frozenset()
        return frozenset(name.casefold() for name in self.where.any_of)

    @property
    def is_told(self) -> bool:
        """Whether it can be said of any track that it has the subject."""
        return self.where is not None or self.cut is not None

    def met_by(self, library: Library) -> Mask:
        """Return which tracks have the subject, all of its parts, (n,)."""
        if self.where is not None:
            met = library.where(self.where)
        else:
            least = np.inf if self.cut is None else self.cut
            met = np.asarray(library.vectors @ self.direction > least)
        for part in self.also:
            met = met & part.met_by(library)
        return met


def wishes_of(history: History, library: Library, config: RankerConfig) -> tuple[Wish, ...]:
    """Return the session's wishes, oldest first.

    A filter holds until a switch or a reset, or until the listener asks for the same thing again.
    What was understood in another space is left out: its vectors may fit, and would point anywhere.

    Raises
    ------
    UnfitVector
        A clause's vector is not of the library's dimension.

    """
    fade = recency(len(history.intents), config.words_half_life) * faded_by_switch(
        [intent.order for intent in history.intents], history, config
    )
    return tuple(
        wish
        for place in range(_after_reset(history.intents), len(history.intents))
        for wish in _wishes(_Context(history, place, float(fade[place])), library, config)
    )


def unheard(history: History, library: Library) -> tuple[str, ...]:
    """Return the sentences of the clauses that were grounded in another space, oldest first."""
    return tuple(
        _sentence(clause, clause.subject)
        for intent in history.intents
        for clause in intent.clauses
        if clause.vector is not None and not _is_of(library, intent, clause)
    )


def require_fit(intent: UnderstoodIntent, library: Library) -> None:
    """Return where every clause that counts in the library's space has a vector of it.

    Raises
    ------
    UnfitVector
        A vector is not of the library's dimension, or has no length.

    """
    for clause in intent.clauses:
        if _is_of(library, intent, clause):
            _direction(clause, library)


def _after_reset(intents: Sequence[UnderstoodIntent]) -> int:
    """Return the place of the last intent with a reset, 0 without one."""
    places = (place for place, intent in enumerate(intents) if _resets(intent))
    return max(places, default=0)


def _resets(intent: UnderstoodIntent) -> bool:
    return any(clause.operation == "reset" for clause in intent.clauses)


def _is_of(library: Library, intent: UnderstoodIntent, clause: UnderstoodClause) -> bool:
    return clause.vector is not None and intent.space == library.space


@dataclass(frozen=True, slots=True)
class _Context:
    """Where in the session a clause was said, and how much of it is left."""

    history: History
    place: int
    fade: float

    @property
    def intent(self) -> UnderstoodIntent:
        return self.history.intents[self.place]

    @property
    def playing(self) -> str | None:
        """The track that a comparative compares with."""
        return self.history.playing_at(self.intent)

    def holds(self, clause: UnderstoodClause) -> bool:
        """Say whether nothing said later has lifted the clause's filter."""
        return not any(_revokes(later, clause) for later in self.history.intents[self.place + 1 :])


def _wishes(context: _Context, library: Library, config: RankerConfig) -> list[Wish]:
    """Return the wishes of one intent, the parts of a subject joined."""
    clauses = context.intent.clauses
    wishes = {
        place: _wish(clause, context, library, config)
        for place, clause in enumerate(clauses)
        if clause.filter is not None or _is_of(library, context.intent, clause)
    }
    for places in _wholes(clauses):
        parts = {place: wishes[place] for place in places if place in wishes}
        is_told = len(parts) == len(places) and all(part.is_told for part in parts.values())
        if clauses[places[0]].operation == "only":
            wishes |= _demanded(parts)
        elif is_told:
            wishes = {place: wish for place, wish in wishes.items() if place not in parts}
            wishes[places[0]] = _refused(clauses[places[0]], list(parts.values()))
        else:
            wishes |= {p: replace(part, step=0.0, forbids=False) for p, part in parts.items()}
    return [wishes[place] for place in sorted(wishes)]


def _wholes(clauses: Sequence[UnderstoodClause]) -> list[list[int]]:
    """Return the places of the clauses that are parts of one subject and must hold together."""
    places: dict[tuple[Operation, str], list[int]] = {}
    for place, clause in enumerate(clauses):
        if clause.whole and clause.operation in ("only", "less", "without"):
            places.setdefault((clause.operation, clause.whole), []).append(place)
    return list(places.values())


def _demanded(parts: Mapping[int, Wish]) -> dict[int, Wish]:
    """Return the parts of what is demanded, each met only where all that can be told are."""
    told = {place: part for place, part in parts.items() if part.is_told}
    return {
        place: replace(part, also=tuple(other for p, other in told.items() if p != place))
        for place, part in parts.items()
    }


def _refused(clause: UnderstoodClause, parts: Sequence[Wish]) -> Wish:
    """Return the one wish that the parts of what is refused amount to, as sure as the least sure.

    It steps down what has all of them, and pulls away from none: "no 90s rock" leaves other rock.
    """
    first = next(part for part in parts if part.where is not None)
    strength = max(part.strength for part in parts)
    return replace(
        first,
        sentence=_sentence(clause, clause.whole),
        strength=strength,
        step=strength,
        forbids=any(part.forbids for part in parts),
        also=tuple(part for part in parts if part is not first),
    )


def _wish(
    clause: UnderstoodClause, context: _Context, library: Library, config: RankerConfig
) -> Wish:
    """Weigh one clause by sign, emphasis, how surely it was understood, and age (P76, P92)."""
    factor = config.switch_factor if clause.operation == "switch" else 1.0
    factor *= config.extreme_factor if clause.extreme else 1.0
    weight = clause.polarity * factor * context.intent.confidence * clause.confidence * context.fade
    direction = _direction(clause, library)
    wish = Wish(
        event_id=context.intent.event_id,
        sentence=_sentence(clause, clause.subject),
        direction=direction,
        strength=weight * config.words_strength,
        step=weight * _step(clause, direction, config),
        where=clause.filter,
        cut=clause.cut,
    )
    if beyond := _compared(wish, clause, context.playing, library):
        return replace(beyond, step=weight * config.comparative_step)
    in_force = wish.is_told and context.holds(clause)
    return replace(
        wish,
        demands=in_force and clause.operation == "only",
        forbids=in_force and clause.operation == "without",
    )


def _direction(clause: UnderstoodClause, library: Library) -> Array:
    """Return where a clause points: its own vector, or the middle of the tracks it asks for."""
    dimension = library.dimension
    if clause.vector is not None:
        values = np.array(unpack_vector(clause.vector), np.float32)
        return unit(values, dimension, f"the words {clause.subject!r}")
    named = clause.filter
    has_sound = named is not None and named.field in ("artist", "title", "album", "track_id")
    if named is None or not has_sound or clause.polarity < 0:
        return np.zeros(dimension, np.float32)  # a year has no sound
    middle = library.vectors[library.where(named)].sum(axis=0)
    length = np.linalg.norm(middle)
    return np.asarray(middle / length if length > 1e-6 else np.zeros(dimension), np.float32)


def _compared(
    wish: Wish, clause: UnderstoodClause, playing: str | None, library: Library
) -> Wish | None:
    """Return the wish for what goes beyond what played, by its sound or by its number.

    None where nothing is compared, nothing played, or its tags do not tell the number.
    """
    if not clause.relative or playing is None or playing not in library.rows:
        return None
    row = library.row(playing)
    if clause.filter is None:
        return replace(wish, cut=float(library.vectors[row] @ wish.direction))
    field, low, high = clause.filter.field, clause.filter.at_least, clause.filter.at_most
    number = getattr(library.infos[row], field, None)
    if not isinstance(number, int | float) or (low is None) == (high is None):
        return None
    beyond = float(np.nextafter(number, np.inf if high is None else -np.inf))
    if high is None:
        return replace(wish, where=TrackFilter(field=field, at_least=beyond))
    return replace(wish, where=TrackFilter(field=field, at_most=beyond))


def _step(clause: UnderstoodClause, direction: Array, config: RankerConfig) -> float:
    """Return the log-odds that a clause of weight 1 gives every track that has its subject."""
    is_sound_alone = clause.operation == "like" and direction.any()
    return config.words_strength if clause.filter is not None and not is_sound_alone else 0.0


def _sentence(clause: UnderstoodClause, subject: str) -> str:
    """Quote a clause back; a sentence on the wire is no longer than `MAX_SENTENCE`."""
    return f"you said {WORDING[clause.operation].format(subject)}"[:MAX_SENTENCE]


def _revokes(later: UnderstoodIntent, clause: UnderstoodClause) -> bool:
    """Say whether a later intent lifts the filter of a clause."""
    return _resets(later) or any(
        other.is_switch
        or (_subject(other) == _subject(clause) and other.polarity != clause.polarity)
        or (other.operation == clause.operation == "only")
        for other in later.clauses
    )


def _subject(clause: UnderstoodClause) -> str:
    return clause.whole or clause.subject
