"""The topics that the engine has of its own, and all that a deployment must have."""

from collections.abc import Mapping

from schemas.topics import TOPICS, Topic
from streams.settings import Settings
from streams.work.tables import ROWS

CHANGELOGS: Mapping[str, Topic] = {
    table: Topic(f"upnext-sessions-transactions-{table}-changelog", row.record, "", compacted=True)
    for table, row in ROWS.items()
}
"""By table; keyed as the table is, the values as `streams.work.tables.Row` writes them."""


def topics_of(settings: Settings) -> tuple[Topic, ...]:
    """Return every topic that must be there; what Faust keeps for itself it makes itself."""
    own = CHANGELOGS.values() if settings.engine == "transactions" else ()
    return (*TOPICS, *own)
