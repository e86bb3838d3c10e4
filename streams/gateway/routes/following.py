"""`/v1/sessions/.../updates` and `/socket`: a session's updates as they come."""

from typing import Annotated

from fastapi import APIRouter, Header, Query
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from schemas.record import Id
from streams.gateway.core import Gateway
from streams.gateway.envelopes import UpdateId
from streams.gateway.follow import EventStream, Following, follow_by_socket
from streams.gateway.problems import Problem, documented, invalid
from streams.gateway.reading import Listener, SessionId, Token, known_row

_ID: TypeAdapter[str] = TypeAdapter(Id)


def following_routes(gateway: Gateway) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["following"])

    @router.get(
        "/v1/sessions/{session_id:path}/updates",
        status_code=200,
        response_class=EventStream,
        responses={
            200: {
                "description": "Envelopes, as server-sent events without an end",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            },
            **documented(401, 403, 404, 421, 422, 429),
        },
    )
    async def follow_events(
        request: Request,
        session_id: SessionId,
        listener: Listener = None,
        token: Token = None,
        last_event_id: Annotated[
            str | None, Query(description="As the header, where none can be set.")
        ] = None,
        resumed: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
        full: Annotated[bool, Query(description="Never a delta.")] = False,
    ) -> Response:
        """Follow a session: the newest queue now, and every newer one as it comes."""
        caller = gateway.access.caller(request, by_query=True)
        caller.require("read")
        whose = caller.listener(listener)
        row = await known_row(gateway, whose, session_id)
        last = UpdateId.read(resumed or last_event_id or "")
        following = Following(gateway, caller, whose, row, last=last, deltas=not full)
        return EventStream(following)

    @router.websocket("/v1/sessions/{session_id:path}/socket")
    async def follow_socket(socket: WebSocket, session_id: str) -> None:
        """Follow a session by WebSocket: the same envelopes, one a message."""
        asked = socket.query_params
        try:
            caller = gateway.access.caller(socket, by_query=True)
            caller.require("read")
            listener = asked.get("listener")
            whose = caller.listener(None if listener is None else _ID.validate_python(listener))
            row = await known_row(gateway, whose, _ID.validate_python(session_id))
            gateway.seats.require(whose)
        except ValidationError as error:
            await socket.send_denial_response(invalid(error).response)
            return
        except Problem as problem:
            await socket.send_denial_response(problem.response)
            return
        await socket.accept()
        last = UpdateId.read(asked.get("last_event_id", ""))
        deltas = asked.get("full", "0") not in ("1", "true")
        following = Following(gateway, caller, whose, row, last=last, deltas=deltas)
        await follow_by_socket(socket, following)

    return router
