"""One listener's session as a program sees it: say what happened, get the queue that follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Any
from uuid import uuid4

from schemas import Intent, ListenerEvent, PlaybackEvent, PlaylistUpdate, SessionCommand
from schemas.commands import Command
from schemas.playback import Action
from schemas.topics import INTENTS, PLAYBACK_EVENTS, SESSION_COMMANDS, Topic
from streams.client import Follower, Publisher

ANSWER_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An event's update and how long it took."""

    event: ListenerEvent
    update: PlaylistUpdate
    latency_ms: float
    """From handing the event to the producer to holding the update."""


class Session:
    """A session on a broker; every method sends one event and waits for its update.

    Raises (every method)
    ---------------------
    BrokerUnavailable
        The broker did not take the event.
    NoUpdate
        No update came within `ANSWER_SECONDS`: the event was rejected, or no worker runs.

    """

    def __init__(
        self,
        publisher: Publisher,
        follower: Follower,
        *,
        listener_id: str,
        session_id: str | None = None,
    ) -> None:
        self._publisher = publisher
        self._follower = follower
        self.listener_id = listener_id
        self.session_id = session_id or f"s-{uuid4().hex[:12]}"

    def start(self, playlist: Sequence[str] = ()) -> Answer:
        """Start the session with an initial playlist (P55)."""
        return self.command("start", playlist=tuple(playlist))

    def play(self, track_id: str, action: Action, **details: Any) -> Answer:
        """Report an act on a track; `details` are fields of `PlaybackEvent`."""
        return self._send(PLAYBACK_EVENTS, self.playback(track_id, action, **details))

    def playback(self, track_id: str, action: Action, **details: Any) -> PlaybackEvent:
        """Return a playback event of this session, happening now, without sending it."""
        return PlaybackEvent(**self._who(), track_id=track_id, action=action, **details)

    def say(self, text: str, **details: Any) -> Answer:
        """Say something in words; `details` are fields of `Intent`."""
        return self._send(INTENTS, Intent(**self._who(), text=text, **details))

    def command(self, command: Command, **details: Any) -> Answer:
        """Send a command; `details` are fields of `SessionCommand`."""
        return self._send(
            SESSION_COMMANDS, SessionCommand(**self._who(), command=command, **details)
        )

    def _who(self) -> dict[str, Any]:
        return {
            "event_id": f"e-{uuid4().hex}",
            "listener_id": self.listener_id,
            "session_id": self.session_id,
            "occurred_at": datetime.now(UTC),
        }

    def _send(self, topic: Topic, event: ListenerEvent) -> Answer:
        begun = perf_counter()
        self._publisher.publish(topic, event)
        update = self._follower.answer_to(event.event_id, seconds=ANSWER_SECONDS)
        return Answer(event, update, (perf_counter() - begun) * 1000)
