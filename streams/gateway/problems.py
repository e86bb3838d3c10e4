"""Refusals as RFC 9457 has them: one table of all that the gateway can answer but "yes"."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Protocol

import orjson
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from streams.errors import StreamsError

MEDIA_TYPE = "application/problem+json"

KINDS: Mapping[str, tuple[int, str]] = {
    "malformed": (400, "The request cannot be read"),
    "wrong-host": (421, "This host is not served here"),
    "not-authenticated": (401, "No valid key or token"),
    "not-allowed": (403, "The key or token does not allow this"),
    "wrong-origin": (403, "Pages of this origin may not call"),
    "not-found": (404, "There is no such resource"),
    "unknown-session": (404, "No such session is known"),
    "unknown-track": (404, "No such track is known"),
    "no-audio": (404, "The track has no audio here"),
    "no-receipt": (404, "There is no such receipt yet"),
    "wrong-method": (405, "The resource has no such method"),
    "too-slow": (408, "The request took too long to arrive"),
    "other-body": (409, "The event id was used for another event"),
    "no-compass": (409, "The session has no single direction"),
    "not-anonymous": (409, "Only an anonymous listener can be merged"),
    "too-large": (413, "The body is too large"),
    "not-json": (415, "The body must be JSON"),
    "invalid": (422, "The request is not valid"),
    "unknown-word": (422, "The space does not know the word"),
    "too-many-requests": (429, "Too many requests"),
    "too-many-followers": (429, "Too many connections follow this listener"),
    "broker-behind": (429, "Events are not taken as fast as they come"),
    "head-too-large": (431, "The request's head is too large"),
    "too-many-connections": (503, "Too many connections are open"),
    "internal": (500, "Something went wrong here"),
    "broker-away": (503, "The broker did not take the event"),
    "not-ready": (503, "The gateway is not ready"),
    "no-text-tower": (503, "Words cannot be searched for here"),
    "no-answer": (504, "No queue is known yet"),
}
"""Status and title by the last part of the type, which stays the same for good."""


class ProblemBody(BaseModel):
    """What a refusal says; further members belong to its type."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str


class Problem(StreamsError):
    """A request that is refused.

    Parameters
    ----------
    kind : one of `KINDS`
    detail : what is wrong with this request, and the way out
    retry_after : seconds after which the same request may succeed
    more : members of its own

    """

    def __init__(
        self, kind: str, detail: str, *, retry_after: float | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.status, self.title = KINDS[kind]
        self.more = more
        self.headers: dict[str, str] = {}
        if retry_after is not None:
            self.headers["Retry-After"] = str(max(1, round(retry_after)))
        if self.status == HTTPStatus.UNAUTHORIZED:
            self.headers["WWW-Authenticate"] = "Bearer"

    @property
    def body(self) -> dict[str, Any]:
        """The members of the problem."""
        return {
            "type": f"/problems/{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.more,
        }

    @property
    def response(self) -> Response:
        """The whole answer."""
        return Response(
            orjson.dumps(self.body), self.status, headers=self.headers, media_type=MEDIA_TYPE
        )


class Faulty(Protocol):
    """pydantic's ValidationError, or FastAPI's."""

    def errors(self) -> Sequence[Any]:
        """Return the faults."""
        ...


def invalid(error: Faulty) -> Problem:
    """Return what is wrong with a record, field by field; never the values, which may be secret."""
    faults = [
        {"field": ".".join(map(str, fault["loc"])), "reason": fault["msg"]}
        for fault in error.errors()
    ]
    first = faults[0]
    said = f"{first['field']}: {first['reason']}" if first["field"] else first["reason"]
    return Problem("invalid", said, faults=faults[:20])


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI is told of refusals, for FastAPI's `responses`."""
    schema = {"$ref": "#/components/schemas/ProblemBody"}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in statuses
    }
