"""What following a listener costs on top of Faust itself: ours against a do-nothing agent."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from embedder.manifest import Manifest, folder_of
from schemas import (
    PlaybackEvent,
    SessionCommand,
    SessionState,
    TrackInfo,
    TrackVector,
    pack_vector,
)
from schemas.topics import PLAYBACK_EVENTS, PLAYLIST_UPDATES, SESSION_COMMANDS, TRACK_VECTORS
from streams.bench import noop
from streams.bench.open_loop import Message, Receipts, paced, saturated
from streams.client import Publisher
from streams.settings import Settings
from streams.stack import Say, Stack, worker_commands
from streams.work.tables import SESSION_ROW

TRACKS = 1_000
SEED = 20_260
RUNS = ("paced", "backlog")


@dataclass(frozen=True, slots=True)
class Load:
    """The shape of the load."""

    per_second: float = 200.0
    seconds: float = 15.0
    sessions: int = 150
    """So many that a session gains twenty events during the run, and has fifty in the middle."""
    examples: int = 50
    """Examples of a session in the middle of a run."""
    queue: int = 50
    backlog: int = 3_000
    """Events sent at once to measure throughput."""


def bench_stream(settings: Settings, load: Load, say: Say) -> dict[str, Any]:
    """Measure the sessions agent, then the yardstick with rows and messages of the same size."""
    with Stack(settings, say, worker_commands("sessions")) as ours:
        publisher = Publisher(ours.settings.bootstrap)
        _publish_library(publisher, Manifest.read(folder_of(settings.space)))
        ours.wait_until_ready()
        ours.wait_for_tracks(TRACKS)
        with Receipts(ours.settings.bootstrap, PLAYLIST_UPDATES.name) as receipts:
            upnext = _measure_ours(publisher, receipts, load, say)
            update_bytes = int(np.mean(receipts.sizes))
        row_bytes = _row_bytes(load)
        # The same broker, a folder of its own for what a Faust app keeps.
        beside = {"state_folder": ours.settings.state_folder / "noop"}
        with Stack(
            ours.settings.model_copy(update=beside), say, _yardstick(row_bytes, update_bytes)
        ) as theirs:
            theirs.wait_until_ready()
            with Receipts(theirs.settings.bootstrap, noop.UPDATES.name) as receipts:
                baseline = _measure(publisher, receipts, noop.EVENTS.name, load, say, "noop")
    return {
        "noop": baseline,
        "upnext": upnext,
        "ratio_p50": round(upnext["p50_ms"] / baseline["p50_ms"], 2),
        "ratio_p99": round(upnext["p99_ms"] / baseline["p99_ms"], 2),
        "ratio_throughput": round(upnext["events_per_second"] / baseline["events_per_second"], 2),
        "row_bytes": row_bytes,
        "update_bytes": update_bytes,
        "events_per_second_offered": load.per_second,
        "examples": load.examples,
        "queue": load.queue,
    }


def _yardstick(row_bytes: int, update_bytes: int) -> dict[str, list[str]]:
    module = [sys.executable, "-m", "streams.bench.noop"]
    return {"noop": [*module, str(row_bytes), str(update_bytes)]}


def _measure_ours(
    publisher: Publisher, receipts: Receipts, load: Load, say: Say
) -> dict[str, float]:
    for run in RUNS:
        saturated(publisher, receipts, SESSION_COMMANDS.name, _traffic(load, run).starts)
    return _measure(publisher, receipts, PLAYBACK_EVENTS.name, load, say, "upnext")


def _measure(
    publisher: Publisher, receipts: Receipts, topic: str, load: Load, say: Say, name: str
) -> dict[str, float]:
    """Return latency when paced, then throughput; each after the sessions have been filled."""
    figures: dict[str, float] = {}
    for run in RUNS:
        traffic = _traffic(load, run)
        say(f"{name}: {len(traffic.before)} events before, {len(traffic.measured)} {run}")
        saturated(publisher, receipts, topic, traffic.before)
        receipts.sizes.clear()
        if run == "paced":
            figures |= paced(
                publisher, receipts, topic, traffic.measured, per_second=load.per_second
            )
        else:
            figures |= saturated(publisher, receipts, topic, traffic.measured)
    return figures


@dataclass(frozen=True, slots=True)
class Traffic:
    """The messages of one run."""

    starts: list[Message]
    before: list[Message]
    measured: list[Message]


def _traffic(load: Load, run: str) -> Traffic:
    rng = np.random.default_rng(SEED)
    begun = datetime.now(UTC) - timedelta(hours=1)
    size = int(load.per_second * load.seconds) if run == "paced" else load.backlog
    per_session = -(-size // load.sessions)
    before = max(0, load.examples - per_session // 2)
    starts, events = [], []
    for session in (f"{run}-{number}" for number in range(load.sessions)):
        playlist = rng.choice(TRACKS, 2 * load.queue, replace=False).tolist()
        starts.append(_message(_start(session, playlist, begun)))
    for n in range(before + per_session):
        for number in range(load.sessions):
            event = _playback(f"{run}-{number}", n, int(rng.integers(TRACKS)), begun)
            events.append(_message(event))
    first = before * load.sessions
    return Traffic(starts, events[:first], events[first : first + size])


def _start(session: str, playlist: Sequence[int], begun: datetime) -> SessionCommand:
    return SessionCommand(
        event_id=f"{session}-start",
        listener_id=session,
        session_id=session,
        occurred_at=begun,
        command="start",
        playlist=tuple(f"bench-{track:04d}" for track in playlist),
    )


def _playback(session: str, n: int, track: int, begun: datetime) -> PlaybackEvent:
    return PlaybackEvent(
        event_id=f"{session}-{n}-{track}",
        listener_id=session,
        session_id=session,
        occurred_at=begun + timedelta(seconds=n + 1),
        track_id=f"bench-{track:04d}",
        action="completed" if n % 3 else "skipped",
        position_seconds=100.0 if n % 3 else 4.0,
        duration_seconds=100.0,
    )


def _message(event: PlaybackEvent | SessionCommand) -> Message:
    return Message(event.event_id, event.listener_id.encode(), event.encode())


def _row_bytes(load: Load) -> int:
    """Return the size of a session's row in the middle of a run."""
    traffic = _traffic(Load(sessions=1, examples=load.examples, backlog=0), "backlog")
    events = [SessionCommand.model_validate_json(message.value) for message in traffic.starts]
    played = [PlaybackEvent.model_validate_json(message.value) for message in traffic.before]
    state = SessionState(listener_id="size-0", session_id="size-0", events=(*events, *played))
    return len(SESSION_ROW.dumps(state))


def _publish_library(publisher: Publisher, space: Manifest) -> None:
    rng = np.random.default_rng(SEED)
    for number, vector in enumerate(rng.normal(size=(TRACKS, space.dimension))):
        publisher.send(
            TRACK_VECTORS,
            TrackVector(
                track_id=f"bench-{number:04d}",
                info=TrackInfo(title=f"Track {number}", artist=f"Artist {number % 97}"),
                uri=str(Path("bench") / f"{number}.ogg"),
                content=f"bench-{number}",
                space=space.hash,
                vector=pack_vector((vector / np.linalg.norm(vector)).tolist()),
            ),
        )
    publisher.flush()
