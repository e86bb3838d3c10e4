"""What following a listener costs: both engines, each beside what it could cost at least."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from embedder.manifest import Manifest, folder_of
from schemas import PlaybackEvent, SessionCommand, SessionState
from schemas.topics import PLAYBACK_EVENTS, PLAYLIST_UPDATES, SESSION_COMMANDS
from streams.bench import noop
from streams.bench.library import publish, random_tracks
from streams.bench.open_loop import Message, Receipts, paced, saturated
from streams.client import Publisher
from streams.settings import Settings
from streams.stack import Say, Stack, worker_commands
from streams.work.tables import SESSION_ROW

TRACKS = 1_000
SEED = 20_260
RUNS = ("paced", "backlog")
PLAIN = {"sessions": [sys.executable, "-m", "streams.bench.plain"]}
"""The command line of the plain loop."""


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
    backlog: int = 12_000
    """Events sent at once to measure throughput: some seconds of the fastest."""


def bench_stream(settings: Settings, load: Load, say: Say) -> dict[str, Any]:
    """Measure the sessions worker under both engines, each beside what it could cost at least.

    Beside Faust an agent that writes rows and messages of the same size and does nothing else;
    beside the transactions a plain loop of the same work that promises nothing. Each on a broker
    of its own.
    """
    upnext, baseline, sizes = _faust(_apart(settings, "faust"), load, say)
    transactions = _one(_apart(settings, "transactions"), load, say, worker_commands("sessions"))
    plain = _one(_apart(settings, "plain"), load, say, PLAIN)
    return {
        "noop": baseline,
        "upnext": upnext,
        "transactions": transactions,
        "plain": plain,
        **_ratios("ratio", upnext, baseline),
        **_ratios("ratio_transactions", transactions, upnext),
        **sizes,
        "events_per_second_offered": load.per_second,
        "examples": load.examples,
        "queue": load.queue,
    }


def _apart(settings: Settings, name: str) -> Settings:
    """Return settings with a state folder, and so a broker, that no other run has."""
    engine = "transactions" if name == "transactions" else "faust"
    apart = {"engine": engine, "state_folder": settings.state_folder / name}
    return settings.model_copy(update=apart)


def _one(
    settings: Settings, load: Load, say: Say, commands: Mapping[str, Sequence[str]]
) -> dict[str, float]:
    """Measure one worker of ours, however it is driven."""
    with _ready(settings, say, commands) as (publisher, receipts):
        return _measure_ours(publisher, receipts, load, say, settings.state_folder.name)


@contextmanager
def _ready(
    settings: Settings, say: Say, commands: Mapping[str, Sequence[str]]
) -> Iterator[tuple[Publisher, Receipts]]:
    manifest = Manifest.read(folder_of(settings.space))
    with Stack(settings, say, commands) as stack:
        publisher = Publisher(stack.settings.bootstrap)
        publish(random_tracks(TRACKS, manifest), publisher)
        stack.wait_until_ready()
        stack.wait_for_tracks(TRACKS)
        with Receipts(stack.settings.bootstrap, PLAYLIST_UPDATES.name) as receipts:
            yield publisher, receipts


def _faust(
    settings: Settings, load: Load, say: Say
) -> tuple[dict[str, float], dict[str, float], dict[str, int]]:
    """Measure the Faust agent, then its yardstick on rows and messages of the same size."""
    with _ready(settings, say, worker_commands("sessions")) as (publisher, receipts):
        upnext = _measure_ours(publisher, receipts, load, say, "faust")
        sizes = {"row_bytes": _row_bytes(load), "update_bytes": int(np.mean(receipts.sizes))}
    beside = settings.model_copy(update={"state_folder": settings.state_folder / "noop"})
    with Stack(beside, say, _yardstick(*sizes.values())) as stack:
        publisher = Publisher(stack.settings.bootstrap)
        stack.wait_until_ready()
        with Receipts(stack.settings.bootstrap, noop.UPDATES.name) as receipts:
            baseline = _measure(publisher, receipts, noop.EVENTS.name, load, say, "noop")
    return upnext, baseline, sizes


def _ratios(name: str, ours: dict[str, float], theirs: dict[str, float]) -> dict[str, float]:
    return {
        f"{name}_p50": round(ours["p50_ms"] / theirs["p50_ms"], 2),
        f"{name}_p99": round(ours["p99_ms"] / theirs["p99_ms"], 2),
        f"{name}_throughput": round(ours["events_per_second"] / theirs["events_per_second"], 2),
    }


def _yardstick(row_bytes: int, update_bytes: int) -> dict[str, list[str]]:
    module = [sys.executable, "-m", "streams.bench.noop"]
    return {"noop": [*module, str(row_bytes), str(update_bytes)]}


def _measure_ours(
    publisher: Publisher, receipts: Receipts, load: Load, say: Say, name: str
) -> dict[str, float]:
    for run in RUNS:
        saturated(publisher, receipts, SESSION_COMMANDS.name, _traffic(load, run).starts)
    return _measure(publisher, receipts, PLAYBACK_EVENTS.name, load, say, name)


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
