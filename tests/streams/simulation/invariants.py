"""What must hold when a schedule has ended: each yields what is wrong, in words."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ranker.history import holds, in_force
from ranker.receipts import digest
from schemas import PlaylistUpdate, RejectedEvent, SessionCommand, SessionEvent
from schemas.topics import PLAYLIST_UPDATES, REJECTED_EVENTS
from streams.work.messages import Message
from streams.work.tables import Tables, session_key
from tests.streams.simulation.log import Log, Sent
from tests.streams.simulation.oracle import Oracle
from tests.streams.simulation.traffic import Delivery

Spot = tuple[str, int, int]
"""Topic, partition, offset."""


@dataclass(frozen=True)
class Outcome:
    """What a schedule left."""

    delivered: Mapping[Spot, Delivery]
    log: Log
    tables: Mapping[int, Tables]
    """In the memory of each partition's owner."""
    restored: Mapping[int, Tables]
    """As a new owner would find them."""
    oracle: Oracle

    @cached_property
    def sent(self) -> list[Sent]:
        """Every update, each partition's in its order."""
        return self.log.of(PLAYLIST_UPDATES.name)

    @cached_property
    def events(self) -> Mapping[Spot, SessionEvent]:
        """Every event that can be used, where it lies."""
        return {spot: one.event for spot, one in self.delivered.items() if one.event is not None}

    @cached_property
    def followed(self) -> Mapping[str, PlaylistUpdate]:
        """What a follower ends with: the newest revision, the later one where two are as new."""
        newest: dict[str, PlaylistUpdate] = {}
        for sent in self.sent:
            key = session_key(sent.update)
            if key not in newest or sent.update.revision >= newest[key].revision:
                newest[key] = sent.update
        return newest


def the_tables_are_those_of_a_pure_replay(outcome: Outcome) -> Iterator[str]:
    """In memory and on the changelogs: the bytes that the set of events makes, whatever came."""
    for whose, tables in (("memory", outcome.tables), ("changelog", outcome.restored)):
        for name in ("sessions", "listeners"):
            has = {k: row for one in tables.values() for k, row in getattr(one, name).items()}
            expected = getattr(outcome.oracle, name)
            for key in sorted(has.keys() | expected.keys()):
                one, other = has.get(key), expected.get(key)
                if one is None or other is None or one.encode() != other.encode():
                    yield f"{name} in {whose}, {key}:\n  has    {one!r}\n  expected {other!r}"


def nothing_accepted_is_lost(outcome: Outcome) -> Iterator[str]:
    """Every event that can be used is in its session, or was forgotten by it."""
    for spot, event in outcome.events.items():
        state = outcome.tables[spot[1]].sessions.get(session_key(event))
        if state is None or not holds(state, event):
            yield f"{event.event_id} of {session_key(event)}, at {spot}, is in no session"


def the_current_queue_is_that_of_the_final_tables(outcome: Outcome) -> Iterator[str]:
    """A follower of the session that plays now has what the oracle ranks, byte for byte."""
    for listener_id, listener in outcome.oracle.listeners.items():
        key = f"{listener_id}|{listener.current}"
        has, expected = outcome.followed.get(key), outcome.oracle.queue(key)
        if has is None or has.ranked.encode() != expected.encode():
            yield f"the queue of {key}:\n  has    {has!r}\n  expected {expected!r}"


def a_follower_ends_with_every_sessions_newest_revision(outcome: Outcome) -> Iterator[str]:
    """Also of a session that plays no more."""
    for key, state in outcome.oracle.sessions.items():
        has = outcome.followed.get(key)
        if has is None or has.revision != state.revision:
            yield f"{key} is at {state.revision}, its follower at {has and has.revision}"


def revisions_never_go_back_within_one_owner(outcome: Outcome) -> Iterator[str]:
    """As long as one worker has a partition, its updates of a session only become newer."""
    newest: dict[tuple[str, str], int] = {}
    for sent in outcome.sent:
        key = session_key(sent.update), sent.owner
        if sent.update.revision < newest.get(key, 0):
            yield f"{key} went back from {newest[key]} to {sent.update.revision}"
        newest[key] = sent.update.revision


def what_is_covered_is_in_the_queue(outcome: Outcome) -> Iterator[str]:
    """No update covers the offset of an event of its session that its owner did not have."""
    for sent in outcome.sent:
        covered = {(at.topic, at.partition): at.offset for at in sent.update.covers}
        for (topic, partition, offset), event in outcome.events.items():
            is_covered = offset <= covered.get((topic, partition), -1)
            is_its = session_key(event) == session_key(sent.update)
            if is_covered and is_its and not holds(sent.state, event):
                yield f"{sent.owner} claims {topic} {offset} without {event.event_id}"


def an_update_names_events_of_its_own_session(outcome: Outcome) -> Iterator[str]:
    """Whoever waits for the answer to an event is not given another session's queue."""
    ids: dict[str, set[str]] = {}
    for event in outcome.events.values():
        ids.setdefault(session_key(event), set()).add(event.event_id)
    for sent in outcome.sent:
        named = {sent.update.caused_by, *sent.update.burst}
        if strangers := named - ids[session_key(sent.update)]:
            yield f"an update of {session_key(sent.update)} answers {sorted(strangers)}"


def every_event_is_answered(outcome: Outcome) -> Iterator[str]:
    """Whoever sent an event that can be used finds an update that names it."""
    answered = {
        (session_key(sent.update), event_id)
        for sent in outcome.sent
        for event_id in (sent.update.caused_by, *sent.update.burst)
    }
    for event in outcome.events.values():
        if (session_key(event), event.event_id) not in answered:
            yield f"{event.event_id} of {session_key(event)} was never answered"


def every_undo_is_proven(outcome: Outcome) -> Iterator[str]:
    """Each undo has a receipt, whose hash is that of what the session then held."""
    proven: set[tuple[str, str]] = set()
    for sent in outcome.sent:
        if (receipt := sent.update.receipt) is not None:
            proven.add((session_key(sent.update), sent.update.caused_by))
            if receipt.after != digest(in_force(sent.state)):
                yield f"the receipt of {sent.update.caused_by} is of another session"
    for event in outcome.events.values():
        is_undo = isinstance(event, SessionCommand) and event.command == "undo"
        if is_undo and (session_key(event), event.event_id) not in proven:
            yield f"{event.event_id} of {session_key(event)} has no receipt"


def garbage_is_rejected_with_its_place(outcome: Outcome) -> Iterator[str]:
    """Every message that cannot be used is in a dead letter, and no other is."""
    letters = [
        RejectedEvent.model_validate_json(one.value) for one in outcome.log.of(REJECTED_EVENTS.name)
    ]
    has = {(letter.topic, letter.partition, letter.offset) for letter in letters}
    expected = outcome.delivered.keys() - outcome.events.keys()
    for spot in sorted(has ^ expected):
        yield f"{spot} is {'rejected' if spot in has else 'not rejected'}"


Invariant = Callable[[Outcome], Iterator[str]]

INVARIANTS: tuple[Invariant, ...] = (
    nothing_accepted_is_lost,
    the_tables_are_those_of_a_pure_replay,
    the_current_queue_is_that_of_the_final_tables,
    a_follower_ends_with_every_sessions_newest_revision,
    revisions_never_go_back_within_one_owner,
    what_is_covered_is_in_the_queue,
    an_update_names_events_of_its_own_session,
    every_event_is_answered,
    every_undo_is_proven,
    garbage_is_rejected_with_its_place,
)


def position(message: Message) -> Spot:
    """Return where a message lies."""
    return message.topic, message.partition, message.offset
