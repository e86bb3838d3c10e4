"""API keys: made once, shown once, kept as hashes in a file that is read again when it changes."""

import hashlib
import hmac
import json
import logging
import os
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import monotonic
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from schemas.record import Record, UtcTime
from streams.errors import NoSuchKey, UnreadableKeys

log = logging.getLogger(__name__)

Scope = Literal["read", "send", "admin"]
"""`read`: queues, compasses, tracks; `send`: events and words, and tokens for listeners; `admin`:
both, and erasing."""

PREFIX = "upk"
SECRET_BYTES = 32
LOOK_SECONDS = 0.5
"""Between two looks whether the file has changed: so long a revoked key may still work."""


class Key(Record):
    """What is kept of a key: enough to know it again, and nothing to make it from."""

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    """For people: who has it."""
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of the secret, which has 256 random bits: there is nothing to guess slowly."""
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1)]
    tenant: str = ""
    """Whose gateways take it."""
    created_at: UtcTime
    expires_at: UtcTime | None = None
    """From when on it works no more; None for as long as it is in the file."""

    def allows(self, scope: Scope) -> bool:
        """Say whether the key may do what a scope stands for."""
        return scope in self.scopes or "admin" in self.scopes


_KEYS = TypeAdapter(tuple[Key, ...])


def make_key(
    name: str,
    scopes: Iterable[Scope],
    *,
    tenant: str,
    now: datetime,
    expires_at: datetime | None = None,
) -> tuple[str, Key]:
    """Return a new key as its holder is given it, and what is kept of it."""
    key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(SECRET_BYTES)
    key = Key(
        id=key_id,
        name=name,
        digest=_digest(secret),
        scopes=tuple(sorted(set(scopes))),
        tenant=tenant,
        created_at=now,
        expires_at=expires_at,
    )
    return f"{PREFIX}_{key_id}_{secret}", key


def read_keys(path: Path) -> tuple[Key, ...]:
    """Return the keys of a file; raises UnreadableKeys."""
    try:
        return _KEYS.validate_json(path.read_bytes())
    except OSError as error:
        raise UnreadableKeys(path, error.strerror or str(error)) from None
    except ValidationError as error:
        fault = error.errors(include_input=False)[0]
        where = ".".join(map(str, fault["loc"]))
        raise UnreadableKeys(path, f"{where} {fault['msg']}".strip()) from None


def write_keys(path: Path, keys: Iterable[Key]) -> None:
    """Replace a file of keys at once, for its owner's eyes only; raises UnreadableKeys."""
    records = [key.model_dump(mode="json", exclude_defaults=True) for key in keys]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
            file.write(json.dumps(records, indent=2) + "\n")
        os.replace(file.name, path)
    except OSError as error:
        raise UnreadableKeys(path, error.strerror or str(error)) from None


def without(keys: Iterable[Key], key_id: str) -> tuple[Key, ...]:
    """Return all keys but one; raises NoSuchKey."""
    keys = tuple(keys)
    left = tuple(key for key in keys if key.id != key_id)
    if len(left) == len(keys):
        raise NoSuchKey(key_id)
    return left


class KeyRing:
    """The keys of one tenant, as the file has them now.

    A file that cannot be read while the gateway runs leaves the keys as they were, and is
    complained of: an editor's half-written file must not lock everyone out.

    Parameters
    ----------
    clock : seconds, to space the looks at the file

    Raises
    ------
    UnreadableKeys
        The file cannot be read at the start.

    """

    def __init__(self, path: Path, tenant: str, *, clock: Callable[[], float] = monotonic) -> None:
        self._path = path
        self._tenant = tenant
        self._clock = clock
        self._look_at = 0.0
        self._seen: tuple[int, ...] | None = None
        self._keys: dict[str, Key] = {}
        self._seen = self._stamp()
        self._take(read_keys(path))

    def find(self, text: str, now: datetime) -> Key | None:
        """Return the key that a caller shows; None where it is wrong, expired or another's."""
        self._refresh()
        prefix, _, rest = text.partition("_")
        key_id, _, secret = rest.partition("_")
        key = self._keys.get(key_id)
        # An unknown id costs what a wrong secret costs.
        is_right = hmac.compare_digest(_digest(secret), key.digest if key else _NOBODYS)
        if prefix != PREFIX or key is None or not is_right:
            return None
        return key if key.expires_at is None or now < key.expires_at else None

    def holds(self, key: Key, now: datetime) -> bool:
        """Say whether a key that was found before still works."""
        self._refresh()
        still = self._keys.get(key.id) == key
        return still and (key.expires_at is None or now < key.expires_at)

    def _refresh(self) -> None:
        if (now := self._clock()) < self._look_at:
            return
        self._look_at = now + LOOK_SECONDS
        stamp = self._stamp()
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            self._take(read_keys(self._path))
        except UnreadableKeys as error:
            log.error("%s; the keys stay as they were", error)
            return
        log.info("keys read anew: %d", len(self._keys))

    def _take(self, keys: Iterable[Key]) -> None:
        self._keys = {key.id: key for key in keys if key.tenant == self._tenant}

    def _stamp(self) -> tuple[int, ...] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


_NOBODYS = _digest("")
