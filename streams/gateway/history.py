"""What happened in sessions lately, newest first: the list that an undo is chosen from."""

from collections import OrderedDict, deque
from typing import Any

import orjson

from schemas import ListenerEvent
from schemas.topics import (
    INTENTS,
    PLAYBACK_EVENTS,
    SESSION_COMMANDS,
    UNDERSTOOD_INTENTS,
    Topic,
)
from streams.gateway.rows import row_key

SESSIONS = 10_000
EVENTS = 100
"""Of one session."""

KINDS = {
    PLAYBACK_EVENTS.plain: "playback",
    SESSION_COMMANDS.plain: "command",
    INTENTS.plain: "words",
    UNDERSTOOD_INTENTS.plain: "compass",
}
"""What events are called by the topic that they are sent to."""


class History:
    """The newest accepted events of the sessions that had one lately."""

    def __init__(self, sessions: int = SESSIONS, events: int = EVENTS) -> None:
        self._most = sessions
        self._events = events
        self._sessions: OrderedDict[str, deque[tuple[str, bytes]]] = OrderedDict()

    def add(self, topic: Topic, event: ListenerEvent, value: bytes) -> None:
        """Remember an event that the broker has, with its JSON."""
        key = row_key(event.listener_id, event.session_id)
        events = self._sessions.setdefault(key, deque(maxlen=self._events))
        events.appendleft((KINDS[topic.plain], value))
        self._sessions.move_to_end(key)
        while len(self._sessions) > self._most:
            self._sessions.popitem(last=False)

    def of(self, listener_id: str, session_id: str) -> list[dict[str, Any]]:
        """Return a session's events, newest first: as accepted, with their kind, without vectors.

        `undone` says of an event that it was taken back.
        """
        found = self._sessions.get(row_key(listener_id, session_id), ())
        events = [{"kind": kind, **orjson.loads(value)} for kind, value in found]
        undone = {event.get("target_event_id") for event in events}
        for event in events:
            event.pop("clauses", None)
            event["undone"] = event["event_id"] in undone
        return events

    def forget(self, listener_id: str) -> None:
        """Let go of a listener's events."""
        prefix = row_key(listener_id, "")
        for key in [key for key in self._sessions if key.startswith(prefix)]:
            del self._sessions[key]
