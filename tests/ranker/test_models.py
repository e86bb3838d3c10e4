"""The ladder: one contract for every model, who has a say when, and no jump between them."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import kendalltau

from ranker.config import RankerConfig
from ranker.examples import Example, examples_of
from ranker.history import history_of
from ranker.library import Library
from ranker.listener import Background
from ranker.models import REACH, logistic, perceptron
from ranker.models.policy import Evidence, Habit, Shares, evidence_of, shares_of
from ranker.models.sequence import SequenceModel
from ranker.preference import DEPTH, Preference, fit
from ranker.session import explain, step
from schemas import SessionEvent, TrackInfo
from tests.checks.model_contract import (
    ClassifierContract,
    Ladder,
    ModelContract,
    row,
    rows,
    untrained,
    without_depth,
)
from tests.factories import clause, moment, playback, random_library, skip, state, understood

CONFIG = RankerConfig()
SHALLOW = without_depth(CONFIG)
EARLY = replace(CONFIG, perceptron_from=0, perceptron_full=20, model_head_start=0)
TRACKS = random_library(count=200, dimension=16)
NOBODY = Background.none(16)
STRANGER = Habit()

Vector = NDArray[np.float64]


@pytest.fixture
def tracks() -> Library:
    return TRACKS


class TestNearest(ModelContract):
    @pytest.fixture
    def ladder(self) -> Ladder:
        return Ladder("nearest", CONFIG)


class TestBlend(ModelContract):
    @pytest.fixture
    def ladder(self) -> Ladder:
        return Ladder("blend", replace(SHALLOW, handover_weight=1000.0))


class TestLogistic(ClassifierContract):
    @pytest.fixture
    def ladder(self) -> Ladder:
        return Ladder("logistic", SHALLOW)


class TestPerceptron(ClassifierContract):
    @pytest.fixture
    def ladder(self) -> Ladder:
        return Ladder("mlp", EARLY)


class TestSequence(ClassifierContract):
    @pytest.fixture
    def ladder(self) -> Ladder:
        return Ladder("sequence", CONFIG, untrained())


# The policy


def shares(remembers: bool = True, **counted: float) -> Shares:
    known = {"wanted": 9.0, "unwanted": 9.0, "acts": 500, "minutes": 600.0, "changes": 99}
    return shares_of(Evidence(**{**known, **counted}), CONFIG, remembers=remembers)  # type: ignore[arg-type]


def test_with_one_class_only_nothing_above_the_neighbours_is_heard() -> None:
    assert shares(unwanted=0.0) == shares(wanted=0.0) == Shares(0.0, 0.0, 0.0)


def test_few_acts_leave_the_classifier_alone() -> None:
    assert shares(acts=CONFIG.sequence_from, minutes=600) == Shares(1.0, 0.0, 0.0)


@pytest.mark.parametrize("acts, share", [(60, 0.0), (75, 0.25), (90, 0.5), (120, 1.0), (500, 1.0)])
def test_the_perceptron_comes_in_with_the_number_of_acts(acts: int, share: float) -> None:
    assert shares(remembers=False, acts=acts) == Shares(1.0, share, 0.0)


@pytest.mark.parametrize("minutes, share", [(0, 0.0), (15, 0.25), (60, 1.0), (600, 1.0)])
def test_the_longer_a_session_the_more_order_counts(minutes: float, share: float) -> None:
    assert shares(minutes=minutes, changes=0) == Shares(1.0, 1 - share, share)


@pytest.mark.parametrize("changes, share", [(0, 0.0), (3, 0.5), (6, 1.0), (60, 1.0)])
def test_the_more_a_session_changes_the_more_order_counts(changes: int, share: float) -> None:
    assert shares(minutes=0, changes=changes) == Shares(1.0, 1 - share, share)


def test_without_a_sequence_model_the_perceptron_keeps_its_say() -> None:
    assert shares(remembers=False) == Shares(1.0, 1.0, 0.0)


def test_whoever_steers_by_words_is_heard_by_the_words() -> None:
    half = shares(remembers=False, acts=120, words=120)

    assert half == Shares(1.0, 0.5, 0.0)


evidence = st.builds(
    Evidence,
    wanted=st.floats(0, 50),
    unwanted=st.floats(0, 50),
    acts=st.integers(0, 300),
    words=st.integers(0, 30),
    minutes=st.floats(0, 1000),
    changes=st.integers(0, 50),
)


habits = st.builds(Habit, perceptron=st.floats(0, 1), sequence=st.floats(0, 1))


@given(evidence, st.booleans(), habits)
def test_every_share_is_a_share(counted: Evidence, remembers: bool, habit: Habit) -> None:
    given = shares_of(counted, CONFIG, remembers=remembers, habit=habit)

    assert 0 <= given.perceptron + given.sequence <= given.classifier + 1e-12 <= 1 + 1e-12
    assert min(given.perceptron, given.sequence) >= 0


@given(evidence, habits)
def test_one_act_or_minute_more_moves_no_share_by_more_than_a_tenth(
    counted: Evidence, habit: Habit
) -> None:
    before = shares_of(counted, CONFIG, remembers=True, habit=habit)
    later = replace(counted, acts=counted.acts + 1, minutes=counted.minutes + 1)

    after = shares_of(later, CONFIG, remembers=True, habit=habit)

    assert abs(after.perceptron - before.perceptron) < 0.1
    assert abs(after.sequence - before.sequence) < 0.1


@pytest.mark.parametrize(
    "name, value",
    [
        ("handover_weight", 100.0),
        ("perceptron_from", 10),
        ("perceptron_full", 1000),
        ("sequence_from", 15),
        ("sequence_full", 1000),
        ("sequence_minutes", 600.0),
        ("sequence_changes", 600.0),
    ],
)
def test_every_threshold_moves_a_share(name: str, value: float) -> None:
    acts = 90 if name.startswith("perceptron") else 20
    counted = Evidence(wanted=9, unwanted=9, acts=acts, minutes=15, changes=0)
    if name == "sequence_changes":
        counted = replace(counted, minutes=0, changes=2)

    changed = shares_of(counted, replace(CONFIG, **{name: value}), remembers=True)  # type: ignore[arg-type]

    assert changed != shares_of(counted, CONFIG, remembers=True)


@pytest.mark.parametrize("acts, share", [(54, 0.0), (55, 0.0), (56, 1 / 60), (85, 0.5), (115, 1.0)])
def test_a_listener_of_deep_sessions_is_heard_by_the_perceptron_five_acts_sooner(
    acts: int, share: float
) -> None:
    counted = Evidence(wanted=9, unwanted=9, acts=acts)

    assert shares_of(counted, CONFIG, habit=Habit(perceptron=1.0)).perceptron == share


@pytest.mark.parametrize("acts, share", [(5, 0.0), (6, 0.05), (15, 0.5), (25, 1.0)])
def test_and_by_the_sequence_model_too(acts: int, share: float) -> None:
    counted = Evidence(wanted=9, unwanted=9, acts=acts, minutes=60)

    given = shares_of(counted, CONFIG, remembers=True, habit=Habit(sequence=1.0))

    assert given.sequence == share


@given(evidence, st.booleans(), habits, st.integers(0, 9), st.integers(0, 9))
def test_the_longer_the_head_start_the_more_the_depth_says(
    counted: Evidence, remembers: bool, habit: Habit, one: int, other: int
) -> None:
    less, more = (
        shares_of(counted, replace(CONFIG, model_head_start=acts), remembers=remembers, habit=habit)
        for acts in sorted([one, other])
    )

    assert less.classifier == more.classifier
    assert less.sequence <= more.sequence
    # The perceptron gives way to the sequence model: alone, or together with it, it says more.
    assert less.perceptron + less.sequence <= more.perceptron + more.sequence + 1e-12


@given(evidence, habits)
def test_no_habit_replaces_an_act_or_a_reason(counted: Evidence, habit: Habit) -> None:
    idle = replace(counted, acts=0)
    brief = replace(counted, minutes=0.0, changes=0)

    undone = shares_of(idle, CONFIG, remembers=True, habit=habit)
    unfounded = shares_of(brief, CONFIG, remembers=True, habit=habit)

    assert (undone.perceptron, undone.sequence) == (0, 0)
    assert unfounded.sequence == 0


def test_without_a_history_the_head_start_changes_no_byte() -> None:
    events = [
        playback(f"t{place}", "completed" if place % 3 else "skipped", 60 * place)
        for place in range(75)
    ]

    one, other = (
        step(state(*events), events[-1], TRACKS, config, NOBODY, untrained())[1]
        for config in (CONFIG, replace(CONFIG, model_head_start=0))
    )

    assert one.model == "sequence"
    assert one.encode() == other.encode()


@pytest.mark.parametrize("threshold", ["perceptron_from", "sequence_from"])
def test_a_head_start_that_leaves_no_act_to_be_done_is_refused(threshold: str) -> None:
    with pytest.raises(ValueError, match=f"must be at most {threshold}, which is 4"):
        replace(CONFIG, **{threshold: 4})  # type: ignore[arg-type]


def test_thresholds_that_leave_no_way_between_are_refused() -> None:
    with pytest.raises(ValueError, match="perceptron_from is 120, it must be below"):
        replace(CONFIG, perceptron_from=120)


def test_evidence_counts_acts_since_the_switch_and_changes_of_genre() -> None:
    genres = ["Rock", "rock", None, "jazz", "rock"]
    library = Library.of(
        [
            (f"t{place}", np.eye(5, dtype=np.float32)[place], TrackInfo(title="-", genre=genre))
            for place, genre in enumerate(genres)
        ],
        5,
        "tiny",
    )
    acts = [row(place, place != 4) for place in range(5)]

    counted = evidence_of(acts, library, words=3, switches=[moment(0)])
    before = evidence_of(acts, library)

    # rock, rock, (unknown), jazz; the last one was refused.
    assert before == Evidence(8.0, 1.0, acts=5, words=0, minutes=4.0, changes=1)
    assert counted == Evidence(8.0, 1.0, acts=0, words=3, minutes=4.0, changes=2)


def test_a_switch_silences_the_depth_until_the_new_mood_has_shown_itself() -> None:
    events: list[SessionEvent] = [
        playback(f"t{place}", "completed" if place % 2 else "skipped", place) for place in range(90)
    ]
    switched = understood(clause("switch", "jazz", np.eye(16)[0].tolist()), at=100)
    session = state(*events)

    _, before = step(session, events[-1], TRACKS, CONFIG)
    _, after = step(session, switched, TRACKS, CONFIG)

    assert (before.model, after.model) == ("mlp", "blend")


# No jump


def model_of(learned: list[Example], config: RankerConfig, **options: SequenceModel) -> Preference:
    return fit(learned, (), NOBODY, TRACKS, config, **options)  # type: ignore[arg-type]


def order_of(model: Preference) -> Vector:
    return model.scores(TRACKS, np.arange(len(TRACKS)))


def least_agreement(path: list[Vector]) -> float:
    return min(kendalltau(a, b).statistic for a, b in zip(path, path[1:], strict=False))


def test_the_perceptron_takes_over_without_a_jump() -> None:
    learned = rows(Ladder("mlp", EARLY), 100)
    path = [
        order_of(model_of(learned, replace(CONFIG, perceptron_from=at, perceptron_full=at + 60)))
        for at in range(100, 39, -1)
    ]

    assert least_agreement(path) > 0.95
    assert kendalltau(path[0], path[-1]).statistic < 0.9


def test_the_sequence_model_takes_over_without_a_jump() -> None:
    learned, memory = rows(Ladder("mlp", EARLY), 100), untrained()
    path = [
        order_of(model_of(learned, replace(EARLY, sequence_minutes=99 / share), sequence=memory))
        for share in np.linspace(0.001, 1, 61)
    ]

    assert least_agreement(path) > 0.95
    assert kendalltau(path[0], path[-1]).statistic < 0.9


CLIMB = replace(CONFIG, perceptron_from=30, perceptron_full=60, sequence_from=80, sequence_full=140)
"""Thresholds that a session of 160 acts climbs past, all of them."""
LAGGING = replace(
    CLIMB, perceptron_from=31, perceptron_full=61, sequence_from=81, sequence_full=141
)
"""The same, as it was one act before."""


def climb(
    config: RankerConfig, memory: SequenceModel | None = None, habit: Habit = STRANGER
) -> list[Preference]:
    """Return the models of one session, act by act: someone who likes half of the space."""
    likes = TRACKS.vectors @ np.random.default_rng(5).normal(size=16) > 0
    known = replace(NOBODY, habit=habit)
    acts = [row(place, bool(likes[TRACKS.row(f"t{place}")])) for place in range(160)]
    return [
        fit(faded(acts[:count]), (), known, TRACKS, config, sequence=memory)
        for count in range(20, 160)
    ]


@pytest.mark.parametrize("habit", [STRANGER, Habit(1.0, 1.0)], ids=["a stranger", "a habit"])
def test_no_hand_over_on_the_way_up_the_ladder_makes_the_order_jump(habit: Habit) -> None:
    # What an act teaches moves the order too: so each order is held against the one that the
    # same acts give by the shares of one act before.
    now, before = climb(CLIMB, untrained(), habit), climb(LAGGING, untrained(), habit)

    models = [model.model for model in now]
    agreement = [
        kendalltau(order_of(one), order_of(other)).statistic
        for one, other in zip(now, before, strict=True)
    ]

    assert sorted(set(models), key=models.index) == ["logistic", "mlp", "sequence"]
    # One act more than the threshold, less the head start; the first model is that of 20 acts.
    sooner = CLIMB.model_head_start * habit.sequence
    assert 20 + models.index("mlp") == CLIMB.perceptron_from + 1 - sooner
    assert 20 + models.index("sequence") == CLIMB.sequence_from + 1 - sooner
    assert min(agreement) > 0.95


def test_with_the_perceptron_an_act_moves_the_order_no_more_than_without() -> None:
    alone = least_agreement([order_of(model) for model in climb(SHALLOW)])
    beside = least_agreement([order_of(model) for model in climb(CLIMB)])

    assert beside >= alone > 0.75


def faded(acts: list[Example]) -> list[Example]:
    """Return acts as they count when the last of them has just been done."""
    fades = 0.5 ** (np.arange(len(acts))[::-1] / CONFIG.half_life_events)
    return [
        act._replace(weight=act.weight * float(fade), fade=float(fade))
        for act, fade in zip(acts, fades, strict=True)
    ]


# The perceptron


def combined(count: int, seed: int, noise: float = 1.0) -> tuple[Vector, Vector]:
    """Return tracks of A or C with B or D, and whether they are A with B or C with D."""
    directions = np.linalg.qr(np.random.default_rng(seed).normal(size=(32, 4)))[0].T
    rng = np.random.default_rng(seed + 1000 * count)
    first, second = rng.integers(0, 2, (2, count))
    vectors = directions[2 * first] + directions[2 * second + 1]
    vectors += noise * rng.normal(size=(count, 32)) / np.sqrt(32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), (first == second).astype(float)


def area(scores: Vector, wanted: Vector) -> float:
    """Return the chance that a wanted track scores above an unwanted one."""
    return float(np.mean(scores[wanted == 1][:, None] > scores[wanted == 0]))


@pytest.mark.parametrize("seed", range(3))
def test_a_taste_for_combinations_is_learned_where_a_linear_model_cannot(seed: int) -> None:
    x, y = combined(60, seed)
    others, wanted = combined(400, seed)
    weights = 0.5 ** (np.arange(60)[::-1] / 48)
    alpha = logistic.fit(x, np.zeros(60), y, weights, l2=1.0)
    linear = others @ (alpha @ x)

    model = perceptron.fit(x.astype(np.float32), x @ (alpha @ x), y, weights, CONFIG)

    assert area(linear, wanted) < 0.65
    assert area(linear + model.log_odds(others.astype(np.float32)), wanted) > 0.9


def test_a_session_with_such_a_taste_is_followed() -> None:
    vectors, wanted = combined(300, 0)
    library = Library.of(
        [
            (f"t{place}", vector.astype(np.float32), TrackInfo(title="-"))
            for place, vector in enumerate(vectors)
        ],
        32,
        "tiny",
    )
    events: list[SessionEvent] = [
        playback(f"t{place}", "completed", place) if wanted[place] else skip(f"t{place}", place)
        for place in range(110)
    ]

    def precision(config: RankerConfig) -> float:
        _, update = step(state(*events[:-1]), events[-1], library, config)
        return float(np.mean([wanted[int(slot.track_id[1:])] for slot in update.slots[:20]]))

    assert precision(CONFIG) > 0.9
    assert precision(SHALLOW) < 0.75


@pytest.mark.parametrize(
    "name, value",
    [
        ("perceptron_hidden", 3),
        ("perceptron_l2", 3.0),
        ("perceptron_steps", 5),
        ("perceptron_memory", 1.0),
        ("perceptron_seed", 1),
    ],
)
def test_every_constant_of_the_perceptron_changes_what_it_says(name: str, value: float) -> None:
    learned = rows(Ladder("mlp", EARLY))

    one = order_of(model_of(learned, EARLY))
    other = order_of(model_of(learned, replace(EARLY, **{name: value})))  # type: ignore[arg-type]

    assert not np.allclose(one, other)


@given(st.integers(0, 1000))
def test_no_model_beyond_the_classifier_outweighs_words(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(30, 8)).astype(np.float32)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    y = rng.integers(0, 2, 30).astype(float)

    bent = perceptron.fit(x, np.zeros(30), y, np.full(30, 50.0), CONFIG).log_odds(x)
    aim = untrained(8, seed=seed).direction(x.astype(float), 9 * (2 * y - 1), np.arange(30.0))

    assert np.abs(bent).max() <= REACH < CONFIG.words_strength
    assert np.linalg.norm(aim) <= REACH


# How depth is told


def test_depth_is_told_as_one_reason_and_the_reasons_sum_to_the_score() -> None:
    events: list[SessionEvent] = [
        playback(f"t{place}", "completed" if place % 3 else "skipped", 60 * place)
        for place in range(110)
    ]
    session = state(*events)

    _, update = step(session, events[-1], TRACKS, CONFIG, sequence=untrained())
    told = explain(session, update.slots[0].track_id, TRACKS, CONFIG, sequence=untrained())

    assert update.model == "sequence"
    assert [cause.sentence for cause, _ in told if cause.kind == "depth"] == [DEPTH.sentence]
    assert sum(part for _, part in told) == pytest.approx(update.slots[0].score, abs=1e-6)
    for slot in update.slots:
        assert sum(part for _, part in slot.reasons) == pytest.approx(slot.score, abs=1e-6)


def test_a_sequence_model_of_another_space_has_no_say() -> None:
    learned = rows(Ladder("mlp", EARLY))

    alone = model_of(learned, EARLY)
    beside = model_of(learned, EARLY, sequence=untrained(space="another"))
    misfit = model_of(learned, EARLY, sequence=untrained(dimension=8))

    assert beside.model == misfit.model == "mlp"
    np.testing.assert_array_equal(order_of(alone), order_of(beside))


def test_only_the_newest_acts_are_read() -> None:
    learned, config = rows(Ladder("mlp", EARLY)), replace(CONFIG, sequence_acts=10)
    changed = [learned[0]._replace(label=not learned[0].label), *learned[1:]]

    one, other = (model_of(acts, config, sequence=untrained()) for acts in (learned, changed))

    np.testing.assert_array_equal(one.aim, other.aim)
    assert not np.array_equal(one.aim, model_of(learned, CONFIG, sequence=untrained()).aim)


def test_what_was_done_and_when_changes_where_the_sequence_model_points() -> None:
    x = TRACKS.vectors[:6].astype(float)
    signed, at = np.array([1.0, -1, 1, -1, 1, 1]), np.arange(6) * 60.0

    aims = [
        untrained().direction(*acts)
        for acts in [(x, signed, at), (x[::-1], signed, at), (x, -signed, at), (x, signed, at**2)]
    ]

    assert all(not np.allclose(aims[0], other) for other in aims[1:])


def test_ten_thousand_events_leave_a_few_hundred_rows() -> None:
    history = history_of(
        state(*(playback(f"t{place % 200}", "liked", place) for place in range(10_000)))
    )
    started = time.process_time()

    learned = examples_of(history, CONFIG)

    assert time.process_time() - started < 1
    assert len(learned) < 200
    assert min(act.weight for act in learned) >= CONFIG.least_weight
