from datetime import timedelta

from ranker.config import RankerConfig
from ranker.erasure import floor_after, listener_of, without
from ranker.listener import follow
from ranker.receipts import digest
from schemas import SessionState
from schemas.listener import ListenerState
from schemas.record import EARLIEST, LATEST
from schemas.session import LEAP
from schemas.updates import Model
from tests.factories import moment, playback, skip, state


def shallow(_: SessionState) -> Model:
    return "order"


def test_a_session_keeps_what_occurred_after_the_erasure_and_nothing_of_that_moment() -> None:
    events = [playback(at=1), playback(at=2), playback(at=3)]

    left = without(state(*events), moment(2))

    assert left.events == (events[2],)
    assert left.revision == left.floor + 1


def test_revisions_count_from_a_leap_for_every_second_since_2000() -> None:
    assert floor_after(EARLIEST + timedelta(seconds=2.9)) == 2 * LEAP
    # What a player in JavaScript can still count.
    assert floor_after(LATEST) < 2**53


def test_an_erasure_that_comes_after_a_later_one_takes_no_revision_back() -> None:
    session = without(state(playback(at=30)), moment(20))

    assert without(session, moment(10)) == session


def test_a_listener_who_came_back_is_remembered_as_one_who_had_only_come_then() -> None:
    first = state(skip(at=1))
    second = state(playback(at=10)).model_copy(update={"session_id": "s2"})
    by_id = {"s1": first, "s2": second}
    listener = ListenerState(listener_id="ann")
    for session in (first, second):
        listener = follow(listener, session, by_id.get, RankerConfig(), model_of=shallow)

    for sessions in ([first, second], [second, first]):
        assert listener_of(sessions, RankerConfig(), model_of=shallow) == listener


def test_the_digest_of_nothing_is_that_of_no_bytes() -> None:
    assert digest([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest([state(playback())]) != digest([])
