from pathlib import Path

import pytest
from pydantic import ValidationError

from streams.settings import Settings


def test_nothing_needs_to_be_set(monkeypatch):
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)

    settings = Settings()

    assert settings.broker == settings.qdrant == "embedded"
    assert settings.state_folder == Path.home() / ".local/state/upnext"


def test_the_environment_overrides_defaults_and_leaves_the_rest(monkeypatch):
    monkeypatch.setenv("UPNEXT_BROKER", "kafka-1:9092,[::1]:9093")
    monkeypatch.setenv("UPNEXT_RANKER__L2", "0.5")

    settings = Settings()

    assert settings.bootstrap == "kafka-1:9092,[::1]:9093"
    assert settings.ranker.l2 == 0.5
    assert settings.ranker.queue_length == 50


def test_the_embedded_broker_is_reached_on_its_port():
    assert Settings(kafka_port=29_093).bootstrap == "127.0.0.1:29093"


def test_folders_mean_the_same_in_every_process(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    settings = Settings(state_folder="here", cache_folder="~/there")

    assert settings.state_folder == tmp_path / "here"
    assert settings.cache_folder == Path.home() / "there"


def test_a_relative_xdg_folder_counts_as_not_set(monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", "somewhere")

    assert Settings().state_folder == Path.home() / ".local/state/upnext"


@pytest.mark.parametrize(
    "name, value, way_out",
    [
        ("broker", "kafka", "host:port"),
        ("broker", "kafka:9092,", "host:port"),
        ("qdrant", "localhost:6333", "http URL"),
        ("kafka_port", "70000", "less than or equal to 65535"),
        ("metrics_port", "http", "integer"),
        ("tenant", "Acme", "1 to 32 of a-z"),
        ("tenant", "acme", "set UPNEXT_TENANT before a process starts"),
        ("partitions", "0", "greater than or equal to 1"),
        ("worker_name", "a b", "pattern"),
        ("log_level", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("linger_seconds", "-1", "greater than or equal to 0"),
    ],
)
def test_a_wrong_value_names_its_setting_and_the_way_out(monkeypatch, name, value, way_out):
    monkeypatch.setenv(f"UPNEXT_{name.upper()}", value)

    with pytest.raises(ValidationError) as refused:
        Settings()

    (fault,) = refused.value.errors()
    assert fault["loc"] == (name,)
    assert way_out in fault["msg"]


def test_a_log_level_may_be_shouted(monkeypatch):
    monkeypatch.setenv("UPNEXT_LOG_LEVEL", "WARNING")

    assert Settings().log_level == "warning"


def test_settings_do_not_change():
    with pytest.raises(ValidationError, match="frozen"):
        Settings().broker = "kafka:9092"


def test_every_setting_says_what_it_is():
    assert all(field.description for field in Settings.model_fields.values())


def test_the_readme_names_every_setting_with_its_default() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()

    for name, field in Settings.model_fields.items():
        row = next(
            line for line in readme.splitlines() if line.startswith(f"| `UPNEXT_{name.upper()}")
        )
        if isinstance(field.default, str | int):
            assert str(field.default) in row
