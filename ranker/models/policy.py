"""Evidence -> shares: which models of the ladder have a say in a session, and how much of one.

Every share is continuous in what was counted, so no model takes over at a stroke (P86, P88-P90).
A switch starts the mood over: acts are counted since the latest one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from ranker.config import RankerConfig
from ranker.examples import Example
from ranker.library import Library
from schemas.updates import Model


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a session has shown so far, counted."""

    wanted: float = 0.0
    """Summed weight of the positive examples."""
    unwanted: float = 0.0
    """Summed weight of the negative examples."""
    acts: int = 0
    """Examples since the latest switch."""
    words: int = 0
    """Wishes."""
    minutes: float = 0.0
    """From the first example to the last."""
    changes: int = 0
    """Changes of broad category: switches said, and genres that follow one another (P89)."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How much each model says, in [0, 1].

    The neighbours have what the classifier leaves; what is beyond the classifier is added to it.
    """

    classifier: float = 0.0
    perceptron: float = 0.0
    sequence: float = 0.0

    @property
    def deepest(self) -> Model:
        """The deepest model that has a say."""
        if self.sequence:
            return "sequence"
        if self.perceptron:
            return "mlp"
        if self.classifier in (0.0, 1.0):
            return "logistic" if self.classifier else "nearest"
        return "blend"


@dataclass(frozen=True, slots=True)
class Habit:
    """How deep a listener's earlier sessions went, as shares of them in [0, 1] (P89)."""

    perceptron: float = 0.0
    """Of those that came as far as the perceptron."""
    sequence: float = 0.0
    """Of those that came as far as the sequence model."""


def evidence_of(
    examples: Sequence[Example],
    library: Library,
    *,
    words: int = 0,
    switches: Sequence[datetime] = (),
) -> Evidence:
    """Count what a session has shown; O(examples).

    Parameters
    ----------
    examples : oldest first, of tracks that the library has
    library : knows the tracks' genres
    words : how many wishes there are
    switches : when the mood was changed by words

    """
    since = max(switches).timestamp() if switches else 0.0
    wanted = [example for example in examples if example.label]
    genres = [library.genres[library.row(example.track_id)] for example in wanted]
    known = [genre for genre in genres if genre is not None]
    return Evidence(
        wanted=sum([example.weight for example in wanted]),
        unwanted=sum([example.weight for example in examples if not example.label]),
        acts=len([example for example in examples if example.at >= since]),
        words=words,
        minutes=(examples[-1].at - examples[0].at) / 60 if examples else 0.0,
        changes=len(switches) + sum(one != other for one, other in pairwise(known)),
    )


def shares_of(
    evidence: Evidence,
    config: RankerConfig,
    *,
    remembers: bool = False,
    habit: Habit = Habit(),
) -> Shares:
    """Choose the models that serve a session, by what it has shown.

    * The classifier takes over from the neighbours as the rarer class gains weight (P86): with
      one class only, nothing above the neighbours is heard.
    * The perceptron comes in with the number of acts, for it needs many.
    * The sequence model was trained beforehand and needs fewer, but a reason: a long session or a
      changing one. As far as it comes in, the perceptron goes.
    * Whoever steers by words is heard by the words: both count by the share of acts among all
      that was done and said.
    * A listener whose sessions often came to the models beyond the classifier is heard by them
      some acts sooner (P89): that counts where they come in, and nowhere else.

    Parameters
    ----------
    remembers : whether there is a sequence model
    habit : of the listener; the same all session long, or it could make a share jump

    """
    rarer = min(evidence.wanted, evidence.unwanted)
    classifier = min(1.0, rarer / config.handover_weight)
    done = classifier * evidence.acts / max(evidence.acts + evidence.words, 1)
    reason = max(
        _risen(evidence.minutes, 0.0, config.sequence_minutes),
        _risen(evidence.changes, 0.0, config.sequence_changes),
    )
    acts, head_start = evidence.acts, config.model_head_start
    many = acts + head_start * habit.perceptron
    perceptron = _risen(many, config.perceptron_from, config.perceptron_full)
    enough = _risen(acts + head_start * habit.sequence, config.sequence_from, config.sequence_full)
    sequence = enough * reason if remembers else 0.0
    return Shares(classifier, done * perceptron * (1 - sequence), done * sequence)


def _risen(value: float, start: float, full: float) -> float:
    """Return how far a value is on its way from `start` to `full`, in [0, 1]."""
    return min(1.0, max(0.0, (value - start) / (full - start)))
