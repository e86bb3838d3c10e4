"""Answers as bytes: validated where they are made, and not a second time."""

from collections.abc import Mapping

from pydantic import BaseModel
from starlette.responses import Response


def answer(
    body: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a model as JSON."""
    return Response(
        body.model_dump_json().encode(), status, headers=headers, media_type="application/json"
    )
