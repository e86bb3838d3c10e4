"""Requests -> what they hold, or the problem with it."""

from typing import Annotated, Any, TypeVar

import orjson
from fastapi import Path, Query
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from schemas.record import Id
from streams.gateway.core import Gateway
from streams.gateway.problems import Problem, invalid
from streams.gateway.rows import Row

B = TypeVar("B", bound=BaseModel)

SessionId = Annotated[Id, Path(description="The session.")]
ListenerId = Annotated[Id, Path(description="The listener.")]
TrackId = Annotated[Id, Path(description="The track.")]
Listener = Annotated[
    Id | None,
    Query(description="Whose session it is; a listener's token says so itself."),
]
Token = Annotated[
    str | None,
    Query(description="Key or token, where no header can be set.", max_length=1_000),
]


async def json_of(request: Request) -> Any:
    """Return the body of a request.

    Raises
    ------
    Problem
        It is no JSON, or does not say so.

    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem("not-json", "send Content-Type: application/json")
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise Problem("malformed", f"the body is no JSON: {error}") from None


async def body_of(request: Request, model: type[B]) -> B:
    """Return the body of a request as a model; raises Problem."""
    try:
        return model.model_validate(await json_of(request))
    except ValidationError as error:
        raise invalid(error) from None


def takes(model: str) -> dict[str, Any]:
    """Return what OpenAPI is told of a body, for FastAPI's `openapi_extra`."""
    schema = {"$ref": f"#/components/schemas/{model}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


async def known_row(gateway: Gateway, listener_id: str, session_id: str) -> Row:
    """Return what is known of a session.

    Raises
    ------
    Problem
        Nothing is: there is none, or it is another listener's, which looks the same.

    """
    row = await gateway.hub.row(listener_id, session_id)
    if row is None:
        raise Problem(
            "unknown-session",
            "the listener has no such session: begin it with POST /v1/sessions, which an id that "
            "was used before continues",
        )
    return row
