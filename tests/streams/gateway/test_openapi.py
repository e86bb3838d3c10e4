"""What the gateway says of itself is true: requests made from its own description, good and bad."""

from collections.abc import Iterator

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, CheckContext, GenerationMode, Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from streams.settings import Settings
from tests.streams.gateway.conftest import Served, serving

pytestmark = pytest.mark.kafka


def is_not_our_fault(_: CheckContext, response: Response, __: Case) -> None:
    """Refuse a 500; that no worker answers (504) is true here, and described."""
    assert response.status_code != 500


CHECKS = [
    is_not_our_fault,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
ENDLESS = "/v1/sessions/{session_id}/updates"
WAITS = ("wait", "timeout")
"""What a request may wait for: without workers it would be in vain."""


@pytest.fixture(scope="module")
def alone(broker_settings: Settings) -> Iterator[Served]:
    """A gateway on a broker without workers: nobody else sees what a fuzzer makes up."""
    with serving(broker_settings) as running:
        yield running


def fuzz(served: Served, examples: int) -> int:
    """Try every operation so often each way; return how many requests were made."""
    description = schemathesis.openapi.from_url(f"{served.url}/openapi.json").exclude(path=ENDLESS)
    patient = settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    count = 0
    with requests.Session() as session:

        def try_it(case: Case) -> None:
            nonlocal count
            count += 1
            for name in WAITS:
                if name in (case.query or {}):
                    case.query[name] = 0
            case.call_and_validate(session=session, checks=CHECKS, timeout=60)

        for found in description.get_all_operations():
            for mode in GenerationMode:
                strategy = found.ok().as_strategy(generation_mode=mode)
                try:
                    patient(given(case=strategy)(try_it))()
                except Unsatisfiable:  # such as a wrong request where nothing is asked
                    continue
    return count


def test_whatever_is_asked_the_answer_is_as_described(alone: Served) -> None:
    assert fuzz(alone, examples=8) > 200


@pytest.mark.slow
def test_two_thousand_requests_find_no_fault_of_ours(alone: Served) -> None:
    assert fuzz(alone, examples=70) > 2_000


def test_the_description_is_of_openapi_3_1_and_has_every_route(alone: Served) -> None:
    told = httpx.get(f"{alone.url}/openapi.json").json()

    assert told["openapi"] == "3.1.0"
    assert {
        "/v1/events",
        "/v1/intents",
        "/v1/sessions",
        "/v1/sessions/{session_id}/queue",
        "/v1/sessions/{session_id}/updates",
        "/v1/sessions/{session_id}/compass",
        "/v1/sessions/{session_id}/undo",
        "/v1/sessions/{session_id}/events",
        "/v1/listeners/{listener_id}",
        "/v1/listeners/{listener_id}/merge",
        "/v1/erasures/{event_id}",
        "/v1/tracks",
        "/v1/tracks/{track_id}",
        "/v1/tracks/{track_id}/audio",
        "/v1/map",
        "/v1/search",
        "/v1/tokens",
        "/healthz",
        "/readyz",
        "/metrics",
    } == set(told["paths"])
    events = told["components"]["schemas"]["PlaybackEventIn"]
    assert "event_id" not in events["required"]
    assert "track_id" in events["required"]
