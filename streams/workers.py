"""Run one worker in this process: wait for the broker, load what it needs, hand over to Faust."""

import logging
from collections.abc import Callable
from typing import Literal

import faust
from prometheus_client import start_http_server
from threadpoolctl import threadpool_limits

from streams.delivery import App
from streams.kafka.admin import wait_for_broker
from streams.metrics import READY
from streams.settings import Settings

log = logging.getLogger(__name__)

Name = Literal["sessions", "words", "index"]


def run_worker(name: Name, settings: Settings, *, wait: bool) -> None:
    """Run a worker until it is told to stop; returns after a graceful end.

    Parameters
    ----------
    wait : keep trying while the broker is away, instead of raising

    Raises
    ------
    BrokerUnavailable
        The broker is away, and `wait` is false.

    """
    # A session's matrices are small: threads of BLAS would only fight over the cores.
    threadpool_limits(1)
    wait_for_broker(settings.bootstrap, seconds=None if wait else 0)
    start_http_server(settings.metrics_port)
    app = BUILDERS[name](settings)
    app.task(ready)
    worker = faust.Worker(app, loglevel=settings.log_level, redirect_stdouts=False)
    worker.execute_from_commandline()


async def ready() -> None:
    """Faust starts tasks when the tables are recovered."""
    READY.set(1)


def _sessions(settings: Settings) -> App:
    from embedder.manifest import Manifest, folder_of
    from streams.agents.sessions import sessions_app
    from streams.library_feed import LibraryFeed

    manifest = Manifest.read(folder_of(settings.space))
    feed = LibraryFeed(settings.bootstrap, space=manifest.hash, dimension=manifest.dimension)
    feed.start()
    return sessions_app(settings, lambda: feed.library, manifest.hash)


def _words(settings: Settings) -> App:
    from embedder.space import Space
    from streams.agents.words import words_app
    from streams.understanding import warm_up

    space = Space.load(settings.space)
    warm_up(space)
    return words_app(settings, space)


def _index(settings: Settings) -> App:
    from embedder.index import open_index
    from embedder.manifest import Manifest, folder_of
    from streams.agents.index import index_app

    manifest = Manifest.read(folder_of(settings.space))
    index = open_index(settings.qdrant, settings.state_folder / "qdrant")
    return index_app(settings, index, manifest.hash, manifest.dimension)


BUILDERS: dict[Name, Callable[[Settings], App]] = {
    "sessions": _sessions,
    "words": _words,
    "index": _index,
}
"""What each worker is made of; each imports only what it needs, so that ranking needs no torch."""
