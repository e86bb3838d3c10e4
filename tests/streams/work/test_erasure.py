"""A listener who is erased leaves nothing, whatever comes late, twice or in another order."""

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import Erasure, PlaylistUpdate, SessionCommand, SessionEvent
from schemas.topics import (
    ERASURES,
    PLAYBACK_EVENTS,
    PLAYLIST_UPDATES,
    SESSION_COMMANDS,
    UNDERSTOOD_INTENTS,
)
from streams.work.erasure import Eraser, pseudonym
from streams.work.limits import Pace
from streams.work.messages import Message, Output
from streams.work.sessions import Sessions
from streams.work.tables import ROWS, Tables
from tests.factories import command, library, moment, playback, skip, start, understood

TOPICS = {"action": PLAYBACK_EVENTS, "command": SESSION_COMMANDS, "clauses": UNDERSTOOD_INTENTS}
KEY = b"a key of our own"
ANN = pseudonym("ann", KEY)


class Desk:
    """A worker without Kafka, at one second past every event."""

    def __init__(self, **options: object) -> None:
        self.tables = Tables({}, {}, {})
        self.work = Sessions(
            library, eraser=Eraser(KEY), clock=lambda: moment(10_000).timestamp(), **options
        )
        self.offset = 0

    def take(self, *events: SessionEvent, reread: bool = False) -> list[Output]:
        outputs: list[Output] = []
        for event in events:
            topic = next(topic for field, topic in TOPICS.items() if hasattr(event, field))
            self.offset += 1
            at = moment(10_000).timestamp()
            key, value = event.listener_id.encode(), event.encode()
            message = Message(topic.name, 2, self.offset, key, value, at)
            outputs += self.work.take(message, self.tables, reread=reread)
        return outputs

    def rows(self) -> dict[str, dict[str, bytes]]:
        return {
            name: {key: row.dumps(value) for key, value in getattr(self.tables, name).items()}
            for name, row in ROWS.items()
        }

    def everything(self) -> str:
        """All that the tables hold, keys and values, as one text."""
        return " ".join(
            f"{key} {value.encode().decode()}"
            for name in ROWS
            for key, value in getattr(self.tables, name).items()
        )


def erase(at: float, listener_id: str = "ann") -> SessionCommand:
    return command("erase", at, listener_id=listener_id, session_id="-")


def receipt(outputs: Sequence[Output]) -> Erasure:
    (output,) = outputs
    assert output.topic == ERASURES.name
    found = Erasure.model_validate_json(output.value)
    assert output.key == found.listener.encode()
    return found


def answers(desk: Desk) -> list[PlaylistUpdate]:
    return updates(desk.work.answers(desk.tables))


def updates(outputs: Iterable[Output]) -> list[PlaylistUpdate]:
    topic = PLAYLIST_UPDATES.name
    return [PlaylistUpdate.model_validate_json(o.value) for o in outputs if o.topic == topic]


EVENING = (start("calm-1", "loud-1"), skip("loud-1", at=1), playback("calm-1", "liked", at=2))
NIGHT = (
    command("start", 100, session_id="s2", playlist=("calm-2",)),
    playback("calm-2", at=101, session_id="s2"),
)
BOB = (playback("loud-1", at=50, listener_id="bob"), playback("loud-2", at=51, listener_id="bob"))


def test_nothing_of_an_erased_listener_is_left_but_a_mark_without_a_name() -> None:
    desk = Desk()
    desk.take(*EVENING, *NIGHT)

    desk.take(erase(200))

    assert not desk.tables.sessions
    assert not desk.tables.listeners
    assert list(desk.tables.erased) == [ANN]
    assert "ann" not in desk.everything()


def test_the_receipt_says_what_was_removed_and_proves_that_nothing_is_left() -> None:
    desk = Desk()
    desk.take(*EVENING, *NIGHT)

    first = receipt(desk.take(erase(200)))
    again = receipt(desk.take(erase(300)))

    assert (first.sessions, first.events, first.remembered) == (2, 5, 1)
    assert (again.sessions, again.events, again.remembered) == (0, 0, 0)
    assert first.listener == again.listener == ANN
    assert first.until == moment(200)
    # Of no rows at all: anyone may check it.
    assert first.after == again.before == again.after
    assert first.after == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert first.before != first.after


def test_other_listeners_go_on_with_the_same_rows_and_queues() -> None:
    apart, beside = Desk(), Desk()
    apart.take(*BOB)
    beside.take(*EVENING, BOB[0], erase(200), BOB[1])

    (alone,) = answers(apart)
    (crowded,) = answers(beside)

    assert crowded.ranked == alone.ranked
    assert beside.tables.sessions == apart.tables.sessions


def test_a_listener_whose_id_begins_like_anothers_is_not_meant() -> None:
    desk = Desk()
    desk.take(playback(listener_id="ann-marie", at=1), *EVENING)

    desk.take(erase(200))

    assert list(desk.tables.sessions) == ["ann-marie|s1"]
    assert list(desk.tables.listeners) == ["ann-marie"]


@pytest.mark.parametrize("reread", [False, True])
def test_what_occurred_before_and_comes_late_or_again_is_dropped(reread: bool) -> None:
    desk = Desk()
    desk.take(*EVENING, erase(200))
    before = desk.rows()

    outputs = desk.take(*EVENING, *NIGHT, understood(at=150), reread=reread)

    assert outputs == []
    assert answers(desk) == []
    assert desk.rows() == before


def test_what_occurs_afterwards_begins_anew_above_every_revision_that_was_there() -> None:
    desk = Desk()
    desk.take(*EVENING)
    *_, then = updates(desk.take(*(command("forget", at) for at in range(10, 30))))

    desk.take(erase(200), playback("calm-2", at=201))
    (now,) = answers(desk)

    assert now.revision > then.revision
    (session,) = desk.tables.sessions.values()
    assert [event.event_id for event in session.events] == ["completed-calm-2@201"]


def test_a_session_that_went_on_keeps_what_occurred_afterwards_and_is_ranked_anew() -> None:
    desk = Desk()
    desk.take(*EVENING, playback("calm-2", at=300))
    (before,) = answers(desk)

    found = receipt(desk.take(erase(200)))
    (after,) = answers(desk)

    assert (found.sessions, found.events) == (1, 3)
    assert after.caused_by == "erase@200"
    assert after.revision > before.revision
    assert after.slots != before.slots
    (session,) = desk.tables.sessions.values()
    assert [event.event_id for event in session.events] == ["completed-calm-2@300"]


def test_a_session_that_was_due_is_not_answered_after_it_was_erased() -> None:
    desk = Desk()

    desk.take(*EVENING, erase(200))

    assert answers(desk) == []


def test_whoever_floods_erasures_is_rejected_like_any_other_flood() -> None:
    desk = Desk(pace=Pace(per_second=1, burst=2))

    outputs = desk.take(*(erase(at) for at in (200, 201, 202)))

    assert [output.topic for output in outputs] == [ERASURES.name] * 2 + ["rejected-events"]


def test_a_pseudonym_depends_on_the_key_and_is_none_without_the_id() -> None:
    # HMAC-SHA-256 of RFC 4231, test case 2.
    assert pseudonym("what do ya want for nothing?", b"Jefe") == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


events = st.builds(
    playback,
    st.sampled_from(["calm-1", "calm-2", "loud-1"]),
    st.sampled_from(["completed", "liked", "skipped"]),
    st.integers(0, 40),
    session_id=st.sampled_from(["s1", "s2", "s3"]),
    listener_id=st.sampled_from(["ann", "ann", "bob"]),
)
ends = st.builds(
    command, st.just("end"), st.integers(0, 40), session_id=st.sampled_from(["s1", "s2"])
)
erasures = st.integers(0, 40).map(erase)
logs = st.lists(st.one_of(events, events, ends, erasures), max_size=12)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[SessionEvent], list[SessionEvent]]:
    """Draw a log, and the same log as a network may deliver it: late, twice, in any order."""
    log = draw(logs)
    again = draw(st.lists(st.sampled_from(log), max_size=4)) if log else []
    return log, draw(st.permutations(log + again))


@given(deliveries())
@settings(max_examples=200)
def test_the_tables_are_the_same_whatever_order_an_erasure_came_in(
    delivered: tuple[list[SessionEvent], list[SessionEvent]],
) -> None:
    in_order, anyhow = delivered
    one, other = Desk(), Desk()

    one.take(*sorted(in_order, key=lambda event: event.order))
    other.take(*anyhow)

    assert one.rows() == other.rows()
