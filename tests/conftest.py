"""What more than one package's tests share: one broker for the whole run, patient properties."""

import os
from collections.abc import Iterator

import hypothesis
import pytest

from streams.kafka.admin import create_topics
from streams.kafka.broker import broker_for
from streams.settings import Settings

# Tables are as wide as their tests say, not as the terminal that a runner of tests claims to have.
os.environ.pop("COLUMNS", None)

# How fast an example runs says something about the machine, nothing about the law.
hypothesis.settings.register_profile("upnext", deadline=None)
hypothesis.settings.load_profile("upnext")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what shares a fixture, where tests run side by side: files, running systems."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        engine = item.callspec.params["engine"] if "stack" in names else None  # type: ignore[attr-defined]
        item.add_marker(pytest.mark.xdist_group(engine or str(item.path)))


@pytest.fixture(scope="session")
def broker_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of the run's own broker, which has all topics."""
    folder = tmp_path_factory.mktemp("broker")
    settings = Settings(broker="embedded", state_folder=folder, kafka_port=0, metrics_port=0)
    with broker_for(settings) as bootstrap:
        settings = settings.model_copy(update={"broker": bootstrap})
        create_topics(settings)
        yield settings


@pytest.fixture(scope="session")
def broker(broker_settings: Settings) -> str:
    """Address of the run's own broker; tests keep apart by their listeners' ids."""
    return broker_settings.bootstrap
