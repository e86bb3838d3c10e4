"""A worker as a process: what it brings, what it must have, how it ends."""

import os
import signal
import subprocess
import sys
from time import monotonic, sleep

import pytest

from schemas.topics import INTENTS, TOPICS, UNDERSTOOD_INTENTS
from streams.kafka.ports import free_port
from streams.settings import Settings
from streams.stack import _metric
from streams.transactions.topics import topics_of
from streams.transactions.worker import words_job
from streams.work.messages import Message, Output
from streams.work.tables import ROWS, Tables

WORKER = """
import sys
from prometheus_client import start_http_server
from streams.settings import Settings
from streams.transactions.worker import run_transactional, sessions_job
from streams.work.sessions import Sessions
from tests.factories import library

assert "torch" not in sys.modules and "faust" not in sys.modules
settings = Settings()
start_http_server(settings.metrics_port)
run_transactional(settings, sessions_job(Sessions(library)))
"""


class Echo:
    name = "words"
    sources = (INTENTS,)

    def take(self, message: Message) -> Output:
        return Output(UNDERSTOOD_INTENTS.name, message.key, message.value)


def test_the_engine_needs_a_changelog_for_each_table_beside_the_topics_of_all() -> None:
    names = [topic.name for topic in topics_of(Settings(engine="transactions"))]

    own = [f"upnext-sessions-transactions-{table}-changelog" for table in ROWS]
    assert names == [*(topic.name for topic in TOPICS), *own]
    assert topics_of(Settings(engine="faust")) == TOPICS


def test_words_are_answered_one_by_one_and_keep_no_rows() -> None:
    job = words_job(Echo())
    said = Message(INTENTS.name, 0, 0, b"ann", b"calm", 0.0)

    outputs = [*job.work.take(said, Tables({}, {})), *job.work.answers(Tables({}, {}))]

    assert outputs == [Output(UNDERSTOOD_INTENTS.name, b"ann", b"calm")]
    assert job.changelogs == {}


@pytest.mark.kafka
def test_a_worker_ranks_without_torch_and_ends_soon_and_well_when_it_is_told_to(broker) -> None:
    port = free_port()
    own = {"UPNEXT_BROKER": broker, "UPNEXT_METRICS_PORT": str(port), "UPNEXT_WORKER_NAME": "term"}
    environment = {**os.environ, **own, "UPNEXT_ENGINE": "transactions"}
    process = subprocess.Popen([sys.executable, "-c", WORKER], env=environment)
    until = monotonic() + 60
    while not _metric(port, "upnext_ready") and monotonic() < until:
        sleep(0.05)

    process.send_signal(signal.SIGTERM)
    told_at = monotonic()

    assert process.wait(20) == 0
    assert monotonic() - told_at < 10
