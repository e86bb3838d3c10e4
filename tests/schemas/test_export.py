import json
from pathlib import Path

import pytest

from schemas import export
from schemas.__main__ import main


def test_the_exported_schemas_are_up_to_date() -> None:
    assert [path.name for path in export.stale()] == [], "run python -m schemas"


def test_writing_repairs_what_is_missing_changed_or_left_over(tmp_path: Path) -> None:
    export.write(tmp_path)
    (tmp_path / "intents.json").unlink()
    (tmp_path / "playback-events.json").write_text("{}\n")
    (tmp_path / "no-such-topic.json").write_text("{}\n")

    changed = export.write(tmp_path)

    assert [path.stem for path in changed] == ["intents", "no-such-topic", "playback-events"]
    assert list(export.stale(tmp_path)) == []
    assert {path.stem for path in tmp_path.iterdir()} == set(export.RECORDS)


@pytest.mark.parametrize("record", export.RECORDS.values(), ids=export.RECORDS)
def test_a_schema_is_sorted_closed_and_ends_with_a_newline(record: type) -> None:
    text = export.rendered(record)

    schema = json.loads(text)
    assert text == json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    assert schema["additionalProperties"] is False
    assert ">>>" not in text


def test_the_check_names_stale_files_fails_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export.write(tmp_path)
    stale = tmp_path / "intents.json"
    stale.write_text("{}\n")

    with pytest.raises(SystemExit, match="1"):
        main(["--check", "--folder", str(tmp_path)])

    assert capsys.readouterr().out == f"{stale}\n"
    assert stale.read_text() == "{}\n"


def test_the_command_says_nothing_when_nothing_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--folder", str(tmp_path)])
    written = capsys.readouterr().out.splitlines()

    main(["--folder", str(tmp_path)])
    main(["--check", "--folder", str(tmp_path)])

    assert len(written) == len(export.RECORDS)
    assert capsys.readouterr() == ("", "")
