"""Training on recorded sessions: what order tells is learned, and nothing is made up."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
import torch

from ranker.config import RankerConfig
from ranker.courses import Course, courses_of
from ranker.errors import TooFewSessions, UnfitWeights
from ranker.library import Library
from ranker.models.sequence import SequenceModel, told_by
from ranker.models.sequence_training import Net, Report, train
from ranker.session import step
from schemas import PlaybackEvent, PlaylistUpdate, SessionEvent, TrackInfo
from tests.factories import command, moment, state

MOODS, EACH, ACTS = 4, 30, 16
CONFIG = RankerConfig()


def listening() -> Library:
    """Return tracks of four moods: `m2-7` is the eighth of the third."""
    rng = np.random.default_rng(0)
    centres = np.linalg.qr(rng.normal(size=(12, MOODS)))[0].T
    return Library.of(
        [
            (
                f"m{mood}-{place}",
                (centres[mood] + 0.15 * rng.normal(size=12)).astype(np.float32),
                TrackInfo(title=f"Mood {mood}, {place}"),
            )
            for mood in range(MOODS)
            for place in range(EACH)
        ],
        12,
        "tiny",
    )


TRACKS = listening()


def session(number: int, *, alternating: bool = True) -> list[PlaybackEvent]:
    """Return a session of someone whose two moods take turns, act by act.

    What is on is of either mood, by chance; it is heard if it is that mood's turn, else skipped.
    So of each mood as much is heard as skipped, and only the order tells what comes next.
    """
    rng = np.random.default_rng(number)
    moods = rng.choice(MOODS, 2, replace=False)
    tracks = [iter(rng.permutation(EACH)) for _ in moods]
    events = []
    for at in range(ACTS):
        of = int(rng.integers(2))
        turn = at % 2 if alternating else int(rng.integers(2))
        heard = {"action": "completed"}
        skipped = {"action": "skipped", "position_seconds": 3, "duration_seconds": 200}
        events.append(
            PlaybackEvent(
                event_id=f"s{number}-{at}",
                listener_id="ann",
                session_id=f"s{number}",
                occurred_at=moment(3600 * number + 200 * at),
                track_id=f"m{moods[of]}-{next(tracks[of])}",
                **(heard if of == turn else skipped),  # type: ignore[arg-type]
            )
        )
    return events


def log(sessions: int, **options: bool) -> list[SessionEvent]:
    return [event for number in range(sessions) for event in session(number, **options)]


@lru_cache
def trained(alternating: bool = True) -> tuple[SequenceModel, Report]:
    return train(courses_of(log(100, alternating=alternating), TRACKS), TRACKS.space)


def course(seed: int = 0, acts: int = 9) -> Course:
    rng = np.random.default_rng(seed)
    return Course(
        name=f"ann|{seed}",
        rows=rng.normal(size=(acts, 12)).astype(np.float32),
        signed=rng.choice([1.0, -0.8], acts),
        at=np.cumsum(rng.uniform(0, 900, acts)),
        expected=rng.normal(size=acts),
        is_first=np.ones(acts, bool),
    )


def test_where_moods_take_turns_it_foretells_acts_that_an_order_blind_model_cannot() -> None:
    _, report = trained()

    assert report.judged > 100
    assert report.blind_loss > 0.65
    assert report.loss < 0.3
    assert 0 < report.error < 0.05
    assert report.is_better


def test_where_order_tells_nothing_it_promises_nothing() -> None:
    _, report = trained(alternating=False)

    assert abs(report.gain) < 0.05
    assert not report.is_better


def test_the_queues_of_new_sessions_follow_the_turn() -> None:
    memory, _ = trained()
    fitting, blindly = [], []

    for number in range(100, 110):
        *before, last = session(number)
        turn = next_turn(number)
        _, blind = step(state(*before), last, TRACKS, CONFIG)
        _, update = step(state(*before), last, TRACKS, EAGER, sequence=memory)
        assert update.model == "sequence"
        fitting.append(share_of(turn, update))
        blindly.append(share_of(turn, blind))

    assert np.mean(fitting) > 0.85
    assert np.mean(blindly) < 0.7


def next_turn(number: int) -> str:
    """Return the mood whose turn it is after a session: not the one heard last."""
    last = session(number)[-1].track_id[:2]
    other = next(e.track_id[:2] for e in session(number) if not e.track_id.startswith(last))
    return other if session(number)[-1].action == "completed" else last


EAGER = RankerConfig(sequence_from=1, sequence_full=10, sequence_minutes=10, model_head_start=0)
"""A session of 16 acts is a long one."""


def share_of(mood: str, update: PlaylistUpdate) -> float:
    """Return how much of the first five is of a mood."""
    return float(np.mean([slot.track_id.startswith(mood) for slot in update.slots[:5]]))


def test_training_twice_gives_equal_bytes_and_leaves_the_random_numbers_alone() -> None:
    courses = [course(seed) for seed in range(40)]
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)

    first, report = train(courses, "tiny")
    again, _ = train(courses[::-1], "tiny")

    assert first.to_bytes() == again.to_bytes()
    assert torch.rand(1) == expected
    assert report.epochs <= 200


def test_numpy_reads_the_net_as_torch_does() -> None:
    torch.manual_seed(1)
    net, acts = Net(12), course()
    told = told_by(acts.signed, acts.at)
    columns = [torch.tensor(c, dtype=torch.float32)[None] for c in (acts.rows, acts.signed, told)]

    with torch.no_grad():
        expected = net(*columns)[0].numpy()
    model = net.frozen("tiny")

    added = [
        model.direction(acts.rows[:n].astype(float), acts.signed[:n], acts.at[:n]) @ acts.rows[n]
        for n in range(1, len(acts.rows))
    ]
    np.testing.assert_allclose(added, expected, atol=1e-5)


def test_weights_survive_their_file() -> None:
    model, _ = trained()

    read = SequenceModel.from_bytes(model.to_bytes())

    acts = course()
    np.testing.assert_array_equal(
        model.direction(acts.rows.astype(float), acts.signed, acts.at),
        read.direction(acts.rows.astype(float), acts.signed, acts.at),
    )
    assert read.space == "tiny"
    assert read.to_bytes() == model.to_bytes()
    assert len(read.to_bytes()) < 100_000


@pytest.mark.parametrize("content", [b"", b"no weights", b"PK\x03\x04broken"])
def test_a_file_that_holds_something_else_is_refused(content: bytes) -> None:
    with pytest.raises(UnfitWeights, match="no weights of a sequence model"):
        SequenceModel.from_bytes(content)


@pytest.mark.parametrize(
    "change, told",
    [
        ({"read": np.zeros((3, 3))}, "read is"),
        ({"point": np.full((16, 32), np.nan)}, "point has numbers that are not finite"),
        ({"project": np.zeros(3)}, "project is"),
    ],
)
def test_weights_that_do_not_fit_each_other_are_refused_by_name(
    change: dict[str, np.ndarray], told: str
) -> None:
    model = replace(Net(12).frozen("tiny"), **change)

    with pytest.raises(UnfitWeights, match=told):
        SequenceModel.from_bytes(model.to_bytes())


def test_too_few_sessions_are_refused() -> None:
    with pytest.raises(TooFewSessions, match="2 sessions"):
        train([course(seed) for seed in range(2)], "tiny")
    with pytest.raises(TooFewSessions, match="0 sessions"):
        train([], "tiny")
    with pytest.raises(TooFewSessions, match="40 sessions"):
        train([course(seed, acts=1) for seed in range(40)], "tiny")


# Courses


def test_a_course_tells_what_was_expected_before_each_act() -> None:
    events = session(0)

    (told,) = courses_of(events, TRACKS)

    first = events[0]
    assert told.name == "ann|s0"
    assert told.rows.shape == (ACTS, 12)
    assert told.expected[0] == 0
    assert told.expected[1:].all()
    assert (told.signed > 0).tolist() == [event.action == "completed" for event in events]
    np.testing.assert_allclose(np.diff(told.at), 200)
    assert told.at[0] == first.occurred_at.timestamp()


def test_what_comes_later_changes_no_expectation() -> None:
    events = session(0)

    (whole,), (start,) = courses_of(events, TRACKS), courses_of(events[:9], TRACKS)

    np.testing.assert_array_equal(whole.expected[:9], start.expected)
    np.testing.assert_allclose(whole.signed[:9], start.signed)


def test_what_was_undone_is_no_part_of_a_course() -> None:
    events = session(0)
    undo = command("undo", 9999, target_event_id=events[-1].event_id, session_id="s0")

    (told,) = courses_of([*events, undo], TRACKS)
    (without,) = courses_of(events[:-1], TRACKS)

    np.testing.assert_array_equal(told.expected, without.expected)


def test_an_act_on_a_track_that_was_on_before_is_not_foretold() -> None:
    first, second = session(0)[:2]
    liked = first.model_copy(update={"event_id": "like", "action": "liked"})

    (told,) = courses_of([first, second, liked], TRACKS)

    assert told.is_first.tolist().count(False) == 1


def test_a_later_session_is_expected_by_the_taste_of_the_earlier() -> None:
    one, other = courses_of([*session(0), *session(1)], TRACKS)

    assert one.expected[0] == 0
    assert other.expected[0] != 0
