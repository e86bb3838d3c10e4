"""Who may what: keys with scopes, listeners' tokens, and in open mode only this machine's pages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from schemas import TrackInfo
from streams.cli.app import app
from streams.errors import OpenToAll
from streams.gateway import keys as keyring
from streams.gateway.core import Gateway
from streams.gateway.keys import Scope, make_key, read_keys, write_keys
from streams.gateway.tokens import Token
from streams.settings import Settings
from streams.stack import Stack
from tests.streams.gateway.conftest import Served, begin, serving

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys") / "keys.json"


@pytest.fixture(scope="module")
def shown(path: Path) -> dict[str, str]:
    """Keys as their holders have them, by scope."""
    now = datetime.now(UTC)
    scopes: tuple[Scope, ...] = ("read", "send", "admin")
    made = {scope: make_key(scope, (scope,), tenant="", now=now) for scope in scopes}
    made["other"] = make_key("other", scopes, tenant="other", now=now)
    made["expired"] = make_key(
        "old", scopes, tenant="", now=now, expires_at=now - timedelta(hours=1)
    )
    write_keys(path, [key for _, key in made.values()])
    return {name: text for name, (text, _) in made.items()}


@pytest.fixture(scope="module")
def guarded(stack: Stack, path: Path, shown: dict[str, str]) -> Iterator[Served]:
    """A gateway with keys."""
    update = {"gateway_keys": path, "gateway_origins": ("https://shop.example",)}
    with serving(stack.settings.model_copy(update=update)) as running:
        yield running


def status(guarded: Served, text: str | None, method: str, address: str, **request: object) -> int:
    with guarded.client(text) as client:
        answer = client.request(method, address, **request)  # type: ignore[arg-type]
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
    return answer.status_code


def test_without_a_key_nothing_but_health_is_answered(guarded: Served) -> None:
    assert status(guarded, None, "GET", "/healthz") == 200
    for method, address in (
        ("GET", "/v1/tracks"),
        ("GET", "/v1/map"),
        ("GET", "/v1/sessions/s1/queue?listener=ann"),
        ("GET", "/v1/sessions/s1/updates?listener=ann"),
        ("POST", "/v1/events"),
        ("POST", "/v1/tokens"),
        ("DELETE", "/v1/listeners/ann"),
        ("GET", "/metrics"),
    ):
        assert status(guarded, None, method, address, json={}) == 401, address


@pytest.mark.parametrize(
    "wrong",
    ["x", "upk_", "upk_00000000_wrong", "upt_", "upt_e30.x", "Bearer", "upk_" + "x" * 5000],
)
def test_a_wrong_key_is_refused_and_never_repeated(guarded: Served, wrong: str) -> None:
    with guarded.client() as client:
        answer = client.get("/v1/tracks", headers={"Authorization": f"Bearer {wrong}"})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert len(wrong) < 4 or wrong not in answer.text.replace("Bearer and", "")


def test_a_scope_is_what_a_key_may_do(guarded: Served, shown: dict[str, str]) -> None:
    event = {"listener_id": "ann", "session_id": "s1", "track_id": "t1", "action": "liked"}

    allowed = {
        name: (
            status(guarded, text, "GET", "/v1/tracks"),
            status(guarded, text, "POST", "/v1/events", json=event),
            status(guarded, text, "DELETE", "/v1/listeners/nobody-at-all"),
        )
        for name, text in shown.items()
    }

    assert allowed == {
        "read": (200, 403, 403),
        "send": (403, 202, 403),
        "admin": (200, 202, 202),
        "other": (401, 401, 401),
        "expired": (401, 401, 401),
    }


def test_an_erase_command_among_events_needs_what_an_erasure_needs(
    guarded: Served, shown: dict[str, str]
) -> None:
    erase = {"listener_id": "ann", "session_id": "-", "command": "erase"}

    assert status(guarded, shown["send"], "POST", "/v1/events", json=erase) == 403


def test_a_listeners_token_is_for_that_listener_only(
    guarded: Served, shown: dict[str, str], tracks: dict[str, TrackInfo]
) -> None:
    with guarded.client(shown["admin"]) as admin:
        ann, bob = begin(admin, tracks), begin(admin, tracks)
        ann.queue(), bob.queue()
    bobs = {"listener_id": bob.listener_id, "session_id": bob.session_id}
    event = {**bobs, "track_id": "t1", "action": "liked"}

    assert status(guarded, ann.token, "GET", f"{ann.path}/queue") == 200
    assert status(guarded, ann.token, "GET", f"{bob.path}/queue") == 404
    assert status(guarded, ann.token, "GET", f"{bob.path}/queue?listener={bob.listener_id}") == 403
    assert status(guarded, ann.token, "POST", "/v1/events", json=event) == 403
    assert status(guarded, ann.token, "POST", "/v1/sessions", json=bobs) == 403
    assert status(guarded, ann.token, "POST", "/v1/tokens", json=bobs) == 403
    assert status(guarded, ann.token, "DELETE", f"/v1/listeners/{bob.listener_id}") == 403
    assert status(guarded, ann.token, "GET", "/metrics") == 403
    assert status(guarded, ann.token, "DELETE", f"/v1/listeners/{ann.listener_id}") == 202


def test_a_batch_for_two_listeners_is_half_refused(guarded: Served, shown: dict[str, str]) -> None:
    with guarded.client(shown["send"]) as client:
        token = client.post("/v1/tokens", json={"listener_id": "ann"}).json()["token"]
    events = [
        {"listener_id": who, "session_id": "s1", "track_id": "t1", "action": "liked"}
        for who in ("ann", "bob")
    ]

    with guarded.client(token) as client:
        answer = client.post("/v1/events", json={"events": events})

    assert answer.status_code == 207
    assert [one["accepted"] for one in answer.json()["results"]] == [True, False]


def test_an_expired_token_is_refused(guarded: Served) -> None:
    ended = Token("ann", datetime.now(UTC) - timedelta(seconds=1))

    assert status(guarded, guarded.gateway.signer.sign(ended), "GET", "/v1/tracks") == 401


def test_a_token_in_the_address_works_where_no_header_can_be_set_and_nowhere_else(
    guarded: Served, shown: dict[str, str], tracks: dict[str, TrackInfo]
) -> None:
    track_id, key = next(iter(tracks)), shown["read"]

    assert status(guarded, None, "GET", f"/v1/tracks/{track_id}/audio?token={key}") == 200
    assert status(guarded, None, "GET", f"/v1/tracks/{track_id}?token={key}") == 401


def test_keys_are_exchanged_while_the_gateway_runs(
    guarded: Served, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "LOOK_SECONDS", 0.0)
    run = CliRunner().invoke

    made = run(app, ["keys", "add", "new", "--scope", "read", "--file", str(path)])
    text = made.stdout.strip().splitlines()[-1]
    listed = run(app, ["keys", "list", "--file", str(path)])
    before = _eventually(guarded, text, 200)
    revoked = run(app, ["keys", "revoke", text.split("_")[1], "--file", str(path)])
    after = _eventually(guarded, text, 401)

    assert (made.exit_code, listed.exit_code, revoked.exit_code) == (0, 0, 0)
    assert "new" in listed.stdout
    assert text.rpartition("_")[2] not in listed.stdout + path.read_text()
    assert (before, after) == (200, 401)
    assert "new" not in {key.name for key in read_keys(path)}


def _eventually(guarded: Served, text: str, wanted: int) -> int:
    deadline = datetime.now(UTC) + timedelta(seconds=3)
    while (found := status(guarded, text, "GET", "/v1/tracks")) != wanted:
        if datetime.now(UTC) > deadline:
            break
    return found


def test_pages_of_named_origins_may_call_and_others_may_not(
    guarded: Served, shown: dict[str, str]
) -> None:
    with guarded.client(shown["read"]) as client:
        known = client.get("/v1/tracks", headers={"Origin": "https://shop.example"})
        other = client.get("/v1/tracks", headers={"Origin": "https://evil.example"})
        asked = client.options(
            "/v1/events",
            headers={
                "Origin": "https://shop.example",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization",
            },
        )

    assert known.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert "Access-Control-Allow-Origin" not in other.headers
    assert asked.status_code == 200


def test_in_open_mode_no_other_name_and_no_other_page_is_served(client: httpx.Client) -> None:
    event = {"listener_id": "ann", "session_id": "s1", "track_id": "t1", "action": "liked"}

    rebound = client.get("/v1/tracks", headers={"Host": "evil.example:8080"})
    forged = client.post("/v1/events", json=event, headers={"Origin": "https://evil.example"})
    null = client.post("/v1/events", json=event, headers={"Origin": "null"})
    loaded = client.get("/v1/tracks", headers={"Sec-Fetch-Site": "cross-site"})
    own = client.get("/v1/tracks", headers={"Origin": str(client.base_url).rstrip("/")})
    named = client.get("/v1/tracks", headers={"Host": "localhost:1"})

    assert rebound.status_code == 421
    assert (forged.status_code, null.status_code, loaded.status_code) == (403, 403, 403)
    assert (own.status_code, named.status_code) == (200, 200)
    assert "Access-Control-Allow-Origin" not in own.headers


def test_a_gateway_without_keys_does_not_listen_to_the_world() -> None:
    settings = Settings(broker="127.0.0.1:1", gateway_host="0.0.0.0")

    with pytest.raises(OpenToAll, match="UPNEXT_GATEWAY_KEYS"):
        Gateway(settings)


def test_answers_tell_browsers_to_be_careful(client: httpx.Client) -> None:
    headers = client.get("/v1/tracks").headers

    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "Server" not in headers


def test_no_secret_is_in_the_log(
    guarded: Served, shown: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    secret = shown["read"].rpartition("_")[2]

    for address in ("/v1/tracks", "/v1/sessions/s/updates", "/v1/tracks/t/audio"):
        status(guarded, shown["read"], "GET", address)
        status(guarded, None, "GET", f"{address}?token={shown['read']}")
    socket = f"ws://127.0.0.1:{guarded.port}/v1/sessions/s/socket?listener=l&token={shown['read']}"
    with pytest.raises(InvalidStatus), connect(socket):
        pass

    ours = [one for one in caplog.records if one.name.startswith(("uvicorn", "streams"))]
    assert any("WebSocket" in one.getMessage() for one in ours)
    assert not [one.getMessage() for one in ours if secret in one.getMessage()]
