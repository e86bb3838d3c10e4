"""What holds for every model of the ladder, whatever it has learned."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from ranker.config import RankerConfig
from ranker.errors import UnfitVector
from ranker.examples import Example
from ranker.library import Library
from ranker.listener import Background
from ranker.models.logistic import sigmoid
from ranker.models.sequence import SequenceModel
from ranker.preference import Preference, fit
from ranker.terms import Parts
from schemas import TrackInfo
from schemas.updates import Model

LIMIT_SECONDS = 0.5
"""Processor time within which 10,000 rows must be fitted: they fade to a few hundred."""


@dataclass(frozen=True)
class Ladder:
    """One model of the ladder: how a configuration gets it to rank, and what it needs."""

    model: Model
    config: RankerConfig
    sequence: SequenceModel | None = None

    def fit(self, examples: Sequence[Example], library: Library) -> Preference:
        """Fit the model on rows."""
        nobody = Background.none(library.dimension)
        return fit(examples, (), nobody, library, self.config, sequence=self.sequence)

    def log_odds(self, examples: Sequence[Example], library: Library) -> Parts:
        """Return the log-odds of every track, given rows."""
        return self.fit(examples, library).scores(library, np.arange(len(library)))


class ModelContract:
    """Subclass with a fixture `ladder` that gives the model."""

    def test_it_is_the_model_that_ranks(self, ladder: Ladder, tracks: Library) -> None:
        assert ladder.fit(rows(ladder), tracks).model == ladder.model

    def test_probabilities_are_between_0_and_1(self, ladder: Ladder, tracks: Library) -> None:
        likely = sigmoid(ladder.log_odds(rows(ladder), tracks))

        assert np.isfinite(likely).all()
        assert ((likely > 0) & (likely < 1)).all()
        assert np.ptp(likely) > 0.01

    def test_what_is_liked_is_likelier_than_what_is_refused(
        self, ladder: Ladder, tracks: Library
    ) -> None:
        learned = rows(ladder)
        scores = ladder.log_odds(learned, tracks)

        liked = [scores[tracks.row(row.track_id)] for row in learned if row.label]
        refused = [scores[tracks.row(row.track_id)] for row in learned if not row.label]

        assert np.mean(liked) > (np.mean(refused) if refused else np.mean(scores))

    def test_inputs_stay_as_they_were(self, ladder: Ladder, tracks: Library) -> None:
        learned = rows(ladder)
        before = list(learned), tracks.vectors.tobytes()

        ladder.log_odds(learned, tracks)

        assert (learned, tracks.vectors.tobytes()) == before

    def test_rows_in_any_order_give_equal_bytes(self, ladder: Ladder, tracks: Library) -> None:
        learned = rows(ladder)
        shuffled = [learned[place] for place in np.random.default_rng(1).permutation(len(learned))]

        one, other = ladder.fit(learned, tracks), ladder.fit(shuffled, tracks)

        everything = np.arange(len(tracks))
        assert one.parts(tracks, everything).tobytes() == other.parts(tracks, everything).tobytes()
        assert one.weights.tobytes() == other.weights.tobytes()
        assert one.sources == other.sources

    def test_a_refit_equals_the_fit(self, ladder: Ladder, tracks: Library) -> None:
        learned = rows(ladder)
        first = ladder.log_odds(learned, tracks)
        ladder.log_odds(learned[::2], tracks)

        again = ladder.log_odds(learned, tracks)

        assert first.tobytes() == again.tobytes()

    def test_the_terms_sum_to_the_score(self, ladder: Ladder, tracks: Library) -> None:
        model = ladder.fit(rows(ladder), tracks)
        everything = np.arange(len(tracks))

        parts = model.parts(tracks, everything)

        assert len(parts) == len(model.sources)
        np.testing.assert_allclose(
            parts.sum(axis=0), model.scores(tracks, everything), rtol=0, atol=1e-6
        )

    def test_without_rows_nothing_is_known(self, ladder: Ladder, tracks: Library) -> None:
        model = ladder.fit([], tracks)

        assert model.model == "order"
        np.testing.assert_array_equal(model.scores(tracks, np.arange(len(tracks))), 0.0)

    @pytest.mark.parametrize("label", [True, False])
    def test_with_one_class_only_the_neighbours_speak(
        self, ladder: Ladder, tracks: Library, label: bool
    ) -> None:
        learned = [row._replace(label=label) for row in rows(ladder)]

        model = ladder.fit(learned, tracks)

        assert model.model == "nearest"
        scores = model.scores(tracks, np.arange(len(tracks)))
        assert np.isfinite(scores).all()
        # What is wanted speaks for its own side only, what was refused also for the other one.
        refused = [scores[tracks.row(row.track_id)] for row in learned]
        assert (scores >= 0).all() if label else np.mean(refused) < 0

    def test_rows_that_contradict_each_other_are_borne(
        self, ladder: Ladder, tracks: Library
    ) -> None:
        learned = rows(ladder)
        denied = [
            row._replace(label=not row.label, event_id=f"no-{row.event_id}") for row in learned
        ]

        scores = ladder.log_odds([*learned, *denied], tracks)

        assert np.isfinite(scores).all()
        assert np.abs(scores).max() < np.abs(ladder.log_odds(learned, tracks)).max() + 3.0

    def test_ten_thousand_rows_are_ranked_in_time(self, ladder: Ladder, tracks: Library) -> None:
        fades = 0.5 ** (np.arange(10_000)[::-1] / ladder.config.half_life_events)
        lasting = [
            row(place, place % 3 > 0, fade=float(fade))
            for place, fade in enumerate(fades)
            if fade >= ladder.config.least_weight
        ]
        started = time.process_time()

        scores = ladder.log_odds(lasting, tracks)

        assert time.process_time() - started < LIMIT_SECONDS
        assert len(lasting) < 200
        assert np.isfinite(scores).all()

    def test_a_vector_of_no_length_never_gets_here(self, ladder: Ladder) -> None:
        with pytest.raises(UnfitVector, match="nothing"):
            Library.of([("nothing", np.zeros(16, np.float32), TrackInfo(title="-"))], 16, "tiny")


class ClassifierContract(ModelContract):
    """What holds, beside all that, once the neighbours are silent."""

    def test_what_is_mined_by_is_the_score(self, ladder: Ladder, tracks: Library) -> None:
        model = ladder.fit(rows(ladder), tracks)

        np.testing.assert_allclose(
            model.over(tracks), model.scores(tracks, np.arange(len(tracks))), rtol=0, atol=1e-5
        )


def row(place: int, label: bool, *, fade: float = 1.0, tracks: int = 200) -> Example:
    """Return one example, `place` minutes into a session."""
    weight = (2.0 if label else 1.0) * fade
    return Example(f"e{place:05}", f"t{place % tracks}", label, weight, "", place * 60.0, fade)


def rows(ladder: Ladder, count: int = 90) -> list[Example]:
    """Return what a session taught: one class where the neighbours are to rank."""
    only = ladder.model == "nearest"
    return [
        row(place, only or place % 3 > 0, fade=0.97 ** (count - place)) for place in range(count)
    ]


def untrained(dimension: int = 16, space: str = "tiny", seed: int = 0) -> SequenceModel:
    """Return a sequence model that has a say, if not a sensible one."""
    rng = np.random.default_rng(seed)
    return SequenceModel(
        space=space,
        project=rng.normal(size=(4, dimension)) / 2,
        read=rng.normal(size=(24, 11)) / 3,
        recur=rng.normal(size=(24, 8)) / 3,
        read_bias=rng.normal(size=24) / 3,
        recur_bias=rng.normal(size=24) / 3,
        point=rng.normal(size=(4, 8)),
    )


def without_depth(config: RankerConfig) -> RankerConfig:
    """Return a configuration in which nothing beyond the classifier has a say."""
    return replace(config, perceptron_from=10**6, perceptron_full=2 * 10**6)
