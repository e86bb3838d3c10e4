"""`upnext prepare`, as a person meets it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from embedder.errors import UnusableRecording
from streams.cli.app import app

LINE = {
    "audio": "a.ogg",
    "sf": ["So What (Official Audio)"],
    "lf": ["A slow tune with a muted trumpet. Subscribe!"],
    "pl": ["late night jazz", "x9k2qq7"],
    "labels": ["Jazz"],
}


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    path = tmp_path / "recordings.jsonl"
    path.write_text(json.dumps(LINE) + "\n")
    return path


def prepared(recordings: Path, *options: str) -> tuple[str, dict[str, list[str]]]:
    out = recordings.parent / "prepared.jsonl"
    arguments = ["prepare", "texts", str(recordings), "--out", str(out), *options]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout, json.loads(out.read_text())


def test_texts_are_filtered_and_the_fractions_are_shown(recordings: Path) -> None:
    shown, record = prepared(recordings)

    assert record == LINE | {"sf": ["So What"], "lf": ["A slow tune with a muted trumpet."]}
    assert "50%" in shown
    assert "dropped 1 sentences: describes no music" in shown


def test_json_is_one_object_and_playlist_titles_are_filtered_when_asked(recordings: Path) -> None:
    shown, record = prepared(recordings, "--json", "--filter-playlists")

    assert record["pl"] == ["late night jazz"]
    assert json.loads(shown)["sources"]["pl"]["dropped"] == {"perplexity": 1}


def test_without_filters_texts_are_only_cut(recordings: Path) -> None:
    _, record = prepared(recordings, "--no-filter")

    cut = ["A slow tune with a muted trumpet.", "Subscribe!"]
    assert record == LINE | {"lf": cut}


def test_two_wishes_that_exclude_each_other_are_a_usage_error(recordings: Path) -> None:
    arguments = [
        "prepare",
        "texts",
        str(recordings),
        "--out",
        "x",
        "--no-filter",
        "--filter-playlists",
    ]

    result = CliRunner().invoke(app, arguments)

    assert result.exit_code == 2


def test_a_wrong_line_is_named(recordings: Path) -> None:
    recordings.write_text('{"audio": "a.ogg"}\n{"audio": "b.ogg", "sf": 3}\n')
    arguments = ["prepare", "texts", str(recordings), "--out", str(recordings), "--no-filter"]

    result = CliRunner().invoke(app, arguments)

    assert isinstance(result.exception, UnusableRecording)
    assert "line 2, field 'sf'" in str(result.exception)


def test_help_shows_an_example() -> None:
    result = CliRunner().invoke(app, ["prepare", "texts", "--help"])

    assert "upnext prepare texts recordings.jsonl" in result.output
