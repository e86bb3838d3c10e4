import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedder.errors import NoMusic
from embedder.folder import (
    Copy,
    MusicFile,
    Unreadable,
    content_hash,
    find_music,
    identify,
    read_folder,
)
from tests.checks.music import noise, tagged, tone
from tests.embedder.unprivileged import as_nobody, folder_for_all


def test_music_is_found_in_all_folders_and_sorted(tmp_path: Path) -> None:
    paths = [
        tone(tmp_path / name, hertz)
        for hertz, name in [
            (300, "b/2.flac"),
            (400, "b/1.WAV"),
            (500, "a.ogg"),
            (600, "c/d/e/f.mp3"),
        ]
    ]
    (tmp_path / "cover.jpg").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("")

    music = read_folder(tmp_path)

    assert [file.path for file in music.files] == sorted(paths)
    assert (music.copies, music.unreadable) == ((), ())


def test_a_track_is_named_by_its_content_and_described_by_its_tags(tmp_path: Path) -> None:
    path = tagged(tone(tmp_path / "a.ogg"), title="So What")

    (file,) = read_folder(tmp_path).files

    assert file.track_id == file.content == content_hash(path)
    assert len(file.content) == 32
    assert file.info.title == "So What"


def test_a_moved_file_stays_the_same_track(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.ogg")
    (before,) = read_folder(tmp_path).files

    (tmp_path / "new").mkdir()
    path.rename(tmp_path / "new" / "b.ogg")
    (after,) = read_folder(tmp_path).files

    assert after.track_id == before.track_id
    assert after.path != before.path


def test_equal_files_are_one_track_and_both_paths_are_reported(tmp_path: Path) -> None:
    first = tone(tmp_path / "a.ogg")
    second = tmp_path / "z" / "again.oga"
    second.parent.mkdir()
    shutil.copy(first, second)
    noise(tmp_path / "m.ogg")

    music = read_folder(tmp_path)

    assert [file.path.name for file in music.files] == ["a.ogg", "m.ogg"]
    assert music.copies == (Copy(second, of=first),)


def test_hidden_files_are_left_out(tmp_path: Path) -> None:
    tone(tmp_path / "a.ogg")
    (tmp_path / "._a.ogg").write_bytes(b"what macOS leaves on foreign disks")
    noise(tmp_path / ".trash" / "b.ogg")

    paths, _ = find_music(tmp_path)

    assert [path.name for path in paths] == ["a.ogg"]


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    tone(tmp_path / "albums" / "a.ogg")
    (tmp_path / "albums" / "up").symlink_to(tmp_path)
    (tmp_path / "albums" / "self").symlink_to("self")

    paths, _ = find_music(tmp_path)

    assert [path.name for path in paths] == ["a.ogg"]


def test_linked_folders_are_followed(tmp_path: Path) -> None:
    tone(tmp_path / "disk" / "a.ogg")
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "disk").symlink_to(tmp_path / "disk")

    assert len(read_folder(tmp_path / "music").files) == 1


def test_what_cannot_be_read_is_reported_and_passed_over(tmp_path: Path) -> None:
    tone(tmp_path / "good.ogg")
    (tmp_path / "gone.ogg").symlink_to("nowhere")
    (tmp_path / "loop.ogg").symlink_to("loop.ogg")
    os.mkfifo(tmp_path / "pipe.ogg")

    music = read_folder(tmp_path)

    assert [file.path.name for file in music.files] == ["good.ogg"]
    assert [(item.path.name, item.reason) for item in music.unreadable] == [
        ("gone.ogg", "No such file or directory"),
        ("loop.ogg", "Too many levels of symbolic links"),
        ("pipe.ogg", "it is no regular file"),
    ]


def test_a_file_without_permission_is_reported_and_passed_over() -> None:
    with folder_for_all() as folder:
        tone(folder / "good.ogg")
        noise(folder / "secret.ogg").chmod(0)

        music = as_nobody(lambda: read_folder(folder))

    assert [file.path.name for file in music.files] == ["good.ogg"]
    assert music.unreadable == (Unreadable(folder / "secret.ogg", "Permission denied"),)


def test_a_folder_without_permission_is_reported_and_passed_over() -> None:
    with folder_for_all() as folder:
        tone(folder / "good.ogg")
        (folder / "secret").mkdir(mode=0)

        music = as_nobody(lambda: read_folder(folder))

    assert [file.path.name for file in music.files] == ["good.ogg"]
    assert music.unreadable == (Unreadable(folder / "secret", "Permission denied"),)


def test_a_library_without_permission_is_refused() -> None:
    with folder_for_all() as folder:
        (folder / "secret").mkdir(mode=0)

        assert re.search("secret.*Permission denied", as_nobody(lambda: refusal(folder / "secret")))


def refusal(folder: Path) -> str:
    with pytest.raises(NoMusic) as caught:
        read_folder(folder)
    return str(caught.value)


def test_a_folder_that_vanishes_while_it_is_listed_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tone(tmp_path / "a" / "good.ogg")
    (tmp_path / "b").mkdir()
    walk = os.walk

    def walk_after_b_is_gone(*args: object, **options: object) -> Iterator[tuple]:
        for here, folders, names in walk(*args, **options):
            if Path(here).name == "b":
                os.rmdir(here)
            yield here, folders, names

    monkeypatch.setattr(os, "walk", walk_after_b_is_gone)
    paths, unreadable = find_music(tmp_path)

    assert [path.name for path in paths] == ["good.ogg"]
    assert unreadable == (Unreadable(tmp_path / "b", "No such file or directory"),)


def test_files_tagged_differently_are_one_track(tmp_path: Path) -> None:
    first = tone(tmp_path / "a.ogg", seconds=3)
    second = tagged(Path(shutil.copy(first, tmp_path / "b.ogg")), title="So What")

    music = read_folder(tmp_path)

    assert [file.path for file in music.files] == [first]
    assert music.copies == (Copy(second, of=first),)


def test_a_track_tagged_anew_stays_the_same_track(tmp_path: Path) -> None:
    path = tagged(tone(tmp_path / "a.ogg", seconds=3), title="Sow hat")
    (before,) = read_folder(tmp_path).files

    tagged(path, title="So What")
    (after,) = read_folder(tmp_path).files

    assert after.track_id == before.track_id
    assert after.info.title == "So What"


def test_a_name_that_is_not_utf_8_is_reported(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.ogg")
    os.rename(path, os.fsencode(tmp_path) + b"/caf\xe9.ogg")

    (unreadable,) = read_folder(tmp_path).unreadable

    assert unreadable.reason == "its name is not UTF-8; rename it"


def test_a_broken_file_is_still_a_track_for_others_to_judge(tmp_path: Path) -> None:
    (tmp_path / "broken.ogg").write_text("not music at all")

    (file,) = read_folder(tmp_path).files

    assert file.info.title == "broken"


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoMusic, match="'.*nowhere': there is no such folder"):
        read_folder(tmp_path / "nowhere")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.ogg")

    with pytest.raises(NoMusic, match="it is a file; give the folder"):
        read_folder(path)


def test_a_folder_without_music_is_refused_and_says_what_music_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("")

    with pytest.raises(NoMusic, match=r"no file ending in .*\.flac.*\.wav"):
        read_folder(tmp_path)


def test_paths_are_absolute_so_that_a_record_means_the_same_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tone(tmp_path / "music" / "a.ogg")
    monkeypatch.chdir(tmp_path)

    (file,) = read_folder(Path("music")).files

    assert file.path == tmp_path / "music" / "a.ogg"


def test_files_are_identified_one_at_a_time(tmp_path: Path) -> None:
    paths = iter([tone(tmp_path / "a.ogg"), tmp_path / "never-looked-at.ogg"])

    first = next(identify(paths))

    assert isinstance(first, MusicFile)
    assert next(paths).name == "never-looked-at.ogg"
