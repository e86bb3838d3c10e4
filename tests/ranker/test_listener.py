"""What lasts of a session, and how the next one starts from it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranker.config import RankerConfig
from ranker.listener import Background, background_of, follow, remember
from ranker.session import step
from schemas import PlaylistUpdate, SessionEvent, SessionState
from schemas.listener import ListenerState
from tests.factories import command, library, playback, skip, start, undo

CONFIG = RankerConfig()
TRACKS = library()
DAY = 86_400.0
NOBODY = ListenerState(listener_id="ann")


def session(name: str, *events: SessionEvent) -> SessionState:
    """Return a session of the listener's; its events keep their ids."""
    moved = tuple(event.model_copy(update={"session_id": name}) for event in events)
    return SessionState(listener_id="ann", session_id=name, events=moved)


def loud_evening(name: str = "s1", day: float = 0, **fields: Any) -> SessionState:
    at = day * DAY
    likes = (playback(track, "liked", at + 1) for track in ("loud-1", "loud-2"))
    return session(name, command("start", at, **fields), *likes, skip("calm-1", at + 2))


def knowing(*sessions: SessionState, config: RankerConfig = CONFIG) -> ListenerState:
    listener = NOBODY
    for one in sessions:
        listener = remember(listener, one, config)
    return listener


def prior(listener: ListenerState, day: float = 1, config: RankerConfig = CONFIG) -> Background:
    return background_of(listener, session("later", start(at=day * DAY)), TRACKS, config)


def first_queue(listener: ListenerState, day: float = 1) -> PlaylistUpdate:
    """Return the queue that a new session opens with."""
    begun = start(at=day * DAY).model_copy(update={"session_id": "later"})
    background = background_of(listener, session("later", begun), TRACKS, CONFIG)
    return step(session("later"), begun, TRACKS, CONFIG, background)[1]


def loudness(background: Background) -> float:
    """Return how far a prior leans toward loud music."""
    return float(background.weights @ np.array([1.0, 0, 0]))


def test_a_session_starts_from_what_earlier_ones_taught() -> None:
    update = first_queue(knowing(loud_evening()))

    assert update.slots[0].track_id.startswith("loud")
    assert {update.causes[index].kind for index, _ in update.slots[0].reasons} >= {"taste"}


def test_a_stranger_starts_from_nothing() -> None:
    background = prior(NOBODY)

    assert not background.is_known
    assert loudness(background) == 0


@pytest.mark.parametrize("mode", ["guest", "kids", "focus"])
def test_what_is_not_the_listeners_own_listening_teaches_nothing(mode: str) -> None:
    assert knowing(loud_evening(mode=mode)) == NOBODY


@pytest.mark.parametrize("mode", ["guest", "kids", "focus"])
def test_but_it_starts_from_what_is_known(mode: str) -> None:
    assert loudness(prior(knowing(loud_evening(), loud_evening("s2", 0.5, mode=mode)))) > 0


def test_a_session_does_not_teach_itself() -> None:
    evening = loud_evening("later")

    assert not prior(knowing(evening)).is_known


def test_a_later_session_teaches_nothing_to_an_earlier_one() -> None:
    assert not prior(knowing(loud_evening(day=9)), day=1).is_known


def test_the_longer_ago_the_less_it_counts() -> None:
    known = knowing(loud_evening())

    week, month, year = (loudness(prior(known, day)) for day in (7, 30, 365))

    assert week > month > year > 0
    assert year < 0.01 * week


def test_a_lesson_of_an_earlier_session_weighs_less_than_one_of_this() -> None:
    _, now = step(session("later"), playback("loud-1", "liked"), TRACKS, CONFIG)
    then = first_queue(knowing(loud_evening()), day=0.1)

    assert now.slots[0].score > then.slots[0].score > 0


def test_a_refusal_is_remembered_more_weakly_than_a_wish() -> None:
    liked = knowing(session("s1", playback("loud-1", "liked")))
    disliked = knowing(session("s1", playback("loud-1", "disliked")))

    assert 0 < -loudness(prior(disliked)) < loudness(prior(liked))


def test_what_is_skipped_over_and_over_in_one_mood_comes_back_in_another() -> None:
    calm_moods = [
        session(
            f"calm-{day}",
            command("start", day * DAY),
            *(playback(track, "completed", day * DAY + 1) for track in ("calm-1", "calm-2")),
            skip("loud-1", day * DAY + 2),
        )
        for day in range(5)
    ]
    listener = knowing(*calm_moods)
    mood = session("later")

    # In the calm mood the skipped kind is last; one like of its kind brings it back.
    calm = first_queue(listener, day=6)
    liked = playback("loud-2", "liked", 6 * DAY).model_copy(update={"session_id": "later"})
    background = background_of(listener, session("later", liked), TRACKS, CONFIG)
    _, loud = step(mood, liked, TRACKS, CONFIG, background)

    assert [slot.track_id for slot in calm.slots][-1].startswith("loud")
    assert "loud-1" in {slot.track_id for slot in loud.slots[:3]}
    assert all(slot.track_id.startswith("loud") for slot in loud.slots[:3])


def test_undoing_everything_is_forgotten_in_the_long_run_too() -> None:
    liked = playback("loud-1", "liked")

    before = knowing(session("s1", liked))
    after = remember(before, session("s1", liked, undo(liked)), CONFIG)

    assert before != NOBODY
    assert after == NOBODY


def test_forgetting_a_session_forgets_what_it_taught() -> None:
    listener = knowing(loud_evening())

    assert remember(listener, session("s1", command("forget", 99)), CONFIG) == NOBODY


def test_the_newest_sessions_are_kept_and_the_strongest_lessons() -> None:
    small = RankerConfig(remembered_sessions=2, remembered_lessons=1)

    listener = knowing(*(loud_evening(f"s{day}", day) for day in range(4)), config=small)

    assert [past.session_id for past in listener.sessions] == ["s2", "s3"]
    assert all(len(past.lessons) == 1 for past in listener.sessions)


def test_a_track_that_has_left_the_library_is_passed_over() -> None:
    listener = knowing(session("s1", playback("gone", "liked"), playback("loud-1", "liked", 1)))

    assert loudness(prior(listener)) > 0


@st.composite
def evenings(draw: st.DrawFn) -> list[SessionState]:
    acts = st.tuples(st.sampled_from(list(TRACKS.track_ids)), st.sampled_from(["liked", "skipped"]))
    return [
        session(
            f"s{number}",
            *(
                playback(track, action, day * DAY + at)
                for at, (track, action) in enumerate(draw(st.lists(acts, min_size=1, max_size=4)))
            ),
        )
        for number, day in enumerate(draw(st.lists(st.integers(0, 20), min_size=1, max_size=5)))
    ]


@given(evenings(), st.randoms())
@settings(max_examples=50)
def test_what_is_remembered_does_not_depend_on_the_order_of_the_sessions(
    sessions: Sequence[SessionState], random: Any
) -> None:
    shuffled = [*sessions, random.choice(sessions)]
    random.shuffle(shuffled)
    config = RankerConfig(remembered_sessions=3, remembered_lessons=2)

    once, again = knowing(*sessions, config=config), knowing(*shuffled, config=config)

    assert once.encode() == again.encode()
    assert prior(once, 30).weights.tobytes() == prior(again, 30).weights.tobytes()


def followed(*sessions: SessionState) -> ListenerState:
    """Return the listener after the sessions were met in this order, each as it stands."""
    known = {one.session_id: one for one in sessions}
    listener = NOBODY
    for one in sessions:
        listener = follow(listener, one, known.get, CONFIG)
    return listener


def test_the_session_that_goes_on_is_not_remembered_yet() -> None:
    assert followed(loud_evening()).sessions == ()


def test_a_session_that_has_ended_is_remembered() -> None:
    evening = loud_evening()
    ended = session("s1", *evening.events, command("end", 99))

    assert [past.session_id for past in followed(ended).sessions] == ["s1"]


def test_the_next_session_makes_the_one_before_a_memory() -> None:
    listener = followed(loud_evening(), loud_evening("s2", day=1))

    assert listener.current == "s2"
    assert [past.session_id for past in listener.sessions] == ["s1"]


def test_a_late_event_of_an_earlier_session_changes_what_is_remembered_of_it() -> None:
    evening, next_day = loud_evening(), loud_evening("s2", day=1)
    longer = session("s1", *evening.events, playback("loud-3", "liked", 50))

    before = followed(evening, next_day)
    after = follow(before, longer, {"s2": next_day}.get, CONFIG)

    assert after.current == "s2"
    assert len(after.sessions[0].lessons) == len(before.sessions[0].lessons) + 1


@given(st.permutations([0, 1, 2]), st.integers(0, 2))
def test_the_order_in_which_sessions_are_met_does_not_matter(order: list[int], again: int) -> None:
    evenings = [loud_evening(f"s{day}", day) for day in range(3)]
    met = [evenings[day] for day in [*order, again]]

    assert followed(*met, *evenings) == followed(*evenings)
