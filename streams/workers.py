"""Run one worker in this process: wait for the broker, load what it needs, work until told to stop.

Each worker imports only what it needs: ranking needs no torch, embedding no Faust.
"""

import logging
import signal
from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial
from threading import Event
from typing import TYPE_CHECKING, Literal

from prometheus_client import start_http_server
from threadpoolctl import threadpool_limits

from streams.kafka.admin import wait_for_broker
from streams.kafka.ports import METRICS_PORT, require_free
from streams.metrics import READY
from streams.settings import Settings

if TYPE_CHECKING:
    from embedder.space import Space
    from streams.delivery import App
    from streams.work.expiry import Expiry
    from streams.work.sessions import Sessions
    from streams.work.words import Words

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
    require_free(settings.metrics_port, METRICS_PORT)
    start_http_server(settings.metrics_port)
    WORKERS[name](settings, wait)


def _run_faust(app: "App", settings: Settings) -> None:
    import faust

    app.task(ready)
    worker = faust.Worker(app, loglevel=settings.log_level, redirect_stdouts=False)
    worker.execute_from_commandline()


async def ready() -> None:
    """Faust starts tasks when the tables are recovered."""
    READY.set(1)


def _run_sessions(settings: Settings, wait: bool) -> None:
    sessions = load_sessions(settings, wait)
    if settings.engine == "transactions":
        from streams.transactions.worker import run_transactional, sessions_job

        run_transactional(settings, sessions_job(sessions))
        return
    from streams.agents.sessions import sessions_app

    _run_faust(sessions_app(settings, sessions), settings)


def load_sessions(settings: Settings, wait: bool) -> "Sessions":
    """Return the work of the sessions worker, with all that the settings name; raises as above."""
    from embedder.manifest import Manifest, folder_of
    from streams.embedders.coverage import require_coverage
    from streams.feeds.degradation import Degradation
    from streams.feeds.library_feed import LibraryFeed
    from streams.feeds.words_watch import WordsWatch
    from streams.groups import group_of
    from streams.sequence_file import load_sequence
    from streams.work.erasure import Eraser
    from streams.work.limits import Pace
    from streams.work.sessions import Sessions

    manifest = Manifest.read(folder_of(settings.space))
    require_coverage(settings, manifest.hash, wait=wait)
    feed = LibraryFeed(settings.bootstrap, space=manifest.hash, dimension=manifest.dimension)
    feed.start()
    watch = WordsWatch(settings.bootstrap, group_of("words", manifest.hash, settings.engine))
    watch.start()
    path = settings.sequence
    return Sessions(
        lambda: feed.library,
        settings.ranker,
        sequence=load_sequence(path, manifest.hash, manifest.dimension) if path else None,
        tolerance=timedelta(seconds=settings.future_seconds),
        pace=Pace(settings.listener_rate, settings.listener_burst),
        expiry=_expiry(settings),
        eraser=Eraser(settings.erasure_key.get_secret_value().encode()),
        degraded=Degradation(feed, watch),
    )


def _expiry(settings: Settings) -> "Expiry":
    from streams.kafka.partitioner import partition_of
    from streams.work.expiry import Expiry

    idle = timedelta(days=settings.session_idle_days)
    kept = settings.retention_days and timedelta(days=settings.retention_days)
    return Expiry(
        idle,
        lambda listener_id: partition_of(listener_id.encode(), settings.partitions),
        settings.ranker,
        # Nobody reads an event again that has left its topic, which takes another segment's time.
        marks=kept + idle if kept else None,
    )


def _run_words(settings: Settings, _: bool) -> None:
    words = _words(settings)
    if settings.engine == "transactions":
        from streams.transactions.worker import run_transactional, words_job

        run_transactional(settings, words_job(words))
        return
    from streams.agents.words import words_app

    _run_faust(words_app(settings, words), settings)


def _words(settings: Settings) -> "Words":
    from embedder.space import Space
    from streams.embedders.vocabulary import publish_vocabulary
    from streams.feeds.names_feed import NamesFeed
    from streams.speech.understanding import plain_words, warm_up
    from streams.work.words import Words

    space = Space.load(settings.space)
    # Encodes the vocabulary, so that the first listener need not wait for the text tower.
    changes = publish_vocabulary(space, settings.bootstrap)
    log.info("vocabulary: %d words written, %d removed", len(changes.written), len(changes.removed))
    warm_up(space)
    feed = NamesFeed(settings.bootstrap, space=space.hash, plain=plain_words(space))
    feed.start()
    tolerance = timedelta(seconds=settings.future_seconds)
    return Words(space, lambda: feed.names, tolerance=tolerance)


def _run_index(settings: Settings, _: bool) -> None:
    # By Faust under either engine: what it does to Qdrant is in no transaction.
    from embedder.index import open_index
    from embedder.manifest import Manifest, folder_of
    from streams.agents.index import index_app
    from streams.agents.qdrant_view import QdrantView

    manifest = Manifest.read(folder_of(settings.space))
    view = QdrantView(open_index(settings.qdrant, settings.tenant_folder / "qdrant"))
    _run_faust(index_app(settings, view, manifest.hash, manifest.dimension), settings)


def _run_embed(settings: Settings, _: bool) -> None:
    from embedder.manifest import Manifest, folder_of
    from streams.embedders.embed_worker import run_embed_worker
    from streams.embedders.embedding import Job

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
    "sessions": _run_sessions,
    "words": _run_words,
    "index": _run_index,
    "embed": _run_embed,
}
"""What each worker does until it is told to stop."""
