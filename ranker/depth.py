"""Session -> how deep its models went: counted, with nothing fitted.

What is kept of a session for the policy that chooses the models of later ones (P89).
"""

from typing import get_args

from ranker.config import RankerConfig
from ranker.examples import examples_of
from ranker.group import histories_by_member
from ranker.history import History, history_of
from ranker.library import Library
from ranker.models.policy import evidence_of, shares_of
from ranker.models.sequence import SequenceModel
from ranker.preference import BY_TIME
from ranker.wishes import wishes_of
from schemas import SessionState
from schemas.updates import Model

LADDER: tuple[Model, ...] = get_args(Model)
"""The simplest first."""


def depth_of(
    session: SessionState,
    library: Library,
    config: RankerConfig = RankerConfig(),
    sequence: SequenceModel | None = None,
) -> Model:
    """Return the deepest model that has a say in a session, by its own acts alone.

    What earlier sessions came to is left out: else a late event of one would change all after it,
    and a habit would feed on itself. Of a shared session, the deepest of any member's. Costs what
    reading the session costs, without a fit: half a millisecond for a hundred events.
    """
    history = history_of(session)
    lived = [*histories_by_member(history).values()] or [history]
    return max((_depth(one, library, config, sequence) for one in lived), key=LADDER.index)


def _depth(
    history: History, library: Library, config: RankerConfig, sequence: SequenceModel | None
) -> Model:
    """Return what `Preference.model` would, were the history fitted for a listener nobody knows."""
    learned = [one for one in examples_of(history, config) if one.track_id in library.rows]
    wishes = wishes_of(history, library, config)
    if not learned:
        return "nearest" if wishes else "order"
    evidence = evidence_of(
        sorted(learned, key=BY_TIME),
        library,
        words=len(wishes),
        switches=[at for at, _ in history.switches],
    )
    remembers = sequence is not None and sequence.fits(library)
    return shares_of(evidence, config, remembers=remembers).deepest
