"""Whose clock counts for what: a player's for the order of its events, a broker's for their bound.

The worker's own clock decides nothing.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas import PlaybackEvent, PlaylistUpdate, RejectedEvent, SessionEvent
from schemas.record import EARLIEST, LATEST
from schemas.topics import PLAYBACK_EVENTS, REJECTED_EVENTS
from streams.codecs import admit, decode
from streams.errors import FromTheFuture, NoTime, TooFast
from streams.work.limits import Limiter, Pace
from streams.work.messages import Message
from streams.work.sessions import Sessions
from streams.work.tables import Tables
from tests.factories import NOON, library, moment, playback

TOLERANCE = timedelta(minutes=5)
A_CENTURY = EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None)


def at(text: object) -> datetime:
    """Return the time of an event whose player wrote it so."""
    body = json.loads(playback("calm-1", "liked").encode()) | {"occurred_at": text}
    return decode(PlaybackEvent, json.dumps(body).encode()).occurred_at


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-05-10T12:00:00Z", (10, 12, 0)),
        ("2026-05-10T12:00:00z", (10, 12, 0)),
        ("2026-05-10T12:00:00+00:00", (10, 12, 0)),
        ("2026-05-10T12:00:00-00:00", (10, 12, 0)),
        ("2026-05-10T12:00:00+14:00", (9, 22, 0)),
        ("2026-05-10T12:00:00-12:00", (11, 0, 0)),
        ("2026-05-10T12:00:00+05:45", (10, 6, 15)),
        (1778414400, (10, 12, 0)),
        (1778414400000, (10, 12, 0)),
    ],
)
def test_a_time_is_the_same_instant_in_whatever_zone_it_is_written(
    written: object, meant: tuple[int, int, int]
) -> None:
    assert at(written) == datetime(2026, 5, *meant, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("2026-05-10T12:00:00", "timezone"),
        ("2026-05-10", "timezone"),
        ("2026-06-30T23:59:60Z", "valid datetime"),
        ("2026-05-10T24:00:00Z", "valid datetime"),
        ("2026-02-29T12:00:00Z", "day value"),
        ("2026-05-10T12:00:00+24:00", "valid datetime"),
        ("0001-01-01T00:00:00+14:00", "outside 2000 to 2100"),
        ("0001-01-01T00:00:00Z", "outside 2000 to 2100"),
        ("9999-12-31T23:59:59-14:00", "outside 2000 to 2100"),
        ("9999-12-31T23:59:59.999999Z", "outside 2000 to 2100"),
        ("2000-01-01T00:00:00+14:00", "outside 2000 to 2100"),
        ("2099-12-31T23:59:59-14:00", "outside 2000 to 2100"),
        (-1, "outside 2000 to 2100"),
        (1e300, "9999"),
        ("", "datetime"),
        (True, "datetime"),
    ],
)
def test_what_is_no_instant_or_none_of_our_age_is_refused(written: object, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        at(written)


def test_the_hour_that_comes_twice_in_autumn_keeps_its_order() -> None:
    before = at("2026-10-25T02:30:00+02:00")
    after = at("2026-10-25T02:10:00+01:00")

    assert after - before == timedelta(minutes=40)


def test_the_hour_that_is_left_out_in_spring_is_no_gap() -> None:
    assert at("2026-03-29T03:00:00+02:00") - at("2026-03-29T01:59:59+01:00") == timedelta(seconds=1)


EVENING = (
    playback("calm-1", "started", 0),
    playback("calm-1", "liked", 1200),
    playback("loud-1", "started", 2400),
    playback("loud-1", "skipped", 3600, position_seconds=3, duration_seconds=200),
)


def told(
    events: Sequence[SessionEvent],
    sent_at: Sequence[datetime] | None = None,
    worker: datetime = NOON,
) -> tuple[bytes, bytes]:
    """Return the state and the queue that a worker has after these events, as bytes."""
    tables = Tables({}, {})
    work = Sessions(library, tolerance=TOLERANCE, clock=worker.timestamp)
    for offset, event in enumerate(events):
        sent = sent_at[offset] if sent_at else event.occurred_at
        work.take(message(event, sent, offset), tables)
    [answer] = work.answers(tables)
    update = PlaylistUpdate.model_validate_json(answer.value)
    [state] = tables.sessions.values()
    return state.encode(), update.ranked.encode()


def message(event: SessionEvent, sent_at: datetime, offset: int = 0) -> Message:
    key = event.listener_id.encode()
    return Message(PLAYBACK_EVENTS.name, 0, offset, key, event.encode(), sent_at.timestamp())


@given(
    st.lists(st.integers(-12 * 60, 14 * 60), min_size=4, max_size=4),
    st.permutations(range(4)),
)
def test_players_in_other_zones_and_late_events_change_nothing(
    minutes: list[int], order: list[int]
) -> None:
    zones = [timezone(timedelta(minutes=offset)) for offset in minutes]
    elsewhere = [
        decode(PlaybackEvent, event.model_copy(
            update={"occurred_at": event.occurred_at.astimezone(zone)}
        ).encode())
        for event, zone in zip(EVENING, zones, strict=True)
    ]  # fmt: skip

    assert told([elsewhere[place] for place in order]) == told(EVENING)


@given(
    st.lists(st.floats(-300, 10_000_000), min_size=4, max_size=4),
    st.datetimes(A_CENTURY[0], A_CENTURY[1], timezones=st.just(UTC)),
)
def test_neither_the_brokers_clock_nor_the_workers_changes_a_queue(
    delays: list[float], worker: datetime
) -> None:
    sent_at = [
        event.occurred_at + timedelta(seconds=delay)
        for event, delay in zip(EVENING, delays, strict=True)
    ]

    assert told(EVENING, sent_at, worker) == told(EVENING)


def test_an_event_may_be_ahead_of_the_broker_by_the_tolerance_and_not_by_more() -> None:
    ahead = playback(at=300)
    beyond = playback(occurred_at=moment(300) + timedelta(microseconds=1))

    assert admit(ahead, b"ann", NOON, TOLERANCE) is ahead
    with pytest.raises(FromTheFuture, match="12:05:00.000001"):
        admit(beyond, b"ann", NOON, TOLERANCE)


@pytest.mark.parametrize("sent_at", [EARLIEST, datetime.max.replace(tzinfo=UTC)])
@pytest.mark.parametrize("tolerance", [timedelta(0), timedelta.max])
def test_no_clock_and_no_tolerance_is_too_large_to_reckon_with(
    sent_at: datetime, tolerance: timedelta
) -> None:
    event = playback(occurred_at=EARLIEST)

    assert admit(event, b"ann", sent_at, tolerance) is event


@pytest.mark.parametrize("timestamp", [-0.001, -1e15, 1e12, 9e15, LATEST.timestamp()])
def test_an_event_of_a_message_without_a_time_is_rejected(timestamp: float) -> None:
    tables = Tables({}, {})
    event = playback()
    untimed = Message(PLAYBACK_EVENTS.name, 0, 0, b"ann", event.encode(), timestamp)

    [output] = Sessions(library, clock=NOON.timestamp).take(untimed, tables)

    letter = RejectedEvent.model_validate_json(output.value)
    assert output.topic == REJECTED_EVENTS.name
    assert letter.error == NoTime.__name__
    assert "LogAppendTime" in letter.reason
    assert not tables.sessions


def test_a_brokers_clock_that_is_set_back_gives_no_listener_more_and_locks_none_out() -> None:
    limiter = Limiter(Pace(per_second=1, burst=2))
    limiter.take("ann", 1000)
    limiter.take("ann", 999)

    with pytest.raises(TooFast):
        limiter.take("ann", 998)
    limiter.take("ann", 1001)
