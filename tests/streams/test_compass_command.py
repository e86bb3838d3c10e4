"""What a person meets who asks where a session leans, and turns it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from ranker.config import RankerConfig
from ranker.errors import UnknownWord
from schemas import ListenerEvent, SessionEvent
from schemas.topics import PLAYBACK_EVENTS
from streams.cli.app import app
from streams.cli.common import catalogue
from streams.client import Follower, Publisher
from streams.errors import NoSuchSession, NoWords, UnusableSequence
from streams.session_client import Session
from streams.stack import Stack
from streams.tape.recorder import record
from streams.tape.recording import log_of, write_log
from tests.checks.model_contract import untrained
from tests.factories import clause, moment, playback, skip, start, understood
from tests.streams.logs import lines, records

EVENING = (
    start("loud-1", "calm-1"),
    understood(clause("more", "calm"), at=1),
    skip("loud-drums", at=2),
)
STRENGTH = RankerConfig().words_strength


def upnext(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def compass(*arguments: object) -> dict[str, Any]:
    result = upnext("compass", *arguments, "--json")
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def strengths(told: dict[str, Any], at: str = "strength") -> dict[str, float]:
    return {one["word"]: one[at] for one in (*told["toward"], *told["away"])}


Recorded = Callable[..., Path]


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    def write(*events: SessionEvent, **options: Any) -> Path:
        path = tmp_path / f"{uuid4().hex}.jsonl"
        write_log(lines(*events, **options), path)
        return path

    return write


def test_a_log_tells_where_its_session_leans(recorded: Recorded) -> None:
    told = compass(recorded(*EVENING))

    assert (told["listener_id"], told["session_id"]) == ("ann", "s1")
    assert [one["word"] for one in told["toward"]] == ["calm"]
    assert {one["word"] for one in told["away"]} == {"loud", "drums"}
    assert strengths(told)["calm"] > STRENGTH


def test_a_person_sees_words_and_bars(recorded: Recorded) -> None:
    result = upnext("compass", recorded(*EVENING))

    calm = next(line for line in result.stdout.splitlines() if "calm" in line)
    assert "toward" in calm
    assert "█████" in calm
    assert "away from" in result.stdout


def test_the_compass_of_a_moment_knows_nothing_of_what_came_after(recorded: Recorded) -> None:
    told = compass(recorded(*EVENING), "--until", 2)

    assert strengths(told) == {"calm": STRENGTH, "loud": -STRENGTH}


def test_an_edit_shows_the_compass_before_and_after(recorded: Recorded) -> None:
    log = recorded(*EVENING)
    before = strengths(compass(log))

    edited = compass(log, "--less", "Calm", "--more", "voice")

    assert edited["edit"] == "less calm, more voice"
    assert strengths(edited, "before").items() >= before.items()
    assert strengths(edited)["voice"] == pytest.approx(STRENGTH, abs=0.5)
    assert strengths(edited).get("calm", 0) < before["calm"]


def test_an_edit_of_a_log_is_only_tried(recorded: Recorded) -> None:
    log = recorded(*EVENING)
    before = log.read_bytes()

    compass(log, "--more", "voice")

    assert log.read_bytes() == before


def test_a_person_sees_what_an_edit_changed(recorded: Recorded) -> None:
    result = upnext("compass", recorded(*EVENING), "--more", "voice")

    voice = next(line for line in result.stdout.splitlines() if "voice  " in line)
    assert "+0.00" in voice
    assert "before" in result.stdout


def test_a_word_that_the_space_lacks_is_named_with_its_neighbours(recorded: Recorded) -> None:
    result = upnext("compass", recorded(*EVENING), "--less", "drum")

    assert isinstance(result.exception, UnknownWord)
    assert "'drums'" in str(result.exception)


def test_more_words_than_an_intent_holds_are_a_usage_error(recorded: Recorded) -> None:
    result = upnext("compass", recorded(*EVENING), *["--less", "calm"] * 17)

    assert result.exit_code == 2
    assert "16" in result.output


def test_the_newest_session_is_shown_unless_another_is_asked_for(recorded: Recorded) -> None:
    later = understood(clause("more", "loud", (1, 0, 0)), at=9).model_copy(
        update={"session_id": "s2"}
    )
    log = recorded(*EVENING, later)

    assert compass(log)["session_id"] == "s2"
    assert compass(log, "--session", "s1")["session_id"] == "s1"


def test_each_member_of_a_group_has_a_compass(recorded: Recorded) -> None:
    log = recorded(
        playback("calm-1", "liked", at=1, member="ann"),
        playback("loud-1", "liked", at=2, member="bob"),
    )

    result = upnext("compass", log, "--json")

    told = {one["member"]: one for one in map(json.loads, result.stdout.splitlines())}
    assert told["ann"]["toward"][0]["word"] == "calm"
    assert told["bob"]["toward"][0]["word"] == "loud"


def test_a_refused_event_is_said_and_passed_over(recorded: Recorded) -> None:
    result = upnext("compass", recorded(*EVENING, playback("nobody-knows", at=3)))

    assert result.exit_code == 0
    assert "nobody-knows" in result.stderr


@pytest.mark.parametrize("asked", [["--session", "s9"], ["--listener", "eve"], ["--until", "0"]])
def test_a_session_without_events_is_named(recorded: Recorded, asked: list[str]) -> None:
    result = upnext("compass", recorded(*EVENING), *asked)

    assert isinstance(result.exception, NoSuchSession)


def test_a_log_without_words_says_how_to_get_them(recorded: Recorded) -> None:
    result = upnext("compass", recorded(*EVENING, words={}))

    assert isinstance(result.exception, NoWords)
    assert "record it anew" in str(result.exception)


def test_a_sequence_model_of_another_space_is_refused(recorded: Recorded, tmp_path: Path) -> None:
    path = tmp_path / "sequence.npz"
    path.write_bytes(untrained(dimension=3, space="another").to_bytes())

    result = upnext("compass", recorded(*EVENING), "--sequence", path)

    assert isinstance(result.exception, UnusableSequence)


@pytest.mark.parametrize("options", [[], ["--listener", "ann", "--until", "1"]])
def test_without_a_log_it_needs_a_listener_and_no_point_in_time(options: list[str]) -> None:
    assert upnext("compass", *options).exit_code == 2


@pytest.fixture
def space(broker: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A space of its own on the run's broker, for the listener of the same name."""
    monkeypatch.setenv("UPNEXT_BROKER", broker)
    name = f"compass-{uuid4().hex[:8]}"
    publisher = Publisher(broker)
    for topic, found in records(*EVENING, space=name):
        if isinstance(found, ListenerEvent):
            update: dict[str, Any] = {"listener_id": name}
            update |= {"space": name} if hasattr(found, "space") else {}
            found = found.model_copy(update=update)
        publisher.send(topic, found)
    publisher.flush()
    return name


@pytest.mark.kafka
def test_a_running_session_leans_as_its_log_does(space: str, recorded: Recorded) -> None:
    live = compass("--listener", space, "--space", space)

    assert strengths(live) == strengths(compass(recorded(*EVENING)))


@pytest.mark.kafka
def test_a_live_edit_is_one_more_event_and_is_undone_like_any(space: str, broker: str) -> None:
    options = ["--listener", space, "--space", space]
    before = compass(*options)

    edited = compass(*options, "--more", "voice")
    there = compass(*options)
    taken_back = upnext(
        *("send", "command", "undo", edited["event_id"], "--listener", space, "--session", "s1")
    )

    assert strengths(there) == strengths(edited) != strengths(before)
    assert taken_back.exit_code == 0
    assert strengths(compass(*options)) == strengths(before)


@pytest.mark.kafka
def test_what_no_worker_would_take_is_not_recorded(space: str, broker: str) -> None:
    publisher = Publisher(broker)
    foreign = playback("calm-1", at=5, listener_id=space, event_id="foreign")
    publisher.send_raw(PLAYBACK_EVENTS.name, space.encode(), b'{"no": "record"}')
    publisher.send_raw(PLAYBACK_EVENTS.name, space.encode(), b"no JSON")
    publisher.send_raw(PLAYBACK_EVENTS.name, space.encode(), None)
    publisher.send_raw(PLAYBACK_EVENTS.name, b"somebody else", foreign.encode())
    publisher.flush()

    found = log_of(record(broker, listener=space))

    assert [event.occurred_at for event in found.events] == [moment(at) for at in (0, 1, 2)]


@pytest.mark.kafka
def test_a_worker_follows_an_edit(
    stack: Stack, session: Session, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPNEXT_BROKER", stack.settings.bootstrap)
    session.start(list(catalogue(stack.settings))[:10])

    edited = compass("--listener", session.listener_id, "--more", "piano", "--less", "drums")
    update = follower.answer_to(edited["event_id"], seconds=20)

    assert {"you said “piano”", "you said “less drums”"} <= {
        cause.sentence for cause in update.causes
    }
    assert "piano" in strengths(edited)
