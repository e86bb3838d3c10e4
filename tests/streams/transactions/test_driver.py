"""The loop on a real broker: what is committed is whole, what is not has never been."""

from itertools import accumulate
from threading import Event, Thread
from time import sleep

import pytest

from streams.errors import ClientFailed, NameTaken, NotCopartitioned
from streams.kafka.admin import create_topics
from streams.transactions.restore import restore
from streams.transactions.tables import Partition
from streams.transactions.transaction import Transactions, Undone
from streams.work.tables import SESSION_ROW
from tests.streams.transactions.sums import (
    CLEAR,
    PARTITIONS,
    Sums,
    begin,
    changelogs_of,
    job_of,
    read,
    rows,
    send,
    sender,
    told,
    working,
)

pytestmark = pytest.mark.kafka

KEYS = ("ann", "bob", "eve", "kim")


def numbers(count: int) -> list[tuple[str, int]]:
    return [(KEYS[n % len(KEYS)], n) for n in range(count)]


def sums(records: list[tuple[str, int]]) -> dict[str, list[int]]:
    return {key: list(accumulate(n for k, n in records if k == key)) for key in KEYS}


def final(records: list[tuple[str, int]]) -> dict[str, int]:
    return {key: told[-1] for key, told in sums(records).items()}


def test_sums_of_two_topics_survive_a_restart_and_count_each_event_once(broker_settings, broker):
    work = Sums("sums-restart")
    job = job_of(work, broker_settings, max_messages=7)
    first, second = numbers(100), numbers(60)

    send(broker, work.sources[0], *first)
    with working(broker_settings, job):
        assert told(read(broker, work.out, 100)) == sums(first)
    send(broker, work.sources[1], *second)
    with working(broker_settings, job):
        heard = told(read(broker, work.out, 160))

    assert heard == sums([*first, *second])
    assert rows(broker, work) == final([*first, *second])


def test_an_aborted_batch_is_read_again_with_the_same_outcome_and_leaves_nothing_to_be_seen(
    broker_settings, broker, monkeypatch
):
    work = Sums("sums-abort")
    job = job_of(work, broker_settings, max_messages=10)
    sent = numbers(100)
    send(broker, work.sources[0], *sent)
    send_offsets, calls = Transactions._send_offsets, []

    def refused(self, *args):
        calls.append(len(calls))
        if len(calls) % 2:
            self._producer.flush(5)  # the aborted records are on the broker
            raise Undone("the generation is outdated")
        send_offsets(self, *args)

    monkeypatch.setattr(Transactions, "_send_offsets", refused)

    with working(broker_settings, job):
        heard = told(read(broker, work.out, 100))

    assert len(calls) > 4
    assert heard == sums(sent)
    assert rows(broker, work) == final(sent)
    assert len(read(broker, work.out, isolation="read_uncommitted")) > 100


def test_clients_that_fail_in_mid_transaction_are_replaced_and_its_batch_is_done_once(
    broker_settings, broker, monkeypatch
):
    work = Sums("sums-failed")
    job = job_of(work, broker_settings, max_messages=10)
    sent = numbers(60)
    send(broker, work.sources[0], *sent)
    send_offsets, calls = Transactions._send_offsets, []

    def failing(self, *args):
        calls.append(len(calls))
        if len(calls) == 3:
            raise ClientFailed("sending offsets", "fenced")
        send_offsets(self, *args)

    monkeypatch.setattr(Transactions, "_send_offsets", failing)

    with working(broker_settings, job):
        heard = told(read(broker, work.out, 60))
        forgotten = list(work.forgotten)

    assert heard == sums(sent)
    assert rows(broker, work) == final(sent)
    assert {0, 1} in forgotten


def test_a_row_that_is_deleted_is_a_tombstone_and_stays_away(broker_settings, broker):
    work = Sums("sums-deleted")
    job = job_of(work, broker_settings)
    with working(broker_settings, job):
        send(broker, work.sources[0], ("ann", 5), ("bob", 7))
        read(broker, work.out, 2)
        send(broker, work.sources[0], ("ann", CLEAR), ("eve", 1))
        read(broker, work.out, 3)
        assert rows(broker, work) == {"ann": None, "bob": 7, "eve": 1}

    with working(broker_settings, job):
        send(broker, work.sources[0], ("ann", 1), ("bob", 1))
        heard = told(read(broker, work.out, 5))

    assert heard == {"ann": [5, 1], "bob": [7, 8], "eve": [1]}


def test_partitions_move_to_a_worker_that_joins_and_back_and_nothing_counts_twice(
    broker_settings, broker
):
    work = Sums("sums-joined")
    job = job_of(work, broker_settings, max_messages=5)
    parts = [numbers(40) for _ in range(3)]
    with working(broker_settings, job, "w1"):
        send(broker, work.sources[0], *parts[0])
        read(broker, work.out, 40)
        with working(broker_settings, job_of(work, broker_settings), "w2"):
            send(broker, work.sources[1], *parts[1])
            read(broker, work.out, 80)
        send(broker, work.sources[0], *parts[2])
        heard = told(read(broker, work.out, 120))

    everything = [*parts[0], *parts[1], *parts[2]]
    assert heard == sums(everything)
    assert rows(broker, work) == final(everything)


def test_a_worker_whose_name_another_process_took_ends_and_says_why(broker_settings, broker):
    work = Sums("sums-twin")
    job = job_of(work, broker_settings)
    first = begin(broker_settings, job, "twin")
    send(broker, work.sources[0], ("ann", 1))
    read(broker, work.out, 1)

    with working(broker_settings, job_of(work, broker_settings), "twin"):
        first.thread.join(30)
        send(broker, work.sources[0], ("ann", 1))
        heard = told(read(broker, work.out, 2))

    (error,) = first.ended_with
    assert isinstance(error, NameTaken)
    assert "'twin'" in str(error)
    assert "UPNEXT_WORKER_NAME" in str(error)
    assert heard == {"ann": [1, 2]}


def test_topics_that_do_not_fit_together_are_refused_by_name(broker_settings, broker):
    work = Sums("sums-uneven")
    wider = broker_settings.model_copy(update={"partitions": PARTITIONS + 1})
    create_topics(wider, [work.sources[0]])

    running = begin(broker_settings, job_of(work, broker_settings))
    running.thread.join(30)

    (error,) = running.ended_with
    assert isinstance(error, NotCopartitioned)
    assert "sums-uneven-also" in str(error)


def test_a_restore_waits_for_rows_that_lie_behind_an_open_transaction(broker_settings, broker):
    work = Sums("sums-watermark")
    job_of(work, broker_settings)
    changelog = changelogs_of(work)["sessions"].name
    sleeper = sender(broker, **{"transactional.id": "sleeper"})
    sleeper.init_transactions(20)
    sleeper.begin_transaction()
    sleeper.produce(changelog, b"half", b"ann", 0)
    assert sleeper.flush(20) == 0
    behind = sender(broker)
    behind.produce(
        changelog,
        SESSION_ROW.dumps(row := SESSION_ROW.record(listener_id="bob", session_id="sum", floor=7)),
        b"bob",
        0,
    )
    assert behind.flush(20) == 0
    partitions = {0: Partition({}), 1: Partition({})}

    reading = Thread(target=restore, args=(broker, changelogs_of(work), partitions, Event()))
    reading.start()
    sleep(1)
    assert reading.is_alive()
    sleeper.abort_transaction(20)
    reading.join(20)

    assert not reading.is_alive()
    assert {key: partitions[0].rows["sessions"].get(key) for key in ("ann", "bob")} == {
        "ann": None,
        "bob": row,
    }
