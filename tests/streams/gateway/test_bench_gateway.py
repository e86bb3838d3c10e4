"""The benchmark of the gateway, on a small load: every event is answered, every part is counted."""

from pathlib import Path

import pytest

from streams.bench.gateway import Load, bench_gateway
from streams.settings import Settings

pytestmark = pytest.mark.kafka


@pytest.mark.slow
def test_every_event_is_answered_and_every_part_is_counted(tmp_path: Path) -> None:
    settings = Settings(state_folder=tmp_path, kafka_port=0, metrics_port=0, engine="transactions")
    load = Load(rates=(20,), seconds=1.0, warm_up_seconds=0.5, listeners=5, queue=10, followers=120)

    figures = bench_gateway(settings, load, lambda _: None)

    measured = figures["at_20"]
    assert measured["errors"] == 0
    assert 0 < measured["p50_ms"] <= measured["p90_ms"] <= measured["p99_ms"]
    assert measured["accepted"]["p50_ms"] < measured["p50_ms"]
    assert set(measured["cpu_ms_per_event"]) == {"broker", "gateway", "sessions"}
    assert figures["followers"]["count"] == 120
    assert figures["followers"]["errors"] == 0
