"""The containers are given settings that exist, and files that are there."""

import os
import re
from typing import Any

import pytest

from streams.settings import Settings
from streams.workers import WORKERS as ALL_WORKERS
from tests.ops.files import OPS, ROOT, read_yaml

COMPOSE: dict[str, Any] = read_yaml(ROOT / "docker-compose.yml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
WORKERS = sorted(ALL_WORKERS)
SCRAPED = [*WORKERS, "gateway"]
OURS = [*SCRAPED, "topics"]


def by_default(text: str) -> str:
    """Return a text with its variables as they are when nobody sets them."""
    return re.sub(r"\$\{\w+:-(.*?)\}", r"\1", text)


VOLUMES = [
    by_default(volume) for service in SERVICES.values() for volume in service.get("volumes", ())
]


def test_there_is_a_service_for_every_worker() -> None:
    commands = {name: SERVICES[name]["command"] for name in WORKERS}

    assert commands == {name: ["worker", name] for name in WORKERS}


def test_topics_are_created_before_any_worker_starts() -> None:
    waits = {name: SERVICES[name]["depends_on"]["topics"]["condition"] for name in WORKERS}

    assert set(waits.values()) == {"service_completed_successfully"}
    assert SERVICES["topics"]["command"] == ["topics", "--create"]
    assert SERVICES["topics"]["depends_on"]["kafka"]["condition"] == "service_healthy"


@pytest.mark.parametrize("name", OURS)
def test_a_service_sets_settings_that_exist_to_values_that_they_take(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = SERVICES[name]["environment"]
    environment = {variable: by_default(value) for variable, value in given.items()}
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)

    settings = Settings()

    assert {variable: _given(settings, variable) for variable in environment} == environment


def test_a_service_of_ours_serves_its_metrics_where_prometheus_asks() -> None:
    asked = {
        (host, source["port"])
        for job in read_yaml(OPS / "prometheus.yml")["scrape_configs"]
        for source in job["dns_sd_configs"]
        for host in source["names"]
    }

    served = {(name, int(SERVICES[name]["environment"]["UPNEXT_METRICS_PORT"])) for name in SCRAPED}

    assert asked == served


def test_clients_in_containers_and_on_the_host_are_sent_to_an_address_they_reach() -> None:
    kafka = SERVICES["kafka"]["environment"]
    advertised = dict(re.findall(r"(\w+)://([\w.]+:\d+)", kafka["KAFKA_ADVERTISED_LISTENERS"]))
    inside, outside = advertised["CONTAINERS"], advertised["HOST"]

    assert inside == SERVICES["sessions"]["environment"]["UPNEXT_BROKER"]
    assert SERVICES["kafka"]["ports"] == [f"127.0.0.1:{outside.split(':')[1]}:19092"]


def test_nothing_is_published_beyond_this_machine() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]

    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_the_gateway_asks_for_keys_and_serves_the_files_that_the_embed_worker_reads() -> None:
    given = SERVICES["gateway"]["environment"]
    (state, music) = SERVICES["gateway"]["volumes"]

    assert given["UPNEXT_GATEWAY_KEYS"].startswith(state.split(":")[1] + "/")
    assert music == SERVICES["embed"]["volumes"][0]
    assert given["UPNEXT_GATEWAY_MUSIC"] == music.split(":")[-2]


def test_every_image_of_others_is_pinned_in_one_place() -> None:
    images = {service["image"] for service in SERVICES.values() if "build" not in service}

    assert images == set(COMPOSE["x-images"].values())
    assert all(re.search(r":v?\d+\.\d+\.\d+$", image) for image in images)


def test_every_file_that_is_mounted_is_there() -> None:
    sources = [volume.split(":")[0] for volume in VOLUMES]
    files = [source for source in sources if source.startswith("./")]

    assert [file for file in files if not (ROOT / file).exists()] == []
    assert {source for source in sources if source not in files} == set(COMPOSE["volumes"])


def test_grafana_finds_the_dashboard_where_it_is_mounted() -> None:
    (provider,) = read_yaml(OPS / "grafana/provisioning/dashboards/upnext.yml")["providers"]
    folder = provider["options"]["path"]

    assert f"./ops/grafana/dashboards:{folder}:ro" in SERVICES["grafana"]["volumes"]
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == f"{folder}/upnext.json"


def _given(settings: Settings, variable: str) -> str:
    value = getattr(settings, variable.removeprefix("UPNEXT_").lower())
    return os.pathsep.join(map(str, value)) if isinstance(value, tuple) else str(value)
