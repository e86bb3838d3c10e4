"""A track is known by its sound: tags, pictures and padding do not make it another one."""

import os
import struct
from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen.flac import Picture
from mutagen.id3 import TIT2

from embedder.audio import read_windows
from embedder.audio.content import content_hash
from tests.embedder.sounds import encode, melody, noise, write

EASY = ["a.mp3", "a.flac", "a.ogg", "a.opus", "a.m4a", "a.wv"]


def music(path: Path, seed: int = 0) -> Path:
    sound = melody(6, seed)
    match path.suffix:
        case ".m4a":
            return encode(path, sound)
        case ".wv":
            return encode(path, sound, codec="wavpack")
        case ".opus":
            soundfile.write(path, sound, 16_000, format="OGG", subtype="OPUS")
            return path
        case _:
            return write(path, sound)


def tag(path: Path, title: str) -> None:
    file = mutagen.File(path, easy=True)
    if file.tags is None:
        file.add_tags()
    file["title"] = title
    file.save()


@pytest.mark.parametrize("name", EASY)
def test_tags_do_not_make_another_track(name: str, tmp_path: Path) -> None:
    path = music(tmp_path / name)
    untagged = content_hash(path)
    tag(path, "So What")
    before = path.read_bytes()

    tag(path, "Freddie Freeloader " * 5_000)

    assert path.read_bytes() != before
    assert content_hash(path) == untagged


@pytest.mark.parametrize("name", ["a.wav", "a.aiff"])
def test_the_frames_of_wav_and_aiff_do_not_make_another_track(name: str, tmp_path: Path) -> None:
    path = music(tmp_path / name)
    untagged = content_hash(path)

    file = mutagen.File(path)
    file.add_tags()
    file.tags.add(TIT2(text="So What"))
    file.save()

    assert content_hash(path) == untagged


def test_a_picture_does_not_make_another_track(tmp_path: Path) -> None:
    path = music(tmp_path / "a.flac")
    bare = content_hash(path)

    file = mutagen.File(path)
    cover = Picture()
    cover.data = bytes(200_000)
    file.add_picture(cover)
    file.save()

    assert content_hash(path) == bare


def test_tags_at_the_end_do_not_make_another_track(tmp_path: Path) -> None:
    path = music(tmp_path / "a.mp3")
    sound = path.read_bytes()
    bare = content_hash(path)
    ape = struct.pack("<8sIIII8x", b"APETAGEX", 2_000, 32 + 8, 1, 1 << 31)
    footer = struct.pack("<8sIIII8x", b"APETAGEX", 2_000, 32 + 8, 1, 1 << 31)
    lyrics = b"LYRICSBEGIN" + b"la " * 9 + b"000038LYRICS200"
    old = b"TAG" + "Sæglópur".encode("latin-1").ljust(125, b"\0")

    path.write_bytes(sound + ape + bytes(8) + footer + lyrics + old)

    assert content_hash(path) == bare


@pytest.mark.parametrize("name", [*EASY, "a.wav", "a.aiff"])
def test_other_music_is_another_track(name: str, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()

    first, second = music(tmp_path / name, 0), music(tmp_path / "other" / name, 1)

    assert content_hash(first) != content_hash(second)


def test_the_same_samples_at_another_rate_are_another_track(tmp_path: Path) -> None:
    slow, fast = (write(tmp_path / f"{r}.wav", noise(), r) for r in (16_000, 32_000))

    assert content_hash(slow) != content_hash(fast)


def test_files_without_sound_differ_by_all_their_bytes(tmp_path: Path) -> None:
    for name in ("a.mp3", "b.mp3"):
        (tmp_path / name).write_bytes(b"ID3\3\0\0\0\0\0\x0a" + name.encode().ljust(10, b"\0"))

    assert content_hash(tmp_path / "a.mp3") != content_hash(tmp_path / "b.mp3")


def test_a_bit_of_the_sound_makes_another_track(tmp_path: Path) -> None:
    path = music(tmp_path / "a.flac")
    before, windows = content_hash(path), read_windows(path)

    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF
    path.write_bytes(damaged)

    assert content_hash(path) != before
    assert not np.array_equal(read_windows(path), windows)


@pytest.mark.parametrize("name", [*EASY, "a.wav", "a.aiff"])
def test_no_damage_makes_the_hash_fail(name: str, tmp_path: Path) -> None:
    path = music(tmp_path / name)
    sound = path.read_bytes()
    places = st.integers(0, min(len(sound), 600) - 1)

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=8), places)
    def survives(changes: list[tuple[int, int]], end: int) -> None:
        damaged = bytearray(sound)
        for place, value in changes:
            damaged[place] = value
        for content in (damaged, damaged[:end]):
            path.write_bytes(content)
            assert len(content_hash(path)) == 32

    survives()


def test_an_empty_file_has_a_hash(tmp_path: Path) -> None:
    (tmp_path / "a.ogg").touch()
    os.truncate(tmp_path / "a.ogg", 0)

    assert len(content_hash(tmp_path / "a.ogg")) == 32
