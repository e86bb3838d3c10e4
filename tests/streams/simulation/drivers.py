"""Models of what drives the work: at least once, as Faust does it, and by transactions.

Each does what its driver may do at any moment, and no more than its contract allows. A contract's
protections can be switched off one by one, which is how the simulation is shown to be able to fail.
"""

from abc import ABC, abstractmethod
from collections import ChainMap, UserDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any

from schemas import PlaylistUpdate
from schemas.topics import PLAYLIST_UPDATES
from streams.work.messages import Message, Output
from streams.work.sessions import Sessions
from streams.work.tables import ROWS, Tables, session_key
from tests.streams.simulation.log import Log, Place, Producer, Sent, Written

PARTITIONS = (0, 1)
SOURCES = tuple(topic.name for topic in Sessions.sources)


@dataclass(frozen=True, slots=True)
class Protections:
    """What a driver does so that nothing is lost."""

    overlap: int = 6
    """At least once: offsets read again before the committed one, at every assignment."""
    flushes_before_commit: bool = True
    """At least once: a commit waits until all that was written before it has arrived."""
    rejoins: bool = True
    """At least once: whoever slept makes all workers begin their partitions anew."""
    forgets: bool = True
    """Both: what was known of a partition is dropped with it, or with an aborted batch."""
    is_fenced: bool = True
    """Transactions: who is not the owner any more cannot commit."""
    is_atomic: bool = True
    """Transactions: rows and outputs go with their offsets."""


class Group(ABC):
    """Workers that share the partitions."""

    def __init__(
        self, log: Log, make: Callable[[], Sessions], rng: Random, protections: Protections
    ) -> None:
        self.log = log
        self.make = make
        self.rng = rng
        self.protections = protections
        self.story: list[tuple[Any, ...]] = []
        self.faults = 0
        self.faults_allowed: int | None = None

    def may_fail(self, chance: float) -> bool:
        """Draw whether a fault comes now; beyond those allowed none does."""
        if self.rng.random() >= chance:
            return False
        self.faults += 1
        return self.faults_allowed is None or self.faults <= self.faults_allowed

    def tell(self, *what: Any) -> None:
        """Note what happened, for whoever reads a failure."""
        self.story.append(what)

    @abstractmethod
    def step(self) -> None:
        """Do one thing that the driver may do now."""

    @abstractmethod
    def settle(self) -> None:
        """End all faults, and handle what is left."""

    @abstractmethod
    def restart(self) -> None:
        """Kill every worker and start it anew."""

    @abstractmethod
    def tables(self, partition: int) -> Tables:
        """Return the tables of a partition's owner."""

    def fresh(self, partition: int) -> Tables:
        """Return what a new worker would find on the changelogs."""
        return Tables(*({k: row for k, row in recover(self.log, t, partition)} for t in ROWS))


def recover(log: Log, table: str, partition: int) -> Iterator[tuple[str, Any]]:
    """Yield a partition's rows as its changelog has them: the last of each key, by its bytes."""
    newest = {written.key: written.row for written in log.records[table, partition]}
    for key, row in newest.items():
        if row is not None:
            yield key, ROWS[table].loads(ROWS[table].dumps(row))


class Logged(UserDict[str, Any]):
    """A table whose writes go to the changelog of the row's partition."""

    def __init__(self, name: str, worker: "Worker") -> None:
        super().__init__()
        self._name = name
        self._worker = worker

    def __setitem__(self, key: str, row: Any) -> None:
        super().__setitem__(key, row)
        self._write(key, row)

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        self._write(key, None)

    def _write(self, key: str, row: Any) -> None:
        self._worker.producer.send((self._name, partition_of(key)), Written(key, row))


def partition_of(key: str) -> int:
    """Return the partition of a listener, or of a row of theirs."""
    return 1 if key.startswith("bob") else 0


class Worker:
    """An at-least-once worker: tables in memory, writes on their way, offsets to commit."""

    def __init__(self, name: str, log: Log, work: Sessions, protections: Protections) -> None:
        self.name = name
        self.log = log
        self.work = work
        self.protections = protections
        self.producer = Producer(log)
        self.tables = Tables(*(Logged(table, self) for table in ROWS))
        self.position: dict[Place, int] = {}
        self.handled_until: dict[Place, int] = {}
        self.unanswered: dict[Place, int] = {}
        self.fetched: dict[Place, int] | None = None
        """While it sleeps: how far it had fetched."""
        self.assignments = 0

    @property
    def partitions(self) -> set[int]:
        return {partition for _, partition in self.position}

    def assign(self, partition: int) -> None:
        """Take over: recover the rows, and read an overlap before the committed offset again."""
        self.assignments += 1
        for table, rows in zip(ROWS, self.tables_by_name(), strict=True):
            rows.data.update(recover(self.log, table, partition))
        for place in ((topic, partition) for topic in SOURCES):
            committed = self.log.committed.get(place, 0)
            self.handled_until[place] = committed
            self.position[place] = max(0, committed - self.protections.overlap)

    def tables_by_name(self) -> tuple[Logged, ...]:
        return tuple(getattr(self.tables, name) for name in ROWS)

    def revoke(self, partition: int) -> None:
        """Hand over: nothing of the partition is kept."""
        if self.protections.forgets:
            self.work.forget({partition})
        for rows in self.tables_by_name():
            for key in [key for key in rows.data if partition_of(key) == partition]:
                del rows.data[key]
        for topic in SOURCES:
            for offsets in (self.position, self.handled_until, self.unanswered):
                offsets.pop((topic, partition), None)

    def ready(self) -> list[Place]:
        """Return the places with something to read."""
        ends = self.fetched or {place: len(self.log.records[place]) for place in self.position}
        return sorted(place for place in self.position if self.position[place] < ends[place])

    def take(self, place: Place) -> Message:
        """Hand the next message of a place to the work."""
        offset = self.position[place]
        message: Message = self.log.records[place][offset]
        self.unanswered.setdefault(place, offset)
        self._send(self.work.take(message, self.tables, reread=offset < self.handled_until[place]))
        self.position[place] = offset + 1
        self._note_answered()
        return message

    def answer(self, most: int = 1_000_000) -> None:
        """Rank so many of the sessions that are due."""
        for output in islice(self.work.answers(self.tables), most):
            self._send([output])
        self._note_answered()

    def commit(self, cap: Callable[[Place], int]) -> bool:
        """Commit what was taken, as far as the cap allows; say whether that was anything."""
        if self.protections.flushes_before_commit:
            self.producer.flush()
        before = dict(self.log.committed)
        for place, position in self.position.items():
            committed = self.log.committed.get(place, 0)
            self.log.committed[place] = max(committed, min(position, cap(place)))
        return before != self.log.committed

    def _note_answered(self) -> None:
        if not self.work.waiting:
            self.unanswered.clear()

    def _send(self, outputs: list[Output]) -> None:
        for output in outputs:
            owner = f"{self.name}.{self.assignments}"
            partition, record = arrived(output, self.tables, owner)
            self.producer.send((output.topic, partition), record)


def arrived(output: Output, tables: Tables, owner: str) -> tuple[int, Any]:
    """Return the partition of an output, and what is kept of it."""
    partition = partition_of((output.key or b"").decode())
    if output.topic != PLAYLIST_UPDATES.name:
        return partition, output
    update = PlaylistUpdate.model_validate_json(output.value)
    return partition, Sent(update, tables.sessions[session_key(update)], owner)


class AtLeastOnce(Group):
    """Two workers that crash, sleep, and hand partitions over, as Faust drives them.

    The contract: the overlap reaches back to whatever was committed but not answered, and to what
    a sleeper had not read; so commits wait where it would not.
    """

    name = "at-least-once"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._born = 0
        self.workers = [self._start({partition}) for partition in PARTITIONS]
        self.sleepers: list[Worker] = []
        self.woken: list[Worker] = []

    def step(self) -> None:
        worker = self.rng.choice(self.workers)
        if self.may_fail(0.06):
            self._crash(worker)
        elif self.may_fail(0.04):
            self._hand_over(worker)
        elif not self.sleepers and not self.woken and self.may_fail(0.06):
            self._sleep(worker)
        elif self.sleepers and self.rng.random() < 0.1:
            self._wake()
        elif self.woken and self.rng.random() < 0.2:
            self._rejoin()
        else:
            self._work(worker)

    def settle(self) -> None:
        if self.sleepers:
            self._wake()
        if self.woken:
            self._rejoin()
        for worker in self.workers:
            while places := worker.ready():
                self._take(worker, self.rng.choice(places))
                if self.rng.random() < 0.2:
                    worker.answer()
            worker.answer()
            worker.commit(self._cap)
            worker.producer.flush()

    def restart(self) -> None:
        for worker in list(self.workers):
            self._crash(worker)

    def tables(self, partition: int) -> Tables:
        return next(w.tables for w in self.workers if partition in w.partitions)

    def _work(self, worker: Worker) -> None:
        places, chance = worker.ready(), self.rng.random()
        if places and chance < 0.6:
            self._take(worker, self.rng.choice(places))
        elif chance < 0.8 and worker.work.waiting:
            worker.answer(self.rng.randint(1, 3))
            self.tell(worker.name, "answers; left are", worker.work.waiting)
        elif chance < 0.9:
            worker.producer.deliver(self.rng)
        elif worker.commit(self._cap):
            self.tell(worker.name, "commits")

    def _take(self, worker: Worker, place: Place) -> None:
        self.tell(worker.name, "takes", worker.take(place))

    def _cap(self, place: Place) -> int:
        """Return how far may be committed, so that the overlap reaches all that may be undone."""
        others = [
            worker.position[place]
            for worker in (*self.sleepers, *self.woken)
            if place in worker.position
        ]
        undone = [
            worker.unanswered[place]
            for worker in (*self.workers, *self.sleepers, *self.woken)
            if place in worker.unanswered
        ]
        return min([*others, *undone, 1_000_000]) + self.protections.overlap

    def _start(self, partitions: set[int]) -> Worker:
        self._born += 1
        worker = Worker(f"w{self._born}", self.log, self.make(), self.protections)
        for partition in sorted(partitions):
            worker.assign(partition)
        return worker

    def _replace(self, worker: Worker) -> Worker:
        new = self._start(worker.partitions)
        self.workers[self.workers.index(worker)] = new
        return new

    def _crash(self, worker: Worker) -> None:
        worker.producer.deliver(self.rng)  # the rest of what was on its way is lost
        self.tell(worker.name, "dies; in its place", self._replace(worker).name)

    def _hand_over(self, worker: Worker) -> None:
        other = next(one for one in self.workers if one is not worker)
        if not worker.partitions:
            return
        partition = self.rng.choice(sorted(worker.partitions))
        if self.rng.random() < 0.7:
            worker.commit(self._cap)
        else:
            worker.producer.flush()
        worker.revoke(partition)
        other.assign(partition)
        self.tell(worker.name, f"hands partition {partition} to", other.name)

    def _sleep(self, worker: Worker) -> None:
        new = self._replace(worker)
        worker.fetched = {place: len(self.log.records[place]) for place in worker.position}
        self.sleepers.append(worker)
        self.tell(worker.name, "falls asleep; in its place", new.name)

    def _wake(self) -> None:
        """Let a sleeper go on with what it had: it writes and publishes, but cannot commit."""
        worker = self.sleepers.pop()
        self.tell(worker.name, "wakes")
        for _ in range(self.rng.randint(0, 4)):
            if places := worker.ready():
                self._take(worker, self.rng.choice(places))
            if self.rng.random() < 0.5:
                worker.answer(1)
        worker.producer.flush()
        self.woken.append(worker)

    def _rejoin(self) -> None:
        """Assign everything anew, for a member has come back."""
        self.tell(self.woken.pop().name, "rejoins")
        if not self.protections.rejoins:
            return
        for worker in self.workers:
            for partition in sorted(worker.partitions):
                worker.commit(self._cap)
                worker.revoke(partition)
                worker.assign(partition)


class Transactor:
    """A worker that commits rows, outputs and offsets as one, or nothing."""

    def __init__(self, name: str, log: Log, work: Sessions) -> None:
        self.name = name
        self.log = log
        self.work = work
        self.rows = Tables(*({} for _ in ROWS))
        self.position: dict[Place, int] = {}
        self.generation: dict[int, int] = {}

    def assign(self, partition: int, generation: int) -> None:
        """Take over: restore what was committed."""
        self.generation[partition] = generation
        for table in ROWS:
            getattr(self.rows, table).update(recover(self.log, table, partition))
        for topic in SOURCES:
            self.position[topic, partition] = self.log.committed.get((topic, partition), 0)

    def revoke(self, partition: int) -> None:
        """Hand over: nothing of the partition is kept."""
        self.work.forget({partition})
        del self.generation[partition]
        for table in ROWS:
            rows = getattr(self.rows, table)
            for key in [key for key in rows if partition_of(key) == partition]:
                del rows[key]
        for topic in SOURCES:
            del self.position[topic, partition]

    def ready(self, ahead: dict[Place, int]) -> list[Place]:
        """Return the places with something to read beyond what a batch has."""
        return sorted(
            place
            for place, position in self.position.items()
            if position + ahead.get(place, 0) < len(self.log.records[place])
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """What a transaction would commit."""

    worker: Transactor
    overlay: Tables
    outputs: tuple[tuple[Place, Any], ...]
    read: dict[Place, int]
    generation: dict[int, int]


class Transactions(Group):
    """Two workers that commit batches, abort them, die over them, or wake too late for them."""

    name = "transactions"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._born = 0
        self._generation = dict.fromkeys(PARTITIONS, 0)
        self.workers = [self._start({partition}) for partition in PARTITIONS]
        self.late: list[Batch] = []
        """Batches of workers that sleep between their work and its commit."""

    def step(self) -> None:
        if self.late and self.rng.random() < 0.3:
            self._commit(self.late.pop())
            return
        worker = self.rng.choice(self.workers)
        if self.may_fail(0.03):
            self._hand_over(worker)
            return
        if not worker.ready({}):
            return
        batch = self._handle(worker, self.rng.randint(1, 6))
        if self.may_fail(0.12):
            self._abort(batch)
        elif self.may_fail(0.08):
            self._die(batch)
        elif self.may_fail(0.08):
            self.late.append(batch)
            self.tell(worker.name, "falls asleep; in its place", self._replace(worker).name)
        else:
            self._commit(batch)

    def settle(self) -> None:
        while self.late:
            self._commit(self.late.pop())
        for worker in self.workers:
            while worker.ready({}):
                self._commit(self._handle(worker, self.rng.randint(1, 6)))

    def restart(self) -> None:
        for worker in list(self.workers):
            self._replace(worker)

    def tables(self, partition: int) -> Tables:
        return next(worker.rows for worker in self.workers if partition in worker.generation)

    def _start(self, partitions: set[int]) -> Transactor:
        self._born += 1
        worker = Transactor(f"w{self._born}", self.log, self.make())
        for partition in sorted(partitions):
            self._assign(worker, partition)
        return worker

    def _assign(self, worker: Transactor, partition: int) -> None:
        self._generation[partition] += 1
        worker.assign(partition, self._generation[partition])

    def _replace(self, worker: Transactor) -> Transactor:
        new = self._start(set(worker.generation))
        self.workers[self.workers.index(worker)] = new
        return new

    def _handle(self, worker: Transactor, most: int) -> Batch:
        """Fold a batch over the rows, and rank what is due at its end."""
        overlay = Tables(*(ChainMap({}, getattr(worker.rows, table)) for table in ROWS))
        read: dict[Place, int] = {}
        outputs: list[tuple[Place, Any]] = []

        def send(several: Iterator[Output] | list[Output]) -> None:
            for output in several:
                partition, record = arrived(output, overlay, worker.name)
                outputs.append(((output.topic, partition), record))

        while sum(read.values()) < most and (places := worker.ready(read)):
            place = self.rng.choice(places)
            message = self.log.records[place][worker.position[place] + read.get(place, 0)]
            read[place] = read.get(place, 0) + 1
            send(worker.work.take(message, overlay))
            self.tell(worker.name, "takes", message)
        send(worker.work.answers(overlay))
        return Batch(worker, overlay, tuple(outputs), read, dict(worker.generation))

    def _commit(self, batch: Batch) -> None:
        is_owner = all(self._generation[p] == g for p, g in batch.generation.items())
        if not is_owner and self.protections.is_fenced:
            self.tell(batch.worker.name, "is fenced")
            return
        self.tell(batch.worker.name, "commits")
        self._write(batch)
        self._advance(batch)

    def _write(self, batch: Batch) -> None:
        for table in ROWS:
            overlay = getattr(batch.overlay, table)
            for key, row in overlay.maps[0].items():
                self.log.records[table, partition_of(key)].append(Written(key, row))
                overlay.maps[1][key] = row
        for place, record in batch.outputs:
            self.log.records[place].append(record)

    def _advance(self, batch: Batch) -> None:
        for place, count in batch.read.items():
            batch.worker.position[place] += count
            done = max(self.log.committed.get(place, 0), batch.worker.position[place])
            self.log.committed[place] = done

    def _abort(self, batch: Batch) -> None:
        self.tell(batch.worker.name, "aborts")
        if self.protections.forgets:
            batch.worker.work.forget(set(batch.generation))

    def _die(self, batch: Batch) -> None:
        """Kill a worker over its commit: all of it is there, or nothing."""
        if self.rng.random() < 0.5:
            self._commit(batch)
        elif not self.protections.is_atomic:
            self._advance(batch)
        self.tell(batch.worker.name, "dies; in its place", self._replace(batch.worker).name)

    def _hand_over(self, worker: Transactor) -> None:
        if worker.generation:
            other = next(one for one in self.workers if one is not worker)
            partition = self.rng.choice(sorted(worker.generation))
            worker.revoke(partition)
            self._assign(other, partition)
            self.tell(worker.name, f"hands partition {partition} to", other.name)
