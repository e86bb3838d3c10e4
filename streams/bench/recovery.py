"""What live sessions cost: bytes of a row, memory of a worker, and the time to recover them all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Literal

import numpy as np
import psutil
from confluent_kafka import Producer

from embedder.manifest import Manifest, folder_of
from ranker.history import fold
from schemas import PlaybackEvent, SessionCommand, SessionState
from schemas.topics import PLAYBACK_EVENTS, TOPICS, Topic
from streams.bench.library import publish, random_tracks
from streams.client import Follower, Publisher
from streams.kafka.admin import create_topics
from streams.kafka.broker import broker_for
from streams.kafka.partitioner import partition_of
from streams.session_client import ANSWER_SECONDS
from streams.settings import Settings
from streams.stack import Say, Stack, worker_commands
from streams.transactions.topics import CHANGELOGS
from streams.work.tables import SESSION_ROW, session_key

TRACKS = 1_000
EVENTS = 11
"""Of each session: its start with fifty tracks, and ten acts."""
PLAYLIST = 50
MAX_EVENTS = 1_000
TEN_MILLION = 10_000_000

Engine = Literal["faust", "transactions"]


@dataclass(frozen=True, slots=True)
class Start:
    """One start of the sessions worker."""

    seconds: float
    """From the start of its process until it takes events."""
    memory: int
    """Resident bytes then."""
    lost: int = 0
    """Events that the session asked for lacks."""


def bench_recovery(settings: Settings, sessions: int, say: Say) -> dict[str, Any]:
    """Start a worker with no session and with many, and ask one of them for its queue.

    Raises
    ------
    NotReady
        The worker did not come up.
    NoUpdate
        It came up and does not answer.

    """
    with broker_for(settings, say=say) as bootstrap:
        settings = settings.model_copy(update={"broker": bootstrap})
        changelog = _changelog(settings.engine)
        create_topics(settings, [*TOPICS, changelog])
        tracks = random_tracks(TRACKS, Manifest.read(folder_of(settings.space)))
        publish(tracks, Publisher(bootstrap))
        begun = datetime.now(UTC) - timedelta(hours=1)
        _start(settings, say)  # the first makes what is missing
        empty = _start(settings, say)
        say(f"writing {sessions} sessions")
        row_bytes = _fill(settings, changelog, [_session(n, begun) for n in range(sessions)])
        full = _start(settings, say, ask_for=_session(sessions // 2, begun))
    memory = (full.memory - empty.memory) / sessions
    return {
        "engine": settings.engine,
        "sessions": sessions,
        "events_per_session": EVENTS,
        "row_bytes": round(row_bytes),
        "state_bytes_per_event": round(row_bytes / EVENTS),
        "changelog_bytes_per_event": round(row_bytes),
        "start_seconds": round(empty.seconds, 2),
        "lost": full.lost,
        "restore_seconds": round(full.seconds - empty.seconds, 2),
        "megabytes": round(full.memory / 1e6, 1),
        "megabytes_per_10_000_sessions": round(memory * 10_000 / 1e6, 1),
        "at_ten_million_listeners": {
            "state_gigabytes": round(row_bytes * TEN_MILLION / 1e9, 1),
            "memory_gigabytes": round(memory * TEN_MILLION / 1e9, 1),
        },
    }


def _changelog(engine: Engine) -> Topic:
    """Return the topic that the engine recovers sessions from."""
    if engine == "transactions":
        return CHANGELOGS["sessions"]
    return Topic("upnext-sessions-sessions-changelog", SessionState, "", compacted=True)


def _start(settings: Settings, say: Say, ask_for: SessionState | None = None) -> Start:
    """Start a worker, measure it, ask it for a session's queue, and stop it."""
    begun = monotonic()
    with Stack(settings, say, worker_commands("sessions")) as stack:
        stack.wait_until_ready()
        took = monotonic() - begun
        memory = psutil.Process(stack.pids["sessions"]).memory_info().rss
        lost = 0 if ask_for is None else _lost(settings.bootstrap, ask_for)
    return Start(took, memory, lost)


def _fill(settings: Settings, changelog: Topic, rows: Sequence[SessionState]) -> float:
    """Write the rows where the engines would, by listener; return the mean bytes of one."""
    producer = Producer({"bootstrap.servers": settings.bootstrap, "linger.ms": 50})
    written = 0
    for row in rows:
        packed = SESSION_ROW.dumps(row)
        written += len(packed)
        place = partition_of(row.listener_id.encode(), settings.partitions)
        producer.produce(changelog.name, packed, session_key(row).encode(), place)
        producer.poll(0)
    producer.flush()
    return written / len(rows)


def _session(number: int, begun: datetime) -> SessionState:
    """Return one listener's evening; no two are alike."""
    rng = np.random.default_rng(number)
    tracks = [f"bench-{track:04d}" for track in rng.choice(TRACKS, PLAYLIST, replace=False)]
    state = SessionState(listener_id=f"listener-{number}", session_id=f"session-{number}")
    start = SessionCommand(
        **_next(state), occurred_at=begun, command="start", playlist=tuple(tracks)
    )
    state = fold(state, start, max_events=MAX_EVENTS)
    for track in tracks[1:EVENTS]:
        state = fold(state, _act(state, track), max_events=MAX_EVENTS)
    return state


def _act(state: SessionState, track_id: str) -> PlaybackEvent:
    """Return what the listener does next, a minute later."""
    place = len(state.events)
    return PlaybackEvent(
        **_next(state),
        occurred_at=state.events[-1].occurred_at + timedelta(minutes=1),
        track_id=track_id,
        action="completed" if place % 3 else "skipped",
        position_seconds=100.0 if place % 3 else 4.0,
        duration_seconds=200.0,
    )


def _next(state: SessionState) -> dict[str, Any]:
    return {
        "event_id": f"{state.listener_id}.{len(state.events)}",
        "listener_id": state.listener_id,
        "session_id": state.session_id,
    }


def _lost(bootstrap: str, state: SessionState) -> int:
    """Send one more act, and return how many events the session's queue does not know of."""
    act = _act(state, "bench-0000")
    expected = fold(state, act, max_events=MAX_EVENTS).revision
    with Follower(bootstrap) as follower:
        Publisher(bootstrap).publish(PLAYBACK_EVENTS, act)
        return expected - follower.answer_to(act.event_id, seconds=ANSWER_SECONDS).revision
