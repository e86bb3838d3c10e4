"""Have a listener erased, and wait for the receipt."""

from datetime import UTC, datetime
from time import monotonic
from uuid import uuid4

from confluent_kafka import KafkaException
from pydantic import ValidationError

from schemas import Erasure, SessionCommand
from schemas.topics import ERASURES, SESSION_COMMANDS
from streams.client import Publisher
from streams.errors import BrokerUnavailable, NotErased
from streams.kafka.reading import assign_from_now, open_reader
from streams.settings import Settings
from streams.work.erasure import pseudonym

RECEIPT_SECONDS = 30.0
"""How long to wait for the receipt; where workers are idle it is there in a quarter of a second."""


def erasure_of(listener_id: str) -> SessionCommand:
    """Return the command that erases a listener; raises ValidationError for what is no id."""
    return SessionCommand(
        event_id=f"e-{uuid4().hex}",
        listener_id=listener_id,
        session_id="-",  # of no importance: it concerns them all
        occurred_at=datetime.now(UTC),
        command="erase",
    )


def send_erasure(bootstrap: str, command: SessionCommand) -> None:
    """Send the command without waiting for a worker; raises BrokerUnavailable."""
    Publisher(bootstrap).publish(SESSION_COMMANDS, command)


def erase(settings: Settings, command: SessionCommand, seconds: float = RECEIPT_SECONDS) -> Erasure:
    """Send the command, and return the receipt of the worker that carried it out.

    Raises
    ------
    NotErased
        None came in time.
    BrokerUnavailable
        The broker does not answer, or lacks the topic of receipts.

    """
    name = pseudonym(command.listener_id, settings.erasure_key.get_secret_value().encode())
    reader = open_reader(settings.bootstrap, fetch_wait_max_ms=100)
    try:
        assign_from_now(reader, ERASURES.name)
        send_erasure(settings.bootstrap, command)
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            message = reader.poll(left)
            if message is None or message.error() is not None:
                continue
            receipt = _receipt(message.value())
            if receipt and (receipt.listener, receipt.until) == (name, command.occurred_at):
                return receipt
    except KafkaException as error:
        raise BrokerUnavailable(settings.bootstrap, str(error.args[0])) from None
    finally:
        reader.close()
    raise NotErased(command.listener_id, seconds)


def _receipt(value: bytes | None) -> Erasure | None:
    try:
        return Erasure.model_validate_json(value or b"")
    except ValidationError:
        return None
