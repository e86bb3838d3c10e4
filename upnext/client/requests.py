"""What goes over the network, without going there: requests, and what answers mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, Self
from urllib.parse import quote
from uuid import uuid4

import httpx

from schemas import Intent, PlaybackEvent, SessionCommand
from schemas.commands import Command
from schemas.playback import Action
from upnext.client.backoff import retry_after
from upnext.errors import Refused, Unsettled

PASSING = frozenset({408, 425, 429})
"""Statuses, beside all from 500 on, of what may be taken later."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One request to the gateway."""

    method: Literal["GET", "POST", "PATCH", "DELETE"]
    path: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)
    json: Any = None


def answer_of(response: httpx.Response) -> Json:
    """Return an answer's JSON.

    Raises
    ------
    Refused
        The gateway said no; `Unsettled` where it may say yes later.

    """
    if response.is_success:
        body: Json = response.json()
        return body
    raise refusal(response.status_code, _problem(response), response.headers.get("Retry-After"))


def refusal(status: int, problem: Json, wait: str | None = None) -> Refused:
    """Return the error that a status and its problem stand for."""
    if is_passing(status):
        return Unsettled(status, problem, retry_after(wait))
    return Refused(status, problem)


def is_passing(status: int) -> bool:
    """Say whether the same request may succeed later."""
    return status in PASSING or status >= 500


def _problem(response: httpx.Response) -> Json:
    try:
        told = response.json()
    except ValueError:
        told = {}
    return told if isinstance(told, dict) else {}


@dataclass(frozen=True, slots=True)
class SessionId:
    """Which session of which listener: makes its events and its requests."""

    listener_id: str
    session_id: str

    @classmethod
    def of(cls, started: Json) -> Self:
        """Read what `POST /v1/sessions` answers."""
        return cls(started["listener_id"], started["session_id"])

    def act(self, action: Action, track_id: str, **fields: Any) -> PlaybackEvent:
        """Return an act on a track, now unless it says otherwise."""
        named = {"action": action, "track_id": track_id, **fields}
        return PlaybackEvent.model_validate(self._identity() | named)

    def command(self, command: Command, **fields: Any) -> SessionCommand:
        """Return a command on the session."""
        return SessionCommand.model_validate(self._identity() | {"command": command, **fields})

    def words(self, text: str, **fields: Any) -> Intent:
        """Return words that the listener said."""
        return Intent.model_validate(self._identity() | {"text": text, **fields})

    def ask(
        self, method: Literal["GET", "POST", "PATCH"], what: str, json: Any = None, **params: Any
    ) -> Request:
        """Return a request about the session; parameters that are None are left out."""
        given = {name: value for name, value in params.items() if value is not None}
        path = f"/v1/sessions/{quote(self.session_id, safe='')}/{what}"
        return Request(method, path, {"listener": self.listener_id, **given}, json)

    def _identity(self) -> Json:
        return {
            "event_id": uuid4().hex,
            "listener_id": self.listener_id,
            "session_id": self.session_id,
            "occurred_at": datetime.now(UTC),
        }


def start_request(
    listener_id: str | None, session_id: str | None, fields: Mapping[str, Any]
) -> Request:
    """Return the request that opens a session; ids that are None are made by the gateway."""
    named = {"listener_id": listener_id, "session_id": session_id, **fields}
    json = {name: value for name, value in named.items() if value is not None}
    return Request("POST", "/v1/sessions", json=json)
