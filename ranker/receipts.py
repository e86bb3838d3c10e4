"""Proof of what was taken out of a session: a hash before, a hash after, and the ids between."""

from collections.abc import Iterable
from hashlib import sha256

from ranker.history import in_force
from schemas import Receipt, SessionCommand, SessionEvent, SessionState, Versioned


def receipt_of(before: SessionState, after: SessionState, event: SessionEvent) -> Receipt | None:
    """Return the receipt of an `undo` or a `forget`; None for any other event.

    The hash after it equals that of a session that never saw what was removed: anyone who keeps
    the other events can check it.
    """
    if not (isinstance(event, SessionCommand) and event.command in ("undo", "forget")):
        return None
    had, has = in_force(before), in_force(after)
    left = {known.event_id for known in has}
    return Receipt(
        removed=tuple(known.event_id for known in had if known.event_id not in left),
        before=digest(had),
        after=digest(has),
    )


def digest(records: Iterable[Versioned]) -> str:
    """Return the SHA-256 of records as they would be written, one a line, in hexadecimal."""
    return sha256(b"\n".join(record.encode() for record in records)).hexdigest()
