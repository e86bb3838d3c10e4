"""What a person does with dead letters: see them, repair them, send them back, once."""

import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import sleep
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from embedder.manifest import Manifest, folder_of
from schemas import PlaybackEvent, RejectedEvent, TrackVector, Versioned, pack_vector
from schemas.topics import (
    PLAYBACK_EVENTS,
    REJECTED_EVENTS,
    SESSION_COMMANDS,
    TRACK_VECTORS,
    Topic,
)
from streams.cli import rejected_replay
from streams.cli.app import app
from streams.client import Publisher
from streams.errors import FromTheFuture, NoEditor, NoSuchLetter, NotAPlace, StreamsError
from streams.feeds.compacted import TopicReader
from streams.kafka.admin import create_topics
from streams.kafka.broker import broker_for
from streams.letters.dead_letters import letter_of, reject
from streams.letters.letterbox import BATCH, fetch, survey
from streams.letters.rejected import Place
from streams.settings import Settings
from streams.work.messages import Message
from tests.factories import command, info, playback

pytestmark = pytest.mark.kafka

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker whose only dead letters are those of these tests."""
    folder = tmp_path_factory.mktemp("letters")
    settings = Settings(state_folder=folder, kafka_port=0, metrics_port=0, partitions=2)
    with broker_for(settings) as address:
        create_topics(settings.model_copy(update={"broker": address}))
        yield address


@pytest.fixture(autouse=True)
def on_that_broker(bootstrap: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPNEXT_BROKER", bootstrap)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def listener() -> str:
    """Whom the letters of one test are about, and nobody else's."""
    return f"ann-{uuid4().hex[:8]}"


Reject = Callable[..., str]


@pytest.fixture
def put(bootstrap: str, listener: str) -> Reject:
    return partial(_put, bootstrap, f"Error{listener[4:]}")


def _put(
    bootstrap: str,
    error: str,
    record: Versioned | bytes | None,
    *,
    topic: Topic = PLAYBACK_EVENTS,
    reason: str = "no reason at all",
    at: datetime = NOW,
) -> str:
    """Put a value into the dead letters, as a worker would; return the letter's id."""
    value = record.encode() if isinstance(record, Versioned) else record
    message = Message(topic.name, 1, 77, b"the wrong key", value, at.timestamp())
    letter = letter_of(message, FromTheFuture(at, at), at)
    letter = letter.model_copy(update={"error": error, "reason": reason})
    places: list[Place] = []
    publisher = Publisher(bootstrap)
    publisher.send_raw(
        REJECTED_EVENTS.name,
        message.key,
        letter.encode(),
        lambda _, sent: places.append(Place(sent.partition(), sent.offset())),
    )
    publisher.flush()
    return str(places[0])


def upnext(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["rejected", *map(str, arguments)])


def listed(*arguments: object) -> list[dict[str, object]]:
    result = upnext("list", "--json", *arguments)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def sent_to(bootstrap: str, topic: Topic, listener: str) -> list[tuple[bytes, bytes]]:
    """Return key and value of everything on a topic that is keyed by the listener."""
    with TopicReader(bootstrap, topic) as reader:
        everything = [(message.key(), message.value()) for message in reader.news()]
    return [(key, value) for key, value in everything if key == listener.encode()]


def start_of(listener: str, **fields: object) -> Versioned:
    return command("start", listener_id=listener, **fields)


def error_of(listener: str) -> str:
    return f"Error{listener[4:]}"


def test_letters_are_listed_newest_first_with_where_they_came_from(put, listener) -> None:
    old = put(start_of(listener), at=NOW - timedelta(hours=2), topic=SESSION_COMMANDS)
    new = put(start_of(listener), reason="it is blue", at=NOW)

    found = listed("--error", error_of(listener))

    assert [each["id"] for each in found] == [new, old]
    assert found[0] | {"rejected_at": None} == {
        "id": new,
        "error": error_of(listener),
        "reason": "it is blue",
        "topic": "playback-events",
        "partition": 1,
        "offset": 77,
        "rejected_at": None,
        "key": "the wrong key",
        "size_bytes": len(start_of(listener).encode()),
        "kept": "whole",
        "replayed": False,
    }


def test_letters_can_be_chosen_by_topic_time_and_number(put, listener) -> None:
    old = put(start_of(listener), at=NOW - timedelta(hours=2), topic=SESSION_COMMANDS)
    new = put(start_of(listener), at=NOW - timedelta(minutes=1))
    only = partial(listed, "--error", error_of(listener))

    assert [each["id"] for each in only("--topic", "session-commands")] == [old]
    assert [each["id"] for each in only("--since", "90m")] == [new]
    assert [each["id"] for each in only("--since", (NOW - timedelta(hours=1)).isoformat())] == [new]
    assert [each["id"] for each in only("--limit", 1)] == [new]


def test_a_list_for_people_counts_each_error_and_keeps_off_the_terminal(put, listener) -> None:
    put(start_of(listener), reason="\x1b[31m[/red] no \u202etxet")

    result = upnext("list", "--error", error_of(listener))

    assert f"1 letter: 1 {error_of(listener)}" in result.stderr
    assert "\x1b[31m" not in result.stdout
    assert r"\x1b[31m[/red] no \u202etxet" in result.stdout


def test_a_letter_shows_its_value_what_is_wrong_and_what_can_be_done(put, listener) -> None:
    place = put(playback("nowhere", listener_id=listener), reason="it is blue")

    result = upnext("show", place)
    told = json.loads(upnext("show", place, "--json").stdout)

    assert f"{error_of(listener)}: it is blue" in result.stdout
    assert "no vector for track 'nowhere': index it" in result.stdout
    assert '  "track_id": "nowhere",' in result.stdout
    assert told["value"]["track_id"] == "nowhere"
    assert told["refused_now"].startswith("UnknownTrack")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"\xff\x00\x1b", "00000000  ff 00 1b"),
        (b"hello\x1b[2J", r"hello\x1b[2J"),
        (b'["\\ud800"]', r'["\ud800"]'),
        (b"[" * 10_000, "[[[["),
        (b"\xef\xbb\xbf{}", r"\ufeff{}"),
        (b'{"a":"\xe2\x80\xae"}', r"\u202e"),
    ],
)
def test_what_is_no_json_is_shown_as_text_or_bytes(put, value: bytes, shown: str) -> None:
    result = upnext("show", put(value))

    assert result.exit_code == 0, result.exception
    assert shown in result.stdout


def test_a_letter_goes_back_as_it_came_under_the_key_of_its_record(
    bootstrap, put, listener
) -> None:
    event = start_of(listener)
    place = put(event, topic=SESSION_COMMANDS)

    result = upnext("replay", place)

    assert result.exit_code == 0, result.stderr
    assert "1 sent back, 0 stay" in result.stderr
    assert sent_to(bootstrap, SESSION_COMMANDS, listener) == [(listener.encode(), event.encode())]


def test_what_was_sent_back_is_remembered(bootstrap, put, listener) -> None:
    place = put(start_of(listener), topic=SESSION_COMMANDS)
    every = ("replay", "--all", "--error", error_of(listener))

    once, again, named = upnext(*every), upnext(*every), upnext("replay", place)

    assert "1 sent back" in once.stderr
    assert "0 sent back, 0 stay" in again.stderr
    assert "was sent back before" in named.stderr
    assert named.exit_code == 1
    assert len(sent_to(bootstrap, SESSION_COMMANDS, listener)) == 1
    assert listed("--error", error_of(listener)) == []
    assert [each["replayed"] for each in listed("--error", error_of(listener), "--replayed")] == [
        True
    ]


def test_whoever_insists_sends_twice(bootstrap, put, listener) -> None:
    place = put(start_of(listener), topic=SESSION_COMMANDS)
    upnext("replay", place)

    result = upnext("replay", place, "--force")

    assert result.exit_code == 0
    assert len(sent_to(bootstrap, SESSION_COMMANDS, listener)) == 2


def test_a_dry_run_tells_and_sends_nothing(bootstrap, put, listener) -> None:
    put(start_of(listener), topic=SESSION_COMMANDS)

    result = upnext("replay", "--all", "--error", error_of(listener), "--dry-run", "--json")

    assert json.loads(result.stdout)["sent"] is False
    assert "1 would be sent back" in result.stderr
    assert sent_to(bootstrap, SESSION_COMMANDS, listener) == []
    assert len(listed("--error", error_of(listener))) == 1


def test_what_a_worker_would_reject_again_stays_and_is_named(bootstrap, put, listener) -> None:
    good = put(start_of(listener), topic=SESSION_COMMANDS)
    bad = put(b'{"command": "start"}', topic=SESSION_COMMANDS)

    result = upnext("replay", "--all", "--error", error_of(listener), "--json")

    outcomes = {each["id"]: each for each in map(json.loads, result.stdout.splitlines())}
    assert result.exit_code == 1
    assert outcomes[good]["sent"]
    assert "event_id: Field required" in outcomes[bad]["reason"]
    assert f"{bad} stays" in result.stderr
    assert [each["id"] for each in listed("--error", error_of(listener))] == [bad]


def test_what_is_forced_goes_back_as_it_came_under_the_key_it_came_with(bootstrap, put) -> None:
    value = uuid4().hex.encode()
    place = put(value, topic=SESSION_COMMANDS)

    upnext("replay", place, "--force")

    assert (b"the wrong key", value) in sent_to(bootstrap, SESSION_COMMANDS, "the wrong key")


def test_fields_are_repaired_from_the_command_line(bootstrap, put, listener) -> None:
    event = start_of(listener)
    broken = json.loads(event.encode()) | {"command": "begin", "moood": "calm"}
    place = put(json.dumps(broken).encode(), topic=SESSION_COMMANDS)

    result = upnext("replay", place, "--set", "command=start", "--unset", "moood")

    assert result.exit_code == 0, result.stderr
    [(_, value)] = sent_to(bootstrap, SESSION_COMMANDS, listener)
    assert type(event).model_validate_json(value) == event


def editor(tmp_path: Path, script: str) -> str:
    path = tmp_path / "editor"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_a_letter_is_repaired_in_the_editor(bootstrap, put, listener, tmp_path, monkeypatch):
    event = start_of(listener)
    place = put(event.encode().replace(b'"start"', b'"begin"'), topic=SESSION_COMMANDS)
    monkeypatch.setenv("EDITOR", editor(tmp_path, """sed -i 's/begin/start/' "$1" """))

    result = upnext("replay", place, "--edit")

    assert result.exit_code == 0, result.stderr
    [(_, value)] = sent_to(bootstrap, SESSION_COMMANDS, listener)
    assert type(event).model_validate_json(value) == event


@pytest.mark.parametrize(
    ("script", "reason"), [("true", "left as it is"), ("echo '{}' > $1", "Field required")]
)
def test_an_edit_that_is_none_or_no_better_sends_nothing(
    put, tmp_path, monkeypatch, script: str, reason: str
) -> None:
    place = put(b'{"command": "begin"}', topic=SESSION_COMMANDS)
    monkeypatch.setenv("EDITOR", editor(tmp_path, script))

    result = upnext("replay", place, "--edit")

    assert result.exit_code == 1
    assert reason in result.stderr


@pytest.mark.parametrize("command", ["/no/such/editor", "false", "'"])
def test_an_editor_that_fails_is_named(put, monkeypatch, command: str) -> None:
    monkeypatch.setenv("EDITOR", command)

    result = upnext("replay", put(b"{}"), "--edit")

    assert isinstance(result.exception, NoEditor)


def test_a_letter_that_was_cut_cannot_go_back_even_by_force(put) -> None:
    place = put(b'{"playlist": ["' + b"x" * 300_000)

    result = upnext("replay", place, "--force")

    assert result.exit_code == 1
    assert "only 65536 of its 300015 bytes are kept" in result.stderr


def test_a_letter_without_a_value_has_nothing_to_send(put) -> None:
    result = upnext("replay", put(None), "--force")

    assert result.exit_code == 1
    assert "it has no value" in result.stderr


def test_a_letter_of_a_topic_that_nobody_reads_cannot_go_back(put) -> None:
    result = upnext("replay", put(b"{}", topic=replace(PLAYBACK_EVENTS, plain="gossip")))

    assert "no worker reads the topic 'gossip'" in result.stderr


def test_an_event_from_the_future_waits_for_its_time(bootstrap, put, listener) -> None:
    place = put(start_of(listener, occurred_at=NOW + timedelta(days=1)), topic=SESSION_COMMANDS)

    early = upnext("replay", place)
    repaired = upnext("replay", place, "--set", f"occurred_at={NOW.isoformat()}")

    assert "FromTheFuture" in early.stderr
    assert repaired.exit_code == 0
    assert len(sent_to(bootstrap, SESSION_COMMANDS, listener)) == 1


def test_an_act_on_an_unknown_track_goes_back_once_the_track_is_there(
    bootstrap, put, listener
) -> None:
    act = playback(f"t-{listener}", listener_id=listener)
    place = put(act)
    early = upnext("replay", place)

    manifest = Manifest.read(folder_of("small"))
    track = TrackVector(
        track_id=act.track_id,
        info=info(act.track_id),
        uri="a.ogg",
        content="c1",
        space=manifest.hash,
        vector=pack_vector([1.0, *[0.0] * (manifest.dimension - 1)]),
    )
    Publisher(bootstrap).publish(TRACK_VECTORS, track)
    late = upnext("replay", place)

    assert "UnknownTrack" in early.stderr
    assert late.exit_code == 0, late.stderr
    [(_, value)] = sent_to(bootstrap, PLAYBACK_EVENTS, listener)
    assert PlaybackEvent.model_validate_json(value) == act


def test_ctrl_c_says_where_it_stopped_and_the_same_command_goes_on(
    bootstrap, listener, monkeypatch
) -> None:
    publisher = Publisher(bootstrap)
    events = [start_of(listener, event_id=f"e{i}") for i in range(BATCH + 20)]
    for event in events:
        message = Message(SESSION_COMMANDS.name, 0, 0, b"?", event.encode(), NOW.timestamp())
        output = reject(message, FromTheFuture(NOW, NOW), NOW, kind="test")
        letter = RejectedEvent.model_validate_json(output.value)
        letter = letter.model_copy(update={"error": error_of(listener)})
        publisher.send_raw(output.topic, output.key, letter.encode())
    publisher.flush()

    def interrupted(*arguments: object) -> Iterator[object]:
        for number, letter in enumerate(fetch(*arguments)):
            if number == BATCH + 10:
                raise KeyboardInterrupt
            yield letter

    with monkeypatch.context() as patched:
        patched.setattr(rejected_replay, "fetch", interrupted)
        stopped = upnext("replay", "--all", "--error", error_of(listener))
    rest = upnext("replay", "--all", "--error", error_of(listener))

    assert stopped.exit_code == 130
    assert f"stopped: {BATCH} of {BATCH + 20} sent back" in stopped.stderr
    assert "20 sent back, 0 stay" in rest.stderr
    assert len(sent_to(bootstrap, SESSION_COMMANDS, listener)) == BATCH + 20


def test_what_is_no_letter_is_passed_over(bootstrap, put) -> None:
    publisher = Publisher(bootstrap)
    letter = RejectedEvent(
        reason="", error="E", topic="t", partition=0, offset=0, rejected_at=NOW,
        value="not base64", size_bytes=7,
    )  # fmt: skip
    for key, value in [(b"k", b"\xff"), (None, b"{}"), (b"k", letter.encode()), (b"9:x", None)]:
        publisher.send_raw(REJECTED_EVENTS.name, key, value)
    publisher.flush()
    place = put(b"{}")

    found = survey(bootstrap)

    assert place in {str(letter.place) for letter in found.letters}
    assert "E" not in {letter.event.error for letter in found.letters}


def test_a_letter_that_is_not_there_is_named() -> None:
    for verb in ("show", "replay"):
        result = upnext(verb, "1:999999999999999999")

        assert isinstance(result.exception, NoSuchLetter)
        assert "1:999999999999999999" in str(result.exception)


@pytest.mark.parametrize("text", ["", "7", "7:", "-1:2", "1:2:3", "١:٢", "1:" + "9" * 30])
def test_an_id_that_is_none_is_named(text: str) -> None:
    with pytest.raises(NotAPlace):
        Place.parse(text)


@pytest.mark.parametrize(
    "arguments",
    [
        ["replay"],
        ["replay", "0:1", "--all"],
        ["replay", "0:1", "--error", "TooFast"],
        ["replay", "--all", "--edit"],
        ["replay", "--all", "--since", "yesterday"],
        ["list", "--limit", "0"],
    ],
)
def test_a_wrong_use_is_told_before_anything_is_sent(arguments: list[str]) -> None:
    assert upnext(*arguments).exit_code == 2


def test_a_change_that_means_nothing_is_told_before_anything_is_sent() -> None:
    result = upnext("replay", "--all", "--set", "track_id")

    assert isinstance(result.exception, StreamsError)
    assert "FIELD=JSON" in str(result.exception)


@pytest.mark.parametrize("verb", ["list", "show", "replay"])
def test_every_verb_has_help_with_an_example(verb: str) -> None:
    assert f"Example: upnext rejected {verb}" in upnext(verb, "--help").output


def test_a_late_event_that_went_back_gives_the_queue_that_it_would_have_given_in_time(
    stack, publisher, session, tracks, monkeypatch
) -> None:
    monkeypatch.setenv("UPNEXT_BROKER", stack.settings.bootstrap)
    first, second, third, *_ = tracks
    begun = datetime.now(UTC).isoformat()  # what other tests had rejected stays where it is
    session.start(list(tracks)[:20])
    late = session.playback(first, "liked")
    publisher.send_raw(PLAYBACK_EVENTS.name, b"the wrong key", late.encode())
    publisher.flush()
    session.play(second, "skipped", position_seconds=1, duration_seconds=100)
    without = session.play(third, "liked").update

    result = eventually(
        lambda: upnext("replay", "--all", "--since", begun, "--error", "KeyMismatch", "--json"),
        until=lambda result: result.stdout != "",
    )
    update = session._follower.answer_to(late.event_id, seconds=30)

    assert result.exit_code == 0, result.stderr
    assert update.revision == without.revision + 1
    assert late.event_id in {cause.event_id for cause in update.causes}
    assert session.play(first, "liked").update.revision == update.revision + 1


def eventually(attempt: Callable[[], Result], until: Callable[[Result], bool]) -> Result:
    """Try until a worker has written its letter."""
    for _ in range(100):
        if until(result := attempt()):
            return result
        sleep(0.1)
    raise AssertionError(f"never: {result.output}")
