"""Freely licensed music of Debian packages -> clips to train on, as a tagger heard them.

The listing beside this module names 1,198 stretches of ten seconds and what is believed of each.
`musicnn` (Pons and Serra, 2019) tagged them; its tags were put on our attributes' scale once, and
neither it nor the music is part of this package. With the packages' files below one folder::

    apt-get download PACKAGE...             # `--packages` lists them
    for deb in *.deb; do dpkg -x $deb unpacked/${deb%%_*}; done
    python -m embedder.training.recordings --unpacked unpacked --out clips/recordings
"""

import argparse
import hashlib
import json
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import soundfile
import soxr

from embedder.audio import SAMPLING_RATE, WINDOW_SAMPLES
from embedder.truth.clips import LISTING

log = logging.getLogger(__name__)

HEARD = Path(__file__).with_suffix(".jsonl")
"""What was heard where."""

DIGEST_CHARACTERS = 16
"""Of a file's SHA-256, as the listing keeps it."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Ten seconds of a recording and what is believed of them."""

    file: str
    """Path below the folder of unpacked packages; its first part is the package."""

    sha256: str
    """Beginning of the file's digest."""

    start: float
    """Seconds from the beginning of the file."""

    heard: Mapping[str, float]
    """Attribute -> from -0.5 (the contrary) over 0 (no) to 1 (yes)."""


def stretches() -> tuple[Stretch, ...]:
    """Return every stretch of the listing, those of one file side by side."""
    lines = HEARD.read_text("utf-8").splitlines()
    return tuple(Stretch(**json.loads(line)) for line in lines)


def cut(unpacked: Path, out: Path) -> int:
    """Write each stretch that is there as a clip into `out`, and return how many there are.

    A file that is missing, another than was tagged, or unreadable is reported and passed over: the
    space then learns from fewer recordings. About 0.05 s a clip.
    """
    (out / "audio").mkdir(parents=True, exist_ok=True)
    records = []
    for file, group in groupby(stretches(), key=lambda stretch: stretch.file):
        try:
            for stretch, path in _clips(unpacked / file, list(group), out):
                records.append({"path": str(path.relative_to(out)), "heard": stretch.heard})
        except (OSError, soundfile.LibsndfileError) as error:
            log.warning("passed over: %s: %s", file, error)
    listing = "".join(json.dumps(record) + "\n" for record in records)
    (out / LISTING).write_text(listing, "utf-8")
    return len(records)


def main(arguments: Sequence[str] | None = None) -> int:
    """Cut the clips, or list the packages; return 0."""
    parser = argparse.ArgumentParser("python -m embedder.training.recordings")
    parser.add_argument("--packages", action="store_true", help="list the packages and stop")
    parser.add_argument("--unpacked", type=Path, default=Path("unpacked"))
    parser.add_argument("--out", type=Path, default=Path("clips/recordings"))
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    if options.packages:
        packages = sorted({stretch.file.split("/")[0] for stretch in stretches()})
        sys.stdout.write("\n".join(packages) + "\n")
        return 0
    count = cut(options.unpacked, options.out)
    sys.stdout.write(f"{count} of {len(stretches())} clips\n")
    return 0


def _clips(path: Path, group: Sequence[Stretch], out: Path) -> Iterator[tuple[Stretch, Path]]:
    if hashlib.sha256(path.read_bytes()).hexdigest()[:DIGEST_CHARACTERS] != group[0].sha256:
        raise OSError("not the file that was tagged")
    with soundfile.SoundFile(path) as file:
        for stretch in group:
            clip = out / "audio" / f"{stretch.sha256}-{stretch.start:05.0f}.flac"
            if not clip.exists():
                file.seek(int(stretch.start * file.samplerate))
                seconds = WINDOW_SAMPLES // SAMPLING_RATE
                samples = file.read(seconds * file.samplerate, dtype="float32", always_2d=True)
                mono = soxr.resample(samples.mean(axis=1), file.samplerate, SAMPLING_RATE)
                soundfile.write(clip, mono, SAMPLING_RATE)
            yield stretch, clip


if __name__ == "__main__":
    sys.exit(main())
