"""`/v1/events` and `/v1/intents`: what listeners do and say."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from schemas import Intent, ListenerEvent, PlaybackEvent, SessionCommand
from schemas.topics import INTENTS, PLAYBACK_EVENTS, SESSION_COMMANDS, Topic
from streams.gateway.access import Caller
from streams.gateway.bodies import MOST_EVENTS, EventsAnswer, Published
from streams.gateway.core import Gateway
from streams.gateway.intake import Known, Sending
from streams.gateway.problems import MEDIA_TYPE, Problem, documented, invalid
from streams.gateway.reading import json_of, takes

KINDS: Mapping[str, tuple[Topic, type[ListenerEvent]]] = {
    "action": (PLAYBACK_EVENTS, PlaybackEvent),
    "command": (SESSION_COMMANDS, SessionCommand),
}
"""What tells an event's kind: the field that only it has."""

REFUSALS = (400, 401, 403, 408, 409, 413, 415, 421, 422, 429, 503)


def events_routes(gateway: Gateway) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["events"])

    @router.post(
        "/v1/events",
        status_code=202,
        response_model=EventsAnswer,
        responses={
            207: {"model": EventsAnswer, "description": "Some were accepted"},
            **documented(*REFUSALS),
        },
        openapi_extra=takes("Events"),
    )
    async def send_events(request: Request) -> Response:
        """Bring one event, or a batch, to the broker; a retry with the same ids is safe."""
        caller = gateway.access.caller(request)
        caller.require("send")
        events = _listed(await json_of(request))
        return _answer([await _sent(one) for one in [_offer(gateway, caller, e) for e in events]])

    @router.post(
        "/v1/intents",
        status_code=202,
        response_model=Published,
        responses=documented(*REFUSALS),
        openapi_extra=takes("IntentIn"),
    )
    async def send_intent(request: Request) -> Response:
        """Bring words to those who understand them."""
        caller = gateway.access.caller(request)
        caller.require("send")
        sending = _sending(INTENTS, Intent, await json_of(request))
        await publish(gateway, caller, sending)
        return Response(
            orjson.dumps({"event_id": sending.event.event_id}), 202, media_type="application/json"
        )

    return router


async def publish(gateway: Gateway, caller: Caller, sending: Sending) -> None:
    """Return when the broker has an event, and know its session; raises Problem."""
    event = sending.event
    caller.require_listener(event.listener_id)
    await gateway.intake.accept(sending)
    gateway.hub.expect(event.listener_id, event.session_id)


Offered = tuple[str | None, Known | Problem]


def _offer(gateway: Gateway, caller: Caller, raw: Any) -> Offered:
    """Hand one event of a batch to the broker."""
    try:
        sending = _event(raw)
        event = sending.event
        caller.require_listener(event.listener_id)
        if isinstance(event, SessionCommand) and event.command == "erase" and not caller.token:
            caller.require("admin")
        known = gateway.intake.offer(sending)
    except Problem as problem:
        named = raw.get("event_id") if isinstance(raw, dict) else None
        return (named if isinstance(named, str) else None), problem
    gateway.hub.expect(event.listener_id, event.session_id)
    return event.event_id, known


async def _sent(offered: Offered) -> dict[str, Any]:
    """Return what became of an event, once that is known."""
    event_id, known = offered
    if isinstance(known, Known):
        try:
            await known.wait()
            return {"event_id": event_id, "accepted": True, "occurred_at": known.occurred_at}
        except Problem as problem:
            known = problem
    return {"event_id": event_id, "accepted": False, "problem": known}


def _answer(results: list[dict[str, Any]]) -> Response:
    refused = [one["problem"] for one in results if not one["accepted"]]
    told = [one if one["accepted"] else {**one, "problem": one["problem"].body} for one in results]
    if len(refused) < len(results):
        status = 207 if refused else 202
        return Response(orjson.dumps({"results": told}), status, media_type="application/json")
    first: Problem = refused[0]
    more = {"results": told} if len(results) > 1 else {}
    return Response(
        orjson.dumps(first.body | more), first.status, headers=first.headers, media_type=MEDIA_TYPE
    )


def _listed(body: Any) -> list[Any]:
    """Return the events of a body, which is one or holds several; raises Problem."""
    if not isinstance(body, dict) or "events" not in body:
        return [body]
    events = body["events"]
    if not isinstance(events, list) or not 1 <= len(events) <= MOST_EVENTS or len(body) > 1:
        raise Problem("invalid", f"events: a list of 1 to {MOST_EVENTS} events, and nothing beside")
    return events


def _event(raw: Any) -> Sending:
    """Return an event with its topic; raises Problem."""
    if not isinstance(raw, dict):
        raise Problem("invalid", "an event is a JSON object")
    kinds = [kind for kind in KINDS if kind in raw]
    if len(kinds) != 1:
        raise Problem("invalid", "an event has either 'action' (a playback) or 'command'")
    return _sending(*KINDS[kinds[0]], raw)


def _sending(topic: Topic, record: type[ListenerEvent], raw: Any) -> Sending:
    """Return an event with what it may leave out; raises Problem."""
    if not isinstance(raw, dict):
        raise Problem("invalid", "an event is a JSON object")
    made = {"event_id": f"e-{uuid4().hex}", "occurred_at": datetime.now(UTC)}
    given = {name: value for name, value in raw.items() if value is not None or name not in made}
    try:
        event = record.model_validate(made | given)
    except ValidationError as error:
        raise invalid(error) from None
    return Sending(topic, event, dated_here="occurred_at" not in given)
