"""The broker is killed and comes back: the same process goes on, and nothing is lost or doubled."""

import os
import signal
from itertools import accumulate
from pathlib import Path
from time import monotonic, sleep

import pytest

from streams.kafka.admin import answers
from streams.kafka.broker import broker_for
from streams.kafka.home import Home
from streams.settings import Settings
from tests.streams.transactions.sums import Sums, job_of, read, sender, told, working

pytestmark = pytest.mark.kafka

BACK_SECONDS = 20.0
"""On a machine of its own it takes one or two; other tests may run beside this one."""


def kill(folder: Path) -> None:
    running = Home(folder).running()
    assert running is not None
    os.kill(running.pid, signal.SIGKILL)


@pytest.mark.slow
def test_a_worker_outlives_its_broker_and_goes_on_soon_after_it_is_back(tmp_path):
    own = Settings(state_folder=tmp_path, kafka_port=0, metrics_port=0)
    with broker_for(own) as bootstrap:
        settings = own.model_copy(update={"broker": bootstrap})
        work = Sums("sums-broker")
        producer = sender(bootstrap, **{"enable.idempotence": True, "log_level": 0})
        sent = 0

        def send(count: int) -> None:
            nonlocal sent
            for _ in range(count):
                sent += 1
                producer.produce(work.sources[0].name, str(sent).encode(), b"ann")

        with working(settings, job_of(work, settings, max_messages=20)):
            send(500)
            producer.flush(20)
            sleep(0.1)  # in the middle of it
            kill(tmp_path)
            send(50)
            while answers(bootstrap):
                sleep(0.01)
            while not answers(bootstrap):
                sleep(0.01)
            back_at = monotonic()
            assert producer.flush(30) == 0
            heard = told(read(bootstrap, work.out, sent))
            seconds = monotonic() - back_at

    assert heard == {"ann": list(accumulate(range(1, sent + 1)))}
    assert seconds < BACK_SECONDS
