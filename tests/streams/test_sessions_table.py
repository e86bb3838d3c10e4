"""A row must come back from the changelog as it was written."""

from pathlib import Path

from streams.agents.sessions import sessions_app
from streams.agents.sessions_table import SessionCodec
from streams.settings import Settings
from tests.factories import command, library, playback, state, understood


def test_a_state_survives_the_codec() -> None:
    whole = state(command(), playback("calm-1", at=1), understood(at=2))

    codec = SessionCodec()

    assert codec.loads(codec.dumps(whole)) == whole


def test_recovery_reads_rows_with_the_codec_that_wrote_them(tmp_path: Path) -> None:
    app = sessions_app(Settings(state_folder=tmp_path), library)

    table = app.tables["sessions"]

    assert isinstance(table.value_serializer, SessionCodec)
    assert isinstance(table.changelog_topic.schema.value_serializer, SessionCodec)
