"""Faust tables whose rows are frozen records in memory, and deflated JSON on their changelog."""

from typing import Any

import faust
from faust.serializers.codecs import Codec

from streams.delivery import App
from streams.kafka.topic_state import COMPACTED
from streams.metrics import ROW_BYTES
from streams.work.tables import ROWS, Row, Tables


class RowCodec(Codec):
    """A Faust codec for the values of a table, which watches how large they grow."""

    def __init__(self, table: str, row: Row[Any], **kwargs: Any) -> None:
        super().__init__(table=table, row=row, **kwargs)
        self._row = row
        self._bytes = ROW_BYTES.labels(table)

    def _loads(self, s: bytes) -> Any:
        return self._row.loads(s)

    def _dumps(self, s: Any) -> bytes:
        packed = self._row.dumps(s)
        self._bytes.observe(len(packed))
        return packed


class RowTable(faust.Table):  # type: ignore[type-arg]  # not generic when it runs
    """A Faust table that has its codec from the beginning.

    The codec must be there before Faust makes the table's changelog topic, which recovery reads
    with what it found then: set later, rows are written with it and recovered as plain JSON, and
    the state is lost at the first restart.
    """

    def __init__(self, app: Any, *, name: str, **kwargs: Any) -> None:
        super().__init__(app, name=name, **kwargs)
        self.value_serializer = RowCodec(name, ROWS[name])


def open_tables(app: App, partitions: int) -> Tables:
    """Return the tables of an app whose `Table` is `RowTable`."""
    return Tables(
        *(
            app.Table(
                name, key_type=str, partitions=partitions, extra_topic_configs=dict(COMPACTED)
            )
            for name in ROWS
        )
    )
