"""Every constant that the patent leaves open, named, with its unit and its reason."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RankerConfig:
    """Hyperparameters of the session ranker; the defaults are what the benchmarks ran with."""

    # What an act on a track teaches (P57-P64); weights are relative to a completed listen.
    listened_fraction: float = 0.5
    """Heard at least this much of a track: listened, a positive example (P59)."""
    early_fraction: float = 0.05
    """Skipped before this much: a negative example of full weight (P60)."""
    late_skip_weight: float = 0.2
    """Weight of a skip just short of `listened_fraction`; in between, linear (P61: our choice)."""
    unplaced_skip_weight: float = 0.8
    """Weight of a skip that does not say where in the track it happened."""
    late_listen_weight: float = 0.3
    """Weight of the positive example in a skip after `listened_fraction`."""
    completed_weight: float = 1.0
    progressed_weight: float = 0.6
    liked_weight: float = 2.0
    """A like is said, not inferred: more than a listen (P63)."""
    disliked_weight: float = 2.0
    removed_weight: float = 1.0
    moved_weight: float = 0.5
    """A track moved up is wanted, moved down is not, and neither was heard (P64)."""
    own_choice_factor: float = 0.5
    """A skip of what the listener queued says less than of what the algorithm chose."""

    # How events fade (P76).
    least_weight: float = 1e-4
    """Examples of less weight are left out: some 160 examples are left of however many."""
    half_life_events: float = 12.0
    """An example counts half when this many examples came after it (P76b)."""

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

    # The model (P73-P79, P85, P86).
    l2: float = 1.0
    """Precision of the Gaussian prior on the weights: larger keeps closer to the words."""
    neighbours: int = 3
    """Nearest examples that speak for a track while only one class is known (P85)."""
    handover_weight: float = 2.0
    """Summed weight that the rarer class needs before the classifier ranks alone (P86)."""

    # The queue (P55, P80-P84, P96).
    order_strength: float = 2.0
    """Log-odds between the two ends of the initial playlist, before any evidence."""
    order_evidence: float = 3.0
    """Summed weight of evidence at which the initial order counts half (P96)."""
    queue_length: int = 50
    """Slots of an update."""
    mined: int = 100
    """Tracks taken from the library, best first, to compete with the playlist (P80)."""
    named_reasons: int = 3
    """Reasons named per slot; the others are summed."""
    max_events: int = 1000
    """Events a session may hold: bounds the row that is written on every event."""

    def __post_init__(self) -> None:
        """Refuse values that no formula can use; raises ValueError naming the field."""
        for name in ("half_life_events", "words_half_life", "l2", "handover_weight"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}, it must be above 0")
        for name in ("neighbours", "queue_length", "max_events"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}, it must be at least 1")
        if not 0 <= self.early_fraction < self.listened_fraction <= 1:
            raise ValueError(
                f"early_fraction {self.early_fraction} must be below listened_fraction "
                f"{self.listened_fraction}, both in [0, 1]"
            )
