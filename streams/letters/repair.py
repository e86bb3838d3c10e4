"""Mend a rejected value: set and remove fields by their path."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from streams.errors import Unrepairable

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """Changes to the fields of a JSON object, in their order; removals come last."""

    sets: tuple[tuple[Path, Any], ...] = ()
    unsets: tuple[Path, ...] = ()

    @classmethod
    def parse(cls, sets: Sequence[str], unsets: Sequence[str]) -> "Repair":
        """Read `field.path=json` and `field.path`.

        What is no JSON is taken as text, so that an id needs no quotes within quotes.

        Raises
        ------
        Unrepairable
            A change names no field, or no value.

        Examples
        --------
        >>> Repair.parse(["clauses.0.cut=0.5", "track_id=t7"], []).sets
        ((('clauses', '0', 'cut'), 0.5), (('track_id',), 't7'))

        """
        return cls(tuple(map(_assignment, sets)), tuple(map(_path, unsets)))

    def __bool__(self) -> bool:
        return bool(self.sets or self.unsets)

    def of(self, value: bytes) -> bytes:
        """Return the value with the changes made; the same bytes where there are none.

        Raises
        ------
        Unrepairable
            The value is no JSON, or has no place for a field.

        """
        if not self:
            return value
        try:
            body = orjson.loads(value)
        except orjson.JSONDecodeError as error:
            raise Unrepairable(f"it is no JSON ({error}): use --edit") from None
        for path, new in self.sets:
            _set(body, path, new)
        for path in self.unsets:
            _unset(body, path)
        try:
            return orjson.dumps(body)
        except orjson.JSONEncodeError as error:
            raise Unrepairable(f"it cannot be written again ({error}): use --edit") from None


def _assignment(text: str) -> tuple[Path, Any]:
    path, equals, value = text.partition("=")
    if not equals:
        raise Unrepairable(f"{text!r} sets nothing: write FIELD=JSON")
    try:
        return _path(path), orjson.loads(value)
    except orjson.JSONDecodeError:
        return _path(path), value


def _path(text: str) -> Path:
    path = tuple(text.split("."))
    if not all(path):
        raise Unrepairable(f"{text!r} is no path of fields: write it like clauses.0.cut")
    return path


def _set(body: Any, path: Path, new: Any) -> None:
    parent = _parent(body, path)
    if isinstance(parent, list):
        parent[_index(parent, path)] = new
    else:
        parent[path[-1]] = new


def _unset(body: Any, path: Path) -> None:
    parent = _parent(body, path)
    if isinstance(parent, list):
        del parent[_index(parent, path)]
    elif path[-1] in parent:
        del parent[path[-1]]
    else:
        raise Unrepairable(f"it has no field {'.'.join(path)!r}")


def _parent(body: Any, path: Path) -> dict[str, Any] | list[Any]:
    """Return what holds the last field of a path; objects on the way are made."""
    at = body
    for depth, name in enumerate(path[:-1], start=1):
        if isinstance(at, list):
            at = at[_index(at, path[:depth])]
        elif isinstance(at, dict):
            at = at.setdefault(name, {})
        else:
            break
    if not isinstance(at, dict | list):
        raise Unrepairable(f"it has no place for {'.'.join(path)!r}: there is {_brief(at)}")
    return at


def _index(items: Sequence[Any], path: Path) -> int:
    if not path[-1].isdecimal() or int(path[-1]) >= len(items):
        raise Unrepairable(f"{'.'.join(path)!r} is no item of a list of {len(items)}")
    return int(path[-1])


def _brief(at: Any) -> str:
    return f"{at!r:.40}"
