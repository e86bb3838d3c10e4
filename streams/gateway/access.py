"""Who calls, and what they may: by an API key, by a listener's token, or, locally, anyone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from streams.gateway.keys import PREFIX as KEY_PREFIX
from streams.gateway.keys import Key, KeyRing, Scope
from streams.gateway.limits import Pace
from streams.gateway.problems import Problem
from streams.gateway.tokens import Signer, Token

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""What this machine calls itself."""

Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Caller:
    """Someone who was let in; with neither key nor token whoever is on this machine."""

    key: Key | None = None
    token: Token | None = None

    def require(self, scope: Scope) -> None:
        """Raise Problem where the caller may not do what a scope stands for."""
        if self.key is not None and not self.key.allows(scope):
            has = ", ".join(self.key.scopes)
            raise Problem("not-allowed", f"this needs the scope {scope}, the key has {has}")
        if self.token is not None and scope == "admin":
            raise Problem("not-allowed", "a listener's token is not enough: use an API key")

    def require_listener(self, listener_id: str) -> None:
        """Raise Problem where the caller may not act for a listener."""
        if self.token is not None and self.token.listener_id != listener_id:
            raise Problem("not-allowed", "the token is another listener's")

    def listener(self, asked: str | None) -> str:
        """Return whose session is meant.

        Parameters
        ----------
        asked : `?listener=`, which a token may leave out

        Raises
        ------
        Problem
            The caller may not act for that listener, or named none.

        """
        if asked is not None:
            self.require_listener(asked)
            return asked
        if self.token is None:
            raise Problem("invalid", "?listener= must say whose session it is")
        return self.token.listener_id


class Access:
    """Lets callers in.

    Parameters
    ----------
    keys : None in open mode, where every request counts as an administrator's, and must come from
        this machine
    origins : of pages beside our own that may call
    key_pace, listener_pace : how fast; nobody is slowed down in open mode

    """

    def __init__(
        self,
        keys: KeyRing | None,
        signer: Signer,
        *,
        origins: tuple[str, ...],
        key_pace: Pace,
        listener_pace: Pace,
        clock: Clock = _now,
    ) -> None:
        self._keys = keys
        self._signer = signer
        self._origins = frozenset(origins)
        self._key_pace = key_pace
        self._listener_pace = listener_pace
        self._clock = clock

    def require_place(self, headers: Mapping[str, str]) -> None:
        """Refuse, in open mode, what another site's page sends through a browser on this machine.

        By its own name that points here (DNS rebinding), or to our address (a forged request).

        Raises
        ------
        Problem
            The Host is not this machine's, or the Origin not ours.

        """
        if self._keys is not None:
            return
        host = headers.get("host", "")
        if _hostname(f"//{host}") not in LOOPBACK:
            raise Problem("wrong-host", "without keys only localhost is served")
        origin = headers.get("origin")
        if origin is None:  # a link may lead here from anywhere: what it opens, others cannot read
            is_ours = headers.get("sec-fetch-mode") == "navigate" or (
                headers.get("sec-fetch-site", "none") in ("none", "same-origin")
            )
        else:
            is_ours = origin in self._origins or origin == f"http://{host}"
        if not is_ours:
            raise Problem("wrong-origin", "without keys only this machine's own pages may call")

    def caller(self, connection: HTTPConnection, *, by_query: bool = False) -> Caller:
        """Return who calls.

        Parameters
        ----------
        by_query : whether `?token=` will do, where a browser cannot set headers

        Raises
        ------
        Problem
            Nobody we know, or too often.

        """
        shown = _shown(connection, by_query)
        if shown is None:
            if self._keys is None:
                return Caller()
            raise Problem("not-authenticated", "send Authorization: Bearer and a key or a token")
        caller = self._recognised(shown)
        if caller.key is not None:
            self._key_pace.take(caller.key.id)
        elif caller.token is not None:
            self._listener_pace.take(caller.token.listener_id)
        return caller

    def is_in(self, caller: Caller) -> bool:
        """Say whether someone who was let in before still may be here."""
        if caller.token is not None:
            return self._clock() < caller.token.expires_at
        if caller.key is not None and self._keys is not None:
            return self._keys.holds(caller.key, self._clock())
        return True

    def _recognised(self, shown: str) -> Caller:
        if shown.startswith(f"{KEY_PREFIX}_"):
            key = self._keys.find(shown, self._clock()) if self._keys else None
            if key is not None:
                return Caller(key=key)
        elif (token := self._signer.read(shown, self._clock())) is not None:
            return Caller(token=token)
        raise Problem("not-authenticated", "the key or token is wrong, expired or revoked")


def _shown(connection: HTTPConnection, by_query: bool) -> str | None:
    """Return the key or token that a request carries."""
    header = connection.headers.get("authorization")
    if header is not None:
        scheme, _, shown = header.partition(" ")
        if scheme.lower() != "bearer" or not shown.strip():
            raise Problem("not-authenticated", "the scheme must be Bearer")
        return shown.strip()
    return connection.query_params.get("token") if by_query else None


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
