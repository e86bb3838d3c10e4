"""What a person meets who replays a log: no broker is needed."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from schemas import SessionEvent, TrackVector, pack_vector
from streams.cli.app import app
from streams.errors import UnreadableLog, UnreadablePolicy
from streams.recording import Line, read_log, write_log
from tests.factories import TRACKS, clause, info, library, playback, queue, start, understood

EVENING = (
    start("loud-1", "loud-2", "calm-1", "calm-2"),
    playback("calm-3", "started", at=1),
    understood(clause("more", "calm"), at=2),
)
TOPIC_OF = {
    "SessionCommand": "session-commands",
    "PlaybackEvent": "playback-events",
    "UnderstoodIntent": "understood-intents",
}


def lines(*events: SessionEvent) -> list[Line]:
    tracks = [
        TrackVector(
            track_id=track_id,
            info=info(track_id),
            uri=track_id,
            content=track_id,
            space="tiny",
            vector=pack_vector(np.array(point) / np.linalg.norm(point)),
        )
        for track_id, point in TRACKS.items()
    ]
    records = [("track-vectors", track) for track in tracks]
    records += [(TOPIC_OF[type(event).__name__], event) for event in events]
    return [
        Line(topic, 0, offset, record.model_dump(mode="json"))
        for offset, (topic, record) in enumerate(records)
    ]


@pytest.fixture(params=["evening.jsonl", "evening.jsonl.gz"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / str(request.param)
    write_log(lines(*EVENING), path)
    return path


def upnext(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_log_is_read_as_it_was_written(log: Path) -> None:
    recorded = read_log(log)

    assert recorded.events == EVENING
    assert recorded.spaces == ("tiny",)
    assert recorded.library("tiny").track_ids == library().track_ids


def test_a_replay_prints_the_same_bytes_twice(log: Path) -> None:
    once, again = upnext("replay", log, "--json"), upnext("replay", log, "--json")

    assert once.exit_code == 0
    assert once.stdout_bytes == again.stdout_bytes
    assert len(once.stdout.splitlines()) == 3


def test_a_replay_stops_where_it_is_told(log: Path) -> None:
    result = upnext("replay", log, "--until", 2, "--json")

    *_, last = map(json.loads, result.stdout.splitlines())
    assert [slot["track_id"] for slot in last["slots"]] == queue(*EVENING[:2])


def test_a_person_reads_titles_and_reasons(log: Path) -> None:
    result = upnext("replay", log)

    assert "Calm 1" in result.stdout
    assert "calm" in result.stdout


def test_a_diff_tells_what_a_policy_changes(log: Path, tmp_path: Path) -> None:
    policy = tmp_path / "deaf.toml"
    policy.write_text("words_strength = 0.01\n")

    result = upnext("diff", log, "--policy", policy, "--json")

    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["tau"] == 1 for one in told] == [True, True, False]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("l3 = 1", "l3: no such field"),
        ("l2 = -1", "l2 is -1"),
        ("l2 =", "Invalid"),
    ],
)
def test_a_policy_that_is_none_is_named(log: Path, content: str, message: str) -> None:
    policy = log.parent / "bad.toml"
    policy.write_text(content)

    result = upnext("replay", log, "--policy", policy)

    assert isinstance(result.exception, UnreadablePolicy)
    assert message in str(result.exception)


@pytest.mark.parametrize("content", ["{", '{"topic": "intents", "value": {}}', "[]"])
def test_a_line_that_is_no_message_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(f"{content}\n")

    with pytest.raises(UnreadableLog, match="line 1"):
        read_log(path)


def test_a_log_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLog, match=r"nowhere\.jsonl"):
        read_log(tmp_path / "nowhere.jsonl")
