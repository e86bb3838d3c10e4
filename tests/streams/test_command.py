"""What a person meets on the command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.cli.app import app
from streams.cli.demo import SCRIPT, perform
from streams.session_client import Session

VERBS = ["demo", "play", "up", "worker", "index", "watch", "topics", "doctor"]


def run(*arguments: str, state: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would, on a state folder of its own."""
    import os

    environment = {**os.environ, "UPNEXT_STATE_FOLDER": str(state), **settings}
    command = [sys.executable, "-m", "streams", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(verb: str) -> None:
    result = CliRunner().invoke(app, [verb, "--help"])

    assert result.exit_code == 0
    assert "upnext" in result.output


def test_a_worker_without_a_broker_says_so_and_exits_1(tmp_path: Path) -> None:
    result = run("worker", "sessions", "--no-wait", state=tmp_path, UPNEXT_BROKER="127.0.0.1:1")

    assert result.returncode == 1
    assert "127.0.0.1:1" in result.stderr
    assert "UPNEXT_BROKER" in result.stderr


def test_a_wrong_setting_is_a_usage_error_that_names_it(tmp_path: Path) -> None:
    result = run("doctor", state=tmp_path, UPNEXT_PARTITIONS="none")

    assert result.returncode == 2
    assert "UPNEXT_PARTITIONS" in result.stderr


def test_an_unknown_act_is_a_usage_error_that_names_the_known_ones(tmp_path: Path) -> None:
    result = run("send", "event", "hummed", "t1", state=tmp_path)

    assert result.returncode == 2
    assert "skipped" in result.stderr


def test_the_doctor_says_what_is_missing_as_data(tmp_path: Path) -> None:
    result = run("doctor", "--json", state=tmp_path)

    findings = {row["what"]: row for row in map(json.loads, result.stdout.splitlines())}
    assert result.returncode == 1
    assert findings["space"]["fine"]
    assert not findings["broker"]["fine"]


def test_indexing_a_folder_that_is_not_there_fails_with_its_name(stack, monkeypatch) -> None:
    monkeypatch.setenv("UPNEXT_BROKER", stack.settings.bootstrap)
    monkeypatch.setenv("UPNEXT_STATE_FOLDER", str(stack.settings.state_folder / "other"))

    result = run("index", "/no/such/folder", state=stack.settings.state_folder / "other")

    assert result.returncode == 1
    assert "/no/such/folder" in result.stderr


@pytest.mark.kafka
def test_the_demo_tells_each_event_with_the_queue_before_and_after(session: Session, tracks):
    told = list(perform(session, tracks))

    assert len(told) == len(SCRIPT) + 1 >= 9
    assert all(answer.update.slots for _, _, answer in told)
    assert all(
        before is earlier.update
        for (_, before, _), (_, _, earlier) in zip(told[1:], told[:-1], strict=True)
    )
