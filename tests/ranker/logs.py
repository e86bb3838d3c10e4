"""Any session that a listener could have, as hypothesis strategies."""

import numpy as np
from hypothesis import strategies as st

from schemas import PlaybackEvent, SessionCommand, SessionEvent, UnderstoodIntent
from tests.factories import clause, command, playback, random_library, understood

TRACKS = random_library(count=40, dimension=8)

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
)
wishes = st.builds(
    clause,
    st.sampled_from(OPERATIONS),
    st.sampled_from(["flutes", "drums"]),
    st.none() | directions,
    cut=st.none() | st.floats(-0.5, 0.5),
    confidence=st.sampled_from([0.3, 1.0]),
)
words = st.builds(
    lambda clauses, at, event_id: understood(*clauses, at=at, event_id=event_id),
    st.lists(wishes, min_size=1, max_size=3),
    times,
    ids,
)
playlists = st.lists(track_ids, unique=True, max_size=12).map(tuple)
starts = st.builds(command, st.just("start"), times, event_id=ids, playlist=playlists)
undos = st.builds(command, st.just("undo"), times, event_id=ids, target_event_id=ids)
forgets = st.builds(command, st.just("forget"), times, event_id=ids)

Log = list[PlaybackEvent | UnderstoodIntent | SessionCommand]


def logs(*, forgetting: bool = True) -> st.SearchStrategy[list[SessionEvent]]:
    """Return strategies for the distinct events of a session, in any order."""
    kinds = [plays, plays, plays, words, starts, undos] + [forgets] * forgetting
    return st.lists(st.one_of(kinds), min_size=1, max_size=14, unique_by=lambda e: e.event_id)
