"""How a dead letter looks to a person, and to a program; nothing in it reaches the terminal raw."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

import orjson
from rich import box
from rich.table import Table
from rich.text import Text

from streams.feeds.compacted import text_of
from streams.letters.dead_letters import printable
from streams.letters.rejected import Letter, Place

MAX_HEX_BYTES = 256
"""How much of what is no text is shown."""
HEX_COLUMNS = 16


def letters_table(letters: Iterable[Letter], replayed: Collection[Place]) -> Table:
    """Draw letters, one a line."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column("id", no_wrap=True)
    table.add_column("rejected at (UTC)", no_wrap=True, style="dim")
    table.add_column("from", no_wrap=True)
    table.add_column("error", no_wrap=True)
    table.add_column("reason", ratio=1)
    for letter in letters:
        event = letter.event
        remarks = [event.kept] * (event.kept == "cut") + ["replayed"] * (letter.place in replayed)
        table.add_row(
            str(letter.place),
            f"{event.rejected_at:%Y-%m-%d %H:%M:%S}",
            Text(printable(f"{event.topic} {event.partition}:{event.offset}")),
            Text(printable(event.error)),
            Text(printable(" ".join(filter(None, (event.reason, *map("({})".format, remarks)))))),
        )
    return table


def counted(letters: Iterable[Letter]) -> str:
    """Return how many letters there are of each class of error, the most frequent first."""
    counts = Counter(letter.event.error for letter in letters)
    said = ", ".join(f"{count} {printable(error)}" for error, count in counts.most_common())
    total = counts.total()
    return f"{total} letter{'s' * (total != 1)}" + (f": {said}" if said else "")


def as_record(letter: Letter, replayed: Collection[Place]) -> dict[str, Any]:
    """Return a letter for JSON, without its value."""
    event = letter.event
    return {
        "id": str(letter.place),
        "error": event.error,
        "reason": event.reason,
        "topic": event.topic,
        "partition": event.partition,
        "offset": event.offset,
        "rejected_at": event.rejected_at.isoformat(),
        "key": None if letter.key is None else text_of(letter.key),
        "size_bytes": event.size_bytes,
        "kept": event.kept,
        "replayed": letter.place in replayed,
    }


def value_record(value: bytes | None) -> dict[str, Any]:
    """Return a value for JSON: parsed where it is JSON, else as text, else as hexadecimal.

    >>> value_record(b'{"a":1}'), value_record(b"a:1"), value_record(bytes([0xff]))
    ({'value': {'a': 1}}, {'text': 'a:1'}, {'hex': 'ff'})
    """
    if value is None:
        return {"value": None}
    try:
        return {"value": orjson.loads(value)}
    except orjson.JSONDecodeError:
        pass
    try:
        return {"text": value.decode()}
    except UnicodeDecodeError:
        return {"hex": value.hex()}


def readable(value: bytes | None) -> str:
    """Return a value for a person: indented JSON, or text, or a hexadecimal dump."""
    if value is None:
        return "(null)"
    try:
        return "\n".join(map(printable, editable(value).splitlines()))
    except UnicodeDecodeError:
        return hex_dump(value)


def editable(value: bytes) -> str:
    """Return a value as text to be edited, indented where it is JSON; raises UnicodeDecodeError."""
    try:
        return orjson.dumps(orjson.loads(value), option=orjson.OPT_INDENT_2).decode()
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return value.decode()


def hex_dump(value: bytes) -> str:
    """Return the first bytes as hexadecimal beside their letters.

    >>> hex_dump(b"caf" + bytes([0xe9]))
    '00000000  63 61 66 e9                                      caf.'
    """
    lines = []
    for start in range(0, min(len(value), MAX_HEX_BYTES), HEX_COLUMNS):
        row = value[start : start + HEX_COLUMNS]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{start:08x}  {row.hex(' '):<{HEX_COLUMNS * 3}} {letters}")
    if len(value) > MAX_HEX_BYTES:
        lines.append(f"... {len(value) - MAX_HEX_BYTES} bytes more")
    return "\n".join(lines)
