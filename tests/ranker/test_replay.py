"""A log gives the same queues again, and shows what another policy would have done."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from ranker.config import RankerConfig
from ranker.errors import UnknownTrack
from ranker.preference import Preference
from ranker.replay import Refused, Tape, difference, kendall_tau, replay
from ranker.session import ranking_of
from schemas import PlaylistUpdate, SessionEvent
from tests.factories import clause, follow, library, playback, queue, skip, start, understood
from tests.ranker.logs import TRACKS, logs

EVENING = (
    start("calm-1", "loud-1", "calm-2", "loud-2"),
    skip("loud-1", at=1),
    understood(clause("more", "calm"), at=2),
    playback("calm-1", "completed", at=3),
)


def updates(*events: SessionEvent, config: RankerConfig = RankerConfig()) -> list[PlaylistUpdate]:
    outcomes = list(replay(events, library(), config))
    return [outcome for outcome in outcomes if isinstance(outcome, PlaylistUpdate)]


@given(logs())
@settings(max_examples=25)
def test_a_replay_twice_gives_the_same_bytes(log: list[SessionEvent]) -> None:
    config = RankerConfig(queue_length=10, mined=10, exploration=1.0)

    once, again = ([*replay(log, TRACKS, config)] for _ in range(2))

    assert [str(one) for one in once] == [str(other) for other in again]


def test_a_replay_ends_where_the_session_ended() -> None:
    _, live = follow(*EVENING)

    assert updates(*EVENING)[-1].encode() == live.encode()


def test_a_prefix_of_the_log_gives_the_queue_of_that_moment() -> None:
    then = updates(*EVENING[:2])[-1]

    assert [slot.track_id for slot in then.slots] == queue(*EVENING[:2])


def test_a_refused_event_is_told_and_the_rest_goes_on() -> None:
    unknown = playback("nobody-knows", at=2)

    refused, update = list(replay([unknown, skip("loud-1", at=3)], library()))

    assert isinstance(refused, Refused)
    assert "nobody-knows" in refused.reason
    assert isinstance(update, PlaylistUpdate)


def test_a_later_session_starts_from_what_the_earlier_ones_taught() -> None:
    first = [playback(track, "liked", at=at) for at, track in enumerate(("loud-1", "loud-2"))]
    month = 30 * 86_400
    second = start(at=month).model_copy(update={"session_id": "s2"})

    known = updates(*first, second)[-1]
    stranger = updates(second)[-1]

    assert known.slots[0].track_id.startswith("loud")
    assert stranger.slots[0].track_id.startswith("calm")
    assert "taste" in {cause.kind for cause in known.causes}


def test_equal_queues_do_not_differ() -> None:
    update = updates(*EVENING)[-1]

    apart = difference(update, update)

    assert (apart.shared, apart.tau, apart.entered, apart.left) == (1.0, 1.0, (), ())


def test_another_policy_gives_another_queue_and_the_difference_is_told() -> None:
    deaf = replace(RankerConfig(), words_strength=1e-5)

    said = [start("loud-1", "loud-2", "calm-1", "calm-2"), understood(clause("more", "calm"), at=1)]
    ours, theirs = updates(*said)[-1], updates(*said, config=deaf)[-1]

    apart = difference(ours, theirs, depth=2)

    assert apart.tau < 1
    assert apart.entered == ("loud-1", "loud-2")
    assert apart.shared == 0


@pytest.mark.parametrize(
    ("one", "other", "tau"),
    [
        ("abcd", "abcd", 1.0),
        ("abcd", "dcba", -1.0),
        ("abcd", "abdc", 4 / 6),
        ("ab", "cd", 1.0),
        ("", "", 1.0),
    ],
)
def test_kendalls_tau_by_hand(one: str, other: str, tau: float) -> None:
    assert kendall_tau(list(one), list(other)) == pytest.approx(tau)


def test_a_tape_keeps_the_model_that_the_last_queue_was_ranked_by() -> None:
    tape = Tape(library())
    for event in EVENING:
        tape.accept(event)

    (member, preference) = next(iter(tape.preferences("ann", "s1").items()))

    session, _ = follow(*EVENING)
    live = ranking_of(session, library(), RankerConfig()).scorer
    assert member is None
    assert isinstance(live, Preference)
    assert preference.weights.tobytes() == live.weights.tobytes()


def test_a_tape_keeps_a_model_for_each_member_who_acted() -> None:
    tape = Tape(library())
    tape.accept(playback("calm-1", "liked", at=1, member="ann"))
    tape.accept(playback("loud-1", "liked", at=2, member="bob"))

    models = tape.preferences("ann", "s1")

    assert set(models) == {"ann", "bob"}
    assert models["ann"].weights[0] < 0 < models["bob"].weights[0]


def test_what_a_tape_refuses_leaves_it_as_it_was() -> None:
    tape = Tape(library())
    tape.accept(EVENING[0])
    before = tape.session("ann", "s1")

    with pytest.raises(UnknownTrack):
        tape.accept(playback("nobody-knows", at=1))

    assert tape.session("ann", "s1") == before
