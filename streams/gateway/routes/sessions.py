"""`/v1/sessions`: begin one, read its queue, take an event back."""

from datetime import UTC, datetime
from time import monotonic
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Header, Query
from starlette.requests import Request
from starlette.responses import Response

from schemas import PlaylistUpdate, SessionCommand
from schemas.record import Id
from schemas.topics import SESSION_COMMANDS
from streams.gateway.answers import answer
from streams.gateway.bodies import Published, SessionBody, SessionEvents, SessionStarted, UndoBody
from streams.gateway.core import Gateway
from streams.gateway.intake import Known, Sending
from streams.gateway.problems import Problem, documented
from streams.gateway.reading import Listener, SessionId, body_of, known_row, takes
from streams.gateway.routes.events import REFUSALS, publish
from streams.gateway.rows import Held, Row
from streams.gateway.tokens import Token, expiry

ANONYMOUS = "anon-"
"""How the id of a listener begins who has none."""
LONGEST_WAIT = 30.0

Seconds = Annotated[float, Query(ge=0, le=LONGEST_WAIT, description="How long to wait.")]


def sessions_routes(gateway: Gateway) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["sessions"])

    @router.post(
        "/v1/sessions",
        status_code=201,
        response_model=SessionStarted,
        responses=documented(*REFUSALS),
        openapi_extra=takes("SessionBody"),
    )
    async def start_session(request: Request) -> Response:
        """Begin a session; a listener without an id is given an anonymous one."""
        caller = gateway.access.caller(request)
        caller.require("send")
        body = await body_of(request, SessionBody)
        own = caller.token.listener_id if caller.token else f"{ANONYMOUS}{uuid4().hex}"
        start = SessionCommand(
            event_id=f"e-{uuid4().hex}",
            listener_id=body.listener_id or own,
            session_id=body.session_id or f"s-{uuid4().hex[:16]}",
            occurred_at=datetime.now(UTC),
            command="start",
            playlist=body.playlist,
            mode=body.mode,
            rules=body.rules,
        )
        await publish(gateway, caller, Sending(SESSION_COMMANDS, start))
        until = expiry(datetime.now(UTC), gateway.settings.gateway_token_seconds)
        started = SessionStarted(
            listener_id=start.listener_id,
            session_id=start.session_id,
            event_id=start.event_id,
            token=gateway.signer.sign(Token(start.listener_id, until)),
            expires_at=until,
        )
        place = f"/v1/sessions/{start.session_id}/queue"
        return answer(started, 201, {"Location": place})

    @router.get(
        "/v1/sessions/{session_id:path}/queue",
        response_model=PlaylistUpdate,
        responses={
            304: {"description": "The queue is still the one that If-None-Match names"},
            **documented(401, 403, 404, 421, 422, 429, 504),
        },
    )
    async def read_queue(
        request: Request,
        session_id: SessionId,
        listener: Listener = None,
        after: Annotated[Id | None, Query(description="An event to be reflected.")] = None,
        timeout: Seconds = 5.0,
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        """Return the newest queue; with `after`, one that reflects an event, if it comes in time.

        Where it does not, `Upnext-Waiting-For` names the event, and the queue is the newest known.
        """
        caller = gateway.access.caller(request)
        caller.require("read")
        whose = caller.listener(listener)
        row = await known_row(gateway, whose, session_id)
        known = gateway.intake.find(whose, after) if after else None
        until = monotonic() + timeout
        while not reflects(row, after, known) and (left := until - monotonic()) > 0:
            await gateway.hub.next_update(row, left)
        if (newest := row.newest) is None:
            raise Problem(
                "no-answer",
                f"the session has no queue after {timeout:g} s: ask again, or see that workers run",
                retry_after=1,
            )
        headers = {"ETag": f'"{newest.named}"'}
        if not reflects(row, after, known):
            headers["Upnext-Waiting-For"] = str(after)
        elif if_none_match == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(newest.value, headers=headers, media_type="application/json")

    @router.post(
        "/v1/sessions/{session_id:path}/undo",
        status_code=202,
        response_model=Published,
        responses=documented(*REFUSALS),
        openapi_extra=takes("UndoBody"),
    )
    async def undo(request: Request, session_id: SessionId, listener: Listener = None) -> Response:
        """Take an event back: the session goes on as if it had never been."""
        caller = gateway.access.caller(request)
        caller.require("send")
        whose = caller.listener(listener)
        body = await body_of(request, UndoBody)
        command = SessionCommand(
            event_id=f"e-{uuid4().hex}",
            listener_id=whose,
            session_id=session_id,
            occurred_at=datetime.now(UTC),
            command="undo",
            target_event_id=body.event_id,
        )
        await publish(gateway, caller, Sending(SESSION_COMMANDS, command))
        return answer(Published(event_id=command.event_id), 202)

    @router.get(
        "/v1/sessions/{session_id:path}/events",
        response_model=SessionEvents,
        responses=documented(401, 403, 404, 421, 422, 429),
    )
    async def read_events(
        request: Request, session_id: SessionId, listener: Listener = None
    ) -> Response:
        """Return what happened in a session lately, the newest first: at most a hundred events."""
        caller = gateway.access.caller(request)
        caller.require("read")
        whose = caller.listener(listener)
        await known_row(gateway, whose, session_id)
        return answer(SessionEvents(events=gateway.history.of(whose, session_id)))

    return router


def reflects(row: Row, event_id: str | None, known: Known | None) -> bool:
    """Say whether the newest queue of a session has an event in it; without one, any queue will do.

    An update names the events that it answers, and how far its worker had read: what the broker
    had before that is in it, though another update may have answered it.
    """
    newest = row.newest
    if newest is None:
        return False
    return event_id is None or event_id in row.answered or _covers(newest, known)


def _covers(held: Held, known: Known | None) -> bool:
    place = known.place if known else None
    return place is not None and any(
        (topic, partition) == (place.topic, place.partition) and offset >= place.offset
        for topic, partition, offset in held.covers
    )
