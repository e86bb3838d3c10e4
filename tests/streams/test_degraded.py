"""A queue that is less than it could be says so, is sensible all the same, and gets well."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, TopicPartition

from embedder.manifest import Manifest, folder_of
from schemas import PlaylistUpdate, TrackInfo, TrackVector, pack_vector
from schemas.topics import INTENTS, PLAYBACK_EVENTS, SESSION_COMMANDS, TRACK_VECTORS
from streams.bench.library import publish, random_tracks
from streams.client import Follower, Publisher
from streams.feeds.degradation import Degradation
from streams.feeds.library_feed import LibraryFeed
from streams.feeds.words_watch import WordsWatch
from streams.kafka.admin import create_topics, wait_for_broker
from streams.kafka.broker import broker_for
from streams.kafka.home import Home
from streams.kafka.ports import free_port
from streams.session_client import Session
from streams.settings import Settings
from streams.stack import Stack, worker_commands
from streams.work.messages import Message
from streams.work.sessions import WAITING_SECONDS, Sessions
from streams.work.tables import Tables
from tests.factories import TRACKS, intent, library, moment, start

RANKING = """
import sys
import streams.agents.sessions, streams.feeds.degradation, streams.feeds.library_feed
import streams.feeds.words_watch
import streams.transactions.worker, streams.work.sessions
print(*sorted(name for name in sys.modules if "qdrant" in name or name == "embedder.index"))
"""
"""All that a sessions worker imports, under either engine."""

NOW = moment(5_000).timestamp()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A broker of these tests' own, for it is made to stand still."""
    folder = tmp_path_factory.mktemp("degraded")
    settings = Settings(broker="embedded", state_folder=folder, kafka_port=0)
    with broker_for(settings) as bootstrap:
        create_topics(settings.model_copy(update={"broker": bootstrap}))
        yield Home(folder)


@pytest.fixture
def bootstrap(home: Home) -> str:
    running = home.running()
    assert running is not None
    return running.bootstrap


def pid_of(home: Home) -> int:
    running = home.running()
    assert running is not None
    return running.pid


def vector(space: str, track_id: str) -> TrackVector:
    return TrackVector(
        track_id=track_id,
        info=TrackInfo(title="Quartz Sail"),
        uri="a.ogg",
        content="c1",
        space=space,
        vector=pack_vector([0.6, 0.8]),
    )


def eventually(true: Callable[[], bool], seconds: float = 30) -> bool:
    until = monotonic() + seconds
    while not true() and monotonic() < until:
        sleep(0.05)
    return true()


def ranked(work: Sessions, partition: int = 0, sent_at: float = NOW) -> PlaylistUpdate:
    event = start(*TRACKS)
    message = Message(
        SESSION_COMMANDS.name, partition, 1, event.listener_id.encode(), event.encode(), sent_at
    )
    tables = Tables({}, {})
    work.take(message, tables)
    (output,) = work.answers(tables)
    return PlaylistUpdate.model_validate_json(output.value)


def test_an_update_says_what_is_not_as_it_should_be_and_its_queue_is_the_same() -> None:
    well = Sessions(library, clock=lambda: NOW)
    ill = Sessions(
        library,
        degraded=lambda partition: ["library-stale"] if partition == 3 else [],
        clock=lambda: NOW,
    )

    update = ranked(ill, partition=3)

    assert update.degraded == ("library-stale",)
    assert update.slots
    assert update.ranked == ranked(well).ranked
    assert ranked(ill, partition=2).degraded == ()


def test_a_worker_that_is_behind_says_so() -> None:
    work = Sessions(library, clock=lambda: NOW)

    late = ranked(work, sent_at=NOW - WAITING_SECONDS - 1)

    assert late.degraded == ("events-waiting",)
    assert ranked(work, sent_at=NOW - 1).degraded == ()


def test_ranking_never_asks_qdrant() -> None:
    asked = subprocess.run(
        [sys.executable, "-c", RANKING], capture_output=True, text=True, check=True, timeout=120
    )

    assert asked.stdout.split() == []


@pytest.mark.kafka
def test_a_library_is_stale_while_the_broker_stands_still_and_follows_again_after(
    home: Home, bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.feeds.track_feed.STALE_SECONDS", 4.0)
    monkeypatch.setattr("streams.feeds.track_feed.LOOK_SECONDS", 0.5)
    space = f"space-{uuid4().hex[:8]}"
    publisher = Publisher(bootstrap)
    publisher.publish(TRACK_VECTORS, vector(space, "t1"))
    feed = LibraryFeed(bootstrap, space=space, dimension=2)
    reasons = Degradation(feed, WordsWatch(bootstrap, "unasked"))
    feed.start()
    assert eventually(lambda: list(reasons(0)) == [])
    pid = pid_of(home)

    os.kill(pid, signal.SIGSTOP)
    assert eventually(lambda: list(reasons(0)) == ["library-stale"])
    assert feed.library.track_ids == ("t1",), "what was known stays"
    os.kill(pid, signal.SIGCONT)

    wait_for_broker(bootstrap, seconds=20)
    publisher.publish(TRACK_VECTORS, vector(space, "t2"))
    assert eventually(lambda: feed.library.track_ids == ("t1", "t2"))
    assert eventually(lambda: list(reasons(0)) == [])
    feed.stop()


@pytest.mark.kafka
def test_words_that_nobody_understands_are_known_to_wait_in_their_partition_alone(
    bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.feeds.words_watch.WAITING_SECONDS", 1.0)
    monkeypatch.setattr("streams.feeds.words_watch.LOOK_SECONDS", 0.3)
    group = f"words-{uuid4().hex[:8]}"
    words = intent("something calm")
    Publisher(bootstrap).publish(INTENTS, words)
    watch = WordsWatch(bootstrap, group)
    watch.start()

    assert eventually(lambda: any(map(watch.is_waiting, range(4))))
    (partition,) = filter(watch.is_waiting, range(4))
    understood = Consumer({"bootstrap.servers": bootstrap, "group.id": group})
    end = understood.get_watermark_offsets(TopicPartition(INTENTS.name, partition), timeout=10)[1]
    understood.commit(offsets=[TopicPartition(INTENTS.name, partition, end)], asynchronous=False)
    understood.close()

    assert eventually(lambda: not watch.is_waiting(partition))
    watch.stop()


@pytest.fixture
def session(
    bootstrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Stack, Follower, Session]]:
    """A listener of a sessions worker whose Qdrant is nowhere."""
    monkeypatch.setenv("UPNEXT_LEAST_COVERAGE", "0")
    space = Manifest.read(folder_of("small"))
    publisher = Publisher(bootstrap)
    publish(random_tracks(20, space), publisher)
    nowhere = f"http://127.0.0.1:{free_port()}"
    settings = Settings(
        broker=bootstrap, qdrant=nowhere, state_folder=tmp_path, kafka_port=0, metrics_port=0
    )
    with (
        Stack(settings, commands=worker_commands("sessions")) as stack,
        Follower(bootstrap) as follower,
    ):
        stack.wait_until_ready()
        yield stack, follower, Session(publisher, follower, listener_id=f"ann-{uuid4().hex[:8]}")


@pytest.mark.slow
@pytest.mark.kafka
def test_a_session_goes_on_after_the_broker_stood_still_and_after_it_was_killed(
    home: Home, session: tuple[Stack, Follower, Session]
) -> None:
    stack, follower, ann = session
    playlist = [f"bench-{number:04d}" for number in range(10)]
    ann.start(playlist)

    first = pid_of(home)
    os.kill(first, signal.SIGSTOP)
    sleep(2)
    os.kill(first, signal.SIGCONT)
    stood_still = ann.play(playlist[0], "completed", position_seconds=12.0, duration_seconds=12.0)
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: home.running() is not None and pid_of(home) != first)
    wait_for_broker(stack.settings.bootstrap, seconds=30)
    killed = ann.playback(playlist[1], "skipped", position_seconds=0.3, duration_seconds=12.0)
    Publisher(stack.settings.bootstrap).publish(PLAYBACK_EVENTS, killed)
    update = answer(stack, follower, killed.event_id)

    assert stood_still.update.slots
    assert update.slots
    assert playlist[1] not in {slot.track_id for slot in update.slots}


def answer(stack: Stack, follower: Follower, event_id: str) -> PlaylistUpdate:
    """Wait for an update while the stack's owner looks after its workers."""
    stop = Event()
    watcher = Thread(target=stack.watch, args=(stop,))
    watcher.start()
    try:
        return follower.answer_to(event_id, seconds=90)
    finally:
        stop.set()
        watcher.join()
