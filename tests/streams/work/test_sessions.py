"""What the sessions worker does with messages, driven by hand."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from schemas import ListenerEvent, PlaylistUpdate, RejectedEvent
from schemas.topics import (
    PLAYBACK_EVENTS,
    PLAYLIST_UPDATES,
    REJECTED_EVENTS,
    SESSION_COMMANDS,
    UNDERSTOOD_INTENTS,
)
from streams.work.limits import Pace
from streams.work.messages import Message, Output
from streams.work.sessions import MAX_BURST, Sessions
from streams.work.tables import Tables
from tests.factories import (
    TRACKS,
    command,
    library,
    moment,
    playback,
    skip,
    start,
    understood,
    undo,
)

TOPICS = {"action": PLAYBACK_EVENTS, "command": SESSION_COMMANDS, "clauses": UNDERSTOOD_INTENTS}


class Desk:
    """A worker with tables and a log, without Kafka."""

    def __init__(self, **options: object) -> None:
        self.tables = Tables({}, {})
        self.work = Sessions(library, clock=lambda: moment(5000).timestamp(), **options)
        self.offset = 0

    def message(self, event: ListenerEvent) -> Message:
        topic = next(topic for field, topic in TOPICS.items() if hasattr(event, field))
        self.offset += 1
        at = moment(5000).timestamp()
        key = event.listener_id.encode()
        return Message(topic.name, 0, self.offset, key, event.encode(), at)

    def take(self, *events: ListenerEvent, reread: bool = False) -> list[Output]:
        messages = [self.message(event) for event in events]
        return [o for m in messages for o in self.work.take(m, self.tables, reread=reread)]

    def answers(self) -> list[PlaylistUpdate]:
        return updates(self.work.answers(self.tables))


def updates(outputs: Iterable[Output]) -> list[PlaylistUpdate]:
    return [
        PlaylistUpdate.model_validate_json(output.value)
        for output in outputs
        if output.topic == PLAYLIST_UPDATES.name
    ]


EVENING = (start(*TRACKS), skip("loud-1", at=1), playback("calm-1", at=2), skip("loud-2", at=3))


def test_a_burst_is_ranked_once_and_its_update_names_every_event() -> None:
    desk = Desk()

    assert desk.take(*EVENING) == []
    (update,) = desk.answers()

    assert all(update.answers(event.event_id) for event in EVENING)
    assert update.revision == len(EVENING)


def test_a_burst_ends_with_the_queue_of_events_that_came_one_by_one() -> None:
    together, apart = Desk(), Desk()
    together.take(*EVENING)
    for event in EVENING:
        apart.take(event)
        (last,) = apart.answers()

    (update,) = together.answers()

    assert update.ranked == last.ranked
    assert together.tables == apart.tables


def test_what_was_answered_is_not_due_any_more() -> None:
    desk = Desk()
    desk.take(*EVENING)
    desk.answers()

    assert desk.answers() == []


def test_an_update_covers_the_newest_offset_of_each_topic_it_has_read() -> None:
    desk = Desk()
    desk.take(start(*TRACKS), skip("loud-1", at=1), skip("loud-2", at=2), understood(at=3))

    (update,) = desk.answers()

    assert {position.topic: position.offset for position in update.covers} == {
        SESSION_COMMANDS.name: 1,
        PLAYBACK_EVENTS.name: 3,
        UNDERSTOOD_INTENTS.name: 4,
    }


def test_a_receipt_does_not_wait_for_the_end_of_the_burst() -> None:
    desk = Desk()

    (update,) = updates(desk.take(*EVENING, undo(EVENING[1])))

    assert update.receipt is not None
    assert update.receipt.removed == (EVENING[1].event_id,)


def test_an_undo_that_comes_again_gives_its_receipt_again() -> None:
    desk = Desk()
    (first,) = updates(desk.take(*EVENING, undo(EVENING[1])))

    (again,) = updates(desk.take(undo(EVENING[1])))

    assert again.receipt == first.receipt


def test_a_burst_beyond_its_bound_is_answered_in_parts() -> None:
    desk = Desk()
    many = [skip("loud-1", at=n).model_copy(update={"event_id": f"e{n}"}) for n in range(700)]

    (first,) = updates(desk.take(*many))
    (rest,) = desk.answers()

    assert len(first.burst) == MAX_BURST
    assert len(rest.burst) == len(many) - MAX_BURST - 2


def test_an_event_at_fault_becomes_a_dead_letter_and_leaves_no_trace() -> None:
    desk = Desk()

    (letter,) = desk.take(playback("nowhere"))

    assert letter.topic == REJECTED_EVENTS.name
    assert RejectedEvent.model_validate_json(letter.value).error == "UnknownTrack"
    assert desk.tables == Tables({}, {})
    assert desk.answers() == []


def test_what_was_rejected_before_a_crash_is_not_rejected_twice() -> None:
    assert Desk().take(playback("nowhere"), reread=True) == []


def test_what_is_read_again_is_answered_again_once() -> None:
    desk = Desk()
    desk.take(*EVENING)
    (before,) = desk.answers()

    desk.take(*EVENING, reread=True)
    (after,) = desk.answers()

    assert after.ranked == before.ranked


def test_what_an_earlier_session_taught_is_the_prior_of_the_next() -> None:
    def queue(*before: ListenerEvent) -> list[str]:
        desk = Desk()
        tomorrow = start(*TRACKS, at=1500).model_copy(update={"session_id": "s2"})
        desk.take(*before, tomorrow)
        update = next(each for each in desk.answers() if each.session_id == "s2")
        return [slot.track_id for slot in update.slots]

    liked = [playback(f"loud-{n}", "liked", at=n) for n in (1, 2, 3)]
    taught = queue(start(*TRACKS), *liked, command("end", at=10))

    assert queue()[0].startswith("calm")
    assert taught[0].startswith("loud")


def test_a_late_event_of_an_earlier_session_ranks_the_one_that_plays_anew() -> None:
    desk = Desk()
    later = start(*TRACKS, at=1500).model_copy(update={"session_id": "s2", "event_id": "later"})
    desk.take(start(*TRACKS), later)
    desk.answers()

    desk.take(playback("loud-1", "liked", at=3))

    assert [update.session_id for update in desk.answers()] == ["s1", "s2"]


def test_a_listeners_row_that_died_with_a_worker_is_made_up_for() -> None:
    desk = Desk()
    evening = (start(*TRACKS), playback("loud-1", "liked", at=3), command("end", at=10))
    desk.take(*evening)
    whole = dict(desk.tables.listeners)
    desk.tables.listeners.clear()

    desk.take(*evening, reread=True)

    assert desk.tables.listeners == whole


def test_a_listener_who_sends_too_fast_is_rejected_and_nobody_else() -> None:
    desk = Desk(pace=Pace(per_second=1, burst=3))
    many = [skip("loud-1", at=n).model_copy(update={"event_id": f"e{n}"}) for n in range(10)]
    other = skip("loud-1").model_copy(update={"listener_id": "ben"})

    letters = desk.take(*many)

    assert len(letters) == 7
    assert desk.take(other) == []
    assert len(desk.answers()) == 2


def test_sessions_of_a_partition_that_was_taken_away_are_not_answered() -> None:
    desk = Desk()
    desk.take(*EVENING)

    desk.work.forget({0})

    assert desk.answers() == []


@pytest.mark.parametrize("seconds", [301, 86_400])
def test_an_event_from_the_future_is_rejected(seconds: int) -> None:
    desk = Desk(tolerance=timedelta(minutes=5))

    (letter,) = desk.take(skip("loud-1", at=5000 + seconds))

    assert RejectedEvent.model_validate_json(letter.value).error == "FromTheFuture"


LATER = start(*TRACKS, at=1500).model_copy(update={"session_id": "s2", "event_id": "later"})
LATE = playback("loud-1", "liked", at=3)


def test_a_session_that_is_ranked_for_anothers_event_is_not_its_answer() -> None:
    desk = Desk()
    desk.take(start(*TRACKS), LATER)
    desk.answers()

    desk.take(LATE)
    earlier, playing = desk.answers()

    assert earlier.answers(LATE.event_id)
    assert not playing.answers(LATE.event_id)
    assert (playing.session_id, playing.caused_by) == ("s2", LATER.event_id)


def test_a_ranking_of_the_session_that_plays_that_died_with_a_worker_is_made_up_for() -> None:
    desk = Desk()
    desk.take(start(*TRACKS), LATER, LATE)
    dying = {update.session_id: update.ranked for update in desk.answers()}

    desk.take(LATE, reread=True)  # every row has arrived, and no update

    assert {update.session_id: update.ranked for update in desk.answers()} == dying
    assert dying.keys() == {"s1", "s2"}


def test_a_listeners_row_that_arrived_before_the_sessions_it_names_stops_nobody() -> None:
    desk = Desk()
    desk.take(start(*TRACKS), LATER)
    desk.answers()
    del desk.tables.sessions["ann|s2"]

    desk.take(LATE)

    assert [update.session_id for update in desk.answers()] == ["s1"]


def test_what_is_read_again_after_an_abort_is_not_held_against_the_listener() -> None:
    desk = Desk(pace=Pace(per_second=1, burst=3))
    desk.take(*EVENING[:3])

    desk.work.forget({0})
    desk.tables.sessions.clear()

    assert desk.take(*EVENING[:3]) == []
