"""The catalogue's names reach the words agent as the catalogue changes."""

import pytest

from schemas import TrackInfo, TrackVector, pack_vector
from streams.feeds.names_feed import NamesFeed
from streams.session_client import Session


def track(track_id: str, **tags: str) -> TrackVector:
    return TrackVector(
        track_id=track_id,
        info=TrackInfo(**{"title": track_id, **tags}),
        uri=f"/music/{track_id}.ogg",
        content="c1",
        space="tiny",
        vector=pack_vector([1.0, 0.0]),
    )


def feed() -> NamesFeed:
    return NamesFeed("nowhere:9092", space="tiny", plain=["calm"])


def test_names_are_those_of_the_tracks_taken_in() -> None:
    following = feed()

    following._keep(track("t1", artist="Nina Simone"))
    following._publish()

    assert following.names.find(("nina", "simone")) is not None
    assert "calm" in following.names.plain


def test_the_names_of_a_removed_track_are_forgotten() -> None:
    following = feed()
    following._keep(track("t1", artist="Nina Simone"))

    known = [following._drop("t1"), following._drop("t1")]
    following._publish()

    assert known == [True, False]
    assert len(following.names) == 0


def test_a_snapshot_taken_before_a_change_stays_as_it_was() -> None:
    following = feed()
    before = following.names

    following._keep(track("t1"))
    following._publish()

    assert (len(before), len(following.names)) == (0, 1)


@pytest.mark.kafka
def test_an_artist_of_the_catalogue_is_found_by_name(
    session: Session, tracks: dict[str, TrackInfo]
) -> None:
    artist = "Static Orchard"
    session.start(list(tracks)[:40])

    update = session.say(f"only {artist}").update

    assert {tracks[slot.track_id].artist for slot in update.slots} == {artist}


@pytest.mark.kafka
def test_a_refused_artist_leaves_the_queue(session: Session, tracks: dict[str, TrackInfo]) -> None:
    artist = "Static Orchard"
    session.start([track_id for track_id, info in tracks.items() if info.artist == artist])

    update = session.say(f"no {artist} please").update

    assert update.slots
    assert artist not in {tracks[slot.track_id].artist for slot in update.slots}
