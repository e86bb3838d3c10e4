"""Which faults pass, which undo a transaction, which end its client; and no wait without end."""

from threading import Event
from time import monotonic

import pytest
from confluent_kafka import KafkaError, KafkaException

from streams.errors import ClientFailed, Stalled
from streams.transactions.transaction import Kind, Stopped, Undone, insist, kind_of, left_alone


def fault(code: int, **flags: bool) -> KafkaError:
    return KafkaError(code, "", **flags)


def failing(*faults: KafkaError):
    left = list(faults)

    def call(seconds: float) -> str:
        if left:
            raise KafkaException(left.pop(0))
        return "done"

    return call


PASSING = fault(KafkaError.NOT_COORDINATOR)


@pytest.mark.parametrize(
    "error, kind",
    [
        (fault(KafkaError._TIMED_OUT, retriable=True), Kind.RETRY),
        (fault(KafkaError.COORDINATOR_LOAD_IN_PROGRESS), Kind.RETRY),
        (fault(KafkaError.ILLEGAL_GENERATION, txn_requires_abort=True), Kind.ABORT),
        (fault(KafkaError.NOT_COORDINATOR, txn_requires_abort=True), Kind.ABORT),
        (fault(KafkaError._FENCED, fatal=True), Kind.FATAL),
        (fault(KafkaError.TOPIC_AUTHORIZATION_FAILED), Kind.FATAL),
    ],
)
def test_a_fault_is_told_by_what_the_client_says_of_it(error, kind):
    assert kind_of(error) is kind


def test_a_call_whose_fault_passes_is_made_again():
    assert insist("trying", failing(PASSING, PASSING), seconds=5) == "done"


def test_a_fault_that_does_not_pass_ends_the_wait_at_its_deadline_with_its_name():
    begun = monotonic()

    with pytest.raises(Stalled, match=r"waiting for Godot did not succeed within 0 s"):
        insist("waiting for Godot", failing(*[PASSING] * 1000), seconds=0.2)

    assert 0.2 <= monotonic() - begun < 2


def test_a_call_that_never_comes_back_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.transactions.transaction.HANG_SECONDS", 0.1)
    end = Event()

    with pytest.raises(Stalled, match="sending offsets.*does not come back"):
        left_alone("sending offsets", lambda _: end.wait(60))(0.1)

    end.set()


def test_a_fault_that_cannot_pass_ends_the_wait_at_once():
    with pytest.raises(ClientFailed, match="committing failed for good"):
        insist("committing", failing(fault(KafkaError._FENCED, fatal=True)), seconds=60)


def test_a_transaction_that_has_to_be_aborted_is_told_apart():
    refused = fault(KafkaError.ILLEGAL_GENERATION, txn_requires_abort=True)

    with pytest.raises(Undone):
        insist("sending offsets", failing(refused), seconds=60)


def test_a_worker_that_is_told_to_stop_does_not_wait_on():
    stop = Event()
    stop.set()

    with pytest.raises(Stopped):
        insist("joining", failing(*[PASSING] * 1000), seconds=60, stop=stop)
