"""What others reached on the same data, to be printed beside one's own figures."""

import json
from dataclasses import dataclass
from pathlib import Path

PUBLISHED = Path(__file__).parent / "published.json"
"""The table."""


@dataclass(frozen=True, slots=True)
class Published:
    """One published figure."""

    dataset: str
    kind: str
    """The tags, or the direction, that it is about."""
    system: str
    task: str
    """Only zero-shot figures compare with ours; supervised ones show what the data allows."""
    source: str
    quoted: bool
    """Copied from the source as it stands, not measured by this code."""
    roc_auc: float | None = None
    pr_auc: float | None = None
    recall_at_10: float | None = None
    note: str = ""


def published_for(dataset: str) -> tuple[Published, ...]:
    """Return the figures published for a data set, in the order of the table."""
    rows = (Published(**row) for row in json.loads(PUBLISHED.read_text("utf-8")))
    return tuple(row for row in rows if row.dataset == dataset)
