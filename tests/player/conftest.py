"""The player in a real browser, against a real gateway on a running system.

Everything here ends with this package: Playwright keeps an event loop in the main thread, which
the tests of other packages must not find there.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

import catalogue as shipped
from embedder.folder import read_folder
from embedder.space import Space
from streams.cli.common import SERVING
from streams.embedders.embedding import Job
from streams.embedders.indexing import index_tracks, track_of
from streams.settings import Settings
from streams.stack import Stack, worker_commands
from tests.player.visit import Visit
from tests.streams.gateway.conftest import Served, serving

AUDIO = Path(shipped.__file__).parent / "audio"
EVERY = 3
"""Of the catalogue's pieces each third is enough to choose from, and indexed in a third of time."""


@pytest.fixture(scope="package")
def chromium() -> str:
    """Path of the browser; skips where there is none."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip("no browser: install chromium, or name one in CHROMIUM")
    return path


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    arguments = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="package")
def served(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A gateway with the page, over broker and workers of its own."""
    folder = tmp_path_factory.mktemp("player")
    settings = Settings(state_folder=folder, kafka_port=0, metrics_port=0)
    with Stack(settings, commands=worker_commands(*SERVING)) as stack:
        space = Space.load("small")
        files = [track_of(file) for file in read_folder(AUDIO).files][::EVERY]
        job = Job(stack.settings.bootstrap, space.hash, lambda: space)
        indexed = list(index_tracks(files, job))
        stack.wait_until_ready()
        stack.wait_for_tracks(len(indexed))
        with serving(stack.settings, player=True) as running:
            yield running


Visiting = Callable[..., Visit]


@pytest.fixture
def visiting(browser: Browser, served: Served) -> Iterator[Visiting]:
    """Open the page in a browser that was never there; options as of a Playwright context.

    Afterwards no page may have complained, nor asked anything of another origin.
    """
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def visit(context: BrowserContext | None = None, **options: object) -> Visit:
        if context is None:
            defaults = {"viewport": {"width": 1280, "height": 860}, "color_scheme": "light"}
            context = browser.new_context(**{**defaults, **options})  # type: ignore[arg-type]
            context.set_default_timeout(10_000)
            contexts.append(context)
        visits.append(Visit(context.new_page(), served.url))
        return visits[-1].opened()

    yield visit
    for context in contexts:
        context.close()
    for one in visits:
        assert one.complaints == []
        assert one.foreign == []


@pytest.fixture
def visit(visiting: Visiting) -> Visit:
    return visiting()


@pytest.fixture(scope="package")
def visit_once(browser: Browser, served: Served) -> Iterator[Visit]:
    """A page for questions that leave nothing behind."""
    with browser.new_context() as context:
        yield Visit(context.new_page(), served.url).opened()
