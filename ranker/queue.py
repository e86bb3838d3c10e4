"""Candidates -> queue: score, line up, and say why."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from pydantic import TypeAdapter

from ranker.arrangement import Arrangement
from ranker.candidates import Candidates
from ranker.config import RankerConfig
from ranker.exploration import probabilities, seed_of
from ranker.filters import told
from ranker.history import History
from ranker.library import Library
from ranker.lineup import spread, steadied, without_doubles, woven
from ranker.models.logistic import sigmoid
from ranker.reasons import reasons, rounded
from ranker.terms import Parts, Scorer, Source
from schemas import Cause, Slot
from schemas.updates import Lane

ORDER = Source("order", "its place in the playlist")
CHANCE = Source("chance", "to find out whether you like it")
REST = Source("rest", "smaller reasons together")

SLOTS = TypeAdapter(tuple[Slot, ...])
"""Validates a queue at once: a third of the time of slot by slot, or of trusting them unread."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What the candidates are worth."""

    scores: Parts
    """(m,), log-odds in the wire's decimals."""
    standing: tuple[tuple[Source, Parts], ...]
    """What no model gives: sources with (m,) log-odds each."""
    drawn: Parts | None = None
    """(draws, m), scores under draws of the posterior; None without exploration."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """One ranking of one session, from all that it depends on."""

    candidates: Candidates
    history: History
    arrangement: Arrangement
    scorer: Scorer
    library: Library
    config: RankerConfig

    def queue(self) -> tuple[tuple[Slot, ...], tuple[Cause, ...]]:
        """Return the queue, next first, and the causes that its reasons point at.

        A slot's score is the exact sum of its reasons; equal scores keep the candidates' order.
        """
        if not len(self.candidates.rows):
            return (), ()
        scored = self.scored()
        line = self._lined_up(scored.scores)
        chances = [1.0] * len(line)
        if scored.drawn is not None:
            chances = probabilities(scored.drawn, line, frozenset(self.candidates.places))
        return self._slots(line, scored, chances)

    def terms(self, row: int) -> tuple[tuple[Cause, float], ...]:
        """Return all that adds to the score of one track of the library, strongest first."""
        alone = replace(self, candidates=replace(self.candidates, rows=np.array([row]), places={}))
        standing = alone.scored().standing
        parts = alone.scorer.parts(self.library, alone.candidates.rows)[:, 0].tolist()
        parts += [float(part[0]) for _, part in standing]
        sources = (*self.scorer.sources, *(source for source, _ in standing))
        told = [(s.told(self.library), part) for s, part in zip(sources, parts, strict=True)]
        return tuple(sorted((term for term in told if term[1]), key=lambda term: -abs(term[1])))

    def scored(self) -> Scored:
        """Score the candidates: the model, the playlist's order, boosts, and chance (P82, P96)."""
        rows, standing = self.candidates.rows, tuple(self._standing())
        likely = self.scorer.scores(self.library, rows) + sum(part for _, part in standing)
        if not self.config.exploration or self.history.newest is None:
            return Scored(rounded(likely), standing)
        rng = seed_of(self.history.newest)
        deviations = self.scorer.deviations(self.config.exploration_draws + 1, rng)
        vectors = self.library.vectors[rows].astype(np.float64)
        moved = self.config.exploration * deviations @ vectors.T
        standing = (*standing, (CHANCE, moved[0]))
        return Scored(rounded(likely + moved[0]), standing, likely + moved[1:])

    def _standing(self) -> Iterator[tuple[Source, Parts]]:
        """Yield what adds to a score whatever the model says: the playlist's order, and boosts."""
        yield ORDER, self._initial_order()
        for boost in self.history.rules.boosts:
            met = self.library.where(boost.where)[self.candidates.rows]
            source = Source("boost", f"a rule for {told(boost.where)}")
            yield source, np.where(met, boost.log_odds, 0.0)

    def _initial_order(self) -> Parts:
        """Return the initial order's log-odds for each candidate, fading with evidence (P96).

        From +half of `order_strength` for the playlist's first to -half for its last and for
        what is not in it; halved once the evidence is `order_evidence`.
        """
        playlist = self.history.playlist
        if not playlist:
            return np.zeros(len(self.candidates.rows))
        places = np.ones(len(self.library))
        known = self.library.rows
        there = {known[track]: place for place, track in enumerate(playlist) if track in known}
        places[list(there)] = np.array(list(there.values())) / max(len(playlist) - 1, 1)
        fade = 1 + self.scorer.evidence / self.config.order_evidence
        return self.config.order_strength / fade * (0.5 - places[self.candidates.rows])

    def _lined_up(self, scores: Parts) -> list[int]:
        """Return indexes of the candidates, next first, under the rules of `ranker.lineup`."""
        library, config = self.library, self.config
        rows, fixed = self.candidates.rows, self.candidates.places
        order = self.scorer.order(library, rows, scores)
        if fixed:
            order = [index for index in order if index not in fixed]
        order = order[: self._worth_queueing(scores)]
        played = [library.rows[track] for track in self.history.played & library.rows.keys()]
        taken = np.array([*played, *rows[list(fixed)]], np.intp)
        order = without_doubles(order, rows, taken, library, config)
        asked = frozenset[str]().union(*(wish.artists for wish in self.scorer.wishes))
        order = spread(order, scores, rows, asked, library, config)
        if config.churn_budget is not None:
            order = steadied(order, self._shown(order), config.churn_budget)
        return woven(order, fixed, config.queue_length)

    def _worth_queueing(self, scores: Parts) -> int:
        """Return how many are worth queueing beside the fixed, once there is evidence (P78)."""
        if self.scorer.evidence < self.config.drop_evidence:
            return len(scores)
        free = scores[len(self.candidates.places) :]
        likely = np.count_nonzero(sigmoid(free) >= self.config.drop_probability)
        return max(int(likely), self.config.least_queue)

    def _shown(self, order: list[int]) -> dict[int, int]:
        """Return the places at which the player shows candidates, counted among `order`."""
        ids = self.library.track_ids
        index_of = {ids[self.candidates.rows[index]]: index for index in order}
        shown = (index_of[track] for track in self.arrangement.shown if track in index_of)
        return {index: place for place, index in enumerate(shown)}

    def _slots(
        self, line: list[int], scored: Scored, chances: list[float]
    ) -> tuple[tuple[Slot, ...], tuple[Cause, ...]]:
        """Return the slots of a line, and the causes that are named in them."""
        rows = self.candidates.rows[line]
        standing = [part[line] for _, part in scored.standing]
        parts = np.vstack([self.scorer.parts(self.library, rows), *standing])
        scores = scored.scores[line]
        used, why = reasons(parts, scores, named=self.config.named_reasons)
        track_ids = [self.library.track_ids[row] for row in rows.tolist()]
        playlist = frozenset(self.history.playlist)
        slots = SLOTS.validate_python(
            [
                {
                    "track_id": track_id,
                    "score": score,
                    "lane": self._lane(track_id, playlist),
                    "locked": index in self.candidates.places,
                    "probability": chance,
                    "reasons": reason,
                }
                for index, track_id, score, chance, reason in zip(
                    line, track_ids, scores.tolist(), chances, why, strict=True
                )
            ]
        )
        sources = (*self.scorer.sources, *(source for source, _ in scored.standing), REST)
        return slots, tuple([sources[row].told(self.library) for row in used])

    def _lane(self, track_id: str, playlist: frozenset[str]) -> Lane:
        """Return whence a track came into the queue."""
        if track_id in self.arrangement.own:
            return "listener"
        return "playlist" if track_id in playlist else "mined"
