"""A container is healthy when its worker takes events."""

import runpy

import pytest
from prometheus_client import CollectorRegistry, Gauge, start_http_server

from tests.ops.files import OPS


@pytest.mark.parametrize(("ready", "says"), [(1, None), (0, "takes no events yet")])
def test_a_worker_is_healthy_once_it_is_ready(
    ready: int, says: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = CollectorRegistry()
    Gauge("upnext_ready", "As the workers have it.", registry=registry).set(ready)
    server, thread = start_http_server(0, addr="127.0.0.1", registry=registry)
    monkeypatch.setenv("UPNEXT_METRICS_PORT", str(server.server_port))

    verdict = healthcheck()

    server.shutdown()
    server.server_close()
    thread.join()
    assert verdict is None if says is None else says in str(verdict)


def test_a_worker_that_does_not_answer_is_not_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPNEXT_METRICS_PORT", "1")

    assert "does not answer" in str(healthcheck())


def healthcheck() -> str | int | None:
    """Run the check as the container does; None is healthy."""
    try:
        runpy.run_path(str(OPS / "healthcheck.py"), run_name="__main__")
    except SystemExit as ended:
        return ended.code
    return None
