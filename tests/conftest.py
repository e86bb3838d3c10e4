"""What more than one package's tests share: one broker for the whole run, patient properties."""

import os
import re
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from xdist.scheduler import LoadScopeScheduling

from streams.kafka.admin import create_topics
from streams.kafka.broker import broker_for
from streams.settings import Settings

# Tables are as wide as their tests say, not as the terminal that a runner of tests claims to have.
os.environ.pop("COLUMNS", None)

# How fast an example runs says something about the machine, nothing about the law.
hypothesis.settings.register_profile("upnext", deadline=None)
hypothesis.settings.load_profile("upnext")


class Together(LoadScopeScheduling):
    """Where tests run side by side, has one process run those that share what is slow to make.

    These are the tests of a file, and those of all files that ask one running system.
    """

    def _split_scope(self, nodeid: str) -> str:
        system = re.search(r"\[(faust|transactions)-(embedded|containers)", nodeid)
        return system[0] if system else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """Return what deals the tests out."""
    return Together(config, log)


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
