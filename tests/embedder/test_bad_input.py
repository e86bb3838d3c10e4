"""What the shipped space answers to whatever lies in a music folder, or is typed.

Each table below is the statement: what is given, and the answer. "a vector" is of length one and
holds numbers only; the words are what the refusal says. Nothing else may happen, and nothing may be
printed.
"""

import os
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from embedder.audio import MAX_WINDOWS, files, read_windows
from embedder.audio.recording import Recording
from embedder.errors import UndecodableAudio, UnusableText
from embedder.folder import Unreadable, find_music, identify
from embedder.space import Space
from tests.embedder.sounds import encode, melody, noise, tone, write
from tests.embedder.unprivileged import as_nobody, folder_for_all

A_VECTOR = None


@pytest.fixture(scope="module")
def space() -> Space:
    return Space.load("small")


def floats(path: Path, samples: np.ndarray, rate: int = 16_000) -> Path:
    soundfile.write(path, samples, rate, subtype="FLOAT")
    return path


def mp3(folder: Path, seconds: float = 20) -> bytes:
    return write(folder / "whole.mp3", noise(seconds)).read_bytes()


def with_hole(sound: bytes) -> bytes:
    middle = len(sound) // 2
    return sound[:middle] + np.random.default_rng(0).bytes(9_999) + sound[middle:]


def short_of(path: Path, share: float) -> Path:
    os.truncate(path, int(path.stat().st_size * share))
    return path


def three_hours(path: Path) -> Path:
    """Write a minute of noise, two hours and 58 minutes that take no disk, and no more."""
    with soundfile.SoundFile(path, "w", 44_100, 2, "PCM_16", format="W64") as file:
        file.write(np.tile(noise(60 * 44_100 / 16_000)[:, None], 2))
        header = path.stat().st_size - file.frames * 4
    with path.open("r+b") as raw:
        size = header + 3 * 3600 * 44_100 * 4
        raw.truncate(size)
        raw.seek(16)  # of the RIFF chunk, header included
        raw.write(size.to_bytes(8, "little"))
        raw.seek(header - 8)  # of the data chunk, its own header of 24 bytes included
        raw.write((size - header + 24).to_bytes(8, "little"))
    return path


def holding(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def linked(path: Path, to: str) -> Path:
    path.symlink_to(to)
    return path


def pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def protected(folder: Path) -> Path:
    sound = encode(folder / "a.m4a", melody(5)).read_bytes()
    return holding(folder / "a.m4p", sound.replace(b"mp4a", b"drms"))


def video(path: Path) -> Path:
    av = pytest.importorskip("av", reason="needs the extra `formats`")
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mjpeg", rate=5, options={"strict": "unofficial"})
        stream.width = stream.height = 16
        stream.pix_fmt = "yuvj420p"
        picture = av.VideoFrame(16, 16, "yuvj420p")
        file.mux(stream.encode(picture))
        file.mux(stream.encode(None))
    return path


def renamed(path: Path, name: bytes) -> Path:
    target = os.path.join(os.fsencode(path.parent), name)
    os.rename(path, target)
    return Path(os.fsdecode(target))


FILES: list[tuple[str, Callable[[Path], Path], str | None]] = [
    # music, of a kind
    ("white noise", lambda at: write(at / "a.wav", noise()), A_VECTOR),
    ("a clip of 0.2 s", lambda at: write(at / "a.wav", noise(0.2)), A_VECTOR),
    ("ten samples", lambda at: write(at / "a.wav", noise()[:10]), A_VECTOR),
    ("8 kHz mono", lambda at: write(at / "a.wav", tone(9, rate=8_000), 8_000), A_VECTOR),
    (
        "192 kHz, six channels",
        lambda at: write(at / "a.wav", np.tile(tone(11, rate=192_000)[:, None], 6), 192_000),
        A_VECTOR,
    ),
    ("three hours", lambda at: three_hours(at / "a.w64"), A_VECTOR),
    ("a constant", lambda at: floats(at / "a.wav", np.full(99_999, 0.5, np.float32)), A_VECTOR),
    ("ten times full scale", lambda at: floats(at / "a.wav", 100 * noise()), A_VECTOR),
    ("M4A", lambda at: encode(at / "a.m4a", melody(12)), A_VECTOR),
    ("AAC without a container", lambda at: encode(at / "a.aac", melody(12)), A_VECTOR),
    # damaged
    ("half an MP3", lambda at: holding(at / "a.mp3", mp3(at)[:30_000]), A_VECTOR),
    ("an MP3 with a hole", lambda at: holding(at / "a.mp3", with_hole(mp3(at, 40))), A_VECTOR),
    ("half an OGG", lambda at: short_of(write(at / "a.ogg", noise(30)), 0.5), A_VECTOR),
    ("half a FLAC", lambda at: short_of(write(at / "a.flac", noise(30)), 0.5), A_VECTOR),
    ("half a WAV", lambda at: short_of(write(at / "a.wav", noise(30)), 0.5), A_VECTOR),
    ("half an AAC", lambda at: short_of(encode(at / "a.aac", melody(30)), 0.5), A_VECTOR),
    (
        "an M4A without its index",
        lambda at: short_of(encode(at / "a.m4a", melody(9)), 0.5),
        "MPEG-4",
    ),
    # silent
    ("silence", lambda at: write(at / "a.wav", 0 * noise()), "it is silent"),
    ("dither", lambda at: write(at / "a.flac", 0.0003 * noise()), "it is silent"),
    # broken numbers
    ("no numbers", lambda at: floats(at / "a.wav", noise() * np.nan), "no numbers"),
    ("infinity", lambda at: floats(at / "a.wav", noise() + np.inf), "no numbers"),
    ("far beyond full scale", lambda at: floats(at / "a.wav", 1e30 * noise()), "no numbers"),
    ("no samples", lambda at: write(at / "a.wav", noise()[:0]), "promises 0 samples"),
    ("40 Hz sampling rate", lambda at: write(at / "a.wav", noise(), 40), "rate of 40 Hz"),
    # no audio
    ("a text named .ogg", lambda at: holding(at / "a.ogg", b"la la " * 999), "not recognised"),
    ("a text named .mp3", lambda at: holding(at / "a.mp3", b"la la " * 999), "no MPEG frame found"),
    ("tags and nothing else", lambda at: holding(at / "a.mp3", b"ID3\3" + bytes(99)), "no MPEG"),
    ("a text named .m4a", lambda at: holding(at / "a.m4a", b"la la " * 999), "not recognised"),
    (
        "a playlist named .m4a",
        lambda at: holding(at / "a.m4a", b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n"),
        "not recognised",
    ),
    ("a video without sound", lambda at: video(at / "a.mkv"), "it holds no audio"),
    ("a protected M4P", protected, "it is protected"),
    ("nothing", lambda at: holding(at / "a.ogg", b""), "not recognised"),
    ("16 MB of holes", lambda at: sparse(at / "a.ogg"), "not recognised"),
    # no file
    ("a folder", lambda at: at, "it is no regular file"),
    ("a pipe", lambda at: pipe(at / "a.ogg"), "it is no regular file"),
    ("a device", lambda at: linked(at / "a.ogg", "/dev/zero"), "it is no regular file"),
    ("a link to nothing", lambda at: linked(at / "a.ogg", "nothing"), "there is no such file"),
    ("a link to itself", lambda at: linked(at / "a.ogg", "a.ogg"), "Too many levels"),
    ("a name with a NUL", lambda at: at / "a\0.ogg", "null byte"),
    (
        "a name that is not UTF-8",
        lambda at: renamed(write(at / "a.ogg", noise()), b"caf\xe9.ogg"),
        A_VECTOR,
    ),
]


def sparse(path: Path) -> Path:
    path.touch()
    os.truncate(path, 1 << 24)
    return path


@pytest.mark.parametrize(("make", "answer"), [f[1:] for f in FILES], ids=[f[0] for f in FILES])
def test_every_file_has_its_answer(
    make: Callable[[Path], Path],
    answer: str | None,
    tmp_path: Path,
    space: Space,
    capfd: pytest.CaptureFixture[str],
) -> None:
    path = make(tmp_path)

    if answer is A_VECTOR:
        (vector,) = space.encode_audio([path])
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)  # so no NaN
    else:
        with pytest.raises(UndecodableAudio, match=answer):
            space.encode_audio([path])
    assert capfd.readouterr() == ("", "")


TEXTS = [
    ("nothing", "", "no words"),
    ("blanks", " \t\n", "no words"),
    ("a NUL", "\0", "no words"),
    ("marks that do not show", "\u202e\u200f\u200b\ufeff", "no words"),
    ("an accent alone", "\u0301", "no words"),
    ("10,000 words", "calm " * 10_000, A_VECTOR),
    ("a word of a million letters", "x" * 10**6, A_VECTOR),
    ("emoji", "🥁🎹", A_VECTOR),
    ("an emoji of several", "👩‍🎤", A_VECTOR),
    ("Chinese", "安静的钢琴", A_VECTOR),
    ("Arabic, right to left", "\u200fموسيقى هادئة\u200e", A_VECTOR),
    ("control characters among words", "calm\x07 \x1bpiano", A_VECTOR),
    ("half a surrogate pair", "\ud83e", A_VECTOR),
    ("punctuation", "?!", A_VECTOR),
    ("digits", "1977", A_VECTOR),
]


@pytest.mark.parametrize(("text", "answer"), [t[1:] for t in TEXTS], ids=[t[0] for t in TEXTS])
def test_every_text_has_its_answer(text: str, answer: str | None, space: Space) -> None:
    if answer is A_VECTOR:
        (vector,) = space.encode_text([text])
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    else:
        with pytest.raises(UnusableText, match=answer):
            space.encode_text([text])


def test_what_does_not_show_changes_nothing(space: Space) -> None:
    plain, marked = space.encode_text(["calm piano", "\u202a calm\u200b piano\u202c\0"])

    assert plain.tobytes() == marked.tobytes()


def test_three_hours_cost_as_much_as_a_song(tmp_path: Path) -> None:
    path = three_hours(tmp_path / "a.w64")
    assert soundfile.info(path).duration == 3 * 3600

    tracemalloc.start()
    windows = read_windows(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert 1 <= len(windows) <= MAX_WINDOWS
    assert peak < 100e6


def test_a_damaged_flac_is_heard_before_the_damage_and_after_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flac", noise(40))
    whole, sound = read_windows(path), bytearray(path.read_bytes())
    sound[len(sound) * 3 // 8] ^= 0xFF  # at 15 s

    windows = read_windows(holding(path, bytes(sound)))

    assert np.array_equal(windows[[0, -1]], whole[[0, -1]])


def test_damage_of_an_mp3_leaves_what_comes_before_it(tmp_path: Path) -> None:
    whole = mp3(tmp_path, 40)

    windows = read_windows(holding(tmp_path / "a.mp3", with_hole(whole)))

    assert np.array_equal(windows[0], read_windows(tmp_path / "whole.mp3")[0])
    assert 1 <= len(windows) <= 2


def test_a_file_that_is_gone_since_it_was_listed_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "a.ogg", noise())
    gone = write(tmp_path / "b.ogg", noise())
    paths, _ = find_music(tmp_path)

    gone.unlink()
    found = list(identify(paths))

    assert found[1] == Unreadable(gone, "No such file or directory")


def test_a_file_that_vanishes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.ogg", noise())
    monkeypatch.setattr(files, "open_recording", and_then(path.unlink))

    with pytest.raises(UndecodableAudio, match="there is no such file"):
        read_windows(path)


def test_a_file_that_is_still_being_copied_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.wav", noise())
    monkeypatch.setattr(files, "open_recording", and_then(lambda: os.truncate(path, 99_999)))

    with pytest.raises(UndecodableAudio, match="it changed while it was read"):
        read_windows(path)


def and_then(happens: Callable[[], object]) -> Callable[[Path], object]:
    """Open a recording, and let something happen before it is read."""
    opened = files.open_recording

    @contextmanager
    def opening(path: Path) -> Iterator[Recording]:
        with opened(path) as recording:
            happens()
            yield recording

    return opening


def test_a_file_without_permission_is_refused() -> None:
    with folder_for_all() as folder:
        path = write(folder / "a.ogg", noise())
        path.chmod(0)

        assert as_nobody(lambda: refusal_of(path)) == "Permission denied"


def test_a_file_in_a_folder_without_permission_is_refused() -> None:
    with folder_for_all() as folder:
        (folder / "closed").mkdir()
        path = write(folder / "closed" / "a.ogg", noise())
        (folder / "closed").chmod(0)

        assert as_nobody(lambda: refusal_of(path)) == "Permission denied"
        (folder / "closed").chmod(0o700)


def refusal_of(path: Path) -> str:
    with pytest.raises(UndecodableAudio) as caught:
        read_windows(path)
    return caught.value.reason
