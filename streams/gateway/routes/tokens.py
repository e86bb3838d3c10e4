"""`/v1/tokens`: what an application gives its listeners, so that its own key stays with it."""

from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from streams.gateway.answers import answer
from streams.gateway.bodies import TokenAnswer, TokenBody
from streams.gateway.core import Gateway
from streams.gateway.problems import Problem, documented
from streams.gateway.reading import body_of, takes
from streams.gateway.tokens import Token, expiry


def tokens_routes(gateway: Gateway) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["tokens"])

    @router.post(
        "/v1/tokens",
        status_code=201,
        response_model=TokenAnswer,
        responses=documented(400, 401, 403, 408, 413, 415, 421, 422, 429),
        openapi_extra=takes("TokenBody"),
    )
    async def make_token(request: Request) -> Response:
        """Return a token with which one listener may send and read, for a while."""
        caller = gateway.access.caller(request)
        caller.require("send")
        if caller.token is not None:
            raise Problem("not-allowed", "a listener's token makes no others: use an API key")
        body = await body_of(request, TokenBody)
        seconds = body.seconds or gateway.settings.gateway_token_seconds
        until = expiry(datetime.now(UTC), seconds)
        token = gateway.signer.sign(Token(body.listener_id, until))
        return answer(TokenAnswer(token=token, expires_at=until), 201)

    return router
