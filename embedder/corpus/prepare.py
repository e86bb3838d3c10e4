"""Recordings with their texts -> the same with texts worth training on (P29-P36).

What is done to each source:

* `SF`: titles and tags are cleaned or dropped by the rules of `embedder.corpus.short_form` (P32);
* `LF`: descriptions and comments are cut into sentences, and those that describe no music are
  dropped (P30);
* `PL`: playlist titles stay as they are. The patent describes a perplexity filter and says in the
  same paragraph that it trained on unfiltered titles (P31): `Filters.titles` turns it on;
* `ASET`: every class label is an annotation of its own, as it is (P34).

The same text twice is one text of a recording. Any filter can be left out: by the patent's own
ablation unfiltered text does about as well, for contrastive learning bears much noise (P36).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from embedder.corpus.descriptive import DescriptiveClassifier
from embedder.corpus.perplexity import TitleFilter
from embedder.corpus.records import (
    Recording,
    Strings,
    Texts,
    read_recordings,
    write_recordings,
)
from embedder.corpus.report import Report, SourceReport
from embedder.corpus.sentences import sentences_of
from embedder.corpus.short_form import clean
from embedder.corpus.sources import Source
from embedder.corpus.verdicts import Dropped, Kept, Verdict

BATCH = 256
"""Recordings looked at at once, so that their sentences fill the batches of a network."""

NOT_DESCRIPTIVE = "describes no music"
STRANGE_TITLE = "perplexity"
REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the texts are judged by; without an argument, nothing is filtered."""

    short_form: bool = False
    """Whether the rules of short-form text are applied."""

    descriptive: DescriptiveClassifier | None = None
    """What judges the sentences of long-form text."""

    titles: TitleFilter | None = None
    """What judges playlist titles."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Texts that may be trained on, and what became of the others."""

    kept: tuple[Strings, ...]
    """For each recording, in order."""

    report: SourceReport


def prepare(texts: Sequence[Strings], source: Source, filters: Filters) -> Prepared:
    """Return what is left of the texts of one source.

    Parameters
    ----------
    texts : for each recording, what it has of that source
    source : where they are from
    filters : what they are judged by

    """
    strings = [_strings(each, source) for each in texts]
    verdicts = iter(_verdicts([piece for each in strings for piece in each], source, filters))
    dropped: Counter[str] = Counter()
    kept = tuple(_kept(islice(verdicts, len(each)), dropped) for each in strings)
    report = SourceReport(
        recordings_in=sum(map(bool, texts)),
        recordings_kept=sum(map(bool, kept)),
        texts=sum(map(len, texts)),
        strings=sum(map(len, strings)),
        kept=sum(map(len, kept)),
        dropped=dict(dropped),
        words_in=sum(map(_n_words, texts)),
        words_kept=sum(map(_n_words, kept)),
    )
    return Prepared(kept, report)


def prepare_recordings(
    recordings: Sequence[Recording], filters: Filters
) -> tuple[list[Recording], Report]:
    """Return the recordings that have a text left, with those texts, and what became of all."""
    by_source = {
        source: prepare([each.texts.of(source) for each in recordings], source, filters)
        for source in Source
    }
    texts = [
        Texts(**{source.value: by_source[source].kept[row] for source in Source})
        for row in range(len(recordings))
    ]
    kept = [
        Recording(recording.audio, left)
        for recording, left in zip(recordings, texts, strict=True)
        if left != Texts()
    ]
    reports = {source: prepared.report for source, prepared in by_source.items()}
    return kept, Report(len(recordings), len(kept), reports)


def prepare_file(
    path: Path,
    out: Path,
    filters: Filters,
    progress: Callable[[int], None] = lambda recordings: None,
) -> Report:
    """Prepare a file of recordings (see `embedder.corpus.records`) and write the result.

    Memory does not grow with the file. `out` appears when it is complete, and may be `path`: if
    anything fails, or Ctrl-C is pressed, whatever was there before is untouched.

    Parameters
    ----------
    path : JSON lines as they come
    out : JSON lines that may be trained on
    filters : what the texts are judged by; with `descriptive` about 4 ms a sentence on one core
    progress : told how many more recordings are done

    Raises
    ------
    UnusableRecording
        A line is no recording, or a file cannot be read or written; names file, line and field.

    """
    report = Report()

    def prepared() -> Iterator[Recording]:
        nonlocal report
        for batch in _batches(read_recordings(path)):
            kept, part = prepare_recordings(batch, filters)
            report = report.plus(part)
            yield from kept
            progress(len(batch))

    write_recordings(out, prepared())
    return report


def _batches(recordings: Iterable[Recording]) -> Iterator[list[Recording]]:
    remaining = iter(recordings)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _strings(texts: Strings, source: Source) -> Strings:
    if source is not Source.LF:
        return texts
    return tuple(sentence for text in texts for sentence in sentences_of(text))


def _verdicts(strings: Sequence[str], source: Source, filters: Filters) -> list[Verdict]:
    if source is Source.SF and filters.short_form:
        return [clean(text) for text in strings]
    if source is Source.LF and filters.descriptive and strings:
        probability = filters.descriptive.probability(strings)
        right = probability >= filters.descriptive.threshold
        return _kept_where(right.tolist(), strings, NOT_DESCRIPTIVE)
    if source is Source.PL and filters.titles and strings:
        return _kept_where(filters.titles.keeps(strings).tolist(), strings, STRANGE_TITLE)
    return [Kept(text) for text in strings]


def _kept_where(right: Sequence[bool], strings: Sequence[str], rule: str) -> list[Verdict]:
    pairs = zip(right, strings, strict=True)
    return [Kept(text) if is_right else Dropped(rule) for is_right, text in pairs]


def _kept(verdicts: Iterable[Verdict], dropped: Counter[str]) -> Strings:
    """Return the texts that one recording keeps; count the others."""
    kept: dict[str, str] = {}
    for verdict in verdicts:
        if isinstance(verdict, Dropped):
            dropped[verdict.rule] += 1
        elif verdict.text.casefold() in kept:
            dropped[REPEATED] += 1
        else:
            kept[verdict.text.casefold()] = verdict.text
    return tuple(kept.values())


def _n_words(texts: Strings) -> int:
    return sum(len(text.split()) for text in texts)
