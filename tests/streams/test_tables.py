"""A row must come back from the changelog as it was written."""

from pathlib import Path

import pytest

from schemas.listener import Lesson, ListenerState, PastSession
from streams.agents.sessions import sessions_app
from streams.agents.tables import DECODED, Unpacked
from streams.settings import Settings
from streams.work.sessions import Sessions
from streams.work.tables import LISTENER_ROW, SESSION_ROW
from tests.factories import command, library, moment, playback, state, understood


def test_a_session_survives_the_codec() -> None:
    whole = state(command(), playback("calm-1", at=1), understood(at=2))

    assert SESSION_ROW.loads(SESSION_ROW.dumps(whole)) == whole


def test_a_listener_survives_the_codec() -> None:
    lesson = Lesson(track_id="calm-1", label=True, weight=0.5)
    past = PastSession(
        session_id="s1", began=moment(0), at=moment(9), lessons=(lesson,), model="mlp"
    )
    whole = ListenerState(listener_id="ann", current="s2", sessions=(past,))

    assert LISTENER_ROW.loads(LISTENER_ROW.dumps(whole)) == whole


def test_a_row_is_kept_as_the_bytes_that_are_on_the_changelog() -> None:
    table: dict[bytes, bytes] = {}
    rows = Unpacked(table, "sessions", SESSION_ROW)

    rows["ann|s1"] = state(command())

    assert table == {b"ann|s1": SESSION_ROW.dumps(state(command()))}
    assert rows["ann|s1"] == state(command())


def test_a_row_that_another_worker_wrote_meanwhile_is_decoded_anew() -> None:
    table: dict[bytes, bytes] = {}
    rows = Unpacked(table, "sessions", SESSION_ROW)
    rows["ann|s1"] = state(command())
    later = state(command(), playback("calm-1", at=1))

    table[b"ann|s1"] = SESSION_ROW.dumps(later)

    assert rows["ann|s1"] == later


def test_a_row_that_is_gone_is_gone() -> None:
    table: dict[bytes, bytes] = {}
    rows = Unpacked(table, "sessions", SESSION_ROW)
    rows["ann|s1"] = state(command())

    del rows["ann|s1"]

    assert rows.get("ann|s1") is None
    assert (len(rows), list(rows), table) == (0, [], {})


def test_no_more_rows_stay_decoded_than_there_is_room_for() -> None:
    rows = Unpacked({}, "sessions", SESSION_ROW)

    for number in range(DECODED + 10):
        rows[f"ann|s{number}"] = state(command())

    assert len(rows._decoded) == DECODED
    assert len(rows) == DECODED + 10


@pytest.mark.parametrize("name", ["sessions", "listeners", "erased"])
def test_recovery_reads_the_bytes_that_were_written(name: str, tmp_path: Path) -> None:
    app = sessions_app(Settings(state_folder=tmp_path), Sessions(library))

    table = app.tables[name]

    assert (table.key_type, table.value_type) == (bytes, bytes)
    assert table.changelog_topic.value_type is bytes
