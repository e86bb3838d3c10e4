import struct
from pathlib import Path

import mutagen
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen.id3 import TALB, TCON, TDRC, TIT2, TPE1, Encoding

from embedder.tags import cleaned, read_info, year_in
from tests.checks.music import tagged, tone
from tests.embedder.sounds import encode, melody


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


def id3(*frames: tuple[bytes, bytes], version: int = 3) -> bytes:
    """A tag as other programs write it, in ways that mutagen would not."""
    body = b"".join(name + struct.pack(">IH", len(data), 0) + data for name, data in frames)
    size = bytes((len(body) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3" + bytes((version, 0, 0)) + size + body


def id3v1(title: bytes, artist: bytes = b"", year: bytes = b"", genre: int = 255) -> bytes:
    album = comment = bytes(30)
    fields = (title.ljust(30, b"\0"), artist.ljust(30, b"\0"), album, year.ljust(4, b"\0"), comment)
    return b"TAG" + b"".join(fields) + bytes([genre])


LATIN, UTF16, UTF8 = b"\0", b"\1", b"\3"

BROKEN_TAGS = [
    # what is written, before the sound and after it; what is read
    ("latin-1 in ID3v1", b"", id3v1(b"Caf\xe9", b"Bj\xf6rk"), {"title": "Café", "artist": "Björk"}),
    ("the genre of ID3v1", b"", id3v1(b"a", b"", b"1997", 17), {"genre": "Rock", "year": 1997}),
    ("Cyrillic as latin-1, not guessed", b"", id3v1("Кино".encode("cp1251")), {"title": "Êèíî"}),
    (
        "UTF-16 without a mark",
        id3((b"TIT2", UTF16 + "Só".encode("utf-16-le"))),
        b"",
        {"title": "Só"},
    ),
    (
        "UTF-16 with a byte too many",
        id3((b"TIT2", UTF16 + b"\xff\xfe" + "Só".encode("utf-16-le") + b"!")),
        b"",
        {"title": "Só!"},
    ),
    (
        "bytes that are no UTF-8",
        id3((b"TIT2", UTF8 + b"S\xff\xfe"), version=4),
        b"",
        {"title": "file"},
    ),
    ("NULs between texts", id3((b"TIT2", LATIN + b"So\0What\0\0")), b"", {"title": "So"}),
    ("NULs before a text", id3((b"TPE1", LATIN + b"\0\0Miles")), b"", {"artist": "Miles"}),
    ("a megabyte of title", id3((b"TIT2", LATIN + b"x" * (1 << 20))), b"", {"title": "x" * 500}),
    ("a number for a title", id3((b"TIT2", LATIN + b"1999")), b"", {"title": "1999"}),
    ("a genre by number", id3((b"TCON", LATIN + b"(17)")), b"", {"genre": "Rock"}),
    ("a genre by number and name", id3((b"TCON", LATIN + b"(4)Disko")), b"", {"genre": "Disco"}),
    ("a genre that is none", id3((b"TCON", LATIN + b"(255)")), b"", {"genre": None}),
    ("about a year", id3((b"TYER", LATIN + b"c. 1997")), b"", {"year": 1997}),
    ("two digits of a year", id3((b"TYER", LATIN + b"97")), b"", {"year": None}),
    (
        "a date that never was",
        id3((b"TDRC", LATIN + b"1997-13-45"), version=4),
        b"",
        {"year": 1997},
    ),
    ("a frame longer than its tag", id3((b"TIT2", LATIN + b"So"))[:-1], b"", {}),
    ("a tag longer than the file", b"ID3\3\0\0\x7f\x7f\x7f\x7f", b"", {"title": "file"}),
]


@pytest.mark.parametrize(
    ("before", "after", "read"), [t[1:] for t in BROKEN_TAGS], ids=[t[0] for t in BROKEN_TAGS]
)
def test_what_is_readable_of_broken_tags_is_read(
    before: bytes, after: bytes, read: dict[str, object], tmp_path: Path
) -> None:
    path = tone(tmp_path / "file.mp3")
    path.write_bytes(before + path.read_bytes() + after)

    info = read_info(path).model_dump()

    assert info | read == info


@pytest.mark.parametrize(("written", "name"), [("(17)", "Rock"), ("17", "Rock"), ("Rock", "Rock")])
def test_a_genre_by_number_is_named_in_any_format(written: str, name: str, tmp_path: Path) -> None:
    path = tagged(tone(tmp_path / "a.ogg"), genre=written, date="c. 1997")

    info = read_info(path)

    assert (info.genre, info.year) == (name, 1997)


@pytest.mark.parametrize(
    ("name", "codec", "keys"),
    [
        ("a.m4a", "aac", ("\xa9nam", "\xa9ART", "\xa9alb", "\xa9gen", "\xa9day")),
        ("a.wma", "wmav2", ("Title", "Author", "WM/AlbumTitle", "WM/Genre", "WM/Year")),
        ("a.wv", "wavpack", ("Title", "Artist", "Album", "Genre", "Year")),
    ],
)
def test_the_tags_of_other_formats_are_read(
    name: str, codec: str, keys: tuple[str, ...], tmp_path: Path
) -> None:
    path = encode(tmp_path / name, melody(3, rate=44_100), 44_100, codec)
    file = mutagen.File(path)
    if file.tags is None:
        file.add_tags()
    for key, value in zip(keys, ("So What", "Miles", "Blue", "Jazz", "1959"), strict=True):
        file[key] = value
    file.save()

    info = read_info(path)

    assert (info.title, info.artist, info.album) == ("So What", "Miles", "Blue")
    assert (info.genre, info.year) == ("Jazz", 1959)
    assert info.duration_seconds == pytest.approx(3, abs=0.1)


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
