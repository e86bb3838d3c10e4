"""What became of many tracks, and how fast."""

import pytest

from schemas import Track, TrackInfo
from streams.cli.index import report_of
from streams.cli.progress import pace
from streams.embedders.tally import Became, Indexed, Run, Tally


def one(became: Became, seconds: float | None = 240.0) -> Indexed:
    info = TrackInfo(title="Quartz Sail", duration_seconds=seconds)
    reason = "it is silent" if became == "broken" else ""
    return Indexed(Track(track_id="t1", info=info, uri="/music/1.ogg"), became, reason)


def tally(*all_of_it: Indexed) -> Tally:
    counted = Tally()
    for each in all_of_it:
        counted = counted.plus(each)
    return counted


def test_each_track_counts_once_under_what_became_of_it() -> None:
    counted = tally(one("embedded"), one("moved"), one("known"), one("known"), one("broken"))

    assert (counted.embedded, counted.moved, counted.known) == (1, 1, 2)
    assert [broken.reason for broken in counted.broken] == ["it is silent"]
    assert (counted.usable, counted.total) == (4, 5)


def test_only_what_was_embedded_counts_as_music_embedded() -> None:
    assert tally(one("embedded"), one("embedded", None), one("known")).audio_seconds == 240


def test_the_rate_leaves_out_the_loading_of_the_space() -> None:
    run = Run(Tally(embedded=31, audio_seconds=31 * 240), seconds=25.0, since_first=20.0)

    assert run.tracks_per_second == 1.5
    assert run.realtime_factor == 360
    assert pace(run) == "1.5 tracks/s, 360 h of music an hour"


def test_one_track_alone_has_the_rate_of_the_whole_run() -> None:
    run = Run(Tally(embedded=1, audio_seconds=240), seconds=4.0)

    assert run.tracks_per_second == 0.25
    assert run.realtime_factor == 60
    assert pace(run) == ""


def test_a_run_with_nothing_to_embed_has_no_rate() -> None:
    run = Run(Tally(known=5), seconds=0.5)

    assert (run.tracks_per_second, run.realtime_factor) == (0, 0)


def test_the_report_says_it_all_to_a_program() -> None:
    run = Run(tally(one("embedded"), one("embedded"), one("broken")), 3.0, since_first=0.5)

    assert report_of(run) == {
        "embedded": 2,
        "moved": 0,
        "known": 0,
        "broken": [{"path": "/music/1.ogg", "reason": "it is silent"}],
        "seconds": 3.0,
        "tracks_per_second": 2.0,
        "realtime_factor": pytest.approx(480),
    }
