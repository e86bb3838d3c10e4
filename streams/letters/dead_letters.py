"""Where an event goes that cannot be used.

Faust acknowledges the message of an agent that raised and never delivers it again. So an event
that is at fault is written to `rejected-events`, and its offset is committed only when the broker
has the letter. Any other error is ours and is raised.
"""

from base64 import b64encode
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from embedder.errors import UnusableVector
from ranker.errors import RankerError
from schemas import RejectedEvent
from schemas.rejected import MAX_KEPT_BYTES
from schemas.topics import REJECTED_EVENTS
from streams.errors import EventError
from streams.metrics import EVENTS, REJECTED
from streams.work.messages import Message, Output

FAULTS = (ValidationError, RankerError, EventError, UnusableVector)
"""Errors that say the event is at fault."""

MAX_KEY_BYTES = 1_024


def reject(message: Message, error: Exception, now: datetime, *, kind: str) -> Output:
    """Return the dead letter to be written, and count it.

    Parameters
    ----------
    kind : what the message was taken for, for the metrics

    """
    letter = letter_of(message, error, now)
    EVENTS.labels(kind, "rejected").inc()
    REJECTED.labels(letter.error).inc()
    return Output(REJECTED_EVENTS.name, key_of_letter(message.key), letter.encode())


def key_of_letter(key: bytes | None) -> bytes | None:
    """Return the key of a message as its dead letter keeps it: a letter must never be too large."""
    return None if key is None else key[:MAX_KEY_BYTES]


def letter_of(message: Any, error: Exception, now: datetime) -> RejectedEvent:
    """Return the dead letter of a message: what came, from where, and what was wrong."""
    value: bytes | None = message.value
    kept = None if value is None else value[:MAX_KEPT_BYTES]
    return RejectedEvent(
        reason=reason_of(error)[:2_000],
        error=type(error).__name__,
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        rejected_at=now,
        value=None if kept is None else b64encode(kept).decode(),
        size_bytes=0 if value is None else len(value),
        kept="cut" if value is not None and len(value) > MAX_KEPT_BYTES else "whole",
    )


def reason_of(error: Exception) -> str:
    """Return what was wrong in one line, without the input itself: that is kept beside it."""
    if not isinstance(error, ValidationError):
        return printable(str(error))
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    return printable(
        "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'value'}: {fault['msg']}" for fault in faults
        )
    )


def printable(text: str) -> str:
    r"""Return text in which all that does not print is escaped: it may name what a sender wrote.

    >>> printable("red " + chr(27) + "[31m")
    'red \\x1b[31m'
    """
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
