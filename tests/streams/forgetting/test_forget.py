"""After `upnext forget --purge` nothing of a listener is in any topic, nor on the broker's disk."""

import json
import os
import signal
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from uuid import uuid4

import numpy as np
import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
)
from typer.testing import CliRunner

from embedder.manifest import Manifest, folder_of
from schemas import (
    Intent,
    PlaybackEvent,
    RejectedEvent,
    SessionCommand,
    TrackInfo,
    TrackVector,
    UnderstoodIntent,
    pack_vector,
)
from schemas.topics import (
    INTENTS,
    PLAYBACK_EVENTS,
    REJECTED_EVENTS,
    SESSION_COMMANDS,
    TRACK_VECTORS,
    UNDERSTOOD_INTENTS,
)
from streams.cli.app import app
from streams.client import Follower, Publisher
from streams.errors import NotRead
from streams.forgetting.purge import names, purge
from streams.groups import group_of
from streams.kafka import embedded
from streams.kafka.properties import server_properties
from streams.kafka.reading import is_end
from streams.session_client import Session
from streams.settings import Settings
from streams.stack import Stack, worker_commands
from streams.work.erasure import pseudonym
from tests.factories import clause, playback

ANN = "ann-7c1f5e"
"""Whom the test forgets: an id that nothing else has in it."""
KEY = "of-this-test"

QUICK_BROKER = """
log.initial.task.delay.ms=100
log.retention.check.interval.ms=200
log.cleaner.backoff.ms=100
"""
"""What a broker looks at every five minutes, or fifteen seconds, now; and no topic can say."""

QUICK_TOPIC = {
    "segment.ms": "300",
    "file.delete.delay.ms": "50",
    "delete.retention.ms": "100",
    "max.compaction.lag.ms": "300",
    "min.cleanable.dirty.ratio": "0.01",
}
"""A day of a topic in a third of a second."""

SECONDS = 40.0
"""How long the broker may take to clean up."""


@dataclass(slots=True)
class World:
    """A broker that cleans up at once, a sessions worker on it, and tracks t0 to t9."""

    stack: Stack
    publisher: Publisher
    follower: Follower
    space: Manifest

    @property
    def bootstrap(self) -> str:
        return self.stack.settings.bootstrap

    def session(self, listener_id: str) -> Session:
        return Session(self.publisher, self.follower, listener_id=listener_id)

    def understood(self, listener_id: str, session_id: str) -> UnderstoodIntent:
        wish = clause(vector=vector(99, self.space.dimension))
        return UnderstoodIntent(
            **identity(listener_id, session_id),
            text="something calm",
            space=self.space.hash,
            clauses=(wish,),
        )

    def words_are_read(self) -> None:
        """Commit what the words worker would have: it is not needed for anything else here."""
        settings = {
            "bootstrap.servers": self.bootstrap,
            "group.id": group_of("words", self.space.hash),
        }
        consumer = Consumer(settings)
        place = TopicPartition(INTENTS.name, 0)
        place.offset = consumer.get_watermark_offsets(place, timeout=10)[1]
        consumer.commit(offsets=[place], asynchronous=False)
        consumer.close()


def identity(listener_id: str, session_id: str) -> dict[str, object]:
    return {
        "event_id": f"e-{uuid4().hex}",
        "listener_id": listener_id,
        "session_id": session_id,
        "occurred_at": datetime.now(UTC),
    }


def vector(seed: int, dimension: int) -> list[float]:
    return np.random.default_rng(seed).normal(size=dimension).tolist()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    settings = Settings(
        state_folder=tmp_path_factory.mktemp("forget"), kafka_port=0, metrics_port=0, partitions=1
    )
    space = Manifest.read(folder_of(settings.space))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UPNEXT_ERASURE_KEY", KEY)
        patch.setattr(
            embedded,
            "server_properties",
            lambda *ports: server_properties(*ports) + QUICK_BROKER,
        )
        with Stack(settings, commands=worker_commands("sessions")) as stack:
            bootstrap = stack.settings.bootstrap
            publisher = Publisher(bootstrap)
            for number in range(10):
                publisher.publish(
                    TRACK_VECTORS,
                    TrackVector(
                        track_id=f"t{number}",
                        info=TrackInfo(title=f"Track {number}"),
                        uri=f"{number}.ogg",
                        content=f"{number:x}",
                        space=space.hash,
                        vector=pack_vector(vector(number, space.dimension)),
                    ),
                )
            stack.wait_until_ready()
            stack.wait_for_tracks(10)
            hurry(bootstrap)
            with Follower(bootstrap) as follower:
                yield World(stack, publisher, follower, space)


def hurry(bootstrap: str) -> None:
    """Have every topic there is, the workers' own included, cut and cleaned in no time."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    entries = [
        ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        for name, value in QUICK_TOPIC.items()
    ]
    topics = [name for name in admin.list_topics().topics if not name.startswith("__")]
    resources = [
        ConfigResource(ConfigResource.Type.TOPIC, name, incremental_configs=entries)
        for name in topics
    ]
    for future in admin.incremental_alter_configs(resources).values():
        future.result()


def traces(bootstrap: str) -> list[str]:
    """Name every record of any topic that has the listener's id in it, packed or not."""
    settings = {
        "bootstrap.servers": bootstrap,
        "group.id": "unused",
        "enable.partition.eof": True,
        "isolation.level": "read_uncommitted",
    }
    consumer = Consumer(settings)
    topics = consumer.list_topics().topics
    unread = {(name, p) for name, topic in topics.items() for p in topic.partitions}
    consumer.assign([TopicPartition(*place, OFFSET_BEGINNING) for place in unread])
    found = []
    while unread:
        message = consumer.poll(10)
        place = (message.topic(), message.partition())
        if message.error() is not None:
            assert is_end(message.error())
            unread.discard(place)
        elif has_it(b" ".join(filter(None, (message.key(), message.value())))):
            found.append(f"{place} {message.offset()}")
    consumer.close()
    return found


def on_disk(folder: Path) -> list[str]:
    """Name every file below a folder that has the listener's id in it, packed or not."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [str(path.relative_to(folder)) for path in files if has_it(_read(path))]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # the broker has just removed it
        return b""


def has_it(data: bytes) -> bool:
    """Look for the id as it is, in base64 at any place, and in anything deflated."""
    name = ANN.encode()
    encoded = [b64encode(bytes(shift) + name)[4 if shift else 0 : -4] for shift in range(3)]
    return any(text in data for text in (name, *encoded)) or any(
        name in text for text in deflated(data)
    )


def deflated(data: bytes) -> Iterator[bytes]:
    """Yield what is in `data` by the looks of its first bytes, as `Row` writes them."""
    start = data.find(b"\x78\x01")
    while start >= 0:
        try:
            yield zlib.decompressobj().decompress(data[start:], 1_000_000)
        except zlib.error:
            pass
        start = data.find(b"\x78\x01", start + 1)


def vanishes(found: Callable[[], list[str]]) -> bool:
    """Say whether what is found becomes nothing in time."""
    until = monotonic() + SECONDS
    while left := found():
        assert monotonic() < until, left
        sleep(0.3)
    return True


def forget(world: World, *options: str) -> dict[str, object]:
    environment = {
        "UPNEXT_BROKER": world.bootstrap,
        "UPNEXT_STATE_FOLDER": str(world.stack.settings.state_folder),
        "UPNEXT_ERASURE_KEY": KEY,
    }
    result = CliRunner().invoke(
        app, ["forget", ANN, "--yes", "--json", *options], env=environment, catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def leave_traces(world: World) -> None:
    """Have the listener appear in every topic there is, once under the key of another."""
    first, second = world.session(ANN), world.session(ANN)
    first.start(["t0", "t1", "t2"])
    first.play("t1", "liked")
    first.play("t2", "skipped", position_seconds=1, duration_seconds=200)
    world.publisher.publish(INTENTS, Intent(**identity(ANN, first.session_id), text="calm"))
    world.publisher.publish(UNDERSTOOD_INTENTS, world.understood(ANN, first.session_id))
    unusable = first.playback("no-such-track", "liked")
    world.publisher.publish(PLAYBACK_EVENTS, unusable)
    world.publisher.send_raw(PLAYBACK_EVENTS.name, b"mallory", unusable.encode())
    second.start(["t3"])


@contextmanager
def traffic(world: World) -> Iterator[None]:
    """Have others write to every topic meanwhile: only what is written to is cut and cleaned."""
    over = Event()
    thread = Thread(target=make_traffic, args=(world, over))
    thread.start()
    yield
    over.set()
    thread.join()


def make_traffic(world: World, over: Event) -> None:
    publisher = Publisher(world.bootstrap)
    while not over.wait(0.3):
        eve = Session(publisher, world.follower, listener_id=f"eve-{uuid4().hex[:8]}")
        who = identity(eve.listener_id, eve.session_id)
        start = SessionCommand(**who, command="start", playlist=("t0", "t1"))
        publisher.send(SESSION_COMMANDS, start)
        publisher.send(PLAYBACK_EVENTS, eve.playback("t0", "completed"))
        publisher.send(PLAYBACK_EVENTS, eve.playback("no-such-track", "liked"))
        publisher.send(INTENTS, Intent(**who, text="calm"))
        publisher.send(UNDERSTOOD_INTENTS, world.understood(eve.listener_id, eve.session_id))
        publisher.flush()
        world.words_are_read()


@pytest.mark.kafka
def test_nothing_of_a_forgotten_listener_is_left_in_any_topic_or_on_the_disk(
    world: World,
) -> None:
    state = world.stack.settings.state_folder
    bob = world.session("bob")
    bob.start(["t4", "t5", "t6", "t7"])
    leave_traces(world)
    last = bob.play("t5", "liked")
    assert traces(world.bootstrap)
    assert on_disk(state)
    world.words_are_read()

    with traffic(world):
        receipt = forget(world, "--purge")
        assert vanishes(lambda: on_disk(state))

    assert receipt["listener"] == pseudonym(ANN, KEY.encode())
    assert (receipt["sessions"], receipt["events"], receipt["remembered"]) == (2, 5, 1)
    assert {cut["topic"] for cut in receipt["purged"]} == {
        "playback-events",
        "intents",
        "session-commands",
        "understood-intents",
        "playlist-updates",
        "rejected-events",
    }
    assert not any(cut["on_disk"] for cut in receipt["purged"])
    assert traces(world.bootstrap) == []
    # Another listener's session goes on with the same queue.
    world.publisher.publish(PLAYBACK_EVENTS, last.event)
    again = world.follower.answer_to(last.event.event_id, seconds=20)
    assert again.ranked == last.update.ranked
    assert bob.play("t6", "skipped").update.revision == last.update.revision + 1


@pytest.mark.kafka
def test_a_forgotten_listener_does_not_come_back_with_a_restart_or_a_late_event(
    world: World,
) -> None:
    first = world.session(ANN)
    then = first.start(["t0", "t1"])
    late = first.playback("t1", "liked")
    forget(world)

    os.kill(world.stack.pids["sessions"], signal.SIGKILL)
    world.stack.wait_until_ready()
    world.stack.wait_for_tracks(10)
    world.publisher.publish(PLAYBACK_EVENTS, late)
    anew = first.play("t0", "liked")

    # The late event is not in the session, the new one is, above whatever was there.
    assert anew.update.revision > then.update.revision
    assert [cause.event_id for cause in anew.update.causes if cause.kind == "playback"] == [
        anew.event.event_id
    ]


@pytest.mark.kafka
def test_nothing_is_purged_that_a_worker_has_not_read(world: World) -> None:
    world.publisher.publish(INTENTS, Intent(**identity(ANN, "s9"), text="calm"))
    settings = world.stack.settings

    with pytest.raises(NotRead, match="upnext-words.*'intents'.*nothing was purged"):
        purge(settings, ANN, seconds=0.5)

    assert any("intents" in trace for trace in traces(world.bootstrap))


def letter(value: bytes) -> bytes:
    return RejectedEvent(
        reason="-",
        error="ValidationError",
        topic="playback-events",
        partition=0,
        offset=1,
        rejected_at=datetime.now(UTC),
        value=b64encode(value).decode(),
        size_bytes=len(value),
    ).encode()


EVENT: PlaybackEvent = playback(listener_id=ANN)


@pytest.mark.parametrize(
    ("topic", "key", "value", "named"),
    [
        (PLAYBACK_EVENTS, ANN.encode(), None, True),
        (PLAYBACK_EVENTS, b"mallory", EVENT.encode(), True),
        (PLAYBACK_EVENTS, b"mallory", EVENT.encode().replace(b"-", rb"\u002d"), True),
        (PLAYBACK_EVENTS, b"mallory", b"no JSON: " + ANN.encode(), True),
        (PLAYBACK_EVENTS, b"mallory", playback(listener_id=f"{ANN}-2").encode(), False),
        (PLAYBACK_EVENTS, b"bob", playback(listener_id="bob").encode(), False),
        (PLAYBACK_EVENTS, b"bob", rb'{"text": "a \"quote\""}', False),
        (REJECTED_EVENTS, b"mallory", letter(EVENT.encode()), True),
        (REJECTED_EVENTS, b"mallory", letter(b"cut off: " + EVENT.encode()[:100]), True),
        (REJECTED_EVENTS, b"bob", letter(playback(listener_id="bob").encode()), False),
        (REJECTED_EVENTS, b"2:1041", None, False),
        (REJECTED_EVENTS, b"bob", b"no letter", False),
    ],
)
def test_a_record_names_a_listener_by_its_key_or_anywhere_in_its_value(
    topic, key, value, named
) -> None:
    assert names(ANN, topic, key, value) is named


def test_without_a_yes_nothing_is_forgotten() -> None:
    result = CliRunner().invoke(app, ["forget", ANN, "--purge"], input="n\n")

    assert result.exit_code == 1
    assert "everybody's older records" in result.output


def test_what_is_no_id_is_a_usage_error() -> None:
    result = CliRunner().invoke(app, ["forget", "a b", "--yes"])

    assert result.exit_code == 2
    assert "listener_id" in result.output
