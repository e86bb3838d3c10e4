"""Every track of the catalogue gets one vector, whoever embeds and however it ends."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from numpy.typing import NDArray

from embedder.batch import Embedded, embed_track
from embedder.folder import read_folder
from schemas import RejectedEvent, Track, TrackInfo, TrackVector, vector_key
from schemas.topics import CATALOGUE_TRACKS, REJECTED_EVENTS, TRACK_VECTORS
from streams.client import Publisher
from streams.embedders.embedding import AHEAD, Embedder, Handled, Job
from streams.embedders.indexing import index_tracks, track_of, tracks_of_catalogue
from streams.embedders.tally import Indexed
from streams.feeds.compacted import TopicReader, key_of, read_all
from tests.checks.music import tone
from tests.checks.spaces import SpectralSpace

pytestmark = pytest.mark.kafka

SECONDS = 30


@pytest.fixture
def space() -> SpectralSpace:
    return SpectralSpace(f"spectral-{uuid4().hex[:8]}")


@pytest.fixture
def job(broker: str, space: SpectralSpace) -> Job:
    return Job(broker, space.hash, lambda: space)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six tones that no other test has, and a text with the name of a song."""
    pitch = int(uuid4().hex[:4], 16) / 100
    for number in range(6):
        tone(tmp_path / f"{number}.ogg", 200 + 100 * number + pitch)
    (tmp_path / "text.ogg").write_text(f"no music: {pitch}")
    return tmp_path


def tracks_in(folder: Path) -> list[Track]:
    return [track_of(file) for file in read_folder(folder).files]


def index(folder: Path, job: Job) -> list[Indexed]:
    return list(index_tracks(tracks_in(folder), job))


def became(indexed: Iterable[Indexed]) -> dict[str, str]:
    return {Path(one.track.uri).name: one.became for one in indexed}


def written(job: Job, tracks: Iterable[Track]) -> list[tuple[str, bytes | None]]:
    """Return all that was ever written of some tracks in a space, sorted."""
    ours = {vector_key(job.space, track.track_id) for track in tracks}
    with TopicReader(job.bootstrap, TRACK_VECTORS) as reader:
        messages = [(key_of(message), message.value()) for message in reader.news()]
    return sorted((key, value) for key, value in messages if key in ours)


def most_vectors_of_a_track(job: Job, tracks: Iterable[Track]) -> int:
    return max(Counter(key for key, _ in written(job, tracks)).values())


def letters(bootstrap: str) -> list[RejectedEvent]:
    return list(read_letters(bootstrap))


def read_letters(bootstrap: str) -> Iterator[RejectedEvent]:
    with TopicReader(bootstrap, REJECTED_EVENTS) as reader:
        for message in reader.news():
            yield RejectedEvent.model_validate_json(message.value())


def handled_until(job: Job, wanted: Callable[[Handled], bool]) -> Handled:
    """Be a member of the group until one record is handled."""
    with closing(Embedder(job).work()) as rounds:
        for finished in rounds:
            for handled in finished:
                if wanted(handled):
                    return handled
    raise AssertionError("a member works for ever")


def publish(bootstrap: str, *tracks: Track) -> None:
    publisher = Publisher(bootstrap)
    for track in tracks:
        publisher.publish(CATALOGUE_TRACKS, track)


def test_every_track_gets_one_vector_and_a_broken_file_is_passed_over(
    folder: Path, job: Job, space: SpectralSpace
) -> None:
    indexed = index(folder, job)

    kinds = {f"{n}.ogg": "embedded" for n in range(6)} | {"text.ogg": "broken"}
    assert became(indexed) == kinds
    expected = [embed_track(track, space) for track in tracks_in(folder)]
    records = [outcome.record for outcome in expected if isinstance(outcome, Embedded)]
    assert written(job, tracks_in(folder)) == sorted((r.key, r.encode()) for r in records)


def test_a_broken_file_is_a_dead_letter_with_its_reason_and_its_place(
    folder: Path, job: Job
) -> None:
    (broken,) = [one for one in index(folder, job) if one.became == "broken"]

    letter = next(
        letter for letter in letters(job.bootstrap) if str(folder / "text.ogg") in letter.reason
    )
    assert broken.reason in letter.reason
    assert (letter.error, letter.topic) == ("UndecodableAudio", CATALOGUE_TRACKS.name)


def test_a_second_run_embeds_and_publishes_nothing(
    folder: Path, job: Job, space: SpectralSpace
) -> None:
    (folder / "text.ogg").unlink()
    index(folder, job)
    before, heard = written(job, tracks_in(folder)), len(space.encoded)

    again = index(folder, job)

    assert set(became(again).values()) == {"known"}
    assert len(space.encoded) == heard
    assert written(job, tracks_in(folder)) == before


def test_the_space_is_not_loaded_where_nothing_is_to_be_embedded(folder: Path, job: Job) -> None:
    (folder / "text.ogg").unlink()
    index(folder, job)

    def load() -> SpectralSpace:
        raise AssertionError("loaded")

    assert set(became(index(folder, Job(job.bootstrap, job.space, load))).values()) == {"known"}


def test_a_moved_folder_keeps_its_vectors_and_is_not_embedded_again(
    folder: Path, job: Job, space: SpectralSpace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (folder / "text.ogg").unlink()
    index(folder, job)
    tracks = tracks_in(folder)
    before = vectors_of(job, tracks)
    elsewhere = folder.rename(tmp_path_factory.mktemp("elsewhere") / "music")

    moved = index(elsewhere, job)

    assert set(became(moved).values()) == {"moved"}
    assert elsewhere not in {path.parent for path in space.encoded}
    after = vectors_of(job, tracks)
    assert [vector.vector for vector in after] == [vector.vector for vector in before]
    assert {Path(vector.uri).parent for vector in after} == {elsewhere}


def vectors_of(job: Job, tracks: Iterable[Track]) -> list[TrackVector]:
    found = read_all(job.bootstrap, TRACK_VECTORS, TrackVector)
    return [found[vector_key(job.space, track.track_id)] for track in tracks]


@pytest.mark.parametrize(
    "uri, reason",
    [
        ("https://example.org/a.ogg", "only files are read here"),
        ("music/a.ogg", "relative path"),
        ("/no/such/file.ogg", "no such file on this machine"),
        ("file://[", "Invalid IPv6 URL"),
    ],
)
def test_a_track_that_cannot_be_read_here_is_rejected_with_the_reason(
    uri: str, reason: str, job: Job
) -> None:
    track = Track(track_id=f"far-{uuid4().hex}", info=TrackInfo(title="Far"), uri=uri)

    (indexed,) = index_tracks([track], job)

    assert indexed.became == "broken"
    assert reason in indexed.reason
    letter = next(each for each in letters(job.bootstrap) if each.value and uri in each.reason)
    assert letter.error == "UnreachableAudio"


def test_what_could_not_be_read_is_tried_again_by_the_next_run(job: Job, tmp_path: Path) -> None:
    path = tmp_path / "late.ogg"
    track = Track(track_id=f"late-{uuid4().hex}", info=TrackInfo(title="Late"), uri=str(path))
    (before,) = index_tracks([track], job)
    tone(path)

    (after,) = index_tracks([track], job)

    assert (before.became, after.became) == ("broken", "embedded")


def test_a_record_that_is_no_track_is_rejected_and_the_next_is_embedded(
    folder: Path, job: Job
) -> None:
    key = f"junk-{uuid4().hex}"
    publisher = Publisher(job.bootstrap)
    publisher.send_raw(CATALOGUE_TRACKS.name, key.encode(), b'{"hello": 1}')
    publisher.flush()

    handled = handled_until(job, lambda handled: handled.message.track_id == key)

    assert "track_id" in str(handled.outcome)
    assert became(index(folder, job))["0.ogg"] == "embedded"


def test_a_record_under_the_key_of_another_track_is_rejected(job: Job) -> None:
    track = Track(track_id=f"mine-{uuid4().hex}", info=TrackInfo(title="Mine"), uri="/a.ogg")
    publisher = Publisher(job.bootstrap)
    publisher.send_raw(CATALOGUE_TRACKS.name, b"theirs", track.encode())
    publisher.flush()

    handled = handled_until(job, lambda handled: handled.message.value == track.encode())

    assert "key b'theirs'" in str(handled.outcome)


def test_a_record_under_a_key_as_large_as_a_message_may_be_is_rejected(job: Job) -> None:
    key = b"k" * (4_194_304 - 300)
    publisher = Publisher(job.bootstrap)
    publisher.send_raw(CATALOGUE_TRACKS.name, key, b"none")
    publisher.flush()

    handled = handled_until(job, lambda handled: handled.message.key == key)

    assert "Invalid JSON" in str(handled.outcome)


def test_a_track_that_leaves_the_catalogue_loses_its_vectors_of_every_space(
    job: Job, tmp_path: Path
) -> None:
    other = SpectralSpace(f"other-{uuid4().hex[:8]}")
    track = Track(
        track_id=f"gone-{uuid4().hex}",
        info=TrackInfo(title="Gone"),
        uri=str(tone(tmp_path / "gone.ogg")),
    )
    for each in (job, Job(job.bootstrap, other.hash, lambda: other)):
        list(index_tracks([track], each))
    publisher = Publisher(job.bootstrap)
    publisher.send_raw(CATALOGUE_TRACKS.name, track.track_id.encode(), None)
    publisher.flush()

    handled_until(job, lambda h: h.message.track_id == track.track_id and h.message.value is None)

    left = read_all(job.bootstrap, TRACK_VECTORS, TrackVector)
    keys = {vector_key(space, track.track_id) for space in (job.space, other.hash)}
    assert keys.isdisjoint(left)
    assert track not in tracks_of_catalogue(job.bootstrap)


def test_a_second_space_embeds_all_that_the_catalogue_has_and_leaves_the_first_as_it_is(
    folder: Path, job: Job, space: SpectralSpace
) -> None:
    index(folder, job)
    before = written(job, tracks_in(folder))
    other = SpectralSpace(f"other-{uuid4().hex[:8]}")

    theirs = Job(job.bootstrap, other.hash, lambda: other)

    tracks = tracks_of_catalogue(job.bootstrap)
    indexed = list(index_tracks(tracks, theirs))

    assert sorted(one.track.track_id for one in indexed) == [t.track_id for t in tracks]
    vectors = written(theirs, tracks_in(folder))
    assert len(vectors) == len(before) == 6
    assert {key.split("/")[1] for key, _ in vectors} == {key.split("/")[1] for key, _ in before}
    assert written(job, tracks_in(folder)) == before


@pytest.mark.parametrize("jobs", [1, 3])
def test_stopping_in_the_middle_loses_nothing_and_the_next_run_goes_on(
    jobs: int, folder: Path, space: SpectralSpace, broker: str
) -> None:
    job = Job(broker, space.hash, lambda: space, jobs=jobs)
    tracks = tracks_in(folder)
    first: list[Indexed] = []
    with closing(index_tracks(tracks, job)) as indexed:
        for one in indexed:
            first.append(one)
            if len(first) == 3:
                break

    second = list(index_tracks(tracks, job))

    assert {path for path, kind in became(second).items() if kind == "known"} >= {
        Path(one.track.uri).name for one in first if one.became == "embedded"
    }
    heard = [path for path in space.encoded if path.parent == folder]
    again = len(heard) - len(set(heard))
    assert again <= AHEAD * jobs + 1  # those in work, and the broken one, which is tried again
    assert most_vectors_of_a_track(job, tracks_in(folder)) == 1


def test_two_members_share_the_work_and_no_track_gets_two_vectors(
    folder: Path, space: SpectralSpace, broker: str
) -> None:
    class Slow(SpectralSpace):
        def encode_audio(self, sources: Iterable[Path]) -> NDArray[np.float32]:
            stop.wait(0.02)
            return super().encode_audio(sources)

    stop = threading.Event()
    here, there = Slow(space.hash), Slow(space.hash)
    helper = threading.Thread(
        target=help_until, args=(Job(broker, space.hash, lambda: there), stop)
    )
    helper.start()

    job = Job(broker, space.hash, lambda: here)
    indexed = index(folder, job)
    stop.set()
    helper.join(SECONDS)

    kinds = {f"{n}.ogg": "embedded" for n in range(6)} | {"text.ogg": "broken"}
    assert became(indexed) == kinds
    assert most_vectors_of_a_track(job, tracks_in(folder)) == 1


def help_until(job: Job, stop: threading.Event) -> None:
    with closing(Embedder(job).work()) as rounds:
        for _ in rounds:
            if stop.is_set():
                return


def test_jobs_must_be_at_least_one(job: Job) -> None:
    with pytest.raises(ValueError, match="jobs is 0"):
        Embedder(Job(job.bootstrap, job.space, job.load, jobs=0))
