"""Tracks -> the catalogue -> vectors: what `upnext index` does, with its own hands and others'."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from time import monotonic
from typing import Any

from pydantic import ValidationError

from embedder.batch import Broken, Embedded, Known, Moved, is_current
from embedder.folder import MusicFile
from schemas import RejectedEvent, Track, TrackVector
from schemas.topics import CATALOGUE_TRACKS, REJECTED_EVENTS, TRACK_VECTORS
from streams.client import Publisher
from streams.codecs import decode
from streams.embedders.embedding import Embedder, Handled, Job
from streams.embedders.known_vectors import KnownVectors
from streams.embedders.tally import Indexed
from streams.errors import EventError
from streams.feeds.compacted import Kept, TopicReader, read_all, read_kept
from streams.groups import group_of
from streams.kafka.admin import group_offsets
from streams.kafka.reading import place_of

LOOK_SECONDS = 1.0
"""Between two looks at what other members of the group have done."""

Place = tuple[int, int]
"""Partition and offset of a track's record on `catalogue-tracks`."""


def track_of(file: MusicFile) -> Track:
    """Return the catalogue's record of a file."""
    return Track(track_id=file.track_id, info=file.info, uri=str(file.path))


def tracks_of_catalogue(bootstrap: str) -> list[Track]:
    """Return every track that the catalogue has, or that only has a vector; sorted by id.

    Raises
    ------
    BrokerUnavailable
        The broker does not answer.

    """
    vectors = read_all(bootstrap, TRACK_VECTORS, TrackVector).values()
    by_vector = {v.track_id: Track(track_id=v.track_id, info=v.info, uri=v.uri) for v in vectors}
    catalogue = read_all(bootstrap, CATALOGUE_TRACKS, Track)
    return [track for _, track in sorted((by_vector | catalogue).items())]


def index_tracks(tracks: Iterable[Track], job: Job) -> Iterator[Indexed]:
    """See that every track has a vector, and say of each what became of it.

    Tells the catalogue what it does not know yet, then embeds as one more member of the group
    until all are done, whoever did them. Stopping loses nothing that was yielded; the rest is in
    the catalogue, for the next run or any worker. What was broken before is tried again.

    Raises
    ------
    BrokerUnavailable
        The broker is away.

    """
    catalogue = read_kept(job.bootstrap, CATALOGUE_TRACKS, Track)
    with KnownVectors(job.bootstrap, job.space) as vectors:
        vectors.refresh()
        missing: dict[str, Track] = {}
        for track in tracks:
            known = vectors.of(track.track_id)
            if _is_told(track, catalogue) and known is not None and is_current(track, known):
                yield Indexed(track, "known")
            else:
                missing[track.track_id] = track
        if missing:
            places = _tell(missing, catalogue, job)
            yield from _embed(missing, places, job, vectors)


def _embed(
    missing: dict[str, Track], places: Mapping[str, Place], job: Job, vectors: KnownVectors
) -> Iterator[Indexed]:
    """Embed until nothing is missing, and yield what became of it, here and elsewhere."""
    looked_at = monotonic()
    with closing(Embedder(job, vectors).work()) as rounds:
        for finished in rounds:
            for handled in finished:
                track = missing.get(handled.message.track_id)
                if track is not None and _settles(handled, track, places[track.track_id]):
                    yield _indexed(missing.pop(track.track_id), handled)
            if missing and monotonic() - looked_at > LOOK_SECONDS:
                yield from _done_by_others(missing, places, job, vectors)
                looked_at = monotonic()
            if not missing:
                return


def _is_told(track: Track, catalogue: Mapping[str, Kept[Track]]) -> bool:
    kept = catalogue.get(track.track_id)
    return kept is not None and kept.record == track


def _tell(
    tracks: Mapping[str, Track], catalogue: Mapping[str, Kept[Track]], job: Job
) -> dict[str, Place]:
    """Tell the catalogue what it does not know, and return where each track's record is.

    A track that the group has passed without giving it a vector is told again: its file may be
    readable now.
    """
    passed = _passed(job)
    places: dict[str, Place] = {}

    def note(_: object, message: Any) -> None:
        places[message.key().decode()] = place_of(message)

    publisher = Publisher(job.bootstrap)
    for track_id, track in tracks.items():
        kept = catalogue.get(track_id)
        if kept and _is_told(track, catalogue) and kept.offset >= passed.get(kept.partition, 0):
            places[track_id] = (kept.partition, kept.offset)
        else:
            publisher.send(CATALOGUE_TRACKS, track, note)
    publisher.flush()
    return places


def _settles(handled: Handled, track: Track, place: Place) -> bool:
    """Say whether a record was the one we wait for, a later one, or an earlier one that is equal.

    A track that was told more than once has them all in the log until it is compacted.
    """
    match handled.outcome:
        case Embedded(track=done) | Moved(track=done) | Known(track=done) if done == track:
            return True
    return (handled.message.partition, handled.message.offset) >= place


def _indexed(track: Track, handled: Handled) -> Indexed:
    match handled.outcome:
        case Embedded():
            return Indexed(track, "embedded")
        case Moved():
            return Indexed(track, "moved")
        case Known():
            return Indexed(track, "known")
        case Broken(error=error):
            return Indexed(track, "broken", str(error))
        case _:
            return Indexed(track, "broken", f"{track.uri!r} was removed from the catalogue")


def _passed(job: Job) -> dict[int, int]:
    return group_offsets(job.bootstrap, group_of("embed", job.space), CATALOGUE_TRACKS)


def _done_by_others(
    missing: dict[str, Track], places: Mapping[str, Place], job: Job, vectors: KnownVectors
) -> Iterator[Indexed]:
    """Take what other members are done with out of `missing`, and yield what became of it."""
    passed = _passed(job)
    done = [
        missing.pop(track_id)
        for track_id in list(missing)
        if places[track_id][1] < passed.get(places[track_id][0], 0)
    ]
    if not done:
        return
    vectors.refresh()
    failed = []
    for track in done:
        vector = vectors.of(track.track_id)
        if vector is not None and is_current(track, vector):
            yield Indexed(track, "embedded")
        else:
            failed.append(track)
    reasons = _reasons(job.bootstrap) if failed else {}
    for track in failed:
        unknown = f"another worker could not read {track.uri!r}"
        yield Indexed(track, "broken", reasons.get(places[track.track_id], unknown))


def _reasons(bootstrap: str) -> dict[Place, str]:
    """Return why records of the catalogue were rejected, by their place."""
    reasons: dict[Place, str] = {}
    with TopicReader(bootstrap, REJECTED_EVENTS) as reader:
        for message in reader.news():
            try:
                letter = decode(RejectedEvent, message.value())
            except (ValidationError, EventError):
                continue
            if letter.topic == CATALOGUE_TRACKS.name:
                reasons[letter.partition, letter.offset] = letter.reason
    return reasons
