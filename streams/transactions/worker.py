"""Run a worker's job in this process until a signal says to stop."""

import logging
import signal
from collections.abc import Iterable
from threading import Event
from typing import TYPE_CHECKING

from streams.kafka.admin import create_topics
from streams.settings import Settings
from streams.transactions.driver import Job
from streams.transactions.supervision import run_job
from streams.transactions.topics import CHANGELOGS, topics_of
from streams.work.messages import Message, Output
from streams.work.sessions import Sessions
from streams.work.tables import Tables

if TYPE_CHECKING:  # it brings torch, which ranking does without
    from streams.work.words import Words

MAX_INTENTS = 20
"""Intents of a batch: each may cost the text tower 10 ms and more."""


class Wordsmith:
    """`Words` as a driver sees it: it remembers nothing."""

    def __init__(self, words: "Words") -> None:
        self.name = words.name
        self.sources = words.sources
        self._words = words

    def take(self, message: Message, _: Tables) -> Iterable[Output]:
        """Return what was understood."""
        return (self._words.take(message),)

    def answers(self, _: Tables) -> Iterable[Output]:
        """Return nothing: each intent has been answered."""
        return ()

    def forget(self, partitions: set[int]) -> None:
        """Do nothing."""


def sessions_job(sessions: Sessions) -> Job:
    """Return the job of the sessions worker."""
    return Job(sessions, CHANGELOGS)


def words_job(words: "Words") -> Job:
    """Return the job of the words worker."""
    return Job(Wordsmith(words), max_messages=MAX_INTENTS)


def run_transactional(settings: Settings, job: Job) -> None:
    """Do a job until SIGTERM or SIGINT; raises what `run_job` raises."""
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    create_topics(settings, topics_of(settings))
    run_job(settings, job, stop)
