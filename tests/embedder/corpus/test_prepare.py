import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder.corpus.perplexity import TitleFilter
from embedder.corpus.prepare import Filters, prepare, prepare_file, prepare_recordings
from embedder.corpus.records import Recording, Texts, read_recordings, write_recordings
from embedder.corpus.report import Report
from embedder.corpus.sources import Source
from embedder.errors import UnusableRecording


class SaysBass:
    """Takes sentences for descriptive that speak of the bass."""

    threshold = 0.5

    def probability(self, sentences: Sequence[str], /) -> np.ndarray:
        return np.array([0.9 if "bass" in sentence else 0.1 for sentence in sentences])


class Length:
    """Finds a title as strange as it is long."""

    def of(self, titles: Sequence[str], /) -> np.ndarray:
        return np.array([1.0 + len(title) for title in titles])


FILTERS = Filters(short_form=True, descriptive=SaysBass(), titles=TitleFilter(Length(), 11.0))


def test_titles_are_cleaned_and_what_is_dropped_is_counted_by_rule() -> None:
    texts = [("So What (Official Audio)", "SO WHAT", "1999"), (), ("jazz", "IMG_1234")]

    prepared = prepare(texts, Source.SF, FILTERS)

    assert prepared.kept == (("So What",), (), ("jazz",))
    assert prepared.report.dropped == {"repeated": 1, "no words": 1, "placeholder": 1}


def test_long_texts_are_judged_sentence_by_sentence() -> None:
    texts = [("Subscribe! The bass is warm.", "deep bass\nthanks"), ("first",)]

    prepared = prepare(texts, Source.LF, FILTERS)

    assert prepared.kept == (("The bass is warm.", "deep bass"), ())
    assert prepared.report.dropped == {"describes no music": 3}
    assert (prepared.report.texts, prepared.report.strings, prepared.report.kept) == (3, 5, 2)


def test_playlist_titles_are_kept_up_to_the_threshold() -> None:
    prepared = prepare([("gym", "0123456789", "0123456789a")], Source.PL, FILTERS)

    assert prepared.kept == (("gym", "0123456789"),)
    assert prepared.report.dropped == {"perplexity": 1}


def test_every_class_label_is_an_annotation_as_it_is() -> None:
    prepared = prepare([("Jazz", "IMG_1234", "Music")], Source.ASET, FILTERS)

    assert prepared.kept == (("Jazz", "IMG_1234", "Music"),)
    assert prepared.report.fraction == 1


def test_without_filters_long_texts_are_cut_and_nothing_else_happens() -> None:
    texts = [("first! SUBSCRIBE", "1999")]

    assert prepare(texts, Source.LF, Filters()).kept == (("first!", "SUBSCRIBE", "1999"),)
    for source in (Source.SF, Source.PL, Source.ASET):
        assert prepare(texts, source, Filters()).kept == (("first! SUBSCRIBE", "1999"),)


def test_the_report_counts_what_a_reader_would_count() -> None:
    texts = [("warm bass. thanks all", "deep bass"), ("hello there",), ()]

    report = prepare(texts, Source.LF, FILTERS).report

    assert (report.recordings_in, report.recordings_kept) == (2, 1)
    assert (report.words_in, report.words_kept) == (8, 4)
    assert report.fraction == pytest.approx(2 / 4)
    assert report.apv == 2.0


def test_a_source_without_texts_has_a_report_without_division_by_zero() -> None:
    report = prepare([(), ()], Source.LF, FILTERS).report

    assert (report.kept, report.fraction, report.apv) == (0, 1.0, 0.0)


def test_a_recording_without_a_text_left_is_left_out() -> None:
    recordings = [
        Recording(Path("/a.ogg"), Texts(lf=("first",))),
        Recording(Path("/b.ogg"), Texts(lf=("first",), labels=("Jazz",))),
    ]

    kept, report = prepare_recordings(recordings, FILTERS)

    assert kept == [Recording(Path("/b.ogg"), Texts(labels=("Jazz",)))]
    assert (report.recordings_in, report.recordings_kept) == (2, 1)


STRINGS = st.lists(
    st.sampled_from(
        [
            "warm bass",
            "Warm Bass",
            "first",
            "So What [HD]",
            "so what",
            "1999",
            "a bass. b bass",
            "gym",
        ]
    ),
    max_size=4,
).map(tuple)
TEXTS = st.builds(Texts, STRINGS, STRINGS, STRINGS, STRINGS)


def recordings_of(texts: list[Texts]) -> list[Recording]:
    return [Recording(Path(f"/{row}.ogg"), each) for row, each in enumerate(texts)]


@given(texts=st.lists(TEXTS, max_size=5))
def test_preparing_what_is_prepared_changes_nothing(texts: list[Texts]) -> None:
    kept, _ = prepare_recordings(recordings_of(texts), FILTERS)

    again, report = prepare_recordings(kept, FILTERS)

    assert again == kept
    assert all(counts.fraction == 1 for counts in report.sources.values())


@given(texts=st.lists(TEXTS, max_size=5), at=st.integers(0, 5))
def test_parts_report_together_what_the_whole_reports(texts: list[Texts], at: int) -> None:
    recordings = recordings_of(texts)

    _, whole = prepare_recordings(recordings, FILTERS)

    _, first = prepare_recordings(recordings[:at], FILTERS)
    _, second = prepare_recordings(recordings[at:], FILTERS)
    assert first.plus(second) == whole
    for counts in whole.sources.values():
        assert counts.strings == counts.kept + sum(counts.dropped.values())


def corpus(folder: Path, n: int = 600) -> Path:
    path = folder / "recordings.jsonl"
    texts = Texts(sf=("So What [HD]",), lf=("first. warm bass",), pl=("gym",), labels=("Jazz",))
    write_recordings(path, [Recording(folder / f"{row}.ogg", texts) for row in range(n)])
    return path


def test_a_file_is_prepared_in_batches_and_progress_is_told(tmp_path: Path) -> None:
    path, out, told = corpus(tmp_path), tmp_path / "prepared.jsonl", list[int]()

    report = prepare_file(path, out, FILTERS, told.append)

    prepared = list(read_recordings(out))
    texts = Texts(sf=("So What",), lf=("warm bass",), pl=("gym",), labels=("Jazz",))
    assert prepared == [Recording(tmp_path / f"{row}.ogg", texts) for row in range(600)]
    assert (sum(told), len(told)) == (600, 3)
    assert report.recordings_kept == 600
    assert report.sources[Source.LF].dropped == {"describes no music": 600}


def test_a_file_may_be_prepared_in_place(tmp_path: Path) -> None:
    path = corpus(tmp_path)

    prepare_file(path, path, FILTERS)

    assert {recording.texts.sf for recording in read_recordings(path)} == {("So What",)}


def test_ctrl_c_leaves_what_was_there(tmp_path: Path) -> None:
    path = corpus(tmp_path)
    before = path.read_bytes()

    def interrupt(recordings: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare_file(path, path, FILTERS, interrupt)

    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_wrong_line_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    path, out = corpus(tmp_path), tmp_path / "prepared.jsonl"
    path.write_text(path.read_text() + '{"audio": "x.ogg", "pl": "gym"}\n')

    with pytest.raises(UnusableRecording, match="line 601, field 'pl'"):
        prepare_file(path, out, FILTERS)

    assert not out.exists()


def test_an_empty_file_gives_an_empty_file(tmp_path: Path) -> None:
    path, out = corpus(tmp_path, n=0), tmp_path / "prepared.jsonl"

    assert prepare_file(path, out, FILTERS) == Report()
    assert out.read_bytes() == b""


def test_the_report_is_json() -> None:
    _, report = prepare_recordings(recordings_of([Texts(sf=("1999", "jazz"))]), FILTERS)

    record = json.loads(json.dumps(report.as_record()))

    assert record["sources"]["sf"]["dropped"] == {"no words": 1}
    assert record["sources"]["sf"]["fraction"] == 0.5


def test_a_filter_can_be_left_out_alone() -> None:
    kept, _ = prepare_recordings(
        recordings_of([Texts(sf=("1999",), lf=("first",))]), replace(FILTERS, short_form=False)
    )

    assert kept[0].texts == Texts(sf=("1999",))
