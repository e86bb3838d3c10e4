"""One running system for the tests that need it: real broker, real workers, the real catalogue."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from testcontainers.community.kafka import KafkaContainer
from testcontainers.community.qdrant import QdrantContainer

import catalogue as shipped
from embedder.folder import read_folder
from embedder.space import Space
from schemas import Track, TrackInfo
from streams.cli.common import catalogue
from streams.client import Follower, Publisher
from streams.embedders.embedding import Job
from streams.embedders.indexing import index_tracks, track_of
from streams.kafka.admin import create_topics
from streams.kafka.broker import broker_for
from streams.session_client import Session
from streams.settings import Settings
from streams.stack import Stack

os.environ.setdefault("UPNEXT_SESSION_TIMEOUT_SECONDS", "6")  # tests wait for it to pass

AUDIO = Path(shipped.__file__).parent / "audio"


SERVERS = ["embedded", pytest.param("containers", marks=pytest.mark.docker)]


def docker_trouble() -> str | None:
    """Return what keeps containers from running here, None for nothing."""
    try:
        asked = subprocess.run(["docker", "info"], capture_output=True, text=True, timeout=20)
    except FileNotFoundError:
        return "the docker command is not installed"
    return asked.stderr.strip()[:200] or "it does not answer" if asked.returncode else None


@pytest.fixture(scope="session", params=SERVERS)
def servers(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Settings of the servers to run against: our own, and real ones where Docker is."""
    if request.param == "embedded":
        yield {}
        return
    if trouble := docker_trouble():
        pytest.skip(f"no Docker engine: {trouble}")
    with (
        KafkaContainer("confluentinc/cp-kafka:7.9.0").with_kraft() as kafka,
        QdrantContainer("qdrant/qdrant:v1.19.1") as qdrant,
    ):
        yield {
            "broker": kafka.get_bootstrap_server(),
            "qdrant": f"http://{qdrant.rest_host_address}",
        }


CONFORMANCE = {"test_following", "test_bad_events", "test_restart"}
"""Modules whose tests hold under every engine."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of a running system under Faust, and those of conformance under both."""
    if "engine" in metafunc.fixturenames:
        module = metafunc.module.__name__.rpartition(".")[2]
        engines = ["faust", "transactions"] if module in CONFORMANCE else ["faust"]
        metafunc.parametrize("engine", engines, scope="session")


@pytest.fixture(scope="session")
def stack(
    engine: str, servers: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """Broker and workers on a state folder of their own, with the shipped catalogue indexed."""
    folder = tmp_path_factory.mktemp("state")
    settings = Settings(state_folder=folder, kafka_port=0, metrics_port=0, engine=engine, **servers)
    with Stack(settings) as running:
        bootstrap = running.settings.bootstrap
        space = Space.load("small")
        files = [track_of(file) for file in read_folder(AUDIO).files]
        indexed = list(index_tracks(files, Job(bootstrap, space.hash, lambda: space)))
        running.wait_until_ready()
        running.wait_for_tracks(len(indexed))
        yield running


@pytest.fixture(scope="session")
def tracks(stack: Stack) -> dict[str, TrackInfo]:
    """What is known of every track of the running system."""
    return catalogue(stack.settings)


@pytest.fixture(scope="session")
def publisher(stack: Stack) -> Publisher:
    return Publisher(stack.settings.bootstrap)


@pytest.fixture
def follower(stack: Stack) -> Iterator[Follower]:
    with Follower(stack.settings.bootstrap) as follower:
        yield follower


@pytest.fixture
def session(publisher: Publisher, follower: Follower, request: pytest.FixtureRequest) -> Session:
    return Session(publisher, follower, listener_id=f"ann-{abs(hash(request.node.name))}")


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Track]:
    """Every fifth piece of the shipped catalogue, in a folder of their own."""
    folder = tmp_path_factory.mktemp("clips")
    for path in sorted(AUDIO.glob("*"))[::5]:
        shutil.copy(path, folder)
    return [track_of(file) for file in read_folder(folder).files]


@pytest.fixture(scope="session")
def quiet_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker with nothing on it but what the tests of spaces put there: always `clips`."""
    folder = tmp_path_factory.mktemp("quiet")
    settings = Settings(state_folder=folder, kafka_port=0, metrics_port=0)
    with broker_for(settings) as bootstrap:
        create_topics(settings.model_copy(update={"broker": bootstrap}))
        yield bootstrap
