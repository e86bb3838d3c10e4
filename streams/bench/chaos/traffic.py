"""The events of many sessions, in the order in which a bad network delivers them.

Everything follows from the seed: which events there are, which come twice, which come thousands
of places late, and what garbage lies between them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from schemas import (
    PlaybackEvent,
    SessionCommand,
    SessionEvent,
    UnderstoodClause,
    UnderstoodIntent,
    pack_vector,
)
from schemas.playback import Action
from schemas.topics import PLAYBACK_EVENTS, SESSION_COMMANDS, UNDERSTOOD_INTENTS

PLAYLIST = 30
"""Tracks that a session starts with."""

LONG_AFTER = timedelta(hours=12)

ACTIONS: tuple[Action, ...] = ("completed", "skipped", "completed", "skipped", "liked", "started")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send."""

    events: int = 200_000
    sessions: int = 2_000
    duplicated: float = 0.01
    delayed: float = 0.01
    """Share of the events that come late."""
    places: int = 5_000
    """How late at most, in events of all sessions."""
    garbage: float = 0.005
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of the traffic."""

    topic: str
    key: bytes
    value: bytes | None
    event: SessionEvent | None
    """None for garbage."""


@dataclass(frozen=True, slots=True)
class World:
    """What the events speak of."""

    tracks: Sequence[str]
    space: str
    dimension: int
    begun: datetime
    """Time of the first events; the last ones are a few hours later."""


def traffic(plan: Plan, world: World) -> list[Sent]:
    """Return the whole traffic, in the order of sending."""
    rng = np.random.default_rng(plan.seed)
    events = _events(plan, world, rng)
    late = rng.random(len(events)) < plan.delayed
    place = np.arange(len(events), dtype=float)
    place[late] += rng.integers(1, plan.places, late.sum())
    twice = np.flatnonzero(rng.random(len(events)) < plan.duplicated)
    again = place[twice] + rng.integers(0, plan.places, len(twice))
    junk = int(plan.garbage * len(events))
    where = rng.integers(0, len(events), junk)
    messages = [_message(event) for event in events]
    sent = [
        *zip(place, messages, strict=True),
        *zip(again, (messages[n] for n in twice), strict=True),
        *zip(where, (_garbage(events[n], kind) for kind, n in enumerate(where)), strict=True),
    ]
    sent.sort(key=lambda each: each[0])
    return [message for _, message in sent]


def _events(plan: Plan, world: World, rng: np.random.Generator) -> list[SessionEvent]:
    """Return the events of all sessions in the order in which they happened.

    Two sessions after one another are one listener's: the second starts from what the first
    taught.
    """
    each = plan.events // plan.sessions
    pairs = -(-plan.sessions // 2)
    open_sessions = [_listener(f"listener-{n}", 2 * each, world, rng) for n in range(pairs)]
    turns = rng.permutation(np.repeat(np.arange(pairs), 2 * each))
    return [next(open_sessions[n]) for n in turns][: plan.events]


def _listener(
    listener_id: str, count: int, world: World, rng: np.random.Generator
) -> Iterator[SessionEvent]:
    """Yield a listener's events: one session, and then another."""
    for place in range(2):
        begun = world.begun + timedelta(hours=place)
        yield from _session(listener_id, f"s{place}", count // 2, begun, world, rng)


def _session(
    listener_id: str,
    session_id: str,
    count: int,
    begun: datetime,
    world: World,
    rng: np.random.Generator,
) -> Iterator[SessionEvent]:
    playlist = tuple(rng.choice(world.tracks, PLAYLIST, replace=False).tolist())
    ids: list[str] = []
    for place in range(count):
        who: dict[str, Any] = {
            "event_id": f"{listener_id}.{session_id}.{place}",
            "listener_id": listener_id,
            "session_id": session_id,
            "occurred_at": begun + timedelta(seconds=10 * place),
        }
        if place == 0:
            yield SessionCommand(**who, command="start", playlist=playlist)
        else:
            yield _event(who, ids, world, rng)
        ids.append(who["event_id"])


def _event(
    who: dict[str, Any], ids: list[str], world: World, rng: np.random.Generator
) -> SessionEvent:
    chance = rng.random()
    if chance < 0.03:
        return SessionCommand(**who, command="undo", target_event_id=str(rng.choice(ids)))
    if chance < 0.032:
        return SessionCommand(**who, command="forget")
    if chance < 0.1:
        return _words(who, world, rng)
    action = ACTIONS[int(rng.integers(len(ACTIONS)))]
    return PlaybackEvent(
        **who,
        track_id=str(rng.choice(world.tracks)),
        action=action,
        position_seconds=float(rng.integers(1, 200)),
        duration_seconds=200.0,
    )


def _words(who: dict[str, Any], world: World, rng: np.random.Generator) -> UnderstoodIntent:
    vector = rng.normal(size=world.dimension)
    clause = UnderstoodClause(
        text="more of this",
        operation="more",
        subject="this",
        grounding="space",
        vector=pack_vector((vector / np.linalg.norm(vector)).tolist()),
    )
    return UnderstoodIntent(**who, text="more of this", space=world.space, clauses=(clause,))


def _message(event: SessionEvent) -> Sent:
    match event:
        case PlaybackEvent():
            topic = PLAYBACK_EVENTS
        case SessionCommand():
            topic = SESSION_COMMANDS
        case _:
            topic = UNDERSTOOD_INTENTS
    return Sent(topic.name, topic.key_of(event), event.encode(), event)


def _garbage(like: SessionEvent, kind: int) -> Sent:
    """Return a message that has to be rejected, on the partition of a real listener."""
    key, good = like.listener_id.encode(), _message(like)
    stranger = PlaybackEvent(
        event_id=f"garbage-{kind}",
        listener_id=like.listener_id,
        session_id=like.session_id,
        occurred_at=like.occurred_at + LONG_AFTER,  # before a `forget` it would be passed over
        track_id="no-such-track",
        action="liked",
    )
    bad = (
        b"\xff\x00 not json",
        b'{"hello": 1}',
        None,
        stranger.encode(),
        (good.value or b"")[:-7],
        (good.value or b"").replace(b'"schema_version":1', b'"schema_version":9'),
    )
    return Sent(PLAYBACK_EVENTS.name, key, bad[kind % len(bad)], None)
