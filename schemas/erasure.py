"""What is left of a listener who was erased: a receipt, and the time before which nothing counts.

Neither names the listener: `listener` is a keyed hash of the id, which only those can make again
that know the id and the key (`UPNEXT_ERASURE_KEY`).
"""

from typing import Annotated

from pydantic import Field

from schemas.record import UtcTime, Versioned

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
"""A SHA-256 in hexadecimal."""


class Erasure(Versioned):
    """The receipt of an `erase`, on `erasures`: what one carrying out of it found, and removed.

    An erasure that is carried out again, because its command came twice or a worker died over it,
    has another receipt, which tells of what was left to remove: mostly nothing.
    """

    listener: Digest
    """HMAC-SHA-256 of the listener's id."""
    until: UtcTime
    """Event time of the command: what occurred then or before is erased."""
    erased_at: UtcTime
    """When a worker did it."""
    sessions: int = Field(ge=0)
    """Sessions that lost events."""
    events: int = Field(ge=0)
    """Events that they lost."""
    remembered: int = Field(ge=0)
    """Earlier sessions that the listener's long-term model had been fitted on."""
    before: Digest
    """SHA-256 of the rows as they were, one a line, sessions by id, then the listener's."""
    after: Digest
    """The same of what is left: of nothing, unless the listener came back in the meantime."""


class Erased(Versioned):
    """That a listener was erased, as a row of the `erased` table under the hash of the id.

    Keeps what is late, or read again, from bringing the listener back.
    """

    until: UtcTime
    """What occurred then or before is gone; of several erasures the latest."""
    partition: int = Field(ge=0)
    """Where the listener's records lie: the hash does not tell."""
