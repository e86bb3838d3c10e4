"""The queue follows: end to end, through the real broker, on what the real towers hear."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

import catalogue
from schemas import PlaylistUpdate, TrackInfo, TrackVector
from schemas.topics import TRACK_VECTORS
from streams.feeds.compacted import read_all
from streams.session_client import Session
from streams.stack import Stack

pytestmark = pytest.mark.kafka

Facts = dict[str, object]


@pytest.fixture(scope="session")
def facts(stack: Stack) -> dict[str, Facts]:
    """What is true of each piece, by track id: known to the tests, never to the system."""
    lines = (Path(catalogue.__file__).parent / "tracks.jsonl").read_text().splitlines()
    by_name = {Path(row["path"]).name: row["facts"] for row in map(json.loads, lines)}
    found = read_all(stack.settings.bootstrap, TRACK_VECTORS, TrackVector).values()
    return {track.track_id: by_name[Path(track.uri).name] for track in found}


def playlist_of(tracks: dict[str, TrackInfo], count: int = 40) -> list[str]:
    return list(tracks)[:: len(tracks) // count][:count]


def top(update: PlaylistUpdate, count: int = 10) -> Sequence[str]:
    return [slot.track_id for slot in update.slots[:count]]


def skip(session: Session, track_id: str) -> PlaylistUpdate:
    return session.play(track_id, "skipped", position_seconds=0.3, duration_seconds=12.0).update


@pytest.mark.parametrize(
    "words", ["no drums", "without any percussion, please", "i don't want drums"]
)
def test_no_piece_with_drums_is_in_the_top_ten_after_no_drums(session, tracks, facts, words):
    session.start(playlist_of(tracks))

    update = session.say(words).update

    assert [facts[t]["drums"] for t in top(update)] == [False] * 10


def test_no_drums_holds_after_skips_and_other_wishes(session, tracks, facts):
    update = session.start(playlist_of(tracks)).update
    for _ in range(2):
        update = skip(session, top(update)[0])
    session.say("something calmer with piano")

    update = session.say("no drums").update
    later = skip(session, top(update)[0])

    assert not any(facts[t]["drums"] for t in [*top(update), *top(later)])


@pytest.mark.parametrize(
    "words", ["switch to something fast and loud", "switch to loud, fast music"]
)
def test_most_of_the_top_ten_is_fast_and_loud_after_a_switch_to_it(session, tracks, facts, words):
    session.start(playlist_of(tracks))
    session.say("something calmer with piano")
    session.say("no drums")

    update = session.say(words).update

    fits = [facts[t]["tempo"] == "fast" and facts[t]["loudness"] == "loud" for t in top(update)]
    assert sum(fits) >= 8


def test_two_skips_move_what_sounds_alike_down(session, tracks):
    update = session.start(playlist_of(tracks)).update
    first = top(update)[0]

    after = skip(session, first)

    assert first not in {slot.track_id for slot in after.slots}
    assert top(after) != top(update)[1:11]


def test_every_slot_says_why_and_the_reasons_sum_to_its_score(session, tracks):
    update = session.start(playlist_of(tracks)).update
    skip(session, top(update)[0])

    update = session.say("more guitar").update

    for slot in update.slots:
        assert sum(value for _, value in slot.reasons) == pytest.approx(slot.score, abs=1e-5)
    assert "you said “guitar”" in {cause.sentence for cause in update.causes}


def test_undo_brings_the_queue_back(session, tracks):
    before = session.start(playlist_of(tracks)).update
    said = session.say("switch to something fast and loud")

    after = session.command("undo", target_event_id=said.event.event_id).update

    assert after.slots == before.slots
    assert after.revision > said.update.revision


def test_a_playback_event_for_a_session_nobody_started_makes_one(session, tracks):
    track_id = next(iter(tracks))

    update = session.play(track_id, "completed").update

    assert update.revision == 1
    assert update.slots
    assert track_id not in {slot.track_id for slot in update.slots}


def test_an_event_sent_twice_counts_once(session, publisher, follower, tracks):
    from schemas.topics import PLAYBACK_EVENTS

    session.start(playlist_of(tracks))
    first = session.play(next(iter(tracks)), "liked")
    publisher.publish(PLAYBACK_EVENTS, first.event)

    again = follower.answer_to(first.event.event_id, seconds=20)

    assert again.ranked == first.update.ranked


def test_a_new_session_of_the_same_listener_starts_afresh(publisher, follower, tracks):
    one = Session(publisher, follower, listener_id="bob")
    other = Session(publisher, follower, listener_id="bob")
    fresh = one.start(playlist_of(tracks)).update
    one.say("only metal")

    update = other.start(playlist_of(tracks)).update

    assert update.slots == fresh.slots
