from pathlib import Path

import mutagen
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen.id3 import TALB, TCON, TDRC, TIT2, TPE1, Encoding

from embedder.tags import cleaned, read_info, year_in
from tests.checks.music import tagged, tone


@pytest.mark.parametrize("name", ["a.ogg", "a.flac", "a.mp3"])
def test_the_usual_tags_are_read(name: str, tmp_path: Path) -> None:
    path = tagged(
        tone(tmp_path / name),
        **{"title": "So What", "artist": "Miles", "album": "Blue", "genre": "Jazz", "date": "1959"},
    )

    info = read_info(path)

    assert (info.title, info.artist, info.album) == ("So What", "Miles", "Blue")
    assert (info.genre, info.year) == ("Jazz", 1959)
    assert info.duration_seconds == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("name", ["a.wav", "a.aiff"])
def test_the_frames_of_wav_and_aiff_are_read(name: str, tmp_path: Path) -> None:
    file = mutagen.File(tone(tmp_path / name))
    file.add_tags()
    for frame in (TIT2(text="T"), TPE1(text="A"), TALB(text="B"), TCON(text="(8)")):
        file.tags.add(frame)
    file.tags.add(TDRC(text="1959-08-17"))
    file.save()

    info = read_info(tmp_path / name)

    assert (info.title, info.artist, info.album) == ("T", "A", "B")
    assert (info.genre, info.year) == ("Jazz", 1959)


def test_a_file_without_tags_is_known_by_its_name(tmp_path: Path) -> None:
    info = read_info(tone(tmp_path / "03 So What.ogg"))

    assert info.title == "03 So What"
    assert (info.artist, info.album, info.genre, info.year) == (None, None, None, None)


def test_empty_and_unprintable_tags_count_as_missing(tmp_path: Path) -> None:
    info = read_info(tagged(tone(tmp_path / "name.flac"), title=" \t ", artist="\x00\x07"))

    assert (info.title, info.artist) == ("name", None)


def test_tags_in_latin_1_are_read(tmp_path: Path) -> None:
    file = mutagen.File(tone(tmp_path / "a.mp3"))
    file.add_tags()
    file.tags.add(TIT2(encoding=Encoding.LATIN1, text="Sæglópur"))
    file.save()

    assert read_info(tmp_path / "a.mp3").title == "Sæglópur"


def test_latin_1_where_utf_8_is_due_does_not_crash(tmp_path: Path) -> None:
    path = tagged(tone(tmp_path / "a.flac"), title="S_ZZ_gur", artist="Sigur")
    path.write_bytes(
        path.read_bytes().replace(b"S_ZZ_gur", "S\xe6\xe6\xe6\xf8gur".encode("latin-1"))
    )

    info = read_info(path)

    assert info.title.startswith("S")
    assert info.title.endswith("gur")
    assert info.artist == "Sigur"


def test_a_tag_that_never_ends_is_cut(tmp_path: Path) -> None:
    path = tagged(tone(tmp_path / "a.ogg"), title="la " * 1000, genre="g" * 900)

    info = read_info(path)

    assert len(info.title) <= 500
    assert len(info.genre or "") == 200


def test_what_is_no_audio_has_a_name_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "broken.ogg").write_text("not music at all")

    info = read_info(tmp_path / "broken.ogg")

    assert info.model_dump(exclude_none=True) == {"title": "broken"}


@pytest.mark.parametrize("name", ["a.ogg", "a.flac", "a.mp3", "a.wav", "a.aiff"])
def test_no_damage_makes_tags_fail(name: str, tmp_path: Path) -> None:
    path = tone(tmp_path / name, seconds=0.1)
    if name not in ("a.wav", "a.aiff"):
        tagged(path, title="So What", artist="Miles", date="1959", genre="Jazz")
    sound = path.read_bytes()
    places = st.integers(0, min(len(sound), 600) - 1)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=8), places)
    def survives(changes: list[tuple[int, int]], end: int) -> None:
        damaged = bytearray(sound)
        for place, value in changes:
            damaged[place] = value
        for content in (damaged, damaged[:end]):
            path.write_bytes(content)
            assert read_info(path).title

    survives()


@given(st.text())
def test_cleaned_text_is_printable_and_stays_as_it_is(text: str) -> None:
    once = cleaned(text)

    assert once.isprintable()
    assert once.encode().decode() == once
    assert cleaned(once) == once
    assert len(once) <= 500


@given(st.text())
def test_a_year_is_plausible_or_absent(text: str) -> None:
    year = year_in(text)

    assert year is None or 1000 <= year <= 2200
