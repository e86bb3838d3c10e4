"""One running system for the tests that need it: real broker, real workers, the real catalogue."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from testcontainers.community.kafka import KafkaContainer
from testcontainers.community.qdrant import QdrantContainer

import catalogue
from embedder.folder import read_folder
from embedder.space import Space
from schemas import TrackInfo, TrackVector
from schemas.topics import TRACK_VECTORS
from streams.client import Follower, Publisher
from streams.compacted import read_all
from streams.indexing import index_files
from streams.session_client import Session
from streams.settings import Settings
from streams.stack import Stack

AUDIO = Path(catalogue.__file__).parent / "audio"


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
        QdrantContainer("qdrant/qdrant:v1.15.4") as qdrant,
    ):
        yield {
            "broker": kafka.get_bootstrap_server(),
            "qdrant": f"http://{qdrant.rest_host_address}",
        }


@pytest.fixture(scope="session")
def stack(servers: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Broker and workers on a state folder of their own, with the shipped catalogue indexed."""
    folder = tmp_path_factory.mktemp("state")
    settings = Settings(state_folder=folder, kafka_port=0, metrics_port=0, **servers)
    with Stack(settings) as running:
        bootstrap = running.settings.bootstrap
        space = Space.load("small")
        files = read_folder(AUDIO).files
        outcomes = list(index_files(files, space.manifest, lambda: space, bootstrap))
        running.wait_until_ready()
        running.wait_for_tracks(len(outcomes))
        yield running


@pytest.fixture(scope="session")
def tracks(stack: Stack) -> dict[str, TrackInfo]:
    """What is known of every track of the running system."""
    found = read_all(stack.settings.bootstrap, TRACK_VECTORS, TrackVector)
    return {track_id: track.info for track_id, track in sorted(found.items())}


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
