"""Copies and versions are found among tracks, and nothing else is."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedder.duplicates import Kind, NearDuplicate, groups, hear, near_duplicates
from embedder.errors import WrongSpace
from embedder.fingerprint import Fingerprint
from schemas.vectors import TrackInfo, TrackVector, pack_vector
from tests.embedder.sounds import Array, encode, melody, write

RATE = 16_000


def direction(seed: int, near: int | None = None, cosine: float = 0.0) -> Array:
    """A random unit vector, or one at a cosine to that of another seed."""
    vector = np.random.default_rng(seed).normal(size=128)
    if near is not None:
        towards = direction(near)
        vector -= (vector @ towards) * towards
        vector = cosine * towards + np.sqrt(1 - cosine**2) * vector / np.linalg.norm(vector)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def track(name: str, vector: Array, uri: str = "/nowhere", **known: Any) -> TrackVector:
    space = known.pop("space", "s")
    info = TrackInfo(**{"title": name, "duration_seconds": 180.0} | known)
    packed = pack_vector(vector.tolist())
    return TrackVector(track_id=name, info=info, uri=uri, content=name, space=space, vector=packed)


def deaf(track: TrackVector) -> Fingerprint | None:
    return None


def test_a_recording_in_another_encoding_is_found_and_alike_music_is_not(tmp_path: Path) -> None:
    music = melody(15, rate=RATE)
    files = {
        "wav": write(tmp_path / "a.wav", music),
        "mp3": write(tmp_path / "b.mp3", music[RATE:] / 2),
        "m4a": encode(tmp_path / "c.m4a", music),
        "other": write(tmp_path / "d.wav", melody(15, 1, RATE)),
    }
    tracks = [track(name, direction(0), str(path)) for name, path in files.items()]

    pairs = list(near_duplicates(tracks))

    assert {(pair.first, pair.second) for pair in pairs} == {
        ("wav", "mp3"),
        ("wav", "m4a"),
        ("mp3", "m4a"),
    }
    assert all(pair.kind is Kind.RECORDING and pair.confidence > 0.5 for pair in pairs)
    assert "fingerprints agree, 1.0 s apart" in next(p.reason for p in pairs if p.second == "mp3")


def test_the_same_title_is_a_version_where_the_sound_differs(tmp_path: Path) -> None:
    studio = write(tmp_path / "a.wav", melody(15, 0, RATE))
    live = write(tmp_path / "b.wav", melody(15, 1, RATE))
    tracks = [
        track("studio", direction(0), str(studio), title="So What", artist="Miles Davis"),
        track("live", direction(1), str(live), title="So What (Live)", artist="miles davis"),
        track("cover", direction(2), title="So What", artist="Somebody Else"),
    ]

    (pair,) = near_duplicates(tracks)

    assert (pair.first, pair.second, pair.kind) == ("studio", "live", Kind.VERSION)
    assert pair.confidence < 0.5
    assert pair.reason == "both are “so what” by miles davis"


def test_a_title_without_an_artist_makes_no_version() -> None:
    tracks = [track(name, direction(0), title="So What") for name in ("a", "b")]

    assert list(near_duplicates([*tracks[:1], track("c", direction(9), title="So What")])) == []


@pytest.mark.parametrize(
    ("cosine", "seconds", "found"),
    [(0.99, 181.0, True), (0.99, 185.0, False), (0.95, 180.0, False), (0.99, None, False)],
)
def test_what_cannot_be_listened_to_must_be_all_but_equal(
    cosine: float, seconds: float | None, found: bool
) -> None:
    first = track("a", direction(0))
    second = track("b", direction(1, near=0, cosine=cosine), duration_seconds=seconds)

    pairs = list(near_duplicates([first, second], ear=deaf))

    assert [pair.kind for pair in pairs] == [Kind.RECORDING] * found
    assert all(pair.confidence < 0.5 and "not listened to" in pair.reason for pair in pairs)


def test_only_pairs_of_the_tracks_asked_for_are_looked_at() -> None:
    heard: list[str] = []

    def ear(track: TrackVector) -> None:
        heard.append(track.track_id)

    tracks = [
        track(name, direction(seed)) for name, seed in [("a", 0), ("b", 0), ("c", 1), ("d", 1)]
    ]

    pairs = list(near_duplicates(tracks, of={"d"}, ear=ear))

    assert [(pair.first, pair.second) for pair in pairs] == [("c", "d")]
    assert sorted(heard) == ["c", "d"]


def test_each_track_is_listened_to_once_and_only_if_something_is_like_it() -> None:
    heard: list[str] = []
    tracks = [track(f"{seed}", direction(seed)) for seed in range(40)]
    tracks += [track(f"again-{n}", direction(0)) for n in range(3)]

    list(near_duplicates(tracks, ear=lambda track: heard.append(track.track_id)))

    assert sorted(heard) == ["0", "again-0", "again-1", "again-2"]


def test_tracks_of_other_lengths_are_not_compared() -> None:
    tracks = [track("a", direction(0)), track("b", direction(0), duration_seconds=191.0)]
    heard: list[str] = []

    list(near_duplicates(tracks, ear=lambda track: heard.append(track.track_id)))

    assert heard == []


@pytest.mark.parametrize("block", [1, 7, 1_000])
def test_neighbours_are_those_of_the_whole_product(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embedder.duplicates.BLOCK", block)
    rng = np.random.default_rng(0)
    lengths = [None if rng.random() < 0.1 else rng.uniform(100, 110) for _ in range(60)]
    vectors = [direction(n % 6) for n in range(60)]
    tracks = [
        track(f"{n}", vector, duration_seconds=length)
        for n, (vector, length) in enumerate(zip(vectors, lengths, strict=True))
    ]

    pairs = near_duplicates(tracks, ear=deaf, neighbours=59)

    expected = {
        (f"{i}", f"{j}")
        for i in range(60)
        for j in range(i + 1, 60)
        if i % 6 == j % 6
        and lengths[i] is not None
        and lengths[j] is not None
        and abs(lengths[i] - lengths[j]) <= 2
    }
    assert {(pair.first, pair.second) for pair in pairs} == expected
    assert expected


def test_vectors_of_two_spaces_are_not_compared() -> None:
    tracks = [track("a", direction(0)), track("b", direction(0), space="another")]

    with pytest.raises(WrongSpace, match="track 'b'"):
        list(near_duplicates(tracks, ear=deaf))


def test_no_tracks_have_no_duplicates() -> None:
    assert list(near_duplicates([])) == []
    assert list(near_duplicates([track("a", direction(0))], ear=deaf)) == []


def test_a_file_out_of_reach_is_not_heard(tmp_path: Path) -> None:
    (tmp_path / "a.ogg").write_text("not music")

    assert hear(track("a", direction(0), str(tmp_path / "a.ogg"))) is None
    assert hear(track("a", direction(0), "s3://bucket/a.ogg")) is None


def test_pairs_that_share_a_track_are_one_group() -> None:
    def pair(first: str, second: str) -> NearDuplicate:
        return NearDuplicate(first, second, Kind.RECORDING, 1.0, "")

    found = groups([pair("a", "b"), pair("c", "d"), pair("b", "c"), pair("x", "y"), pair("a", "d")])

    assert [set(group) for group in found] == [{"a", "b", "c", "d"}, {"x", "y"}]
