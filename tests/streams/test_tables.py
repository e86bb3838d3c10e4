"""A row must come back from the changelog as it was written."""

from pathlib import Path

import pytest

from schemas.listener import Lesson, ListenerState, PastSession
from streams.agents.sessions import sessions_app
from streams.agents.tables import RowCodec
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


@pytest.mark.parametrize("name", ["sessions", "listeners"])
def test_recovery_reads_rows_with_the_codec_that_wrote_them(name: str, tmp_path: Path) -> None:
    app = sessions_app(Settings(state_folder=tmp_path), Sessions(library))

    table = app.tables[name]

    assert isinstance(table.value_serializer, RowCodec)
    assert isinstance(table.changelog_topic.schema.value_serializer, RowCodec)
