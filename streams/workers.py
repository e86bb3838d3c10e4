"""Run one worker in this process: wait for the broker, load what it needs, work until told to stop.

Each worker imports only what it needs: ranking needs no torch, embedding no Faust.
"""

import logging
import signal
from collections.abc import Callable
from functools import cache, partial
from threading import Event
from typing import TYPE_CHECKING, Literal

from prometheus_client import start_http_server
from threadpoolctl import threadpool_limits

from streams.kafka.admin import wait_for_broker
from streams.metrics import READY
from streams.settings import Settings

if TYPE_CHECKING:
    from embedder.space import Space
    from streams.delivery import App

log = logging.getLogger(__name__)

Name = Literal["sessions", "words", "index", "embed"]


def run_worker(name: Name, settings: Settings, *, wait: bool) -> None:
    """Run a worker until it is told to stop; returns after a graceful end.

    Parameters
    ----------
    wait : keep trying while the broker is away, or the space is too empty, instead of raising

    Raises
    ------
    BrokerUnavailable
        The broker is away, and `wait` is false.
    PartialSpace
        The space has too few vectors to rank in, and `wait` is false.

    """
    # A session's matrices are small: threads of BLAS would only fight over the cores.
    threadpool_limits(1)
    wait_for_broker(settings.bootstrap, seconds=None if wait else 0)
    start_http_server(settings.metrics_port)
    WORKERS[name](settings, wait)


def _run_faust(build: "Callable[[Settings, bool], App]", settings: Settings, wait: bool) -> None:
    import faust

    app = build(settings, wait)
    app.task(ready)
    worker = faust.Worker(app, loglevel=settings.log_level, redirect_stdouts=False)
    worker.execute_from_commandline()


async def ready() -> None:
    """Faust starts tasks when the tables are recovered."""
    READY.set(1)


def _sessions(settings: Settings, wait: bool) -> "App":
    from embedder.manifest import Manifest, folder_of
    from streams.agents.sessions import sessions_app
    from streams.coverage import require_coverage
    from streams.library_feed import LibraryFeed

    manifest = Manifest.read(folder_of(settings.space))
    require_coverage(settings, manifest.hash, wait=wait)
    feed = LibraryFeed(settings.bootstrap, space=manifest.hash, dimension=manifest.dimension)
    feed.start()
    return sessions_app(settings, lambda: feed.library)


def _words(settings: Settings, _: bool) -> "App":
    from embedder.space import Space
    from streams.agents.words import words_app
    from streams.names_feed import NamesFeed
    from streams.understanding import plain_words, warm_up
    from streams.vocabulary import publish_vocabulary

    space = Space.load(settings.space)
    # Encodes the vocabulary, so that the first listener need not wait for the text tower.
    changes = publish_vocabulary(space, settings.bootstrap)
    log.info("vocabulary: %d words written, %d removed", len(changes.written), len(changes.removed))
    warm_up(space)
    feed = NamesFeed(settings.bootstrap, space=space.hash, plain=plain_words(space))
    feed.start()
    return words_app(settings, space, lambda: feed.names)


def _index(settings: Settings, _: bool) -> "App":
    from embedder.index import open_index
    from embedder.manifest import Manifest, folder_of
    from streams.agents.index import index_app
    from streams.agents.qdrant_view import QdrantView

    manifest = Manifest.read(folder_of(settings.space))
    index = open_index(settings.qdrant, settings.state_folder / "qdrant")
    return index_app(settings, QdrantView(index), manifest.hash, manifest.dimension)


def _run_embed(settings: Settings, _: bool) -> None:
    from embedder.manifest import Manifest, folder_of
    from streams.embed_worker import run_embed_worker
    from streams.embedding import Job

    logging.basicConfig(level=settings.log_level.upper())
    job = Job(
        bootstrap=settings.bootstrap,
        space=Manifest.read(folder_of(settings.space)).hash,
        load=partial(load_space, settings.space),
        jobs=settings.jobs,
    )
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    run_embed_worker(job, stop)


@cache
def load_space(name: str) -> "Space":
    """Load a space, and its libraries only now; once, for nothing of it changes."""
    from embedder.space import Space

    return Space.load(name)


WORKERS: dict[Name, Callable[[Settings, bool], None]] = {
    "sessions": partial(_run_faust, _sessions),
    "words": partial(_run_faust, _words),
    "index": partial(_run_faust, _index),
    "embed": _run_embed,
}
"""What each worker does until it is told to stop."""
