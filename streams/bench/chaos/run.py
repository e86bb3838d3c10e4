"""Send the traffic, make the faults, wait until all is quiet, and judge."""

import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any, TypeVar

import numpy as np

from embedder.manifest import Manifest, folder_of
from schemas import RejectedEvent, SessionState, Versioned
from schemas.listener import ListenerState
from schemas.topics import REJECTED_EVENTS, Topic
from streams.bench.chaos.crew import Crew
from streams.bench.chaos.traffic import Plan, Sent, World, traffic
from streams.bench.chaos.verdict import Replay, judge
from streams.bench.chaos.witness import Witness
from streams.bench.library import library_of, publish, random_tracks
from streams.client import Publisher
from streams.errors import NoUpdate, StreamsError
from streams.feeds.compacted import TopicReader
from streams.kafka.admin import answers, create_topics
from streams.kafka.broker import broker_for
from streams.kafka.home import Home
from streams.settings import Settings
from streams.stack import Say
from streams.transactions.topics import CHANGELOGS
from streams.work.tables import LISTENER_ROW, SESSION_ROW

R = TypeVar("R")

TRACKS = 200
QUIET_SECONDS = 40.0
"""Without an update for so long, whatever has not come does not come any more."""
CALM_SECONDS = 2.0
"""Without an update for so long when all have come, none comes after."""
RECOVERY_SECONDS = 300.0
"""How long to wait for the first update after a fault, on a machine that does much else."""
TIMEOUT_SECONDS = 6.0
"""Session timeout of the workers."""
SLEEP_SECONDS = 9.0
"""How long a sleeper sleeps: past its session timeout, so that its partitions are given away."""
WORKERS = ("w1", "w2")


@dataclass(frozen=True, slots=True)
class Faults:
    """How much goes wrong."""

    kills: int = 40
    """SIGKILLs of a worker at a random moment."""
    sleepers: int = 3
    """Workers stopped past their session timeout and woken."""
    broker_kills: int = 3
    rebalances: int = 5
    """A second worker comes, or goes."""

    def in_order(self, rng: np.random.Generator) -> list[str]:
        """Return the faults in the order in which they happen."""
        names = ("kill", "sleeper", "broker", "rebalance")
        counts = (self.kills, self.sleepers, self.broker_kills, self.rebalances)
        return [str(name) for name in rng.permutation(np.repeat(names, counts))]


def bench_chaos(
    settings: Settings,
    plan: Plan,
    faults: Faults,
    say: Say,
    *,
    per_second: float,
    progress: Callable[[int], None] = lambda _: None,
) -> dict[str, Any]:
    """Run it all on an embedded broker of its own.

    Parameters
    ----------
    settings : with a state folder that nothing else uses
    per_second : events a second, at most: faults wait for traffic, and traffic for faults
    progress : told how many events are sent

    Raises
    ------
    NoUpdate
        Nothing came any more after a fault: a worker hangs.

    """
    manifest = Manifest.read(folder_of(settings.space))
    tracks = random_tracks(TRACKS, manifest)
    begun = datetime.now(UTC) - timedelta(days=1)
    world = World([t.track_id for t in tracks], manifest.hash, manifest.dimension, begun)
    sent = traffic(plan, world)
    events = {each.event.event_id: each.event for each in sent if each.event}
    library = library_of(tracks, manifest)
    replay = Replay.of(events.values(), library, settings.ranker)
    with broker_for(settings, say=say) as bootstrap:
        settings = settings.model_copy(update={"broker": bootstrap})
        create_topics(settings)
        publish(tracks, Publisher(bootstrap))
        run = _Run(settings, sent, faults, np.random.default_rng(plan.seed), say, progress)
        with run.crew, Witness(bootstrap) as witness:
            recovered = run.through(witness, per_second)
            run.settle(witness, {key: s.revision for key, s in replay.sessions.items()})
        say("reading what the workers left")
        rows, listeners = _rows(settings, bootstrap)
        rejected = _rejected(bootstrap)
    verdict = judge(replay, rows, listeners, witness.newest, library, settings.ranker)
    return {
        "engine": settings.engine,
        "events": len(sent),
        "sessions": len(replay.sessions),
        "lost": verdict.lost,
        "doubled": verdict.doubled,
        "wrong_sessions": verdict.wrong_sessions,
        "wrong_listeners": verdict.wrong_listeners,
        "rejected": rejected,
        "expected_rejected": sum(each.event is None for each in sent),
        "updates": witness.updates,
        "faults": {
            "kills": faults.kills,
            "sleepers": faults.sleepers,
            "broker_kills": faults.broker_kills,
            "rebalances": faults.rebalances,
        },
        "worker_exits": run.crew.exits,
        "recovery_seconds": {
            name: {"p50": round(float(np.median(each)), 2), "max": round(max(each), 2)}
            for name, each in recovered.items()
        },
    }


class _Run:
    """The traffic and the faults, which wait for one another."""

    def __init__(
        self,
        settings: Settings,
        sent: Sequence[Sent],
        faults: Faults,
        rng: np.random.Generator,
        say: Say,
        progress: Callable[[int], None],
    ) -> None:
        self._settings = settings
        self._sent = sent
        self._faults = faults.in_order(rng)
        self._rng = rng
        self._say = say
        self._progress = progress
        self._publisher = Publisher(settings.bootstrap, patience_seconds=RECOVERY_SECONDS)
        self._order: list[str] = []
        """Ids of the events as they were sent first."""
        self._allowed = 0
        self._seen: set[str] = set()
        self._broken: list[Exception] = []
        environment = {
            "UPNEXT_BROKER": settings.bootstrap,
            "UPNEXT_STATE_FOLDER": str(settings.state_folder),
            "UPNEXT_SPACE": settings.space,
            "UPNEXT_PARTITIONS": str(settings.partitions),
            "UPNEXT_ENGINE": settings.engine,
            "UPNEXT_SESSION_TIMEOUT_SECONDS": str(TIMEOUT_SECONDS),
        }
        self.crew = Crew(environment, settings.state_folder / "logs")

    def through(self, witness: Witness, per_second: float) -> dict[str, list[float]]:
        """Go through all of it; return how long each kind of fault kept everyone waiting, s."""
        self.crew.take_on(WORKERS[0])
        recovered: dict[str, list[float]] = {}
        with self._sending(per_second):
            self._allow(0)
            self._await_new(witness)
            for place, fault in enumerate(self._faults, start=1):
                sleep(float(self._rng.uniform(0, 1.5)))
                begun = monotonic()
                self._make(fault)
                self._allow(place)
                recovered.setdefault(fault, []).append(self._await_new(witness, begun))
            self._allowed = len(self._sent)
        return recovered

    def _allow(self, done: int) -> None:
        """Let the traffic go on up to the next fault."""
        self._allowed = len(self._sent) * (done + 1) // (len(self._faults) + 1)

    def _make(self, fault: str) -> None:
        self._say(f"{fault}, with {len(self._order)} events sent")
        match fault:
            case "kill":
                self.crew.kill(str(self._rng.choice(self.crew.names)))
            case "broker":
                self._kill_broker()
            case "sleeper":
                self._second(there=True)
                sleep(2.0)
                self.crew.put_to_sleep(WORKERS[1])
                sleep(SLEEP_SECONDS)
                self.crew.wake(WORKERS[1])
            case _:
                self._second(there=WORKERS[1] not in self.crew.names)

    def _second(self, *, there: bool) -> None:
        name = WORKERS[1]
        if there and name not in self.crew.names:
            self.crew.take_on(name)
        elif not there:
            self.crew.let_go(name)

    def _kill_broker(self) -> None:
        """Kill the broker; its owner, this process, starts it again."""
        home = Home(self._settings.state_folder)
        running = home.running()
        if running is not None:
            os.kill(running.pid, signal.SIGKILL)
        until = monotonic() + RECOVERY_SECONDS
        while monotonic() < until:
            sleep(0.2)
            now = home.running()
            if now and now != running and answers(now.bootstrap):
                return
        raise NoUpdate("the broker's restart", RECOVERY_SECONDS)

    def _await_new(self, witness: Witness, begun: float | None = None) -> float:
        """Return the seconds from `begun` to the first update for an event sent after it.

        Raises
        ------
        NoUpdate
            There was none for `RECOVERY_SECONDS`.

        """
        begun = monotonic() if begun is None else begun
        until = begun + RECOVERY_SECONDS
        seen = len(self._order)
        while monotonic() < until:
            if self._broken:
                raise self._broken[0]
            for event_id in self._order[seen:]:
                if (at := witness.answered.get(event_id)) is not None:
                    return at - begun
            sleep(0.02)
        raise NoUpdate("everyone's events", RECOVERY_SECONDS)

    def settle(self, witness: Witness, expected: Mapping[str, int]) -> None:
        """Return when every session's last revision has come, or nothing comes any more."""
        self._say("waiting for the last updates")
        while True:
            quiet = monotonic() - witness.last_at
            if quiet > QUIET_SECONDS or (quiet > CALM_SECONDS and witness.revisions == expected):
                return
            sleep(0.1)

    @contextmanager
    def _sending(self, per_second: float) -> Iterator[None]:
        stop = Event()
        thread = Thread(target=self._send, args=(per_second, stop), daemon=True)
        thread.start()
        try:
            yield
            thread.join()
        finally:
            stop.set()
        if self._broken:
            raise self._broken[0]

    def _send(self, per_second: float, stop: Event) -> None:
        due = monotonic()
        for place, message in enumerate(self._sent):
            while place >= self._allowed and not stop.is_set():
                sleep(0.01)
                due = monotonic()
            if stop.is_set():
                return
            due += 1 / per_second
            if (early := due - monotonic()) > 0:
                sleep(early)
            self._publisher.send_raw(message.topic, message.key, message.value)
            if message.event and message.event.event_id not in self._seen:
                self._seen.add(message.event.event_id)
                self._order.append(message.event.event_id)
            self._progress(len(self._order))
        try:
            self._publisher.flush()
        except StreamsError as error:
            self._broken.append(error)


def _rows(
    settings: Settings, bootstrap: str
) -> tuple[dict[str, SessionState], dict[str, ListenerState]]:
    """Return what a new worker would recover."""
    sessions = _table(settings, bootstrap, "sessions", SESSION_ROW.loads)
    listeners = _table(settings, bootstrap, "listeners", LISTENER_ROW.loads)
    return (
        {f"{row.listener_id}|{row.session_id}": row for row in sessions},
        {row.listener_id: row for row in listeners},
    )


def _table(settings: Settings, bootstrap: str, table: str, loads: Callable[[bytes], R]) -> list[R]:
    """Return the newest row of each key of a changelog."""
    faust = settings.engine == "faust"
    name = f"upnext-sessions-{table}-changelog" if faust else CHANGELOGS[table].plain
    rows: dict[bytes, bytes] = {}
    with TopicReader(bootstrap, Topic(name, Versioned, "", compacted=True)) as reader:
        for message in reader.news():
            rows.pop(message.key(), None)
            if message.value() is not None:
                rows[message.key()] = message.value()
    return [loads(row) for row in rows.values()]


def _rejected(bootstrap: str) -> int:
    """Return how many places of the input topics have a dead letter."""
    places = set()
    with TopicReader(bootstrap, REJECTED_EVENTS) as reader:
        for message in reader.news():
            letter = RejectedEvent.model_validate_json(message.value())
            places.add((letter.topic, letter.partition, letter.offset))
    return len(places)
