"""Faust tables that hold their rows as bytes, and show them as records."""

from collections import OrderedDict
from collections.abc import Iterator, MutableMapping
from typing import Any

from streams.delivery import App
from streams.kafka.topic_state import COMPACTED
from streams.metrics import ROW_BYTES
from streams.work.tables import ROWS, R, Row, Tables

DECODED = 2_000
"""Rows of a table that are kept decoded as well: what a burst comes back to."""


class Unpacked(MutableMapping[str, R]):
    """A table of bytes as a mapping to records.

    A session's objects take thirty times the room of its deflated row, and most sessions of a
    table are silent: they are decoded when they are asked for, and recovery decodes nothing.

    Parameters
    ----------
    table : bytes to bytes
    row : how a row is written

    """

    def __init__(self, table: MutableMapping[bytes, bytes], name: str, row: Row[R]) -> None:
        self._table = table
        self._row = row
        self._bytes = ROW_BYTES.labels(name)
        self._decoded: OrderedDict[str, tuple[bytes, R]] = OrderedDict()

    def __getitem__(self, key: str) -> R:
        packed = self._table[key.encode()]
        known = self._decoded.get(key)
        # By identity: after a hand-over the table has other bytes, of a row that moved on.
        if known is None or known[0] is not packed:
            known = packed, self._row.loads(packed)
        self._keep(key, known)
        return known[1]

    def __setitem__(self, key: str, value: R) -> None:
        packed = self._row.dumps(value)
        self._bytes.observe(len(packed))
        self._table[key.encode()] = packed
        self._keep(key, (packed, value))

    def __delitem__(self, key: str) -> None:
        del self._table[key.encode()]
        self._decoded.pop(key, None)

    def __iter__(self) -> Iterator[str]:
        return (key.decode() for key in self._table)

    def __len__(self) -> int:
        return len(self._table)

    def _keep(self, key: str, known: tuple[bytes, R]) -> None:
        self._decoded[key] = known
        self._decoded.move_to_end(key)
        if len(self._decoded) > DECODED:
            self._decoded.popitem(last=False)


def open_tables(app: App, partitions: int) -> Tables:
    """Return the tables of an app.

    Bytes to bytes: a table of records would be read with the codec that Faust found when it made
    the changelog, and one set later loses the state at the first restart.
    """
    return Tables(
        **{name: Unpacked(_table(app, name, partitions), name, ROWS[name]) for name in ROWS}
    )


def _table(app: App, name: str, partitions: int) -> Any:
    return app.Table(
        name,
        key_type=bytes,
        value_type=bytes,
        partitions=partitions,
        extra_topic_configs=dict(COMPACTED),
    )
