"""`upnext gateway` as a process of its own: it comes up, says what it misses, and ends in peace."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from streams.cli.app import app
from streams.cli.run import require_free
from streams.errors import AddressTaken
from streams.kafka.ports import free_port

pytestmark = pytest.mark.kafka


@contextmanager
def gateway(
    broker: str, folder: Path, *options: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "streams", "gateway", "--port", str(port), *options],
        env={
            **os.environ,
            "UPNEXT_BROKER": broker,
            "UPNEXT_STATE_FOLDER": str(folder),
            "UPNEXT_METRICS_PORT": "0",
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()


def ready(address: str, seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return True
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    return False


def test_a_gateway_comes_up_serves_the_page_and_ends_in_peace_though_it_is_followed(
    broker: str, tmp_path: Path
) -> None:
    with gateway(broker, tmp_path, "--player") as (process, address):
        assert ready(address)
        told = httpx.post(f"{address}/v1/sessions", json={"listener_id": "ann"}).json()
        path = f"{address}/v1/sessions/{told['session_id']}/updates"
        with httpx.stream("GET", path, params={"listener": "ann"}) as stream:
            page = httpx.get(f"{address}/player", follow_redirects=True)
            front = httpx.get(address, follow_redirects=True)
            process.send_signal(signal.SIGTERM)
            rest = stream.read()
        status = process.wait(20)

    assert page.status_code == 200
    assert str(page.url) == str(front.url) == f"{address}/player/"
    assert rest.startswith(b": keep-alive")
    assert status == 0


def test_without_a_broker_it_says_so(tmp_path: Path) -> None:
    with gateway("127.0.0.1:1", tmp_path, "--no-wait") as (process, _):
        _, said = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "no answer from the broker '127.0.0.1:1'" in said


def test_open_to_the_world_without_keys_it_does_not_start(broker: str, tmp_path: Path) -> None:
    with gateway(broker, tmp_path, "--host", "0.0.0.0") as (process, _):
        _, said = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "upnext keys add NAME" in said


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(AddressTaken, match=f"127.0.0.1:{port}.*UPNEXT_GATEWAY_PORT"):
            require_free("127.0.0.1", port)


def test_keys_without_a_file_are_a_usage_error() -> None:
    found = CliRunner().invoke(app, ["keys", "list"])

    assert found.exit_code == 2
    assert "UPNEXT_GATEWAY_KEYS" in found.output
