"""What the owner of the system does when parts of it keep falling."""

from pathlib import Path
from socket import create_server
from threading import Event

import pytest

from streams.errors import BrokerFailed, PortTaken, WorkerDied
from streams.settings import Settings
from streams.stack import Stack

pytestmark = pytest.mark.kafka


@pytest.fixture
def settings(broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("streams.patience.LONGEST_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr("streams.stack.LOOK_SECONDS", 0.05)
    return Settings(broker=broker, state_folder=tmp_path, metrics_port=0)


def test_a_worker_that_keeps_falling_is_started_five_times_and_then_named_with_its_log(
    settings: Settings,
) -> None:
    said: list[str] = []
    commands = {"sessions": ["sh", "-c", "echo no room; exit 3"]}

    with (
        Stack(settings, said.append, commands) as stack,
        pytest.raises(WorkerDied, match=r"sessions keeps ending, last with status 3; see .*\.log"),
    ):
        stack.watch(Event())

    assert len([line for line in said if "ended with status 3; starting it again in" in line]) == 5
    log = settings.state_folder / "logs" / "sessions.log"
    assert log.read_text() == "no room\n" * 6


def test_a_metrics_port_that_another_has_is_named_before_a_worker_starts(
    settings: Settings,
) -> None:
    with create_server(("127.0.0.1", 0)) as others:
        port = others.getsockname()[1]
        settings = settings.model_copy(update={"metrics_port": port})

        with pytest.raises(PortTaken, match=f"port {port} .* tenant; set UPNEXT_METRICS_PORT"):
            Stack(settings, commands={"sessions": ["sleep", "60"]}).__enter__()


def test_the_end_of_the_broker_for_good_ends_the_watch(settings: Settings) -> None:
    failure = BrokerFailed("keeps ending", Path("kafka.log"), "no space left on device")

    with Stack(settings, commands={"sessions": ["sleep", "60"]}) as stack:
        stack._gave_up.append(failure)

        with pytest.raises(BrokerFailed, match="no space left on device"):
            stack.watch(Event())
