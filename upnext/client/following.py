"""Messages -> queue: what is held, and how to ask for the rest after a break."""

import logging
from dataclasses import dataclass, field

from httpx_sse import ServerSentEvent

from upnext.client.backoff import Backoff
from upnext.envelopes import envelope_of
from upnext.queue import Gap, Queue, apply

logger = logging.getLogger("upnext.client")


class Missed(Exception):
    """A gap: this connection is of no more use."""


@dataclass(slots=True)
class Following:
    """A session as it is followed, over as many connections as it takes."""

    held: Queue | None = None
    backoff: Backoff = field(default_factory=Backoff)
    resumes: bool = True
    """Whether the next connection goes on from what is held; not after a gap."""

    def headers(self) -> dict[str, str]:
        """Return the headers of the next connection."""
        if self.held is None or not self.resumes:
            return {}
        return {"Last-Event-ID": self.held.id}

    def take(self, message: ServerSentEvent) -> Queue | None:
        """Return the queue after a message, None where it changes nothing.

        Raises
        ------
        Missed
            It cannot be applied: connect again, for a full one.

        """
        if message.retry is not None:
            self.backoff.first = message.retry / 1000
        if not message.data:
            return None
        after = self._after(message.data)
        if isinstance(after, Gap):
            logger.info("asking for a full queue: %s", after.why)
            self.resumes = False
            raise Missed(after.why)
        self.resumes = True
        if after is self.held:
            return None
        self.backoff.reset()
        self.held = after
        return after

    def _after(self, data: str) -> Queue | Gap | None:
        try:
            envelope = envelope_of(data)
        except ValueError as error:
            return Gap(f"what came is no envelope: {error}")
        return self.held if envelope is None else apply(self.held, envelope)
