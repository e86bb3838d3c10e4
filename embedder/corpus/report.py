"""What preparation kept, by source: the fractions and densities of the patent's table (P33)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from embedder.corpus.sources import Source


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What became of the texts of one source; `strings` is `kept` plus all that was dropped."""

    recordings_in: int = 0
    """Recordings with a text of this source."""

    recordings_kept: int = 0
    """Recordings with a text of this source left."""

    texts: int = 0
    """Texts as they came."""

    strings: int = 0
    """Texts as they are judged: the sentences of long-form text, else the texts themselves."""

    kept: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    """How many strings each rule dropped."""

    words_in: int = 0
    """Words between spaces; word pieces of a tokenizer are about 1.3 times as many."""

    words_kept: int = 0

    @property
    def fraction(self) -> float:
        """Share of the strings that was kept; 1 where there were none."""
        return self.kept / self.strings if self.strings else 1.0

    @property
    def apv(self) -> float:
        """Mean number of separate strings of a recording that has any left (APV)."""
        return self.kept / self.recordings_kept if self.recordings_kept else 0.0

    def plus(self, other: "SourceReport") -> "SourceReport":
        """Return what both count together."""
        return SourceReport(
            recordings_in=self.recordings_in + other.recordings_in,
            recordings_kept=self.recordings_kept + other.recordings_kept,
            texts=self.texts + other.texts,
            strings=self.strings + other.strings,
            kept=self.kept + other.kept,
            dropped=dict(Counter(self.dropped) + Counter(other.dropped)),
            words_in=self.words_in + other.words_in,
            words_kept=self.words_kept + other.words_kept,
        )

    def as_record(self) -> dict[str, Any]:
        """Return the counts and what follows from them, for JSON."""
        return {
            "recordings_in": self.recordings_in,
            "recordings_kept": self.recordings_kept,
            "texts": self.texts,
            "strings": self.strings,
            "kept": self.kept,
            "fraction": round(self.fraction, 4),
            "apv": round(self.apv, 4),
            "words_in": self.words_in,
            "words_kept": self.words_kept,
            "dropped": dict(sorted(self.dropped.items(), key=lambda rule: (-rule[1], rule[0]))),
        }


def _nothing() -> dict[Source, SourceReport]:
    return {source: SourceReport() for source in Source}


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the texts of recordings."""

    recordings_in: int = 0
    recordings_kept: int = 0
    """Recordings with a text of any source left; the others cannot be trained on."""

    sources: Mapping[Source, SourceReport] = field(default_factory=_nothing)

    def plus(self, other: "Report") -> "Report":
        """Return what both count together."""
        return Report(
            recordings_in=self.recordings_in + other.recordings_in,
            recordings_kept=self.recordings_kept + other.recordings_kept,
            sources={source: self.sources[source].plus(other.sources[source]) for source in Source},
        )

    def as_record(self) -> dict[str, Any]:
        """Return all of it, for JSON."""
        return {
            "recordings_in": self.recordings_in,
            "recordings_kept": self.recordings_kept,
            "sources": {source.value: self.sources[source].as_record() for source in Source},
        }
