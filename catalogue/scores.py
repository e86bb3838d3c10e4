"""Public-domain scores from the music21 corpus.

Only works in the public domain. What is shipped comes from encodings without a copyright line
(`claims_rights`); `NOTICE.md` says more. Parsed scores are kept as JSON, for music21 needs seconds
to read a quartet.
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile
from zlib import crc32

from catalogue.piece import Note, Origin
from catalogue.score import Score

LICENCE = "CC0-1.0 (recording); the composition is in the public domain"
"""What holds for a rendered arrangement of a score."""

CACHE = Path(".upnext/scores")
"""Where parsed scores are kept."""

SHIPPED_SHARE = 45
"""Percent of the works that the shipped catalogue may use; clips draw from the others."""

COMPOSERS = {
    "bach": "J. S. Bach",
    "beethoven": "L. van Beethoven",
    "handel": "G. F. Handel",
    "haydn": "J. Haydn",
    "joplin": "Scott Joplin",
    "mozart": "W. A. Mozart",
    "ryansMammoth": "traditional, Ryan's Mammoth Collection (1883)",
    "schumann_robert": "R. Schumann",
    "verdi": "G. Verdi",
}
"""Folders of the corpus that are used, all of them in MusicXML or ABC."""

UNUSED = re.compile("-sc|ZipCoon|WalkAround|EssenceOf|Minstrel|HoopDeDoo|JimCrow")
"""Scores that double others, and tunes of the minstrel stage."""

TITLES = {
    "handel/rinaldo": "Rinaldo",
    "joplin/maple_leaf_rag": "Maple Leaf Rag",
    "verdi/laDonnaEMobile": "La donna è mobile",
}
"""Titles that cannot be told from the name of the file."""

METERS = {(4, 4), (2, 4), (2, 2), (3, 4), (6, 8), (3, 8), (3, 2), (4, 2), (9, 8), (12, 8)}
"""Time signatures that the arranger understands."""


@dataclass(frozen=True, slots=True)
class Work:
    """A work of the corpus: one file, named by its path."""

    path: str
    """Relative to the corpus, as in `bach/bwv66.6.mxl`."""

    @property
    def folder(self) -> str:
        """The folder of the corpus, which names the composer."""
        return self.path.split("/")[0]

    @property
    def opus(self) -> str:
        """What is kept together: all movements of a quartet, all settings of a tune.

        >>> Work("mozart/k155/movement2.mxl").opus
        'mozart/k155'
        """
        parts = self.path.split("/")
        return "/".join(parts[:2]) if len(parts) > 2 else re.sub(r"\.(mxl|xml)$", "", self.path)

    @property
    def is_for_shipping(self) -> bool:
        """Whether the shipped catalogue may use it; if not, it is for clips."""
        return crc32(self.opus.encode()) % 100 < SHIPPED_SHARE

    @property
    def origin(self) -> Origin:
        """Whom to name."""
        composer = COMPOSERS[self.folder]
        title = _title(self)
        return Origin(f"{composer}, {title} (music21 corpus)", LICENCE, self.path)


def works() -> list[Work]:
    """List every work that may be used, in a fixed order."""
    root = _root()
    return [
        Work(file.relative_to(root).as_posix())
        for folder in COMPOSERS
        for file in sorted((root / folder).rglob("*.*"))
        if file.suffix in (".mxl", ".abc") and not UNUSED.search(file.as_posix())
    ]


def _root() -> Path:
    from music21 import corpus  # takes a second to import

    return Path(corpus.__file__).parent


def claims_rights(work: Work) -> bool:
    """Whether the file carries a copyright line, if only for its print; none such is shipped."""
    file = _root() / work.path
    if file.suffix != ".mxl":
        return _is_reserved(file.read_bytes())
    with ZipFile(file) as archive:
        return any(_is_reserved(archive.read(name)) for name in archive.namelist())


def _is_reserved(encoding: bytes) -> bool:
    return re.search("©|copyright", encoding.decode(errors="replace"), re.IGNORECASE) is not None


def read(work: Work, *, cache: Path = CACHE) -> Score | None:
    """Return a work's notes, or nothing if its meter is odd; costs seconds when not cached."""
    kept = cache / f"{work.path.replace('/', '-')}.json"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = kept.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(_parse(work)))
        draft.replace(kept)
    return _score(work, json.loads(kept.read_text()))


def _score(work: Work, record: dict[str, Any]) -> Score | None:
    voices = tuple(
        tuple(Note(start, length, pitch, 80) for start, length, pitch in voice)
        for voice in record["voices"]
        if voice
    )
    if not voices or tuple(record["meter"]) not in METERS:
        return None
    numerator, denominator = record["meter"]
    return Score(work.origin, voices, (numerator, denominator), record["pickup"])


def _parse(work: Work) -> dict[str, Any]:
    from music21 import corpus, meter, stream

    parsed = corpus.parse(work.path)
    assert isinstance(parsed, stream.Score), work.path
    parts = sorted((_voice(part) for part in parsed.parts), key=_height, reverse=True)
    signature = next(iter(parsed.recurse().getElementsByClass(meter.TimeSignature)), None)
    bars = list(parsed.parts[0].getElementsByClass(stream.Measure))
    first = bars[0].duration.quarterLength if bars else 0.0
    bar = signature.barDuration.quarterLength if signature else 4.0
    return {
        "voices": parts,
        "meter": [signature.numerator, signature.denominator] if signature else [4, 4],
        "pickup": float(first) if first < bar else 0.0,
    }


def _voice(part: Any) -> list[tuple[float, float, int]]:
    return [
        (round(float(note.offset), 4), round(float(note.quarterLength), 4), int(pitch.midi))
        for note in part.stripTies().flatten().notes
        if note.quarterLength > 0 and "ChordSymbol" not in note.classes
        for pitch in note.pitches
    ]


def _height(voice: list[tuple[float, float, int]]) -> float:
    return sum(pitch for _, _, pitch in voice) / len(voice) if voice else 0.0


def _title(work: Work) -> str:
    """Name a work as people do.

    >>> _title(Work("bach/bwv66.6.mxl")), _title(Work("ryansMammoth/AcaciaReel.abc"))
    ('BWV 66.6', 'Acacia Reel')
    """
    if work.opus in TITLES:
        return TITLES[work.opus]
    name = work.opus.split("/", 1)[1].removesuffix(".abc")
    name = re.sub(r"^bwv([\d.]+).*", r"BWV \1", name)
    name = re.sub(r"^k(?=\d)", "K. ", name)
    name = re.sub(r"^opus(\d+)(?:no(\d+))?", _opus_number, name)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def _opus_number(match: re.Match[str]) -> str:
    number = f" No. {match[2]}" if match[2] else ""
    return f"Op. {match[1]}{number}"
