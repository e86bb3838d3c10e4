"""Any session that a listener could have, as hypothesis strategies."""

import numpy as np
from hypothesis import strategies as st

from schemas import (
    Boost,
    PlaybackEvent,
    QueueRules,
    SessionCommand,
    SessionEvent,
    TrackFilter,
    UnderstoodIntent,
)
from tests.factories import clause, command, playback, random_library, understood

TRACKS = random_library(count=40, dimension=8)

members = st.sampled_from([None, None, "ann", "bob"])

ACTIONS = ["started", "progressed", "skipped", "completed", "liked", "disliked", "removed", "moved"]
OPERATIONS = ["more", "less", "without", "only", "switch", "like"]

# Few seconds for many events, so that times collide and ids decide.
times = st.integers(0, 9)
ids = st.integers(0, 20).map("e{}".format)
track_ids = st.sampled_from(TRACKS.track_ids)
directions = st.integers(0, 5).map(
    lambda seed: np.random.default_rng(seed).normal(size=8).tolist()  # one of six subjects
)

plays = st.builds(
    playback,
    track_ids,
    st.sampled_from(ACTIONS),
    times,
    event_id=ids,
    position_seconds=st.none() | st.integers(0, 200),
    duration_seconds=st.just(200),
    chosen_by=st.sampled_from(["listener", "algorithm"]),
    member=members,
)
wishes = st.builds(
    clause,
    st.sampled_from(OPERATIONS),
    st.sampled_from(["flutes", "drums"]),
    st.none() | directions,
    cut=st.none() | st.floats(-0.5, 0.5),
    confidence=st.sampled_from([0.3, 1.0]),
    relative=st.booleans(),
    extreme=st.booleans(),
)
conditions = st.builds(
    lambda tracks: TrackFilter(field="track_id", any_of=tracks),
    st.lists(track_ids, min_size=1, max_size=30).map(tuple),
)
named = st.builds(
    clause,
    st.sampled_from(OPERATIONS),
    st.just("those"),
    st.none(),
    grounding=st.just("metadata"),
    filter=conditions,
)
words = st.builds(
    lambda clauses, at, event_id, member: understood(
        *clauses, at=at, event_id=event_id, member=member
    ),
    st.lists(wishes | named, min_size=1, max_size=3),
    times,
    ids,
    members,
)
rules = st.builds(
    lambda include, exclude, boosts: QueueRules(
        include=include, exclude=exclude, boosts=[Boost(where=b, log_odds=2) for b in boosts]
    ),
    *[st.lists(conditions, max_size=1)] * 3,
)
playlists = st.lists(track_ids, unique=True, max_size=12).map(tuple)
starts = st.builds(
    command,
    st.just("start"),
    times,
    event_id=ids,
    playlist=playlists,
    mode=st.sampled_from(["normal", "guest"]),
    rules=st.just(QueueRules()) | rules,
)
entries = st.builds(
    command,
    st.just("enqueue"),
    times,
    event_id=ids,
    playlist=playlists.filter(bool),
    rank=st.none() | st.integers(1, 9),
)
locks = st.builds(
    command, st.just("lock"), times, event_id=ids, track_id=track_ids, rank=st.integers(1, 9)
)
unlocks = st.builds(command, st.just("unlock"), times, event_id=ids, track_id=track_ids)
displays = st.builds(
    lambda playlist, frozen, at, event_id: command(
        "shown", at, playlist=playlist, frozen=min(frozen, len(playlist)), event_id=event_id
    ),
    playlists,
    st.integers(0, 4),
    times,
    ids,
)
undos = st.builds(command, st.just("undo"), times, event_id=ids, target_event_id=ids)
forgets = st.builds(command, st.just("forget"), times, event_id=ids)

Log = list[PlaybackEvent | UnderstoodIntent | SessionCommand]


def logs(*, forgetting: bool = True) -> st.SearchStrategy[list[SessionEvent]]:
    """Return strategies for the distinct events of a session, in any order."""
    arranging = [entries, locks, unlocks, displays]
    kinds = [plays, plays, plays, words, words, starts, undos, *arranging] + [forgets] * forgetting
    return st.lists(st.one_of(kinds), min_size=1, max_size=14, unique_by=lambda e: e.event_id)
