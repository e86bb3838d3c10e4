"""Sessions that nobody touched for long are removed; what they taught stays."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import PlaylistUpdate, RejectedEvent, SessionEvent
from schemas.topics import (
    PLAYBACK_EVENTS,
    PLAYLIST_UPDATES,
    REJECTED_EVENTS,
    SESSION_COMMANDS,
)
from streams.kafka.partitioner import partition_of
from streams.work.expiry import KEYS_A_MESSAGE, SAVING, Expiry
from streams.work.messages import Message, Output
from streams.work.sessions import Sessions
from streams.work.tables import Tables
from tests.factories import command, library, moment, playback, skip, start

DAY = 86_400.0
"""Seconds."""
IDLE = timedelta(days=30)
PARTITIONS = 4
AFTER = IDLE.total_seconds() + 1_000
"""When the sessions of the first minutes are over."""


def place(listener_id: str) -> int:
    return partition_of(listener_id.encode(), PARTITIONS)


class Desk:
    """A worker without Kafka whose broker has each event when it occurs, or at a given time."""

    def __init__(self, marks: timedelta | None = None) -> None:
        self.tables = Tables({}, {}, {})
        self.now = 0.0
        self.begin(marks)

    def begin(self, marks: timedelta | None = None) -> None:
        """Start anew, with the tables as they are."""
        expiry = Expiry(IDLE, place, marks=marks)
        self.work = Sessions(library, expiry=expiry, clock=lambda: moment(self.now).timestamp())

    def take(
        self, *events: SessionEvent, sent: float | None = None, **options: bool
    ) -> list[Output]:
        outputs: list[Output] = []
        for number, event in enumerate(events):
            topic = SESSION_COMMANDS if hasattr(event, "command") else PLAYBACK_EVENTS
            at = event.occurred_at if sent is None else moment(sent)
            self.now = max(self.now, (at - moment(0)).total_seconds())
            listener = event.listener_id
            message = Message(
                topic.name,
                place(listener),
                number,
                listener.encode(),
                event.encode(),
                at.timestamp(),
            )
            outputs += self.work.take(message, self.tables, **options)
        return outputs

    def answers(self) -> list[PlaylistUpdate]:
        return [
            PlaylistUpdate.model_validate_json(output.value)
            for output in self.work.answers(self.tables)
            if output.topic == PLAYLIST_UPDATES.name
        ]

    def pass_time(self, listener_id: str, at: float, messages: int = 40) -> None:
        """Have somebody of the same partition play on: cleaning needs messages."""
        for number in range(messages):
            self.take(playback("loud-1", at=at + number, listener_id=listener_id, session_id="now"))


EVENING = (start("calm-1", "loud-1"), playback("calm-1", "liked", at=1), skip("loud-1", at=2))

NEIGHBOUR = next(name for name in map("bob-{}".format, range(99)) if place(name) == place("ann"))
"""Whose records lie in the partition of ann's."""
STRANGER = next(name for name in map("eve-{}".format, range(99)) if place(name) != place("ann"))
"""Whose do not."""


def test_a_session_that_was_idle_for_too_long_leaves_the_table() -> None:
    desk = Desk()
    desk.take(*EVENING)

    desk.pass_time(NEIGHBOUR, AFTER)
    desk.pass_time(NEIGHBOUR, AFTER + SAVING.total_seconds())

    assert "ann|s1" not in desk.tables.sessions
    assert f"{NEIGHBOUR}|now" in desk.tables.sessions


def test_a_session_that_may_still_go_on_stays() -> None:
    desk = Desk()
    desk.take(*EVENING, skip("calm-2", at=10 * DAY))

    desk.pass_time(NEIGHBOUR, AFTER)

    assert "ann|s1" in desk.tables.sessions


def test_what_it_taught_is_remembered_before_it_goes() -> None:
    desk = Desk()
    desk.take(*EVENING)
    assert not desk.tables.listeners["ann"].sessions[0].lessons

    desk.pass_time(NEIGHBOUR, AFTER, messages=3)

    # The session stays until the broker must have the listener's row.
    assert "ann|s1" in desk.tables.sessions
    (past,) = desk.tables.listeners["ann"].sessions
    assert {lesson.track_id: lesson.label for lesson in past.lessons} == {
        "calm-1": True,
        "loud-1": False,
    }
    assert past.revision == len(EVENING)

    desk.pass_time(NEIGHBOUR, AFTER + SAVING.total_seconds() + 1)

    assert "ann|s1" not in desk.tables.sessions
    assert desk.tables.listeners["ann"].sessions == (past,)


def test_a_late_event_of_a_session_that_is_gone_is_rejected_with_the_reason() -> None:
    desk = Desk()
    desk.take(*EVENING)
    desk.pass_time(NEIGHBOUR, AFTER)
    desk.pass_time(NEIGHBOUR, AFTER + SAVING.total_seconds())

    (output,) = desk.take(playback("calm-2", at=3), sent=AFTER + DAY)

    letter = RejectedEvent.model_validate_json(output.value)
    assert output.topic == REJECTED_EVENTS.name
    assert letter.error == "SessionGone"
    assert "'s1'" in letter.reason and "30 days" in letter.reason
    assert "ann|s1" not in desk.tables.sessions


def test_it_is_rejected_also_where_the_cleaning_has_not_come_by() -> None:
    desk = Desk()
    desk.take(*EVENING)

    (output,) = desk.take(playback("calm-2", at=3), sent=AFTER)

    assert RejectedEvent.model_validate_json(output.value).error == "SessionGone"
    assert desk.tables.sessions["ann|s1"].revision == len(EVENING)


def test_one_that_is_read_again_has_its_letter_already() -> None:
    desk = Desk()

    assert desk.take(playback(at=3), sent=AFTER, reread=True) == []


@pytest.mark.parametrize("cleaned", [False, True])
def test_a_session_id_that_is_used_again_goes_on_above_the_old_revision(cleaned: bool) -> None:
    desk = Desk()
    desk.take(*EVENING)
    desk.answers()
    if cleaned:
        desk.pass_time(NEIGHBOUR, AFTER)
        desk.pass_time(NEIGHBOUR, AFTER + SAVING.total_seconds())
        desk.answers()

    desk.take(playback("calm-2", at=AFTER + DAY))

    (update,) = desk.answers()
    assert update.revision == len(EVENING) + 1
    assert [e.event_id for e in desk.tables.sessions["ann|s1"].events] == [update.caused_by]


def test_the_next_session_starts_from_what_the_expired_one_taught() -> None:
    known, unknown = Desk(), Desk()
    known.take(*EVENING)
    known.answers()
    first = start("loud-1", "loud-2", "calm-1", "calm-2", at=AFTER)
    first = first.model_copy(update={"session_id": "s2"})

    known.take(first)
    unknown.take(first)

    (one,), (other,) = known.answers(), unknown.answers()
    assert [slot.score for slot in one.slots] != [slot.score for slot in other.slots]


def test_no_session_goes_by_the_time_of_another_partition() -> None:
    desk = Desk()
    desk.take(*EVENING)

    desk.pass_time(STRANGER, AFTER)
    desk.pass_time(STRANGER, AFTER + SAVING.total_seconds())

    assert "ann|s1" in desk.tables.sessions


def test_no_session_goes_by_a_stamp_that_runs_ahead_of_the_clock() -> None:
    desk = Desk()
    desk.take(*EVENING)
    event = playback("loud-1", at=3, listener_id=NEIGHBOUR)
    ahead = Message(
        PLAYBACK_EVENTS.name,
        place(NEIGHBOUR),
        0,
        NEIGHBOUR.encode(),
        event.encode(),
        moment(AFTER).timestamp(),
    )

    for _ in range(5):
        desk.work.take(ahead, desk.tables)

    assert desk.take(playback("calm-2", at=4)) == []
    assert desk.tables.sessions["ann|s1"].revision == len(EVENING) + 1


def test_after_a_restart_the_sessions_that_were_there_are_found_and_go() -> None:
    desk = Desk()
    names = [f"listener-{number}" for number in range(60)]
    desk.take(*(playback(at=1, listener_id=name) for name in names))
    desk.begin()
    mine = [name for name in names if place(name) == place("ann")]
    enough = len(names) // KEYS_A_MESSAGE + len(mine) + 1

    desk.pass_time(NEIGHBOUR, AFTER, messages=enough)
    desk.pass_time(NEIGHBOUR, AFTER + SAVING.total_seconds(), messages=enough)

    left = {key.partition("|")[0] for key in desk.tables.sessions}
    assert left == {*names, NEIGHBOUR} - {*mine}


def test_a_partition_that_comes_back_is_looked_at_anew() -> None:
    desk = Desk()
    desk.pass_time(NEIGHBOUR, 0, messages=1)
    desk.work.forget({place("ann")})
    # What another worker did in the meantime, and recovery brought.
    other = Desk()
    other.take(*EVENING)
    desk.tables.sessions.update(other.tables.sessions)
    desk.tables.listeners.update(other.tables.listeners)

    desk.pass_time(NEIGHBOUR, AFTER)
    desk.pass_time(NEIGHBOUR, AFTER + SAVING.total_seconds())

    assert "ann|s1" not in desk.tables.sessions


def test_the_mark_of_an_erased_listener_goes_when_nobody_can_read_of_them_any_more() -> None:
    desk = Desk(marks=timedelta(days=90))
    desk.take(*EVENING, command("erase", 10))

    desk.pass_time(NEIGHBOUR, 89 * DAY)
    assert len(desk.tables.erased) == 1

    desk.pass_time(NEIGHBOUR, 91 * DAY)
    assert not desk.tables.erased


def test_the_mark_stays_for_good_where_the_topics_do() -> None:
    desk = Desk(marks=None)
    desk.take(*EVENING, command("erase", 10))

    desk.pass_time(NEIGHBOUR, 3_000 * DAY)

    assert len(desk.tables.erased) == 1


def test_a_session_that_is_due_when_it_goes_is_not_answered() -> None:
    desk = Desk()
    desk.take(*EVENING)

    desk.pass_time(NEIGHBOUR, AFTER)
    desk.pass_time(NEIGHBOUR, AFTER + SAVING.total_seconds())

    assert {update.listener_id for update in desk.answers()} == {NEIGHBOUR}


keys = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).map(str.encode)


@given(keys, st.integers(1, 50))
def test_a_partition_is_the_one_that_kafkas_clients_choose(key: bytes, partitions: int) -> None:
    from aiokafka.partitioner import DefaultPartitioner

    everything = list(range(partitions))

    assert partition_of(key, partitions) == DefaultPartitioner()(key, everything, everything)
