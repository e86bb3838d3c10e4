"""A real Apache Kafka in a process of our own: KRaft, one node, loopback only."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from subprocess import TimeoutExpired
from time import monotonic, sleep
from typing import IO
from uuid import uuid4

from streams.errors import BrokerFailed, BrokerUnavailable
from streams.kafka.admin import answers
from streams.kafka.home import Home, Running
from streams.kafka.jars import VERSION, Say, kafka_jars
from streams.kafka.keeper import Keeper
from streams.kafka.ports import LOOPBACK, free_port, listening, require_free
from streams.kafka.process import Logged, java_command
from streams.kafka.properties import server_properties
from streams.settings import Settings

READY_SECONDS = 60.0
"""How long the broker may take to format its storage, and to answer; usually two seconds."""
JOIN_SECONDS = 180.0
"""How long to wait for a broker that another process is starting, its download included."""
POLL_SECONDS = 0.05

PROPERTIES = "server.properties"


@contextmanager
def embedded_broker(
    settings: Settings, say: Say, gave_up: Callable[[BrokerFailed], None]
) -> Iterator[str]:
    """Start the broker of a state folder, or join it where another process has started it.

    Yields its address. Whoever started it starts it again if it ends, and stops it; the data
    stays for the next start.

    Parameters
    ----------
    gave_up : told when it keeps ending and is not started again

    Raises
    ------
    EmbeddedMissing, JarsUnavailable
        The program cannot be had.
    PortTaken
        Another program listens on `settings.kafka_port`.
    BrokerFailed
        It ended or did not answer; shows the end of its log.
    BrokerStuck
        The broker of an earlier owner cannot be ended.
    BrokerUnavailable
        Another process holds the state folder, and its broker does not answer.

    """
    home = Home(settings.state_folder)
    home.folder.mkdir(parents=True, exist_ok=True)
    until = monotonic() + JOIN_SECONDS
    while True:
        with home.owning() as owned:
            if owned:
                with _started(home, settings, say, gave_up) as bootstrap:
                    yield bootstrap
                return
        if (found := home.running()) and answers(found.bootstrap):
            say(f"joining the broker {found.bootstrap}, which another process has started")
            yield found.bootstrap
            return
        if monotonic() > until:
            reason = f"another process holds {home.folder}, and its broker does not answer"
            raise BrokerUnavailable(settings.bootstrap, reason)
        sleep(POLL_SECONDS)


@contextmanager
def _started(
    home: Home, settings: Settings, say: Say, gave_up: Callable[[BrokerFailed], None]
) -> Iterator[str]:
    """Start the broker of a home that is ours, keep it running, and stop it in the end."""
    home.end_left_behind()
    port = settings.kafka_port or free_port()
    require_free(port)
    jars = kafka_jars(settings.cache_folder, say)
    keeper = Keeper(
        partial(_launched, home, jars, port), partial(_wait_until_ready, port), say, gave_up
    )
    with keeper as seconds:
        bootstrap = f"{LOOPBACK}:{port}"
        say(f"Apache Kafka {VERSION} answers on {bootstrap} after {seconds:.1f} s")
        yield bootstrap


def _launched(home: Home, jars: Path, port: int) -> Logged:
    """Start the broker's process, on the data that are there."""
    require_free(port)
    with home.recording() as record:
        (home.folder / PROPERTIES).write_text(server_properties(port, free_port()))
        if not home.is_formatted:
            _format(home, jars, record)
        broker = _launch(home, record, java_command(jars, "kafka.Kafka", PROPERTIES))
        home.record(record, Running(broker.process.pid, port))
    return broker


def _launch(home: Home, record: IO[str], command: list[str]) -> Logged:
    return Logged.start(command, folder=home.folder, log=home.log, keep=record)


def _format(home: Home, jars: Path, record: IO[str]) -> None:
    """Make room for the data: once, with Kafka's own tool."""
    cluster = urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")
    # "=", for an id may begin with a dash.
    arguments = ("format", f"--cluster-id={cluster}", "--config", PROPERTIES)
    tool = _launch(home, record, java_command(jars, "kafka.tools.StorageTool", *arguments))
    try:
        status = tool.process.wait(READY_SECONDS)
    except TimeoutExpired:
        raise tool.failed(f"did not format its storage in {READY_SECONDS:.0f} s") from None
    finally:
        tool.stop()
    if status:
        raise tool.failed("could not format its storage")


def _wait_until_ready(port: int, broker: Logged) -> None:
    """Return when the broker answers; raises BrokerFailed."""
    until = monotonic() + READY_SECONDS
    # The port first: the client would complain on stderr about each refused connection.
    while not (listening(port) and answers(f"{LOOPBACK}:{port}")):
        broker.require_running()
        if monotonic() > until:
            raise broker.failed(f"does not answer after {READY_SECONDS:.0f} s")
        sleep(POLL_SECONDS)
