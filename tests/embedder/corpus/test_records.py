import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder.corpus.records import (
    Recording,
    Texts,
    count_recordings,
    read_recordings,
    write_recordings,
)
from embedder.errors import UnusableRecording


def written(folder: Path, *lines: str | bytes) -> Path:
    path = folder / "recordings.jsonl"
    path.write_bytes(b"\n".join(x.encode() if isinstance(x, str) else x for x in lines))
    return path


def test_a_line_is_a_recording_whose_audio_lies_beside_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, '{"audio": "clips/a.ogg", "sf": ["A"], "labels": ["Jazz", "Cello"]}')

    recordings = list(read_recordings(path))

    texts = Texts(sf=("A",), labels=("Jazz", "Cello"))
    assert recordings == [Recording(tmp_path / "clips/a.ogg", texts)]


def test_blank_lines_and_blank_texts_are_passed_over(tmp_path: Path) -> None:
    path = written(tmp_path, "", '{"audio": "a.ogg", "lf": ["", " \\n", "slow"]}', "  ", "")

    recordings = list(read_recordings(path))

    assert [recording.texts.lf for recording in recordings] == [("slow",)]
    assert count_recordings(path) == 1


@pytest.mark.parametrize(
    ("line", "field", "says"),
    [
        ("[]", None, "not a JSON object"),
        ('{"audio": "a"', None, "no JSON"),
        (b'{"audio": "\xff"}', None, "no JSON"),
        ("[" * 100_000, None, "no JSON"),
        ("{}", "audio", "null"),
        ('{"audio": ""}', "audio", "not a path"),
        ('{"audio": 3}', "audio", "3"),
        ('{"audio": "a", "sf": "title"}', "sf", "not a list"),
        ('{"audio": "a", "lf": ["x", 7]}', "lf", "holds 7"),
        ('{"audio": "a", "title": "x"}', "title", "none of audio, sf, lf, pl, labels"),
    ],
)
def test_a_wrong_line_is_named_with_file_line_and_field(
    tmp_path: Path, line: str | bytes, field: str | None, says: str
) -> None:
    path = written(tmp_path, '{"audio": "fine.ogg"}', line)

    with pytest.raises(UnusableRecording, match=says) as caught:
        list(read_recordings(path))

    assert (caught.value.path, caught.value.line, caught.value.field) == (path, 2, field)
    assert "line 2" in str(caught.value)
    assert "recordings.jsonl" in str(caught.value)


def test_a_long_wrong_value_is_not_repeated_in_full(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps({"audio": "a", "sf": "word " * 1000}))

    with pytest.raises(UnusableRecording) as caught:
        list(read_recordings(path))

    assert len(str(caught.value)) < 300


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnusableRecording, match="No such file"):
        list(read_recordings(tmp_path / "none.jsonl"))


def test_a_folder_that_is_missing_cannot_be_written_in(tmp_path: Path) -> None:
    with pytest.raises(UnusableRecording, match="No such file"):
        write_recordings(tmp_path / "none" / "out.jsonl", [])


STRINGS = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip), max_size=3
).map(tuple)


@given(texts=st.builds(Texts, STRINGS, STRINGS, STRINGS, STRINGS))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, texts: Texts
) -> None:
    path = tmp_path_factory.mktemp("corpus") / "out.jsonl"
    recordings = [Recording(path.parent / "a.ogg", texts), Recording(Path("/elsewhere/b.ogg"))]

    count = write_recordings(path, recordings)

    assert count == 2
    assert list(read_recordings(path)) == recordings


def test_audio_below_the_file_is_written_relative_so_that_the_folder_can_move(
    tmp_path: Path,
) -> None:
    path = tmp_path / "out.jsonl"

    write_recordings(path, [Recording(tmp_path / "clips" / "a.ogg")])

    assert json.loads(path.read_text())["audio"] == "clips/a.ogg"


def test_half_characters_do_not_stop_the_writing(tmp_path: Path) -> None:
    path = written(tmp_path, '{"audio": "a.ogg", "sf": ["\\ud83c calm"]}')

    write_recordings(path, read_recordings(path))

    assert next(read_recordings(path)).texts.sf == ("? calm",)


def test_an_interrupted_writing_leaves_what_was_there(tmp_path: Path) -> None:
    path = written(tmp_path, '{"audio": "old.ogg"}')

    def interrupted() -> Iterator[Recording]:
        yield Recording(tmp_path / "new.ogg")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_recordings(path, interrupted())

    assert [recording.audio.name for recording in read_recordings(path)] == ["old.ogg"]
    assert list(tmp_path.iterdir()) == [path]
