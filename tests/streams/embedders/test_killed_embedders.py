"""Embedders that are killed in the middle: nothing is lost, and nothing is there twice."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic, sleep

import pytest

from embedder.batch import Embedded, embed_track
from embedder.space import Space
from schemas import Track, TrackInfo
from schemas.topics import CATALOGUE_TRACKS, TRACK_VECTORS
from streams.client import Publisher
from streams.embedders.embed_worker import run_embed_worker
from streams.embedders.embedding import Job
from streams.feeds.compacted import TopicReader, key_of
from streams.kafka.admin import create_topics
from streams.kafka.broker import broker_for
from streams.kafka.ports import free_port
from streams.settings import Settings
from streams.stack import Stack, worker_commands
from tests.checks.music import tone
from tests.checks.spaces import SpectralSpace, stretched_space

pytestmark = pytest.mark.kafka

SECONDS = 120


def written(bootstrap: str, space: str) -> list[tuple[str, bytes]]:
    """Return every vector that was ever written of a space, sorted."""
    with TopicReader(bootstrap, TRACK_VECTORS) as reader:
        messages = [(key_of(message), message.value()) for message in reader.news()]
    return sorted(pair for pair in messages if pair[0].startswith(f"{space}/"))


def wait_for(bootstrap: str, space: str, count: int) -> None:
    until = monotonic() + SECONDS
    while len(written(bootstrap, space)) < count:
        assert monotonic() < until, f"fewer than {count} vectors after {SECONDS} s"
        sleep(0.05)


def uninterrupted(tracks: Sequence[Track], folder: Path) -> list[tuple[str, bytes]]:
    """Return what a run that nobody interrupts writes."""
    space = Space.load(folder)
    outcomes = [embed_track(track, space) for track in tracks]
    records = [outcome.record for outcome in outcomes if isinstance(outcome, Embedded)]
    return sorted((record.key, record.encode()) for record in records)


@pytest.mark.slow
def test_the_index_command_goes_on_after_ctrl_c_and_after_a_sigkill(
    quiet_broker: str, clips: list[Track], tmp_path: Path
) -> None:
    folder = stretched_space(tmp_path / "space", seed=1)
    expected = uninterrupted(clips, folder)
    space = Space.load(folder).hash
    settings = {
        "UPNEXT_BROKER": quiet_broker,
        "UPNEXT_STATE_FOLDER": str(tmp_path / "state"),
        "UPNEXT_SPACE": str(folder),
    }
    music = str(Path(clips[0].uri).parent)

    interrupted, said = index_until(music, settings, lambda: wait_for(quiet_broker, space, 5))
    first = len(written(quiet_broker, space))
    killed, _ = index_until(
        music, settings, lambda: wait_for(quiet_broker, space, first + 5), signal.SIGKILL
    )
    second = len(written(quiet_broker, space))
    finished, report = index_until(music, settings, number=None)

    assert (interrupted, killed, finished) == (130, -signal.SIGKILL, 0)
    assert "the same command goes on" in said
    assert 5 <= first < second < len(clips)
    counts = json.loads(report.splitlines()[-1])
    assert (counts["embedded"], counts["known"]) == (len(clips) - second, second)
    assert counts["tracks_per_second"] > 0
    assert written(quiet_broker, space) == expected


def index_until(
    music: str,
    settings: dict[str, str],
    wait: Callable[[], None] = lambda: None,
    number: signal.Signals | None = signal.SIGINT,
) -> tuple[int, str]:
    """Index a folder, and send a signal after waiting; return the exit status and the output."""
    command = [sys.executable, "-m", "streams", "index", music, "--json", "--no-duplicates"]
    with subprocess.Popen(
        command,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        wait()
        if number is not None:
            process.send_signal(number)
        said, _ = process.communicate(timeout=SECONDS)
    return process.returncode, said


@pytest.mark.slow
def test_the_embed_worker_goes_on_after_a_sigkill_and_needs_no_torch_when_all_is_done(
    quiet_broker: str, clips: list[Track], tmp_path: Path
) -> None:
    folder = stretched_space(tmp_path / "space", seed=2)
    expected = uninterrupted(clips, folder)
    space = Space.load(folder).hash
    settings = Settings(
        broker=quiet_broker, state_folder=tmp_path / "state", metrics_port=0, space=str(folder)
    )
    publisher = Publisher(quiet_broker)
    for track in clips:
        publisher.send(CATALOGUE_TRACKS, track)
    publisher.flush()

    with Stack(settings, commands=worker_commands("embed")) as stack:
        wait_for(quiet_broker, space, 5)
        os.kill(stack.pids["embed"], signal.SIGKILL)
        kept = len(written(quiet_broker, space))
        stack.wait_until_ready()
        wait_for(quiet_broker, space, len(clips))
    with Stack(settings, commands=worker_commands("embed")) as stack:
        stack.wait_until_ready()
        maps = Path(f"/proc/{stack.pids['embed']}/maps").read_text()

    assert 5 <= kept < len(clips)
    assert written(quiet_broker, space) == expected
    assert "libtorch" not in maps


@pytest.mark.slow
def test_an_embed_worker_waits_for_a_broker_that_is_away_and_goes_on(tmp_path: Path) -> None:
    space = SpectralSpace("spectral-away")
    port = free_port()
    settings = Settings(state_folder=tmp_path / "state", kafka_port=port)
    bootstrap, stop = settings.bootstrap, threading.Event()
    job = Job(bootstrap, space.hash, lambda: space)
    worker = threading.Thread(target=run_embed_worker, args=(job, stop))

    with broker_for(settings):
        create_topics(settings)
        worker.start()
        Publisher(bootstrap).publish(CATALOGUE_TRACKS, toned(tmp_path / "before.ogg"))
        wait_for(bootstrap, space.hash, 1)
    with broker_for(settings):
        Publisher(bootstrap).publish(CATALOGUE_TRACKS, toned(tmp_path / "after.ogg"))
        wait_for(bootstrap, space.hash, 2)
        stop.set()
        worker.join(SECONDS)
        keys = [key for key, _ in written(bootstrap, space.hash)]

    assert keys == ["spectral-away/after", "spectral-away/before"]


def toned(path: Path) -> Track:
    return Track(track_id=path.stem, info=TrackInfo(title=path.stem), uri=str(tone(path)))
