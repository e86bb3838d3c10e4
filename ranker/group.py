"""Several listeners in one session: their models combined, each still told apart.

Every member's own events fit a model of their own; what nobody signed counts for all. A track's
terms are those of the members whose say it is, so the reasons still sum to the score.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ranker.history import History
from ranker.library import Library
from ranker.preference import Preference
from ranker.terms import Parts, Rows, Source, best_first
from ranker.wishes import Wish
from schemas.updates import Model

Rule = Literal["mean", "least_misery", "turns"]


def histories_by_member(history: History) -> dict[str, History]:
    """Return the session as each of its members lived it, by name; empty if not two acted in it.

    Whoever acts alone has the session's one model: nobody else's acts are to be kept from it.
    """
    events = (*history.playback, *history.intents)
    members = sorted({event.member for event in events if event.member is not None})
    return {member: _lived_by(member, history) for member in members} if members[1:] else {}


def _lived_by(member: str, history: History) -> History:
    """Return the session without what others did and said; what nobody signed counts for all."""
    return replace(
        history,
        playback=tuple(e for e in history.playback if e.member in (member, None)),
        intents=tuple(e for e in history.intents if e.member in (member, None)),
    )


@dataclass(frozen=True, slots=True)
class Group:
    """The models of a session's members, as one.

    * mean: everyone's log-odds, averaged;
    * least_misery: the log-odds of who likes the track least;
    * turns: the members pick in turn, each the best for them of what is left; a track has the
      log-odds of who likes it most.
    """

    members: tuple[str, ...]
    preferences: tuple[Preference, ...]
    """One each, in the order of `members`."""
    rule: Rule

    @property
    def sources(self) -> tuple[Source, ...]:
        """Everyone's sources, signed."""
        return tuple(
            source._replace(member=member)
            for member, preference in zip(self.members, self.preferences, strict=True)
            for source in preference.sources
        )

    @property
    def wishes(self) -> tuple[Wish, ...]:
        """What anyone said; one member's "no drums" spares all of them."""
        said = [wish for preference in self.preferences for wish in preference.wishes]
        return tuple({(wish.event_id, wish.sentence): wish for wish in said}.values())

    @property
    def evidence(self) -> float:
        """That of who is known best."""
        return max(preference.evidence for preference in self.preferences)

    @property
    def model(self) -> Model:
        """That of who is known best."""
        return max(self.preferences, key=lambda preference: preference.evidence).model

    @property
    def device(self) -> None:
        """None: the members' models do not come down to one vector of weights."""
        return None

    def scores(self, library: Library, rows: Rows) -> Parts:
        """Return the log-odds of each track under the rule, (m,)."""
        return self._combined([p.scores(library, rows) for p in self.preferences])

    def parts(self, library: Library, rows: Rows) -> Parts:
        """Return what each source adds to each track, under the rule."""
        blocks = [preference.parts(library, rows) for preference in self.preferences]
        return np.concatenate(
            [block * say for block, say in zip(blocks, self._say(blocks), strict=True)]
        )

    def order(self, library: Library, rows: Rows, scores: Parts) -> list[int]:
        """Return indexes into `rows`, next first."""
        if self.rule != "turns":
            return best_first(scores)
        return draft([preference.scores(library, rows) for preference in self.preferences])

    def over(self, library: Library) -> Parts:
        """Return every track's log-odds under the rule, (n,): to mine by (P82)."""
        return self._combined([preference.over(library) for preference in self.preferences])

    def deviations(self, count: int, rng: np.random.Generator) -> Parts:
        """Draw how far the members' mean may lie from the fitted one, (count, d)."""
        drawn = [preference.deviations(count, rng) for preference in self.preferences]
        return np.asarray(np.mean(drawn, axis=0))

    def _combined(self, scores: Sequence[Parts]) -> Parts:
        each = np.stack(scores)
        if self.rule == "mean":
            return np.asarray(each.mean(axis=0))
        return np.asarray(each.min(axis=0) if self.rule == "least_misery" else each.max(axis=0))

    def _say(self, blocks: Sequence[Parts]) -> NDArray[np.float64]:
        """Return each member's share in the score of each track, (members, m)."""
        if self.rule == "mean":
            return np.full((len(blocks), blocks[0].shape[1]), 1 / len(blocks))
        scores = np.stack([block.sum(axis=0) for block in blocks])
        whose = scores.argmin(axis=0) if self.rule == "least_misery" else scores.argmax(axis=0)
        return np.asarray(np.arange(len(blocks))[:, None] == whose, np.float64)


def draft(scores: Sequence[Parts]) -> list[int]:
    """Let members pick in turn, each the best for them of what is left; the first pick first.

    >>> draft([np.array([3.0, 2.0, 1.0]), np.array([3.0, 1.0, 2.0])])
    [0, 2, 1]
    """
    wanted = [iter(best_first(of_member)) for of_member in scores]
    picks: dict[int, None] = {}
    while len(picks) < len(scores[0]):
        turn = wanted[len(picks) % len(scores)]
        picks[next(index for index in turn if index not in picks)] = None
    return list(picks)
