"""Every constant that the patent leaves open, named, with its unit and its reason."""

from dataclasses import dataclass, fields
from typing import Literal


@dataclass(frozen=True, slots=True)
class RankerConfig:
    """Hyperparameters of the session ranker; the defaults are what the benchmarks ran with."""

    # What an act on a track teaches (P57-P64); weights are relative to a completed listen.
    listened_fraction: float = 0.5
    """Heard at least this much of a track: listened, a positive example (P59)."""
    early_fraction: float = 0.05
    """Skipped before this much: a negative example of full weight (P60)."""
    early_skip_weight: float = 0.6
    """A skip before `early_fraction` (P60). Less than a listen, for most of any library does not
    fit: at 1 a change of mood is followed two acts sooner, but two skips of flute with piano
    silence a flute that was listened to (P72)."""
    late_skip_weight: float = 0.12
    """Weight of a skip just short of `listened_fraction`; in between, linear (P61: our choice)."""
    unplaced_skip_weight: float = 0.5
    """Weight of a skip that does not say where in the track it happened."""
    late_listen_weight: float = 0.3
    """Weight of the positive example in a skip after `listened_fraction`."""
    completed_weight: float = 1.0
    """Heard to its end: the unit of all weights."""
    repeated_weight: float = 1.5
    """A track heard to its end once more in the session: sought out, not merely let run."""
    progressed_weight: float = 0.6
    """Still playing, beyond `listened_fraction`: it may yet be skipped."""
    liked_weight: float = 2.0
    """A like is said, not inferred: more than a listen (P63)."""
    disliked_weight: float = 2.0
    """As clear as a like."""
    removed_weight: float = 1.0
    """Taken out of the queue unheard: as clear as an early skip."""
    moved_weight: float = 0.5
    """A track moved up is wanted, moved down is not, and neither was heard (P64)."""
    own_choice_factor: float = 0.5
    """A skip of what the listener queued says less than of what the algorithm chose."""

    # How events fade (P76).
    least_weight: float = 1e-4
    """Examples of less weight are left out: some 160 examples are left of however many."""
    half_life_events: float = 12.0
    """An example counts half when this many examples came after it (P76b). At 6 a change of mood
    is followed two acts sooner, but two skips already outweigh the listen before them (P72)."""

    # Words (P62, P69, P76a, P92).
    words_strength: float = 6.0
    """Log-odds of a clause at cosine 1. Words outweigh behaviour: one act moves a track by at
    most 1 / `l2` times its weight."""
    words_half_life: float = 4.0
    """A clause counts half when this many intents came after it."""
    switch_factor: float = 1.5
    """A switch clause weighs this much more than a plain one (P76d)."""
    switch_fade: float = 0.1
    """What a switch leaves of the words and acts before it (P92)."""
    extreme_factor: float = 1.5
    """A superlative ("the fastest") weighs this much more than the plain word."""
    comparative_step: float = 2.0
    """Log-odds for tracks that have more of it than what played when a comparative was said."""

    # The model (P73-P79, P85, P86).
    l2: float = 1.0
    """Precision of the Gaussian prior on the weights: larger keeps closer to the words."""
    neighbours: int = 3
    """Nearest examples that speak for a track while only one class is known (P85)."""
    handover_weight: float = 2.0
    """Summed weight that the rarer class needs before the classifier ranks alone (P86)."""

    # Beyond the classifier (P77, P88-P91).
    perceptron_from: int = 60
    """Acts since the latest switch from which the perceptron has a say: fewer could not tell a
    combination from a coincidence, ..."""
    perceptron_full: int = 120
    """...at which it has its full say."""
    perceptron_hidden: int = 12
    """Hidden units: three for each combination of four properties."""
    perceptron_l2: float = 0.3
    """Precision of the prior on its weights: looser than `l2`, for its inputs share the work."""
    perceptron_steps: int = 20
    """Steps of training, all of them taken: a bound on its cost."""
    perceptron_memory: float = 0.25
    """Power of an act's fade that it learns with: it forgets at a quarter of the speed, since
    combinations take more acts to see than a direction."""
    perceptron_seed: int = 0
    """Draws the weights that every fit starts from."""
    sequence_from: int = 10
    """Acts since the latest switch from which the sequence model has a say, where there is one:
    it was trained beforehand and has only to recognise what goes on, ..."""
    sequence_full: int = 30
    """...at which it has all that the session's length or changes give it."""
    sequence_minutes: float = 60.0
    """Length of a session from which order matters in full (P88), ..."""
    sequence_changes: float = 6.0
    """...or the changes of switch or genre from which it does (P89)."""
    sequence_acts: int = 64
    """Newest acts that it reads: bounds its cost."""
    model_head_start: int = 5
    """Acts by which both come in sooner for a listener whose sessions always come to them (P89):
    half of what the sequence model waits for, so that it still sees what goes on. At most
    `perceptron_from` and `sequence_from`."""

    # The listener's long-term model (P76c, P94, P95, P97).
    background_rate: float = 0.25
    """What a lesson of an earlier session weighs, beside one of this session."""
    background_refusal: float = 0.3
    """Of that, what a refusal weighs: what is skipped in one mood may please in another (P95)."""
    background_half_life_days: float = 30.0
    """Days after which an earlier session counts half."""
    background_lessons: int = 200
    """Lessons that the slow model is fitted on, the strongest; bounds its cost."""
    remembered_sessions: int = 50
    """Sessions kept of a listener, the newest."""
    remembered_lessons: int = 30
    """Lessons kept of a session, the strongest."""

    # Shared sessions.
    group_rule: Literal["mean", "least_misery", "turns"] = "mean"
    """How the models of a session's members become one (`ranker.group`)."""

    # The queue (P55, P80-P84, P96).
    order_strength: float = 1.0
    """Log-odds between the two ends of the initial playlist, before any evidence. At 2, with half
    of it left at an evidence of 3, simulated listeners skipped 7 tracks instead of 4.5."""
    order_evidence: float = 0.1
    """Summed weight of evidence at which the initial order counts half (P96): a few acts leave it
    to decide between equals. At 1 it is heard again as old acts fade, and a change of
    mood is followed about an act later, though that is within the noise."""
    queue_length: int = 50
    """Slots of an update."""
    mined: int = 100
    """Tracks taken from the library, best first, to compete with the playlist (P80)."""
    named_reasons: int = 3
    """Reasons named per slot; the others are summed."""
    artist_cap: int = 3
    """Slots of one artist among any `artist_window` in a row; 0 sets no bound. The listener's own
    choices, and words that name the artist, are not counted."""
    artist_window: int = 10
    """Slots in a row among which an artist is counted: about what a screen shows."""
    near_duplicate: float = 0.97
    """Cosine from which two tracks of one title count as one; only the better is queued."""
    same_sound: float = 0.9995
    """Cosine from which two tracks count as one whatever they are called."""
    churn_budget: int | None = None
    """Places by which one update may move a track that the player shows; None sets no bound."""
    diversity: float = 0.0
    """Log-odds that a track loses at cosine 1 with one already queued (maximal marginal
    relevance); 0 ranks by score alone."""
    exploration: float = 0.0
    """Share of the posterior's spread that is drawn from (Thompson sampling at 1); 0 always
    ranks by the mode. Drawn by the newest event's id: a replay is identical."""
    exploration_draws: int = 128
    """Draws by which the probability of each slot is estimated."""
    drop_probability: float = 0.05
    """A track less likely wanted than this is dropped from the queue (P78)..."""
    drop_evidence: float = 8.0
    """...once evidence of this summed weight is there, ..."""
    least_queue: int = 10
    """...and as long as so many remain."""
    tells_device: bool = True
    """Whether updates carry the weights, for ranking on the device: 0.7 KB each at d = 128."""
    max_events: int = 1000
    """Events a session may hold: bounds the row that is written on every event."""

    def __post_init__(self) -> None:
        """Refuse values that no formula can use; raises ValueError naming the field."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int | float) and not value >= LEAST.get(field.name, 0):
                least = LEAST.get(field.name, 0)
                raise ValueError(f"{field.name} is {value}, it must be at least {least:g}")
        for start, full in RAMPS:
            if not getattr(self, start) < getattr(self, full):
                raise ValueError(
                    f"{start} is {getattr(self, start)}, it must be below {full}, which is "
                    f"{getattr(self, full)}"
                )
        for start, _ in RAMPS:
            if self.model_head_start > getattr(self, start):
                raise ValueError(
                    f"model_head_start is {self.model_head_start}, it must be at most {start}, "
                    f"which is {getattr(self, start)}"
                )
        if not self.early_fraction < self.listened_fraction <= 1:
            raise ValueError(
                f"early_fraction {self.early_fraction} must be below listened_fraction "
                f"{self.listened_fraction}, both in [0, 1]"
            )


TINY = 1e-6
"""Least value of what is divided by."""

LEAST = {
    **dict.fromkeys(("half_life_events", "words_half_life", "words_strength", "l2"), TINY),
    **dict.fromkeys(("handover_weight", "order_evidence", "background_half_life_days"), TINY),
    **dict.fromkeys(("neighbours", "queue_length", "artist_window", "exploration_draws"), 1),
    **dict.fromkeys(("background_lessons", "remembered_sessions", "remembered_lessons"), 1),
    **dict.fromkeys(("perceptron_l2", "sequence_minutes", "sequence_changes"), TINY),
    **dict.fromkeys(("perceptron_hidden", "perceptron_steps", "sequence_acts"), 1),
    "max_events": 1,
}
"""Least value of a field, where it is not 0."""

RAMPS = (("perceptron_from", "perceptron_full"), ("sequence_from", "sequence_full"))
"""Fields between which a share rises from 0 to 1."""
