"""Hand-labelled sentences -> training, validation and test parts that share nothing (P30).

The labelling rule. A sentence is *descriptive* (1) where it says something of music that one
could hear or choose by: how it sounds, its genre, instruments, voices, mood, tempo, rhythm, key,
loudness, language of the voice, or what it is used for ("music to run to"), in praise, blame or
a wish ("something slower"), by comparison or image ("like honey over gravel") as well. It is not
(0) where it only

* names an artist, a song, a year or a place;
* tells a life, a recording session, a concert, a chart, a story around the song;
* lists gear, credits, chapters, licences, links, thanks, advertisements;
* praises or blames without a property ("best song ever"), or tells how the listener reacts;
* quotes or discusses lyrics;
* speaks of something other than the music: the picture, the film, the quality of the recording,
  sounds that are no music, a cake.

Doubtful sentences were left out.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from typing import Any

from embedder.errors import UnusableRecording

DATA = Path(__file__).parent / "data"
"""Where the package keeps its sentences and titles; `NOTICE.md` there has their licences."""

FILES = tuple(DATA / f"{source}.jsonl" for source in ("musiccaps", "cpcd", "written"))
"""The labelled sentences that the package brings, a file for each source."""

NEAR = 0.6
"""Sentences whose sets of words overlap at least so much (Jaccard) stay on one side."""

VALIDATION_SHARE, TEST_SHARE = 0.15, 0.30
"""Shares of the sentences, in expectation: the test part is large, for narrow intervals."""


class Part(StrEnum):
    """What a sentence is for."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence, whether it describes music, and where it is from."""

    text: str
    descriptive: bool
    source: str


def read_labelled(path: Path) -> list[Labelled]:
    """Read a file of JSON lines with the fields `text`, `label` (0 or 1) and `source`.

    Raises
    ------
    UnusableRecording
        The file cannot be read or a line does not fit; names file, line and field.

    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise UnusableRecording(path, reason=error.strerror or str(error)) from None
    return [_labelled(path, n, line) for n, line in enumerate(lines, start=1) if line.strip()]


def _labelled(path: Path, number: int, line: bytes) -> Labelled:
    try:
        record: Any = json.loads(line)
    except ValueError as error:
        raise UnusableRecording(path, number, reason=f"it is no JSON: {error}") from None
    if not isinstance(record, dict):
        raise UnusableRecording(path, number, reason="it is not a JSON object")
    for field in ("text", "source"):
        value = record.get(field)
        if not isinstance(value, str) or not value.strip():
            raise UnusableRecording(path, number, field, "it is not a text")
    if record.get("label") not in (0, 1):
        raise UnusableRecording(path, number, "label", "it is neither 0 nor 1")
    return Labelled(record["text"], bool(record["label"]), record["source"])


def shipped_sentences() -> list[Labelled]:
    """Return all the labelled sentences that the package brings."""
    return [sentence for path in FILES for sentence in read_labelled(path)]


def split(sentences: Sequence[Labelled]) -> dict[Part, list[Labelled]]:
    """Return the sentences of each part; the same sentences always give the same parts.

    Each source is spread over the parts in the same shares, and near-duplicates, which would
    make a test of memory out of a test of understanding, are in one part. O(n^2) comparisons:
    half a second for a thousand sentences.
    """
    parts: dict[Part, list[Labelled]] = {part: [] for part in Part}
    for group in near_duplicates([sentence.text for sentence in sentences]):
        members = [sentences[row] for row in group]
        part = _part(min(member.text for member in members))
        parts[part].extend(members)
    return parts


def _part(text: str) -> Part:
    digest = blake2b(text.encode(), digest_size=8).digest()
    place = int.from_bytes(digest, "big") / 2**64
    if place < TEST_SHARE:
        return Part.TEST
    return Part.VALIDATION if place < TEST_SHARE + VALIDATION_SHARE else Part.TRAIN


def near_duplicates(texts: Sequence[str]) -> list[list[int]]:
    """Return the rows of the texts in groups: who is near to a member is in its group.

    >>> near_duplicates(["The audio quality is poor.", "Slow piano", "audio quality is poor"])
    [[0, 2], [1]]
    """
    words = [_words(text) for text in texts]
    group = list(range(len(texts)))
    for row, mine in enumerate(words):
        for other in range(row):
            if group[other] != group[row] and _overlap(mine, words[other]) >= NEAR:
                old, new = group[row], group[other]
                group = [new if each == old else each for each in group]
    return [[row for row, each in enumerate(group) if each == one] for one in dict.fromkeys(group)]


def _words(text: str) -> frozenset[str]:
    letters = "".join(c if c.isalnum() else " " for c in text.casefold())
    return frozenset(letters.split()) or frozenset([text])


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    common = len(one & other)
    return common / (len(one) + len(other) - common)
