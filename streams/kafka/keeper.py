"""The embedded broker, kept running: one that ends is started again, on its data and its port."""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from threading import Event, Lock, Thread
from time import monotonic

from streams.errors import BrokerFailed, StreamsError
from streams.kafka.jars import Say
from streams.kafka.process import STOP_SECONDS, Logged
from streams.patience import Falls

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
"""Between two looks whether it still runs."""


class Keeper:
    """Starts a broker, starts it again whenever it ends, and stops it; a context manager.

    The context is how long the first start took, in seconds.

    Parameters
    ----------
    launch : starts its process, on the data that are there
    wait_until_ready : returns when it answers, or raises BrokerFailed
    say : told of each end and start
    gave_up : told, in the keeper's thread, when it has ended too often in a row

    """

    def __init__(
        self,
        launch: Callable[[], Logged],
        wait_until_ready: Callable[[Logged], None],
        say: Say,
        gave_up: Callable[[BrokerFailed], None],
    ) -> None:
        self._launch = launch
        self._wait_until_ready = wait_until_ready
        self._say = say
        self._gave_up = gave_up
        self._changing = Lock()
        self._stop = Event()
        # It outlives what it starts: a process of ours dies with the thread that started it.
        self._thread = Thread(target=self._keep, name="broker keeper", daemon=True)

    def __enter__(self) -> float:
        begun = monotonic()
        self._broker = self._launch()
        with ExitStack() as undo:
            undo.callback(self._broker.stop)
            self._wait_until_ready(self._broker)
            undo.pop_all()
        self._thread.start()
        return monotonic() - begun

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        with self._changing:
            self._broker.stop()
        self._thread.join(STOP_SECONDS)

    def _keep(self) -> None:
        falls = Falls()
        up_since = monotonic()
        while not self._stop.wait(LOOK_SECONDS):
            status = self._broker.process.poll()
            if status is None:
                continue
            falls.add(ran_seconds=monotonic() - up_since)
            if falls.too_many:
                self._gave_up(self._broker.failed(f"keeps ending, last with status {status}"))
                return
            pause = falls.pause()
            self._say(
                f"the embedded broker ended with status {status}; "
                f"starting it again in {pause:.1f} s, try {falls.in_a_row} of {falls.most}"
            )
            if not self._stop.wait(pause):
                self._start_again()
            up_since = monotonic()

    def _start_again(self) -> None:
        try:
            with self._changing:
                if self._stop.is_set():
                    return
                self._broker = self._launch()
            self._wait_until_ready(self._broker)
        except StreamsError as error:
            self._broker.stop()
            if not self._stop.is_set():
                log.error("%s", error)
        else:
            self._say("the embedded broker answers again, with its data")
