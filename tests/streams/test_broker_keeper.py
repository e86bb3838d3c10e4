"""The embedded broker while its owner runs: what ends it, and what then."""

import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from schemas.topics import TRACK_VECTORS
from streams.client import Publisher
from streams.errors import BrokerFailed, BrokerStuck, BrokerUnavailable
from streams.kafka.admin import answers, count_messages, create_topics, wait_for_broker
from streams.kafka.broker import broker_for
from streams.kafka.home import Home
from streams.kafka.keeper import Keeper
from streams.kafka.process import Logged
from streams.settings import Settings


class Owned:
    """A broker of this process: its address, and what was said of it."""

    def __init__(self, bootstrap: str, home: Home, said: list[str]) -> None:
        self.bootstrap = bootstrap
        self.home = home
        self.said = said

    @property
    def pid(self) -> int:
        running = self.home.running()
        assert running is not None
        return running.pid

    def says(self, part: str) -> bool:
        return any(part in line for line in self.said)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owned]:
    said: list[str] = []
    folder = tmp_path_factory.mktemp("owned")
    settings = Settings(broker="embedded", state_folder=folder, kafka_port=0)
    with broker_for(settings, say=said.append) as bootstrap:
        create_topics(settings.model_copy(update={"broker": bootstrap}))
        yield Owned(bootstrap, Home(folder), said)


@pytest.fixture
def owned(running: Owned) -> Owned:
    running.said.clear()
    return running


def eventually(true: Callable[[], bool], seconds: float = 40) -> bool:
    until = monotonic() + seconds
    while not true() and monotonic() < until:
        sleep(0.05)
    return true()


def produce(bootstrap: str, count: int, size: int = 100) -> None:
    publisher = Publisher(bootstrap)
    for number in range(count):
        publisher.send_raw(TRACK_VECTORS.name, f"a/{number}".encode(), os.urandom(size))
    publisher.flush()


def started(folder: Path, script: str) -> Logged:
    return Logged.start(["sh", "-c", script], folder=folder, log=folder / "kafka.log")


def took(bootstrap: str, count: int) -> bool:
    try:
        produce(bootstrap, count)
    except BrokerUnavailable:
        return False
    return True


def counted(bootstrap: str) -> int | None:
    """How many messages the broker holds, None while it cannot say."""
    try:
        return count_messages(bootstrap, TRACK_VECTORS)
    except BrokerUnavailable:
        return None


@pytest.mark.kafka
def test_a_broker_that_is_killed_comes_back_under_its_address_with_its_data(owned: Owned) -> None:
    produce(owned.bootstrap, 5)
    before = count_messages(owned.bootstrap, TRACK_VECTORS)
    first = owned.pid

    os.kill(first, signal.SIGKILL)

    assert eventually(lambda: owned.says("answers again"))
    assert owned.says("ended with status -9; starting it again")
    assert answers(owned.bootstrap)
    assert owned.pid != first
    assert count_messages(owned.bootstrap, TRACK_VECTORS) == before


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process that runs")
def test_a_broker_whose_disk_is_full_ends_and_keeps_what_it_took(owned: Owned) -> None:
    """No file can grow: what a full disk does to a broker, without one. Its successor has room."""
    produce(owned.bootstrap, 5)
    before = count_messages(owned.bootstrap, TRACK_VECTORS)
    resource.prlimit(owned.pid, resource.RLIMIT_FSIZE, (1_000, 1_000))

    assert eventually(lambda: took(owned.bootstrap, 20))

    assert owned.says("ended with status")
    assert owned.says("answers again")
    assert count_messages(owned.bootstrap, TRACK_VECTORS) >= before + 20


@pytest.mark.slow
@pytest.mark.kafka
def test_a_broker_that_stands_still_is_waited_for_and_goes_on(owned: Owned) -> None:
    before = count_messages(owned.bootstrap, TRACK_VECTORS)
    os.kill(owned.pid, signal.SIGSTOP)
    begun = monotonic()

    assert not answers(owned.bootstrap)
    with pytest.raises(BrokerUnavailable):
        count_messages(owned.bootstrap, TRACK_VECTORS)
    assert monotonic() - begun < 30, "no wait without an end"

    os.kill(owned.pid, signal.SIGCONT)
    # A broker that slept long was fenced by its own controller, and leads nothing for a moment.
    assert eventually(lambda: counted(owned.bootstrap) == before)
    assert not owned.said


def test_a_broker_that_keeps_ending_is_given_up_with_the_end_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.patience.LONGEST_PAUSE_SECONDS", 0.1)
    failures: list[BrokerFailed] = []
    said: list[str] = []
    script = "echo no space left on device; exit 1"

    with Keeper(lambda: started(tmp_path, script), lambda _: None, said.append, failures.append):
        assert eventually(lambda: bool(failures))

    assert failures[0].last_lines == "no space left on device"
    assert len([line for line in said if "starting it again" in line]) == 5


def test_who_stops_in_the_middle_of_a_restart_leaves_nothing_running(tmp_path: Path) -> None:
    brokers: list[Logged] = []

    def launch() -> Logged:
        brokers.append(started(tmp_path, "sleep 1" if not brokers else "sleep 60"))
        return brokers[-1]

    def answering(broker: Logged) -> None:
        while broker is not brokers[0]:
            broker.require_running()
            sleep(0.05)

    with Keeper(launch, answering, lambda _: None, lambda _: None):
        assert eventually(lambda: len(brokers) == 2)

    assert all(broker.process.poll() is not None for broker in brokers)


def test_a_record_that_nobody_lets_go_of_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.kafka.home.END_SECONDS", 0.3)
    home = Home(tmp_path)
    home.folder.mkdir()

    with (
        home.recording(),
        pytest.raises(BrokerStuck, match="UPNEXT_STATE_FOLDER"),
        home.recording(),
    ):
        pass


@pytest.mark.kafka
def test_a_record_that_was_given_up_before_the_flush_is_not_taken_for_sent(owned: Owned) -> None:
    publisher = Publisher(owned.bootstrap, patience_seconds=2.0)
    publisher.send_raw(TRACK_VECTORS.name, b"a/met", b"1")
    publisher.flush()
    os.kill(owned.pid, signal.SIGSTOP)
    publisher.send_raw(TRACK_VECTORS.name, b"a/lost", b"1")
    sleep(3)

    with pytest.raises(BrokerUnavailable, match="1 records were not taken"):
        publisher.flush()

    os.kill(owned.pid, signal.SIGCONT)
    wait_for_broker(owned.bootstrap, seconds=20)
    publisher.send_raw(TRACK_VECTORS.name, b"a/taken", b"1")
    publisher.flush()
