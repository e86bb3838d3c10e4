"""From one space to another and back, while a session runs."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from embedder.space import Space
from ranker.config import RankerConfig
from ranker.library import Library
from ranker.session import update_of
from schemas import (
    Intent,
    PlaybackEvent,
    PlaylistUpdate,
    SessionCommand,
    SessionEvent,
    SessionState,
    Track,
    TrackVector,
    UnderstoodIntent,
    unpack_vector,
)
from schemas.topics import (
    PLAYBACK_EVENTS,
    SESSION_COMMANDS,
    TRACK_VECTORS,
    UNDERSTOOD_INTENTS,
)
from streams.client import Follower, Publisher
from streams.embedders.coverage import read_coverage, require_coverage
from streams.embedders.embedding import Job
from streams.embedders.indexing import index_tracks
from streams.errors import PartialSpace
from streams.feeds.compacted import read_all
from streams.settings import Settings
from streams.speech.understanding import understand
from streams.stack import Stack, worker_commands
from tests.checks.spaces import stretched_space

pytestmark = pytest.mark.kafka

SEEDS = count(100)
"""Each test has a new space of its own."""

WHO = {"listener_id": "migrant", "session_id": "s1"}


@dataclass(frozen=True)
class Migration:
    """Two spaces on a broker, the old one filled."""

    settings: Settings
    old: Space
    new: Space
    new_folder: Path
    tracks: list[Track]

    def in_space(self, space: str | Path) -> Settings:
        return self.settings.model_copy(update={"space": str(space)})

    def fill(self, space: Space) -> None:
        list(index_tracks(self.tracks, Job(self.settings.bootstrap, space.hash, lambda: space)))

    def library(self, space: Space) -> Library:
        """What a worker of the space ranks."""
        vectors = read_all(self.settings.bootstrap, TRACK_VECTORS, TrackVector).values()
        return Library.of(
            (
                (v.track_id, np.array(unpack_vector(v.vector), np.float32), v.info)
                for v in vectors
                if v.space == space.hash
            ),
            space.dimension,
            space.hash,
        )


@pytest.fixture
def migration(quiet_broker: str, clips: list[Track], tmp_path: Path) -> Migration:
    folder = stretched_space(tmp_path / "stretched", seed=next(SEEDS))
    settings = Settings(broker=quiet_broker, state_folder=tmp_path / "state", metrics_port=0)
    migration = Migration(settings, Space.load("small"), Space.load(folder), folder, clips)
    migration.fill(migration.old)
    return migration


BEGUN = datetime.now(UTC)


def lately(seconds: float) -> datetime:
    """A time of this session: workers take nothing that is older than a session may idle."""
    return BEGUN + timedelta(seconds=seconds)


def session(tracks: list[Track], space: Space) -> list[SessionEvent]:
    """A listener starts, asks for something calm, and skips the first track."""
    ids = [track.track_id for track in tracks]
    said = Intent(**WHO, event_id="words", occurred_at=lately(1), text="something calm, no drums")
    return [
        SessionCommand(
            **WHO,
            event_id="start",
            occurred_at=lately(0),
            command="start",
            playlist=tuple(ids[:20]),
        ),
        understand(said, space),
        PlaybackEvent(
            **WHO,
            event_id="skip",
            occurred_at=lately(2),
            track_id=ids[0],
            action="skipped",
            position_seconds=0.3,
            duration_seconds=12.0,
        ),
    ]


TOPICS = {
    SessionCommand: SESSION_COMMANDS,
    UnderstoodIntent: UNDERSTOOD_INTENTS,
    PlaybackEvent: PLAYBACK_EVENTS,
}


@contextmanager
def ranking(settings: Settings) -> Iterator[Stack]:
    with Stack(settings, commands=worker_commands("sessions")) as stack:
        yield stack


def answers(stack: Stack, *events: SessionEvent) -> list[PlaylistUpdate]:
    """Send events, which may be duplicates, and return what the worker answers."""
    publisher = Publisher(stack.settings.bootstrap)
    with Follower(stack.settings.bootstrap) as follower:
        updates = []
        for event in events:
            publisher.publish(TOPICS[type(event)], event)
            updates.append(follower.answer_to(event.event_id, seconds=60))
    return updates


@pytest.mark.slow
def test_a_session_follows_its_listener_to_a_new_space_and_back(migration: Migration) -> None:
    events = session(migration.tracks, migration.old)
    skip = events[-1]
    state = SessionState(**WHO, events=tuple(events))

    with ranking(migration.in_space("small")) as stack:
        stack.wait_until_ready()
        before = answers(stack, *events)[-1]
    with ranking(migration.in_space(migration.new_folder)) as stack:
        # It waits, for the new space is empty yet; filling it is all that is needed.
        migration.fill(migration.new)
        stack.wait_until_ready()
        stack.wait_for_tracks(len(migration.tracks))
        (there,) = answers(stack, skip)
    with ranking(migration.in_space("small")) as stack:
        stack.wait_until_ready()
        (back,) = answers(stack, skip)

    assert before.unheard == ()
    expected = update_of(state, skip, migration.library(migration.new), RankerConfig())
    assert [slot.track_id for slot in there.slots] == [slot.track_id for slot in expected.slots]
    # In another process the products are rounded otherwise.
    assert [slot.score for slot in there.slots] == pytest.approx(
        [slot.score for slot in expected.slots], abs=1e-5
    )
    assert there.unheard == ("you said “calm”", "you said “no drums”")
    assert [slot.track_id for slot in there.slots] != [slot.track_id for slot in before.slots]
    assert back.ranked.encode() == before.ranked.encode()


def test_a_space_that_covers_less_than_another_is_refused_with_the_way_out(
    migration: Migration,
) -> None:
    half = migration.tracks[: len(migration.tracks) // 2]
    job = Job(migration.settings.bootstrap, migration.new.hash, lambda: migration.new)
    list(index_tracks(half, job))
    settings = migration.in_space(migration.new_folder)

    with pytest.raises(PartialSpace, match=rf"of {len(migration.tracks)}.*upnext index --space"):
        require_coverage(settings, migration.new.hash)
    enough = settings.model_copy(update={"least_coverage": 0.4})
    require_coverage(enough, migration.new.hash)


def test_a_worker_of_an_empty_space_exits_with_the_way_out_where_it_is_not_to_wait(
    migration: Migration,
) -> None:
    result = upnext(migration, migration.new_folder, "worker", "sessions", "--no-wait")

    assert result.returncode == 1
    assert "upnext index --space" in result.stderr


def test_the_status_tells_how_much_each_space_covers(migration: Migration) -> None:
    migration.fill(migration.new)

    result = upnext(migration, migration.new_folder, "space", "status", "--json")

    assert result.returncode == 0, result.stderr
    lines = {line["hash"]: line for line in map(json.loads, result.stdout.splitlines())}
    of = len(migration.tracks)
    old, new = lines[migration.old.hash], lines[migration.new.hash]
    assert (old["space"], old["tracks"], old["of"], old["in_use"]) == ("small", of, of, False)
    assert (new["space"], new["tracks"], new["in_use"]) == ("stretched", of, True)


def test_a_dropped_space_leaves_the_other_as_it_is_and_can_be_filled_again(
    migration: Migration,
) -> None:
    migration.fill(migration.new)
    bootstrap, all_of_them = migration.settings.bootstrap, len(migration.tracks)

    in_use = upnext(migration, migration.new_folder, "space", "drop", str(migration.new_folder))
    dropped = upnext(migration, "small", "space", "drop", migration.new.hash)
    coverage = read_coverage(bootstrap)
    migration.fill(migration.new)

    assert in_use.returncode == 1
    assert "UPNEXT_SPACE" in in_use.stderr
    assert dropped.returncode == 0, dropped.stderr
    assert len(coverage.covered(migration.new.hash)) == 0
    assert len(coverage.covered(migration.old.hash)) == all_of_them
    assert len(read_coverage(bootstrap).covered(migration.new.hash)) == all_of_them


def upnext(
    migration: Migration, space: str | Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    settings = {
        "UPNEXT_BROKER": migration.settings.bootstrap,
        "UPNEXT_STATE_FOLDER": str(migration.settings.state_folder),
        "UPNEXT_METRICS_PORT": "0",
        "UPNEXT_SPACE": str(space),
    }
    return subprocess.run(
        [sys.executable, "-m", "streams", *arguments],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=120,
    )
