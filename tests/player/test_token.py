"""The page of a gateway that asks who comes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from streams.gateway.keys import make_key, write_keys
from tests.player.visit import Visit
from tests.streams.gateway.conftest import Served, serving


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A file of keys, and the key in it."""
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    shown, kept = make_key("shop", ("send", "read"), tenant="", now=datetime.now(UTC))
    write_keys(path, [kept])
    return path, shown


@pytest.fixture(scope="module")
def guarded(served: Served, key: tuple[Path, str]) -> Iterator[Served]:
    settings = served.gateway.settings.model_copy(update={"gateway_keys": key[0]})
    with serving(settings, player=True) as running:
        yield running


@pytest.fixture
def visit(browser: Browser, guarded: Served) -> Iterator[Visit]:
    with browser.new_context() as context:
        yield Visit(context.new_page(), guarded.url)


def test_a_listeners_token_in_the_address_opens_the_page_and_is_not_left_there(
    visit: Visit, guarded: Served, key: tuple[Path, str]
) -> None:
    with guarded.client(key[1]) as shop:
        token = shop.post("/v1/tokens", json={"listener_id": "ann"}).json()["token"]

    visit.page.goto(f"{guarded.url}/player/#token={token}")
    visit.rows.first.wait_for()
    visit.play()
    visit.hear(0.05)
    visit.reload()

    assert visit.page.url == f"{guarded.url}/player/"
    assert visit.session["listenerId"] == "ann"
    assert visit.complaints == []


def test_without_a_token_the_page_says_what_is_missing(visit: Visit, guarded: Served) -> None:
    visit.page.goto(f"{guarded.url}/player/")

    expect(visit.toast.first).to_contain_text("a key or a token")
