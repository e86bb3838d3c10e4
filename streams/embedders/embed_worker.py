"""The embed worker: a member of the embedders' group for as long as it is let."""

import logging
from contextlib import closing, suppress
from threading import Event
from time import monotonic

from embedder.batch import Broken
from schemas.topics import CATALOGUE_TRACKS
from streams.embedders.embedding import Embedder, Handled, Job, NoTrack
from streams.errors import BrokerUnavailable
from streams.kafka.admin import wait_for_broker
from streams.metrics import EVENTS, LAG, READY, REJECTED

log = logging.getLogger(__name__)

LAG_SECONDS = 5.0
"""Between two looks at how much waits."""


def run_embed_worker(job: Job, stop: Event) -> None:
    """Embed what the catalogue has and what it gains, until `stop` is set.

    Cheap while there is nothing to do: the space, and torch with it, is loaded by the first track
    that needs it. A broker that goes away is waited for.
    """
    while not stop.is_set():
        try:
            _work(job, stop)
        except BrokerUnavailable as error:
            READY.set(0)
            log.warning("%s; joining the group again when it is back", error)
            with suppress(BrokerUnavailable):  # told to stop in the meantime
                wait_for_broker(job.bootstrap, stop=stop)


def _work(job: Job, stop: Event) -> None:
    embedder = Embedder(job)
    looked_at = monotonic()
    with closing(embedder.work()) as rounds:
        for finished in rounds:
            for handled in finished:
                _count(handled)
            if monotonic() - looked_at > LAG_SECONDS:
                LAG.labels(CATALOGUE_TRACKS.name).set(embedder.waiting())
                looked_at = monotonic()
            if stop.is_set():
                return


def _count(handled: Handled) -> None:
    match handled.outcome:
        case Broken(error=error) | NoTrack(error=error):
            log.info("track %s rejected: %s", handled.message.track_id, error)
            EVENTS.labels("track", "rejected").inc()
            REJECTED.labels(type(error).__name__).inc()
        case outcome:
            EVENTS.labels("track", type(outcome).__name__.lower()).inc()
