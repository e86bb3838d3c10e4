"""`/healthz`, `/readyz`, `/metrics`: for those who run the gateway."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from streams.gateway.answers import answer
from streams.gateway.bodies import Health
from streams.gateway.core import Gateway
from streams.gateway.problems import Problem, documented


def health_routes(gateway: Gateway) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", response_model=Health, responses=documented(421, 403))
    async def is_alive() -> Response:
        """Say that the process runs."""
        return answer(Health())

    @router.get("/readyz", response_model=Health, responses=documented(403, 421, 503))
    async def is_ready() -> Response:
        """Say that events are taken and updates followed."""
        if waits_for := gateway.waits_for:
            raise Problem(
                "not-ready", f"waits for {', '.join(waits_for)}", retry_after=1, waits_for=waits_for
            )
        return answer(Health())

    @router.get(
        "/metrics",
        response_class=Response,
        responses={
            200: {"description": "Prometheus metrics", "content": {"text/plain": {}}},
            **documented(401, 403, 421, 429),
        },
    )
    async def read_metrics(request: Request) -> Response:
        """Return the metrics; those of all listeners, so an API key must be shown."""
        caller = gateway.access.caller(request)
        caller.require("read")
        if caller.token is not None:
            raise Problem("not-allowed", "a listener's token is not enough: use an API key")
        return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router
