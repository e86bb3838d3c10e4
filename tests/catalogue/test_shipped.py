"""What ships: the files on disk against the list, and enough of each character."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import catalogue
from catalogue.names import ARTISTS
from catalogue.scores import Work
from catalogue.styles import STYLES

FOLDER = Path(catalogue.__file__).parent
TRACKS = [json.loads(line) for line in (FOLDER / "tracks.jsonl").read_text().splitlines()]
MEGABYTE = 2**20

Facts = dict[str, Any]


def count(is_true: Callable[[Facts], bool]) -> int:
    return sum(is_true(track["facts"]) for track in TRACKS)


def is_fast_and_loud(facts: Facts) -> bool:
    return facts["tempo"] == "fast" and facts["loudness"] == "loud"


def is_distorted(facts: Facts) -> bool:
    return "distorted guitar" in facts["instruments"]


def is_calm(facts: Facts) -> bool:
    return facts["energy"] == "low" and facts["tempo"] != "fast" and not facts["drums"]


def test_the_list_and_the_files_agree() -> None:
    on_disk = {f"audio/{path.name}" for path in (FOLDER / "audio").iterdir()}

    assert {track["path"] for track in TRACKS} == on_disk
    assert len(on_disk) >= 264


def test_all_files_together_are_small() -> None:
    size = sum(path.stat().st_size for path in (FOLDER / "audio").iterdir())

    assert size <= 20 * MEGABYTE


def test_every_piece_decodes_lasts_twelve_seconds_and_neither_clips_nor_falls_silent() -> None:
    for track in TRACKS:
        audio, rate = soundfile.read(FOLDER / track["path"], dtype="float32")

        assert len(audio) / rate == pytest.approx(track["seconds"], abs=0.1), track["track_id"]
        assert np.abs(audio).max() < 1, track["track_id"]
        seconds = [np.sqrt(np.mean(part**2)) for part in np.array_split(audio, 6)]
        assert min(seconds) > 0.003, track["track_id"]


def test_no_piece_is_louder_than_others_as_a_recording() -> None:
    for track in TRACKS[::12]:
        audio, _ = soundfile.read(FOLDER / track["path"], dtype="float32")

        assert 20 * np.log10(np.sqrt(np.mean(audio**2))) == pytest.approx(-22.5, abs=2)


@pytest.mark.parametrize(
    "is_true, at_least",
    [
        (is_fast_and_loud, 40),
        (lambda facts: is_fast_and_loud(facts) and not is_distorted(facts), 20),
        (is_calm, 40),
        (lambda facts: is_calm(facts) and "piano" in facts["instruments"], 20),
        (lambda facts: "piano" in facts["instruments"], 12),
        (lambda facts: "acoustic guitar" in facts["instruments"], 12),
        (lambda facts: "electric guitar" in facts["instruments"], 12),
        (lambda facts: "strings" in facts["families"], 12),
        (lambda facts: "brass" in facts["families"], 12),
        (lambda facts: "woodwind" in facts["families"], 12),
        (lambda facts: "organ" in facts["families"], 12),
        (lambda facts: "synth" in facts["families"], 12),
        (lambda facts: "choir" in facts["families"], 12),
    ],
)  # fmt: skip
def test_there_is_enough_of_each_character(is_true: Callable[[Facts], bool], at_least: int) -> None:
    assert count(is_true) >= at_least


def test_about_half_of_the_pieces_have_drums() -> None:
    assert 0.42 <= count(lambda facts: facts["drums"]) / len(TRACKS) <= 0.58


def test_no_style_and_no_mood_is_missing() -> None:
    assert {track["facts"]["style"] for track in TRACKS} == set(STYLES)
    assert len(Counter(track["facts"]["mood"] for track in TRACKS)) == 5


def test_nobody_sings() -> None:
    assert count(lambda facts: facts["vocals"]) == 0


def test_half_of_the_pieces_come_from_scores_that_may_be_shipped() -> None:
    arranged = [track["work"] for track in TRACKS if track["work"]]

    assert len(arranged) >= len(TRACKS) / 2
    assert all(Work(path).is_for_shipping for path in arranged)


def test_titles_are_unique_and_artists_keep_to_their_styles() -> None:
    assert len({track["title"] for track in TRACKS}) == len(TRACKS)
    assert all(track["genre"] in ARTISTS[track["artist"]] for track in TRACKS)


def test_tags_name_a_piece_and_hide_its_facts() -> None:
    track = TRACKS[0]

    with soundfile.SoundFile(FOLDER / track["path"]) as file:
        tags = file.copy_metadata()

    assert (tags["title"], tags["artist"], tags["album"], tags["genre"]) == (
        track["title"], track["artist"], track["album"], track["genre"],
    )  # fmt: skip
    assert set(tags) <= {
        "title",
        "artist",
        "album",
        "genre",
        "date",
        "comment",
        "license",
        "software",
    }
