"""What the gateway says of itself: OpenAPI 3.1, with the project's own records."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from schemas import Intent, PlaybackEvent, SessionCommand
from streams.gateway.bodies import (
    MOST_EVENTS,
    CompassEdit,
    MergeBody,
    SessionBody,
    TokenBody,
    UndoBody,
)
from streams.gateway.problems import ProblemBody

REF = "#/components/schemas/{model}"

BODIES: tuple[type[BaseModel], ...] = (
    *(SessionBody, UndoBody, CompassEdit, MergeBody, TokenBody, ProblemBody),
    *(PlaybackEvent, SessionCommand, Intent),
)

LEFT_OUT = ("event_id", "occurred_at")
"""What the gateway adds to an event that comes without."""


def describe(app: FastAPI) -> None:
    """Have an application tell of the bodies that its routes read by themselves."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _schema(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to extend it


def _schema(app: FastAPI) -> dict[str, Any]:
    told = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        routes=app.routes,
        openapi_version="3.1.0",
        separate_input_output_schemas=app.separate_input_output_schemas,
    )
    schemas = told["components"]["schemas"]
    _, found = models_json_schema([(one, "validation") for one in BODIES], ref_template=REF)
    schemas |= found["$defs"]
    for name in ("PlaybackEvent", "SessionCommand", "Intent"):
        schemas[f"{name}In"] = _relaxed(schemas[name])
    one = [{"$ref": REF.format(model=name)} for name in ("PlaybackEventIn", "SessionCommandIn")]
    several = {"type": "array", "items": {"oneOf": one}, "minItems": 1, "maxItems": MOST_EVENTS}
    batch = {
        "type": "object",
        "properties": {"events": several},
        "required": ["events"],
        "additionalProperties": False,
    }
    schemas["Events"] = {"oneOf": [*one, batch]}
    told["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    told["security"] = [{"bearer": []}, {}]
    return told


def _relaxed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a record that may come without what the gateway adds."""
    return {**schema, "required": [one for one in schema["required"] if one not in LEFT_OUT]}
