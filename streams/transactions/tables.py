"""The rows of a partition as of the last commit, and what a batch writes over them."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Generic

from streams.errors import RowTooLarge
from streams.work.tables import ROWS, R, Row, Tables

DECODED = 500
"""Rows of a table and partition that are kept decoded: some 50 KB each, a hundredth of it packed.
What a burst comes back to, and not a listener's whole day."""

MAX_ROW_BYTES = 4_000_000
"""A little less than the broker takes: a larger row would fail its batch again and again."""


class Rows(Generic[R]):
    """One table's rows of one partition, kept as the bytes that are on the changelog.

    Decoded one by one as they are asked for; those asked for last stay so.
    """

    def __init__(self, row: Row[R], decoded: int = DECODED) -> None:
        self._row = row
        self._packed: dict[str, bytes] = {}
        self._decoded: OrderedDict[str, R] = OrderedDict()
        self._limit = decoded

    def __len__(self) -> int:
        return len(self._packed)

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def get(self, key: str) -> R | None:
        """Return a row."""
        if key in self._decoded:
            self._decoded.move_to_end(key)
            return self._decoded[key]
        packed = self._packed.get(key)
        if packed is None:
            return None
        value = self._row.loads(packed)
        self._keep(key, value)
        return value

    def pack(self, key: str, value: R | None) -> bytes | None:
        """Return what the changelog gets: None for a row that is gone; raises RowTooLarge."""
        if value is None:
            return None
        packed = self._row.dumps(value)
        if len(packed) > MAX_ROW_BYTES:
            raise RowTooLarge(key, len(packed), MAX_ROW_BYTES)
        return packed

    def put(self, key: str, packed: bytes | None, value: R | None = None) -> None:
        """Take over a row as the changelog has it; `value` is the same decoded, where known."""
        self._decoded.pop(key, None)
        if packed is None:
            self._packed.pop(key, None)
            return
        self._packed[key] = packed
        if value is not None:
            self._keep(key, value)

    def _keep(self, key: str, value: R) -> None:
        self._decoded[key] = value
        if len(self._decoded) > self._limit:
            self._decoded.popitem(last=False)


class Overlay(MutableMapping[str, R]):
    """What a batch reads and writes: the rows below stay as they are until `merge`."""

    def __init__(self, rows: Rows[R]) -> None:
        self._rows = rows
        self._written: dict[str, R | None] = {}
        self._packed: dict[str, bytes | None] = {}

    def __getitem__(self, key: str) -> R:
        value = self._written[key] if key in self._written else self._rows.get(key)
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: str, value: R) -> None:
        self._written[key] = value

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        self._written[key] = None

    def __iter__(self) -> Iterator[str]:
        yield from (key for key, value in self._written.items() if value is not None)
        yield from (key for key in self._rows if key not in self._written)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def pack(self) -> Mapping[str, bytes | None]:
        """Return what the changelog gets, each row once: the last of its batch.

        Raises
        ------
        RowTooLarge
            The broker would refuse a row; nothing of the batch may be written.

        """
        self._packed = {key: self._rows.pack(key, value) for key, value in self._written.items()}
        return self._packed

    def merge(self) -> None:
        """Make what was packed the rows: the changelog has it for good."""
        for key, packed in self._packed.items():
            self._rows.put(key, packed, self._written[key])


@dataclass(slots=True)
class Partition:
    """What a worker holds of one partition, as of the last commit."""

    positions: dict[str, int]
    """How far each source topic is handled: the offset to go on from."""
    rows: dict[str, Rows[Any]] = field(
        default_factory=lambda: {table: Rows(row) for table, row in ROWS.items()}
    )
    """By table."""

    def overlays(self) -> dict[str, Overlay[Any]]:
        """Return a fresh overlay for each table."""
        return {table: Overlay(rows) for table, rows in self.rows.items()}


def tables_over(overlays: Mapping[str, Overlay[Any]]) -> Tables:
    """Return overlays as the tables that work is done on."""
    return Tables(**overlays)
