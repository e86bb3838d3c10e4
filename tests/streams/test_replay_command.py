"""What a person meets who replays a log: no broker is needed."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from streams.cli.app import app
from streams.errors import UnreadableLog, UnreadablePolicy, UnusableSequence
from streams.tape.recording import Line, read_log, write_log
from tests.checks.model_contract import untrained
from tests.factories import clause, library, playback, queue, start, understood
from tests.streams.logs import WORDS, lines

EVENING = (
    start("loud-1", "loud-2", "calm-1", "calm-2"),
    playback("calm-3", "started", at=1),
    understood(clause("more", "calm"), at=2),
)


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
    assert recorded.words("tiny").keys() == WORDS.keys()


@pytest.mark.parametrize(("topic", "gone"), [("text-vectors", "calm"), ("track-vectors", "calm-1")])
def test_what_was_removed_is_not_in_the_log_any_more(tmp_path: Path, topic: str, gone: str) -> None:
    path = tmp_path / "log.jsonl"
    write_log([*lines(), Line(topic, 0, 99, None, f"tiny/{gone}")], path)

    recorded = read_log(path)

    left = {*recorded.words("tiny"), *recorded.library("tiny").track_ids}
    assert left == {*WORDS, *library().track_ids} - {gone}


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


@pytest.fixture
def long_log(tmp_path: Path) -> Path:
    """Two hours in which calm and loud take turns: the sequence model has its full say."""
    path = tmp_path / "long.jsonl"
    turns = [("calm-1", "completed"), ("loud-1", "skipped"), ("calm-2", "skipped")]
    plays = [playback(*turns[at % 3], at=180 * at) for at in range(40)]
    write_log(lines(*plays), path)
    return path


def sequence_in(folder: Path, **options: Any) -> Path:
    path = folder / "sequence.npz"
    path.write_bytes(untrained(**{"dimension": 3, **options}).to_bytes())
    return path


def test_a_replay_ranks_by_a_sequence_model(long_log: Path) -> None:
    model = sequence_in(long_log.parent)

    without, beside = (
        [
            json.loads(line)
            for line in upnext("replay", long_log, "--json", *more).stdout.splitlines()
        ]
        for more in ([], ["--sequence", model])
    )

    assert without[-1]["model"] != "sequence"
    assert beside[-1]["model"] == "sequence"


def test_a_diff_tells_what_a_sequence_model_changes(long_log: Path) -> None:
    model = sequence_in(long_log.parent)

    result = upnext("diff", long_log, "--sequence", model, "--json")

    told = [json.loads(line)["tau"] for line in result.stdout.splitlines()]
    assert told[0] == 1
    assert min(told) < 1


def test_two_equal_policies_with_one_sequence_model_do_not_differ(long_log: Path) -> None:
    policy = long_log.parent / "ours.toml"
    policy.write_text("")

    result = upnext(
        *("diff", long_log, "--policy", policy, "--json"),
        *("--sequence", sequence_in(long_log.parent)),
    )

    assert {json.loads(line)["tau"] for line in result.stdout.splitlines()} == {1}


def test_a_sequence_model_of_another_space_is_refused(log: Path) -> None:
    model = sequence_in(log.parent, space="another")

    result = upnext("replay", log, "--sequence", model)

    assert isinstance(result.exception, UnusableSequence)


@pytest.mark.parametrize("policies", [[], ["a.toml", "b.toml", "c.toml"]])
def test_a_diff_of_one_side_or_of_three_is_a_usage_error(log: Path, policies: list[str]) -> None:
    for name in policies:
        (log.parent / name).write_text("")
    options = [word for name in policies for word in ("--policy", log.parent / name)]

    result = upnext("diff", log, *options)

    assert result.exit_code == 2
    assert f"{len(policies)} policies" in result.output
