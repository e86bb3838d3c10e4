r"""JSON lines <-> recordings with their texts: what preparation writes and training reads.

A line is a recording::

    {"audio": "clips/a.ogg", "sf": ["Nocturne"], "lf": ["A slow piano."], "pl": [], "labels": []}

`audio` is a path, relative to the folder of the file it is written in, or absolute. The lists
may be left out when they are empty. Anything else on the line is refused, for a mistyped key
would be a source that silently has no texts.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from embedder.corpus.sources import Source
from embedder.errors import UnusableRecording

Strings = tuple[str, ...]

KEYS = ("audio", *(source.value for source in Source))
"""What a line may hold."""

SHOWN = 60
"""Characters of a wrong value that an error shows."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a recording, by source; the fields are named as the values of `Source`."""

    sf: Strings = ()
    """Titles and tags."""

    lf: Strings = ()
    """Descriptions and comments; once prepared, single sentences of them."""

    pl: Strings = ()
    """Titles of playlists."""

    labels: Strings = ()
    """Class labels, each an annotation of its own."""

    def of(self, source: Source) -> Strings:
        """Return the texts of one source.

        >>> Texts(sf=("Nocturne",)).of(Source.SF)
        ('Nocturne',)
        """
        texts: Strings = getattr(self, source.value)
        return texts


@dataclass(frozen=True, slots=True)
class Recording:
    """A file of audio and what people wrote about it."""

    audio: Path
    texts: Texts = Texts()


def read_recordings(path: Path) -> Iterator[Recording]:
    """Yield the recordings of a file of JSON lines, one at a time, however long the file is.

    Whether the audio exists is not looked at. Blank lines are passed over, and blank texts are
    left out: a recording that is read has no text without a word.

    Raises
    ------
    UnusableRecording
        The file cannot be read, or a line is no recording; names file, line and field.

    """
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _Line(path, number).recording(line)
    except OSError as error:
        raise UnusableRecording(path, reason=error.strerror or str(error)) from None


def count_recordings(path: Path) -> int:
    """Return how many lines of a file are not blank: about how far reading it will go.

    Raises
    ------
    UnusableRecording
        The file cannot be read.

    """
    try:
        with path.open("rb") as lines:
            return sum(1 for line in lines if line.strip())
    except OSError as error:
        raise UnusableRecording(path, reason=error.strerror or str(error)) from None


def write_recordings(path: Path, recordings: Iterable[Recording]) -> int:
    """Write recordings as JSON lines and return how many.

    The file appears when it is complete: if anything fails, or Ctrl-C is pressed, what was at
    `path` before is still there. So a file may be read and written again in one go.

    Raises
    ------
    UnusableRecording
        The file cannot be written.

    """
    folder = path.resolve().parent
    count = 0
    with _replacing(path) as out:
        for recording in recordings:
            out.write(_as_line(recording, folder))
            count += 1
    return count


@contextmanager
def _replacing(path: Path) -> Iterator[IO[str]]:
    """Open a draft beside `path` that takes its place only if the block ends well."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8") as out:
            yield out
        draft.replace(path)
    except OSError as error:
        raise UnusableRecording(path, reason=error.strerror or str(error)) from None
    finally:
        draft.unlink(missing_ok=True)


def _as_line(recording: Recording, folder: Path) -> str:
    audio = recording.audio.absolute()
    if audio.is_relative_to(folder):
        audio = audio.relative_to(folder)
    texts = {source: recording.texts.of(source) for source in Source}
    return json.dumps({"audio": audio.as_posix(), **texts}, ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class _Line:
    """Where in a file we are, for the sake of errors."""

    path: Path
    number: int

    def recording(self, line: bytes) -> Recording:
        record = self._object(line)
        texts = {source.value: self._texts(record, source) for source in Source}
        return Recording(self._audio(record), Texts(**texts))

    def _object(self, line: bytes) -> Mapping[str, Any]:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise self._fault(f"it is no JSON: {error}") from None
        if not isinstance(record, dict):
            raise self._fault(f"it is {_kind(record)}, not a JSON object")
        for key in record:
            if key not in KEYS:
                raise self._fault(f"it is none of {', '.join(KEYS)}", key)
        return record

    def _audio(self, record: Mapping[str, Any]) -> Path:
        audio = record.get("audio")
        if not isinstance(audio, str) or not audio.strip() or "\0" in audio:
            raise self._fault(f"it is {_kind(audio)}, not a path", "audio")
        return self.path.resolve().parent / _unicode(audio)

    def _texts(self, record: Mapping[str, Any], source: Source) -> Strings:
        values = record.get(source, [])
        if not isinstance(values, list):
            raise self._fault(f"it is {_kind(values)}, not a list of texts", source.value)
        for value in values:
            if not isinstance(value, str):
                raise self._fault(f"it holds {_kind(value)} among its texts", source.value)
        return tuple(_unicode(value) for value in values if value.strip())

    def _fault(self, reason: str, field: str | None = None) -> UnusableRecording:
        return UnusableRecording(self.path, self.number, field, reason)


def _kind(value: object) -> str:
    """Return a value as an error shows it: what it is, not all of it."""
    shown = json.dumps(value, ensure_ascii=True)
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}..."


def _unicode(text: str) -> str:
    """Return the text with half characters, which no file can hold, as question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
