"""What listeners send, and how the network delivers it: made from a seed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from schemas import SessionCommand, SessionEvent, UnderstoodIntent
from schemas.playback import PlaybackEvent
from schemas.topics import PLAYBACK_EVENTS, SESSION_COMMANDS, UNDERSTOOD_INTENTS
from tests.factories import CALM, DRUMS, LOUD, TRACKS, clause, command, playback, understood

LISTENERS = ("ann", "bob")
"""Each on the partition of its place."""
MINUTE, HOUR = 60.0, 3600.0
TOPICS = {
    PlaybackEvent: PLAYBACK_EVENTS.name,
    SessionCommand: SESSION_COMMANDS.name,
    UnderstoodIntent: UNDERSTOOD_INTENTS.name,
}
TRACK_IDS = tuple(TRACKS)
ACTIONS = ("started", "progressed", "skipped", "completed", "liked", "disliked", "removed", "moved")
FROM_1970 = playback(at=0).occurred_at.timestamp()


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way to the log."""

    topic: str
    partition: int
    key: bytes
    value: bytes | None
    at: float
    """When the broker has it, in seconds since 1970."""
    event: SessionEvent | None
    """What it holds; None for garbage."""

    def __str__(self) -> str:
        if self.event is None:
            return f"garbage {(self.value or b'null')[:40]!r}"
        name = getattr(self.event, "action", getattr(self.event, "command", "words"))
        return f"{name} {self.event.event_id} of {self.event.listener_id}/{self.event.session_id}"


def traffic(seed: int) -> list[Delivery]:
    """Return a few short sessions of one or two listeners, as the log gets them."""
    rng = Random(f"traffic {seed}")
    sent: list[Delivery] = []
    for partition, listener in enumerate(LISTENERS[: rng.choice((1, 2))]):
        for number in range(rng.randint(1, 3)):
            events = list(_session(listener, f"s{number}", rng))
            sent += [_late(_delivery(event, partition), rng) for event in events]
        sent += [_late(one, rng, at_least=1.0) for one in sent if rng.random() < 0.1]
        sent += [_garbage(listener, partition, rng) for _ in range(rng.choice((0, 0, 1, 2)))]
    return sorted(sent, key=lambda one: one.at)


def _session(listener: str, session: str, rng: Random) -> Iterator[SessionEvent]:
    """Make up to six events of a session; some at the same time as the one before."""
    at = rng.choice((0, 1, 2, 3)) * HOUR
    targets: list[str] = []
    for number in range(rng.randint(1, 6)):
        at += rng.choice((0, 1, 3, 20)) * MINUTE
        who = {
            "event_id": f"{rng.choice('abcxyz')}{number}",
            "listener_id": listener,
            "session_id": session,
        }
        event = rng.choices(*_KINDS)[0](at, who, targets, rng)
        targets.append(event.event_id)
        yield event


Make = Callable[[float, dict[str, str], list[str], Random], SessionEvent]


def _play(at: float, who: dict[str, str], _: list[str], rng: Random) -> SessionEvent:
    track, action = rng.choice(TRACK_IDS), rng.choice(ACTIONS)
    return playback(track, action, at, position_seconds=4, duration_seconds=200, **who)


def _words(at: float, who: dict[str, str], _: list[str], rng: Random) -> SessionEvent:
    operation = rng.choice(("more", "less", "without", "only", "switch"))
    return understood(clause(operation, "it", rng.choice((CALM, LOUD, DRUMS, None))), at=at, **who)


def _start(at: float, who: dict[str, str], _: list[str], rng: Random) -> SessionEvent:
    mode = rng.choice(("normal", "normal", "guest"))
    return command("start", at, playlist=tuple(rng.sample(TRACK_IDS, 4)), mode=mode, **who)


def _undo(at: float, who: dict[str, str], targets: list[str], rng: Random) -> SessionEvent:
    return command("undo", at, target_event_id=rng.choice([*targets, "never-seen"]), **who)


def _plain(name: str) -> Make:
    return lambda at, who, _, rng: command(name, at, **who)


def _lock(at: float, who: dict[str, str], _: list[str], rng: Random) -> SessionEvent:
    return command("lock", at, track_id=rng.choice(TRACK_IDS), rank=rng.randint(1, 4), **who)


_KINDS: tuple[tuple[Make, ...], tuple[int, ...]] = (
    (_play, _words, _start, _undo, _plain("end"), _plain("forget"), _lock),
    (12, 3, 3, 3, 2, 2, 1),
)


def _delivery(event: SessionEvent, partition: int) -> Delivery:
    at = event.occurred_at.timestamp()
    topic, key = TOPICS[type(event)], event.listener_id.encode()
    return Delivery(topic, partition, key, event.encode(), at, event)


def _late(one: Delivery, rng: Random, at_least: float = 0.0) -> Delivery:
    """Delay a delivery: mostly not at all, now and then by minutes, rarely by hours."""
    delay = rng.choices((0.0, rng.random() * 30 * MINUTE, rng.random() * 8 * HOUR), (7, 2, 1))[0]
    at = one.at + max(at_least, delay)
    return Delivery(one.topic, one.partition, one.key, one.value, at, one.event)


def _garbage(listener: str, partition: int, rng: Random) -> Delivery:
    """Make a message that cannot be used."""
    at = FROM_1970 + rng.random() * 6 * HOUR
    # In a session of its own: what comes late to one that was forgotten is dropped unread.
    fields: dict[str, Any] = {"listener_id": listener, "session_id": "bad", "event_id": "bad"}
    good = playback("calm-1", at=0, **fields)
    topic, value = rng.choice(
        (
            (PLAYBACK_EVENTS, b"\xff\x00 not json"),
            (PLAYBACK_EVENTS, None),
            (PLAYBACK_EVENTS, playback("nowhere", at=0, **fields).encode()),
            (PLAYBACK_EVENTS, good.encode().replace(listener.encode(), b"mallory")),
            (PLAYBACK_EVENTS, playback("calm-1", at=100 * HOUR, **fields).encode()),
            (SESSION_COMMANDS, good.encode()),
            (UNDERSTOOD_INTENTS, understood(clause(vector=(1.0, 0.0)), at=0, **fields).encode()),
        )
    )
    return Delivery(topic.name, partition, listener.encode(), value, at, None)
