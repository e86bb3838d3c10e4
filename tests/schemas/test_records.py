"""What holds for every record on the wire."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ranker.session import step
from schemas import (
    Erased,
    Erasure,
    PlaybackEvent,
    RejectedEvent,
    SessionState,
    TextVector,
    Track,
    TrackInfo,
    TrackVector,
    Versioned,
    pack_vector,
)
from schemas.record import EARLIEST, LATEST
from schemas.topics import TOPICS
from tests.factories import clause, command, intent, library, moment, playback, state, understood

INFO = TrackInfo(title="Calm 1", artist="Ann", year=1999)
EVERY_FIELD = playback(
    "calm-1",
    "moved",
    position_seconds=1,
    duration_seconds=200,
    chosen_by="listener",
    from_rank=3,
    to_rank=1,
)
SESSION = state(command("start", 0, playlist=("calm-1", "loud-1")), understood(at=1), EVERY_FIELD)
RECORDS: list[Versioned] = [
    playback(),
    EVERY_FIELD,
    intent(),
    command("start", playlist=("calm-1", "loud-1")),
    command("undo", target_event_id="e1"),
    understood(clause(cut=0.25), clause("less", "this", None, confidence=0.5)),
    step(SESSION, playback("calm-1", "liked", at=2), library())[1],
    Track(track_id="calm-1", info=INFO, uri="music/calm 1.flac"),
    TrackVector(
        track_id="calm-1",
        info=INFO,
        uri="music/calm 1.flac",
        content="c0ffee",
        space="tiny",
        vector=pack_vector([0.6, -0.8]),
    ),
    TextVector(text="slow piano", space="tiny", vector=pack_vector([0.6, -0.8])),
    RejectedEvent(
        reason="no vector for track 'x'",
        error="UnknownTrack",
        topic="playback-events",
        partition=0,
        offset=12,
        rejected_at=moment(0),
        value="e30=",
        size_bytes=2,
    ),
    Erasure(
        listener="ab" * 32,
        until=moment(0),
        erased_at=moment(1),
        sessions=2,
        events=57,
        remembered=1,
        before="cd" * 32,
        after="ef" * 32,
    ),
    Erased(until=moment(0), partition=3),
    SESSION,
]
each_record = pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)


def test_the_cases_cover_every_topic() -> None:
    assert {topic.record for topic in TOPICS} < {type(record) for record in RECORDS}


@each_record
def test_a_record_comes_back_from_its_bytes(record: Versioned) -> None:
    back = type(record).model_validate_json(record.encode())

    assert back == record
    assert back.encode() == record.encode()


@each_record
def test_a_record_spells_out_its_version(record: Versioned) -> None:
    assert record.encode().startswith(b'{"schema_version":1,')


@each_record
def test_a_record_is_frozen(record: Versioned) -> None:
    field = next(iter(type(record).model_fields))

    with pytest.raises(ValidationError, match="frozen"):
        setattr(record, field, getattr(record, field))


@each_record
def test_an_unknown_field_is_refused_by_name(record: Versioned) -> None:
    with pytest.raises(ValidationError, match="moood"):
        type(record).model_validate({**record.model_dump(), "moood": "calm"})


@each_record
@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_a_version_from_the_future_is_refused(record: Versioned, version: object) -> None:
    with pytest.raises(ValidationError, match="schema_version"):
        type(record).model_validate({**record.model_dump(), "schema_version": version})


# Without a zone, as hypothesis wants them; a day off the limits, whatever the zone.
FIRST = (EARLIEST + timedelta(days=1)).replace(tzinfo=None)
LAST = (LATEST - timedelta(days=1)).replace(tzinfo=None)

words = st.text("abcXYZ059_.:@/+=-éß語", min_size=1, max_size=128)
seconds = st.floats(0, 86_400)
acts = st.sampled_from(["started", "progressed", "skipped", "completed", "liked", "removed"])


@given(
    st.builds(
        playback,
        words,
        acts,
        event_id=words,
        listener_id=words,
        session_id=words,
        occurred_at=st.datetimes(FIRST, LAST, timezones=st.timezones()),
        position_seconds=st.none() | seconds,
        duration_seconds=st.none() | seconds.filter(bool),
        chosen_by=st.sampled_from(["listener", "algorithm"]),
    )
)
def test_any_playback_event_comes_back_from_its_bytes(event: PlaybackEvent) -> None:
    back = PlaybackEvent.model_validate_json(event.encode())

    assert back == event
    assert back.encode() == event.encode()


# Ids


@pytest.mark.parametrize(
    "legal", ["t", "a" * 128, "spotify:track:4uLU6h", "ann@example.org", "folder/song.flac", "語_1"]
)
def test_an_id_of_letters_digits_and_a_few_signs_is_legal(legal: str) -> None:
    assert playback(legal, event_id="e1").track_id == legal


@pytest.mark.parametrize(
    "illegal",
    ["", "a" * 129, "a" * 10_000, "a b", "a|b", "a\n", "\na", "a\tb", "a\x00", "a,b", '"', "💿"],
)
@pytest.mark.parametrize("field", ["event_id", "listener_id", "session_id", "track_id"])
def test_an_id_that_could_break_a_key_or_a_log_line_is_refused(field: str, illegal: str) -> None:
    with pytest.raises(ValidationError, match=field):
        playback(**{"event_id": "e1", field: illegal})


# Times


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="occurred_at"):
        playback(occurred_at=moment(0).replace(tzinfo=None))


@given(
    instant=st.datetimes(FIRST, LAST, timezones=st.just(UTC)),
    hours=st.integers(-23, 23),
)
def test_an_instant_has_the_same_bytes_in_every_zone(instant: datetime, hours: int) -> None:
    elsewhere = instant.astimezone(timezone(timedelta(hours=hours)))

    assert playback(occurred_at=elsewhere).encode() == playback(occurred_at=instant).encode()
    assert playback(occurred_at=elsewhere).occurred_at.tzinfo is UTC


@pytest.mark.parametrize(
    "time",
    [
        "1999-12-31T23:59:59Z",
        "2100-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_a_time_that_no_player_can_mean_is_refused(time: str) -> None:
    with pytest.raises(ValidationError, match="outside 2000 to 2100"):
        playback(occurred_at=time)


def test_events_stand_in_order_of_time_then_id() -> None:
    late, early = playback("loud-1", at=1), playback("calm-1", at=0)
    twin = playback("calm-2", at=1)

    assert sorted([late, early, twin], key=lambda event: event.order) == [early, twin, late]


# Numbers


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf"), -1, 1e6])
@pytest.mark.parametrize("field", ["position_seconds", "duration_seconds"])
def test_a_length_must_be_a_length(field: str, number: float) -> None:
    with pytest.raises(ValidationError, match=field):
        playback(**{field: number})


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999"])
def test_a_number_that_json_does_not_have_is_refused(number: bytes) -> None:
    body = playback(position_seconds=4.5).encode().replace(b"4.5", number)

    with pytest.raises(ValidationError, match="position_seconds|finite|invalid"):
        PlaybackEvent.model_validate_json(body)


@pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
def test_a_confidence_is_a_share(confidence: float) -> None:
    with pytest.raises(ValidationError, match="confidence"):
        intent(confidence=confidence)


@pytest.mark.parametrize("cut", [float("nan"), float("inf")])
def test_a_cut_is_a_number(cut: float) -> None:
    with pytest.raises(ValidationError, match="cut"):
        clause(cut=cut)


# A row of the sessions table


@pytest.mark.parametrize("event", [{}, {"mood": "calm"}, 5, None, "liked"])
def test_a_session_refuses_what_is_no_event(event: object) -> None:
    with pytest.raises(ValidationError, match="events.0"):
        SessionState.model_validate({"listener_id": "ann", "session_id": "s1", "events": [event]})
