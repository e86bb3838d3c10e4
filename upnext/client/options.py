"""What both clients are made with."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from upnext.client.delivery import OnRefused
from upnext.client.outbox import Event
from upnext.errors import Refused

logger = logging.getLogger("upnext.client")

Token = str | Callable[[], str]
"""An API key or a listener's token, or what fetches one: asked again when one has expired."""


def tell_refused(event: Event, refused: Refused) -> None:
    """Log an event that the gateway will never take."""
    logger.warning("event %s was refused: %s", event.event_id, refused)


@dataclass(frozen=True, slots=True)
class Options:
    """How a client sends and follows."""

    outbox: Path | None = None
    """File that keeps what waits to be sent when the process ends; None keeps it in memory."""
    capacity: int = 10_000
    """Events that may wait."""
    patience: float = 10.0
    """Seconds that a `send` tries before it leaves an event to wait; 0 tries once."""
    timeout: float = 30.0
    """Seconds that a request may take."""
    silence: float = 45.0
    """Seconds without a byte after which a followed connection is taken for dead; the gateway
    says something every 15."""
    on_refused: OnRefused = tell_refused
    """Told of every event that the gateway refused for good."""


DEFAULTS = Options()


def authorised(token: Token | None) -> Mapping[str, str]:
    """Return the headers that carry a token."""
    if token is None:
        return {}
    return {"Authorization": f"Bearer {token() if callable(token) else token}"}
