"""What lasts of a session, and how the next one starts from it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranker.config import RankerConfig
from ranker.depth import depth_of
from ranker.listener import Background, ModelOf, background_of, follow, remember
from ranker.models.policy import Habit
from ranker.session import step
from schemas import PlaylistUpdate, SessionEvent, SessionState
from schemas.listener import ListenerState
from schemas.updates import Model
from tests.factories import command, library, playback, skip, start, undo

CONFIG = RankerConfig()
TRACKS = library()
MODEL_OF = partial(depth_of, library=TRACKS, config=CONFIG)
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


def knowing(
    *sessions: SessionState, config: RankerConfig = CONFIG, model_of: ModelOf = MODEL_OF
) -> ListenerState:
    listener = NOBODY
    for one in sessions:
        listener = remember(listener, one, config, model_of=model_of)
    return listener


def taught(listener: ListenerState) -> dict[str, tuple[str, ...]]:
    """Return the tracks that each session is remembered for."""
    return {
        past.session_id: tuple(lesson.track_id for lesson in past.lessons)
        for past in listener.sessions
    }


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
    assert not prior(knowing(loud_evening(mode=mode))).is_known
    assert taught(knowing(loud_evening(mode=mode))) == {"s1": ()}


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
    after = remember(before, session("s1", liked, undo(liked)), CONFIG, model_of=MODEL_OF)

    assert taught(before) == {"s1": ("loud-1",)}
    assert taught(after) == {"s1": ()}


def test_forgetting_a_session_forgets_what_it_taught() -> None:
    listener = knowing(loud_evening())

    forgetful = remember(listener, session("s1", command("forget", 99)), CONFIG, model_of=MODEL_OF)

    assert taught(forgetful) == {"s1": ()}


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
        listener = follow(listener, one, known.get, CONFIG, model_of=MODEL_OF)
    return listener


def test_the_session_that_goes_on_is_not_remembered_yet() -> None:
    assert taught(followed(loud_evening())) == {"s1": ()}


def test_its_events_leave_the_listeners_row_as_it_is() -> None:
    evening = loud_evening()
    longer = session("s1", *evening.events, playback("loud-3", "liked", 50))
    listener = followed(evening)

    assert follow(listener, longer, {}.get, CONFIG, model_of=MODEL_OF) is listener


def test_a_session_that_has_ended_is_remembered() -> None:
    evening = loud_evening()
    ended = session("s1", *evening.events, command("end", 99))

    assert len(taught(followed(ended))["s1"]) == 3


def test_a_session_whose_end_was_undone_goes_on() -> None:
    end = command("end", 99)
    going_on = session("s1", *loud_evening().events, end, undo(end, 100))

    assert taught(followed(going_on)) == {"s1": ()}


def test_the_next_session_makes_the_one_before_a_memory() -> None:
    listener = followed(loud_evening(), loud_evening("s2", day=1))

    assert listener.current == "s2"
    assert {name for name, tracks in taught(listener).items() if tracks} == {"s1"}


def test_forgetting_the_session_that_plays_forgets_what_it_was_remembered_for() -> None:
    ended = session("s1", *loud_evening().events, command("end", 99))

    after = follow(
        followed(ended), session("s1", command("forget", 100)), {}.get, CONFIG, model_of=MODEL_OF
    )

    assert taught(after) == {"s1": ()}


def test_an_earlier_session_that_is_forgotten_begins_anew_and_is_not_remembered() -> None:
    evening, next_day = loud_evening(), loud_evening("s2", day=1)
    forgotten = session("s1", command("forget", 2 * DAY))

    after = follow(
        followed(evening, next_day), forgotten, {"s2": next_day}.get, CONFIG, model_of=MODEL_OF
    )

    assert after.current == "s1"
    assert taught(after)["s1"] == ()
    assert len(taught(after)["s2"]) == 3


def test_a_late_first_event_can_make_another_session_the_newest() -> None:
    first, second = session("s1", start(at=10)), session("s2", start(at=20))
    known = {"s1": first}
    listener = followed(first, second)

    earlier = session("s2", start(at=5), *second.events)
    after = follow(listener, earlier, known.get, CONFIG, model_of=MODEL_OF)

    assert (listener.current, after.current) == ("s2", "s1")


def test_a_session_that_taught_nothing_any_more_keeps_its_place_among_the_newest() -> None:
    small = RankerConfig(remembered_sessions=2)
    liked = playback("loud-1", "liked", 2 * DAY)
    three = [loud_evening("s0"), loud_evening("s1", day=1), session("s2", liked)]
    undone = session("s2", liked, undo(liked, 2 * DAY + 1))

    late = knowing(*three, undone, config=small)
    early = knowing(undone, *three[:2], config=small)

    assert late == early
    assert list(taught(late)) == ["s1", "s2"]


def test_a_late_event_of_an_earlier_session_changes_what_is_remembered_of_it() -> None:
    evening, next_day = loud_evening(), loud_evening("s2", day=1)
    longer = session("s1", *evening.events, playback("loud-3", "liked", 50))

    before = followed(evening, next_day)
    after = follow(before, longer, {"s2": next_day}.get, CONFIG, model_of=MODEL_OF)

    assert after.current == "s2"
    assert len(taught(after)["s1"]) == len(taught(before)["s1"]) + 1


@given(st.permutations([0, 1, 2]), st.integers(0, 2))
def test_the_order_in_which_sessions_are_met_does_not_matter(order: list[int], again: int) -> None:
    evenings = [loud_evening(f"s{day}", day) for day in range(3)]
    met = [evenings[day] for day in [*order, again]]

    assert followed(*met, *evenings) == followed(*evenings)


# How deep the sessions went


def depths(listener: ListenerState) -> dict[str, Model | None]:
    return {past.session_id: past.model for past in listener.sessions}


def habit(listener: ListenerState, day: float = 1) -> Habit:
    return prior(listener, day).habit


def test_a_session_is_remembered_with_the_deepest_model_it_came_to() -> None:
    liked, evening = session("s0", playback("loud-1", "liked")), loud_evening(day=1)

    listener = followed(liked, evening, loud_evening("s2", day=2))

    # Only one class; a like and some skips; and the one that goes on.
    assert depths(listener) == {"s0": "nearest", "s1": "blend", "s2": None}


def test_a_late_event_corrects_how_deep_a_session_went() -> None:
    evening, next_day = loud_evening(), loud_evening("s2", day=1)
    refusals = (playback(f"calm-{number}", "disliked", 50 + number) for number in (2, 3))
    longer = session("s1", *evening.events, *refusals)

    before = followed(evening, next_day)
    after = follow(before, longer, {"s2": next_day}.get, CONFIG, model_of=MODEL_OF)

    assert (depths(before)["s1"], depths(after)["s1"]) == ("blend", "logistic")


def test_a_stranger_has_no_habit() -> None:
    assert habit(NOBODY) == Habit()


@pytest.mark.parametrize(
    "model, expected",
    [
        ("logistic", Habit()),
        ("mlp", Habit(perceptron=1 / 3)),
        ("sequence", Habit(perceptron=1 / 3, sequence=1 / 3)),
    ],
)
def test_whoever_came_to_a_model_came_to_those_before_it(model: Model, expected: Habit) -> None:
    listener = knowing(session("s1", playback("loud-1", "liked")), model_of=lambda _: model)

    # After a half-life half a session is left, beside the one that is assumed: 0.5 / 1.5.
    assert habit(listener, day=CONFIG.background_half_life_days) == expected


def test_the_more_sessions_go_deep_the_stronger_the_habit_and_it_fades() -> None:
    evenings = [loud_evening(f"s{number}", number / 100) for number in range(10)]

    often = knowing(*evenings, model_of=lambda _: "mlp")
    seldom = knowing(*evenings, model_of=lambda one: "mlp" if one is evenings[0] else "blend")

    assert 0 < habit(seldom).perceptron < 0.1 < 0.9 < habit(often).perceptron < 1
    assert habit(often, day=300).perceptron < 0.02


@pytest.mark.parametrize("mode", ["guest", "kids", "focus"])
def test_what_is_not_the_listeners_own_listening_forms_no_habit(mode: str) -> None:
    before = knowing(loud_evening(), model_of=lambda _: "mlp")
    guest = loud_evening("s2", 0.5, mode=mode)

    after = remember(before, guest, CONFIG, model_of=lambda _: "sequence")

    assert habit(after) == habit(before) != Habit()


def test_what_is_forgotten_formed_no_habit() -> None:
    before = knowing(loud_evening(), model_of=lambda _: "mlp")
    forgotten = session("s1", command("forget", 99))

    after = remember(before, forgotten, CONFIG, model_of=lambda _: "order")

    assert habit(after) == Habit()


def test_a_session_remembered_before_its_depth_was_kept_forms_no_habit() -> None:
    old = knowing(loud_evening()).encode().replace(b',"model":"blend"', b"")

    listener = ListenerState.model_validate_json(old)

    assert depths(listener) == {"s1": None}
    assert habit(listener) == Habit()


def test_the_habit_stays_while_a_session_is_played() -> None:
    listener = knowing(loud_evening(), loud_evening("s2", 0.2), model_of=lambda _: "mlp")
    evening = loud_evening("s3", day=1).events
    longer = (*evening, playback("loud-3", "liked", 3 * DAY))

    habits = {
        background_of(listener, session("s3", *longer[:count]), TRACKS, CONFIG).habit
        for count in range(1, len(longer) + 1)
    }

    assert len(habits) == 1


def test_a_habit_outlives_the_tracks_that_formed_it() -> None:
    listener = knowing(session("s1", playback("gone", "liked")), model_of=lambda _: "mlp")

    background = prior(listener)

    assert not background.is_known
    assert background.habit.perceptron > 0
