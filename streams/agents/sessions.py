"""The sessions agent: every event of a session refits its model and publishes its queue."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from ranker.history import holds
from ranker.library import Library
from ranker.session import step
from schemas import (
    PlaybackEvent,
    PlaylistUpdate,
    SessionCommand,
    SessionEvent,
    SessionState,
    UnderstoodIntent,
)
from schemas.topics import (
    PLAYBACK_EVENTS,
    PLAYLIST_UPDATES,
    REJECTED_EVENTS,
    SESSION_COMMANDS,
    UNDERSTOOD_INTENTS,
)
from streams import metrics
from streams.agents.app import build_app, raw_topic
from streams.agents.sessions_table import SessionsTable
from streams.codecs import admit, decode
from streams.dead_letters import rejecting
from streams.delivery import App
from streams.settings import Settings

OVERLAP = 2_000
"""Events per partition to read again after an assignment: 30 s at 60 events a second."""

INPUTS: dict[str, type[SessionEvent]] = {
    PLAYBACK_EVENTS.name: PlaybackEvent,
    SESSION_COMMANDS.name: SessionCommand,
    UNDERSTOOD_INTENTS.name: UnderstoodIntent,
}
"""What is read, and what each topic holds."""


def sessions_app(settings: Settings, library: Callable[[], Library]) -> App:
    """Build the app of the sessions agent; `library` returns the newest of what can be ranked."""
    app = build_app("sessions", settings, overlap=OVERLAP, Table=SessionsTable)
    events = raw_topic(app, PLAYBACK_EVENTS, SESSION_COMMANDS, UNDERSTOOD_INTENTS)
    updates = raw_topic(app, PLAYLIST_UPDATES)
    rejected = raw_topic(app, REJECTED_EVENTS)
    sessions: Any = app.Table("sessions", key_type=str, partitions=settings.partitions)
    tolerance = timedelta(seconds=settings.future_seconds)

    @app.agent(events, name="follow")
    async def follow(stream: Any) -> None:
        async for delivered in stream.events():
            message = delivered.message
            async with rejecting(message, rejected, message.topic):
                event = _event(message, tolerance)
                key = f"{event.listener_id}|{event.session_id}"
                state = sessions.get(key) or _new(event)
                known = holds(state, event)
                if known and app.is_reread(message):
                    continue
                tracks = library()
                state, update = _timed_step(state, event, tracks, settings)
                if not known:
                    sessions[key] = state
                    metrics.SESSIONS.set(len(sessions))
                # A duplicate is answered too: the first answer may have died with a worker.
                await updates.send(key=event.listener_id.encode(), value=update.encode())
                _count(_result(event, known, tracks.space), event, update, message)

    return app


def _event(message: Any, tolerance: timedelta) -> SessionEvent:
    sent_at = datetime.fromtimestamp(message.timestamp, UTC)
    record: type[SessionEvent] = INPUTS[message.topic]
    return admit(decode(record, message.value), message.key, sent_at, tolerance)


def _new(event: SessionEvent) -> SessionState:
    """Return the state before the first event; whoever plays has a session (P93)."""
    return SessionState(listener_id=event.listener_id, session_id=event.session_id)


def _timed_step(
    state: SessionState, event: SessionEvent, library: Library, settings: Settings
) -> tuple[SessionState, PlaylistUpdate]:
    with metrics.STEP_SECONDS.time():
        return step(state, event, library, settings.ranker)


def _result(event: SessionEvent, known: bool, space: str) -> str:
    """Tell words of another space apart: they are kept, and count once workers rank in it."""
    if known:
        return "duplicate"
    elsewhere = isinstance(event, UnderstoodIntent) and event.space != space
    return "unheard" if elsewhere else "folded"


def _count(result: str, event: SessionEvent, update: PlaylistUpdate, message: Any) -> None:
    metrics.EVENTS.labels(_kind(event), result).inc()
    metrics.REFITS.labels(update.model).inc()
    metrics.EVENT_TO_UPDATE_SECONDS.observe(max(0.0, time.time() - message.timestamp))


def _kind(event: SessionEvent) -> str:
    match event:
        case PlaybackEvent():
            return event.action
        case SessionCommand():
            return event.command
        case _:
            return "words"
