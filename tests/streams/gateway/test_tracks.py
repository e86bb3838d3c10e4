"""Tracks, their sound, the map and the search; and no way to any other file."""

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest

from schemas import TrackInfo
from streams.gateway.library import map_of, path_of, served
from streams.stack import Stack
from tests.factories import library
from tests.streams.gateway.conftest import serving

pytestmark = pytest.mark.kafka


@pytest.fixture
def track_id(tracks: dict[str, TrackInfo]) -> str:
    return next(iter(tracks))


def test_pages_hold_every_track_once(client: httpx.Client, tracks: dict[str, TrackInfo]) -> None:
    page: int | None = 0
    found: list[str] = []
    while page is not None:
        told = client.get("/v1/tracks", params={"page": page}).json()
        found += [track["track_id"] for track in told["tracks"]]
        page = told["next_page"]

    assert found == sorted(tracks)


def test_tracks_are_found_by_id_and_unknown_ones_left_out(
    client: httpx.Client, tracks: dict[str, TrackInfo]
) -> None:
    first, second, *_ = tracks

    told = client.get("/v1/tracks", params={"ids": f"{second},nothing,{first}"}).json()["tracks"]

    assert [track["track_id"] for track in told] == [second, first]
    assert told[0]["title"] == tracks[second].title


def test_a_tracks_vector_is_of_length_one(client: httpx.Client, track_id: str) -> None:
    told = client.get(f"/v1/tracks/{track_id}", params={"vector": 1}).json()

    vector = np.frombuffer(b64decode(told["vector"]), "<f4")
    assert vector.shape == (128,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_many_vectors_come_in_one_answer(
    client: httpx.Client, tracks: dict[str, TrackInfo]
) -> None:
    ids = list(tracks)[:3]

    told = client.get("/v1/tracks", params={"ids": ",".join(ids), "vector": 1}).json()["tracks"]

    alone = [client.get(f"/v1/tracks/{one}", params={"vector": 1}).json() for one in ids]
    assert told == alone


def test_sound_is_served_whole_and_in_parts(client: httpx.Client, track_id: str) -> None:
    address = client.get(f"/v1/tracks/{track_id}").json()["audio"]

    whole = client.get(address)
    part = client.get(address, headers={"Range": "bytes=100-199"})
    end = client.get(address, headers={"Range": "bytes=-10"})
    behind = client.get(address, headers={"Range": f"bytes={len(whole.content)}-"})

    assert (whole.status_code, whole.headers["Content-Type"]) == (200, "audio/ogg")
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert end.content == whole.content[-10:]
    assert behind.status_code == 416


TRICKS = [
    "../../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/etc/passwd",
    "/etc/passwd",
    "//etc/passwd",
    "....//....//etc/passwd",
    "..\\..\\etc\\passwd",
    "%00",
    "file:%2f%2f%2fetc%2fpasswd",
]


@pytest.mark.parametrize("trick", TRICKS)
def test_no_trick_with_the_path_reaches_a_file(client: httpx.Client, trick: str) -> None:
    answer = client.get(f"/v1/tracks/{trick}/audio")

    assert answer.status_code in (404, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "root:" not in answer.text


@pytest.mark.parametrize("trick", [*TRICKS, "index.html/../../core.py"])
def test_no_trick_with_the_path_leaves_the_players_folder(client: httpx.Client, trick: str) -> None:
    answer = client.get(f"/player/{trick}")

    assert answer.status_code == 404
    assert "root:" not in answer.text


def test_no_file_outside_of_the_music_folders_is_served(
    stack: Stack, tmp_path: Path, track_id: str
) -> None:
    elsewhere = stack.settings.model_copy(update={"gateway_music": (tmp_path,)})

    with serving(elsewhere) as running, running.client() as client:
        told = client.get(f"/v1/tracks/{track_id}").json()
        answer = client.get(f"/v1/tracks/{track_id}/audio")

    assert told["audio"] is None
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/no-audio"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "song.ogg").write_bytes(b"sound")
    (tmp_path / "music-secret.txt").write_text("secret")
    (tmp_path / "music" / "link.ogg").symlink_to(tmp_path / "music-secret.txt")
    return tmp_path / "music"


def test_a_file_is_served_from_inside_a_folder_and_from_nowhere_else(folder: Path) -> None:
    assert served(folder / "song.ogg", [folder]) == folder / "song.ogg"
    assert served(path_of((folder / "song.ogg").as_uri()), [folder]) == folder / "song.ogg"
    for outside in ("../music-secret.txt", "link.ogg", "absent.ogg", ".", "so\0ng.ogg"):
        assert served(folder / outside, [folder]) is None


def test_alike_tracks_lie_together_on_the_map() -> None:
    tracks = library()

    drawn = map_of(tracks, {"loud": np.array([1, 0, 0], np.float32)})

    x = dict(zip(drawn.track_ids, drawn.tracks[:, 0].tolist(), strict=True))
    assert np.abs(drawn.tracks).max() == 1
    assert {np.sign(x[track]) for track in x if track.startswith("calm")} != {
        np.sign(x[track]) for track in x if track.startswith("loud")
    }
    assert np.sign(drawn.directions[0, 0]) == np.sign(x["loud-1"])


def test_an_empty_catalogue_has_a_map_too() -> None:
    drawn = map_of(library({}), {"loud": np.array([1, 0, 0], np.float32)})

    assert drawn.tracks.shape == (0, 2)
    assert drawn.directions.shape == (1, 2)


def test_the_map_has_every_track_and_word(
    client: httpx.Client, tracks: dict[str, TrackInfo]
) -> None:
    told = client.get("/v1/map").json()

    assert {track["track_id"] for track in told["tracks"]} == set(tracks)
    assert "piano" in {word["word"] for word in told["words"]}
    assert all(-1 <= place[axis] <= 1 for place in told["tracks"] for axis in ("x", "y"))


def test_words_find_tracks_the_nearest_first(client: httpx.Client) -> None:
    told = client.get("/v1/search", params={"words": "calm piano", "limit": 5}, timeout=60).json()

    scores = [track["score"] for track in told["tracks"]]
    assert len(scores) == 5
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.2


def test_the_shipped_folder_is_what_is_served_by_default(client: httpx.Client) -> None:
    told = client.get("/v1/tracks").json()["tracks"]

    assert all(track["audio"] for track in told)
