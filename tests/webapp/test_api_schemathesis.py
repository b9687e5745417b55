"""Requests that nobody would think of: what the API answers must be what its description says.

schemathesis makes the requests from the description, right ones and wrong ones, and checks the answers.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from indexer.alerts.saved import SavedSearches
from indexer.archive import Archive
from webapp.api.operations import OPERATIONS


@pytest.fixture(autouse=True)
def _no_saved_searches(archive: Archive) -> Iterator[None]:
    yield
    for saved in list(store := SavedSearches(archive.engine)):
        store.delete(saved.id)


#: Where nothing can be asked, nothing wrong can be.
CASES = [
    pytest.param(operation, mode, id=f"{operation.name}-{mode.value}")
    for operation in OPERATIONS
    for mode in GenerationMode
    if operation.asked.model_fields or mode is GenerationMode.POSITIVE
]
#: What is too long for its field may be too long for the whole before that: 413 refuses it as well.
CONFIG = SchemathesisConfig.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": [400, 404, 413, 415]}}}
)
#: The transport of the tests does not unpack.
HEADERS = {"Accept-Encoding": "identity"}


@pytest.mark.parametrize(("operation", "mode"), CASES)
def test_the_api_answers_as_described(app: Flask, operation, mode: GenerationMode) -> None:  # type: ignore[no-untyped-def]
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app, config=CONFIG)
    described = schema[operation.path][operation.method]

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
        case.call_and_validate(headers=HEADERS, excluded_checks=[positive_data_acceptance])

    answers_as_described()


def test_the_checks_find_a_wrong_answer(app: Flask) -> None:
    """The test above could fail: an answer whose field has another name is refused."""
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    case = schema["/api/v1/facets"]["GET"].Case(query={"q": "ceasefire"})
    response = case.call(headers=HEADERS)
    assert response.status_code == 200
    response.content = response.content.replace(b'"total":', b'"totals":')
    with pytest.raises(FailureGroup) as refused:
        case.validate_response(response)
    assert any("totals" in str(failure) for failure in refused.value.exceptions)
