"""Keys are known by their hashes, and a changed file counts at once."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from streams.errors import NoSuchKey, UnreadableKeys
from streams.gateway.keys import Key, KeyRing, make_key, read_keys, without, write_keys

NOON = datetime(2026, 5, 10, 12, tzinfo=UTC)


def made(name: str = "shop", tenant: str = "", hours: float | None = None) -> tuple[str, Key]:
    ends = None if hours is None else NOON + timedelta(hours=hours)
    return make_key(name, ("read", "send"), tenant=tenant, now=NOON, expires_at=ends)


class Clock:
    """Seconds, as a test sets them."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 1
        return self.seconds


def ring(path: Path, tenant: str = "") -> KeyRing:
    return KeyRing(path, tenant, clock=Clock())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def test_a_key_is_known_and_only_its_hash_is_kept(path: Path) -> None:
    shown, key = made()
    write_keys(path, [key])

    assert ring(path).find(shown, NOON) == key
    assert shown.rpartition("_")[2] not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0


def test_a_wrong_secret_a_wrong_id_and_no_key_at_all_are_refused(path: Path) -> None:
    shown, key = made()
    write_keys(path, [key])
    keys = ring(path)

    for wrong in (shown[:-1], f"{shown}x", shown.replace(key.id, "0" * 8), "upk__", "upk", ""):
        assert keys.find(wrong, NOON) is None


def test_another_tenants_key_does_not_work(path: Path) -> None:
    shown, key = made(tenant="acme")
    write_keys(path, [key])

    assert ring(path, "acme").find(shown, NOON) == key
    assert ring(path, "other").find(shown, NOON) is None


def test_a_key_ends_when_it_says(path: Path) -> None:
    shown, key = made(hours=1)
    write_keys(path, [key])
    keys = ring(path)

    assert keys.find(shown, NOON + timedelta(minutes=59)) == key
    assert keys.find(shown, NOON + timedelta(hours=1)) is None


def test_keys_are_exchanged_without_a_restart(path: Path) -> None:
    old, old_key = made("old")
    write_keys(path, [old_key])
    keys = ring(path)
    new, new_key = made("new")

    write_keys(path, [old_key, new_key])
    both = keys.find(old, NOON), keys.find(new, NOON)
    write_keys(path, without(read_keys(path), old_key.id))

    assert both == (old_key, new_key)
    assert keys.find(old, NOON) is None
    assert not keys.holds(old_key, NOON)
    assert keys.find(new, NOON) == new_key


def test_a_file_that_is_broken_while_the_gateway_runs_leaves_the_keys_as_they_were(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shown, key = made()
    write_keys(path, [key])
    keys = ring(path)

    path.write_text('[{"id": "half')

    assert keys.find(shown, NOON) == key
    assert "the keys stay as they were" in caplog.text


def test_a_file_that_is_broken_at_the_start_names_itself_and_not_its_secrets(path: Path) -> None:
    _, key = made()
    record = key.model_dump(mode="json") | {"scopes": ["all"], "digest": "5ec7e7"}
    path.write_text(json.dumps([record]))

    with pytest.raises(UnreadableKeys, match=r"keys\.json.*digest") as refused:
        ring(path)
    assert "5ec7e7" not in str(refused.value)


def test_revoking_a_key_that_is_not_there_says_so(path: Path) -> None:
    with pytest.raises(NoSuchKey, match="no key '12345678'"):
        without([made()[1]], "12345678")


def test_admin_may_do_everything_and_others_what_they_were_given() -> None:
    _, reader = make_key("r", ("read",), tenant="", now=NOON)
    _, admin = make_key("a", ("admin",), tenant="", now=NOON)

    assert [reader.allows(scope) for scope in ("read", "send", "admin")] == [True, False, False]
    assert all(admin.allows(scope) for scope in ("read", "send", "admin"))
