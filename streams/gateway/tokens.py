"""Listeners' tokens: who, and until when, signed; nothing of them is kept."""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from schemas.record import LATEST

PREFIX = "upt"
LONGEST = 1_000
"""Characters; no token is longer."""


@dataclass(frozen=True, slots=True)
class Token:
    """A listener who may send and read until a time."""

    listener_id: str
    expires_at: datetime


class Signer:
    """Makes tokens and knows its own again.

    Parameters
    ----------
    secret : the same for all gateways of a deployment
    tenant : another tenant's tokens are not known here, whatever the secret

    """

    def __init__(self, secret: bytes, tenant: str) -> None:
        self._key = hmac.digest(secret, f"upnext listener token {tenant}".encode(), "sha256")

    def sign(self, token: Token) -> str:
        """Return a token as its listener is given it."""
        claims = {"l": token.listener_id, "e": int(token.expires_at.timestamp())}
        payload = urlsafe_b64encode(orjson.dumps(claims)).decode().rstrip("=")
        return f"{PREFIX}_{payload}.{self._signature(payload)}"

    def read(self, text: str, now: datetime) -> Token | None:
        """Return what a token says; None where it is forged, another tenant's, or expired."""
        payload, _, signature = text.removeprefix(f"{PREFIX}_").partition(".")
        if len(text) > LONGEST or not text.isascii():
            return None
        if not hmac.compare_digest(signature, self._signature(payload)):
            return None
        token = _claims(payload)
        return token if token and now < token.expires_at else None

    def _signature(self, payload: str) -> str:
        digest = hmac.digest(self._key, payload.encode(), hashlib.sha256)
        return urlsafe_b64encode(digest).decode().rstrip("=")


def expiry(now: datetime, seconds: int) -> datetime:
    """Return when a token made now ends: whole seconds, and no later than times go."""
    until = now + timedelta(seconds=seconds)
    return min(until, LATEST - timedelta(seconds=1)).replace(microsecond=0)


def kept_secret(path: Path) -> bytes:
    """Return the secret of a file, which is made where it is missing: for its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    return path.read_bytes()


def _claims(payload: str) -> Token | None:
    """Read what was signed: by us, so it has a shape, but maybe by a later version."""
    try:
        claims = orjson.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return Token(str(claims["l"]), datetime.fromtimestamp(claims["e"], UTC))
    except (NotBase64, ValueError, KeyError, TypeError, OverflowError):
        return None
