"""What every kind of space must do; run over each by `tests/embedder/test_kinds.py`."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from embedder.audio import read_windows
from embedder.encoders import load_encoders
from embedder.errors import NotASpace, UndecodableAudio, UnusableText, WrongSpace
from embedder.evaluation.metrics import modality_gap
from embedder.manifest import MANIFEST, WEIGHTS, Manifest
from embedder.space import Space
from embedder.truth.words import WORDS
from tests.embedder.sounds import chord, clicks, noise, tone, write

TEXTS = ("drums", "calm piano music", "a sad song with strings", "heavy metal")


class SpaceContract:
    """Give it the fixture `folder`, a space; `space` and `songs` are made here."""

    @pytest.fixture(scope="class")
    @classmethod
    def space(cls, folder: Path) -> Space:
        return Space.load(folder)

    @pytest.fixture(scope="class")
    @classmethod
    def songs(cls, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
        place = tmp_path_factory.mktemp("songs")
        sounds = [tone(), clicks(90, seconds=24), noise(), chord(0, 4, 7), clicks(150), noise(3.0)]
        return [write(place / f"{number}.wav", one) for number, one in enumerate(sounds)]

    @pytest.fixture
    def copied(self, folder: Path, tmp_path: Path) -> Path:
        """The same space, to be damaged."""
        return Path(shutil.copytree(folder, tmp_path / "copied"))

    def test_music_and_words_become_unit_rows_of_one_dimension(
        self, space: Space, songs: list[Path]
    ) -> None:
        audio, text = space.encode_audio(songs), space.encode_text(TEXTS)

        assert audio.shape == (len(songs), space.dimension)
        assert text.shape == (len(TEXTS), space.dimension)
        for rows in (audio, text, space.centred_audio(audio), space.centred_text(text)):
            assert rows.dtype == np.float32
            assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)

    def test_nothing_in_gives_nothing_out(self, space: Space) -> None:
        assert space.encode_audio([]).shape == (0, space.dimension)
        assert space.encode_text([]).shape == (0, space.dimension)

    def test_a_song_gives_the_same_bytes_alone_and_among_others(
        self, space: Space, songs: list[Path]
    ) -> None:
        alone = space.encode_audio([songs[1]])
        among = space.encode_audio([songs[0], songs[1], songs[2]])

        assert alone.tobytes() == among[1:2].tobytes()

    def test_a_song_gives_the_same_bytes_after_a_restart_and_whatever_is_drawn_at_random(
        self, space: Space, folder: Path, songs: list[Path]
    ) -> None:
        torch.manual_seed(1)
        np.random.seed(1)
        before = space.encode_audio(songs[:2])
        torch.manual_seed(2)
        np.random.seed(2)

        assert Space.load(folder).encode_audio(songs[:2]).tobytes() == before.tobytes()

    def test_a_text_gives_the_same_bytes_alone_and_among_others(
        self, space: Space, folder: Path
    ) -> None:
        among = space.encode_text(["something much longer about violins", "calm"])

        assert Space.load(folder).encode_text(["calm"]).tobytes() == among[1:].tobytes()

    def test_windows_are_cut_as_its_framing_says(self, space: Space, songs: list[Path]) -> None:
        windows = read_windows(songs[1], space.framing)

        assert windows.shape == (2, space.framing.samples)
        assert space.encode_windows(windows).tobytes() == space.encode_audio([songs[1]]).tobytes()

    def test_silence_is_refused(self, space: Space) -> None:
        with pytest.raises(UndecodableAudio, match="silent"):
            space.encode_audio([np.zeros(space.framing.samples, np.float32)])

    @pytest.mark.parametrize("text", ["", " \n\t"])
    def test_an_empty_text_is_refused(self, space: Space, text: str) -> None:
        with pytest.raises(UnusableText, match="no words"):
            space.encode_text([text])

    @pytest.mark.parametrize("text", ["🥁", "word " * 10_000, "平静的钢琴"])
    def test_strange_texts_give_ordinary_vectors(self, space: Space, text: str) -> None:
        assert np.linalg.norm(space.encode_text([text])) == pytest.approx(1, abs=1e-5)

    def test_its_text_tower_has_not_collapsed(self, space: Space) -> None:
        space.check_text_tower()

    def test_centring_closes_the_gap_between_words_and_music(
        self, space: Space, songs: list[Path]
    ) -> None:
        audio, text = space.encode_audio(songs), space.encode_text(WORDS)

        before = modality_gap(audio, text)
        after = modality_gap(space.centred_audio(audio), space.centred_text(text))

        assert after < before

    def test_the_manifest_is_read_as_it_was_written(self, space: Space, copied: Path) -> None:
        changed = replace(space.manifest, name="another name")

        changed.write(copied)

        assert Manifest.read(copied) == changed
        assert Space.load(copied).hash == space.hash

    def test_other_weights_are_refused(self, copied: Path) -> None:
        content = bytearray((copied / WEIGHTS).read_bytes())
        content[-1] ^= 1
        (copied / WEIGHTS).write_bytes(content)

        with pytest.raises(WrongSpace):
            Space.load(copied)

    @pytest.mark.parametrize("missing", [MANIFEST, WEIGHTS])
    def test_a_folder_that_lacks_a_part_is_no_space(self, copied: Path, missing: str) -> None:
        (copied / missing).unlink()

        with pytest.raises(NotASpace, match=missing):
            Space.load(copied)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("dimension", 7),
            ("front_end", "another"),
            ("text_model", "another"),
            ("kind", "another"),
            ("hash", "another"),
            ("centre_audio", [0.0]),
        ],
    )
    def test_a_manifest_of_another_space_is_refused(
        self, copied: Path, field: str, value: object
    ) -> None:
        record = json.loads((copied / MANIFEST).read_text())
        (copied / MANIFEST).write_text(json.dumps(record | {field: value}))

        with pytest.raises((NotASpace, WrongSpace)):
            Space.load(copied)

    def test_its_encoders_are_found_by_its_kind(self, space: Space, folder: Path) -> None:
        encoders = load_encoders(folder, space.manifest)

        assert encoders.audio.framing == space.framing
