"""The lists of playlist titles that the package brings, and what the filter makes of them."""

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

from embedder.corpus.labelled import DATA
from embedder.corpus.perplexity import QUANTILE, TitleFilter, fit_filter

GOOD = DATA / "playlist_titles.txt"
"""Titles of the kind people give, one a line."""

BAD = DATA / "playlist_titles_bad.txt"
"""What also stands where a title should: noise, identifiers, dates, advertisements."""

TEST_SHARE = 0.2
"""Of the good titles, to measure with."""


@dataclass(frozen=True, slots=True)
class TitleFigures:
    """What a filter makes of titles it was not fitted on."""

    quantile: float
    """The quantile of held-out good titles that the threshold is."""

    threshold: float
    n_good: int
    good_kept: float
    n_bad: int
    bad_dropped: float


def read_titles(path: Path) -> list[str]:
    """Return the titles of a file, one a line."""
    return [line for line in path.read_text("utf-8").splitlines() if line.strip()]


@cache
def shipped_filter() -> TitleFilter:
    """Return the filter of the titles that ship; a tenth of a second, once."""
    return fit_filter(read_titles(GOOD))


def measure_titles(quantile: float = QUANTILE) -> TitleFigures:
    """Fit on four fifths of the good titles; return what is made of the others and of bad ones.

    No bad title has a part in the fit or in the threshold.
    """
    titles = read_titles(GOOD)
    test = [title for title in titles if _is_test(title)]
    bad = read_titles(BAD)
    found = fit_filter([title for title in titles if not _is_test(title)], quantile)
    return TitleFigures(
        quantile=quantile,
        threshold=found.threshold,
        n_good=len(test),
        good_kept=float(found.keeps(test).mean()),
        n_bad=len(bad),
        bad_dropped=float((~found.keeps(bad)).mean()),
    )


def _is_test(title: str) -> bool:
    digest = blake2b(title.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") < TEST_SHARE * 2**64
