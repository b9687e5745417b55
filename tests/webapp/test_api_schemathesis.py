"""Requests that nobody would think of: what the API answers must be what its description says.

schemathesis makes the requests from the description, right ones and wrong ones, and checks the answers.
"""

from __future__ import annotations

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from webapp.api.operations import OPERATIONS


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_the_api_answers_as_described(app: Flask, operation, mode: GenerationMode) -> None:  # type: ignore[no-untyped-def]
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    described = schema[operation.path]["GET"]

    @given(case=described.as_strategy(generation_mode=mode))
    @settings(
        max_examples=20,
        phases=(Phase.generate,),
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def answers_as_described(case: schemathesis.Case) -> None:
        # A question may be a slip in the query language, an id may be nobody's: 400 and 404 are right then.
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    answers_as_described()


def test_the_checks_find_a_wrong_answer(app: Flask) -> None:
    """The test above could fail: an answer whose field has another name is refused."""
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    case = schema["/api/v1/facets"]["GET"].Case(query={"q": "ceasefire"})
    response = case.call()
    assert response.status_code == 200
    response.content = response.content.replace(b'"total":', b'"totals":')
    with pytest.raises(FailureGroup) as refused:
        case.validate_response(response)
    assert any("totals" in str(failure) for failure in refused.value.exceptions)
