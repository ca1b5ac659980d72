"""What nobody would ask: made up from the API's own description, for a key that owns one of everything."""

from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from fenshen.web.app import make_app
from fenshen.web.studio import Studio
from tests.fakes.belongings import Belongings
from tests.web.conftest import ORIGIN

CHECKS: list[Any] = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    allow_header_conformance,
]  # fmt: skip
STREAMS = "/jobs/{job}/events"  # ends only with its job; tested by itself
LAST = ("send", "withdraw", "/sitters/{sitter}")  # what takes the others their things away
ORDER = ("get", "put", "post", "delete")
EACH = 4  # examples of each operation
BOUNDS = bounds(
    max_examples=EACH, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def operations(studio: Studio) -> list[Any]:
    """Give all operations, those that destroy at the end."""
    schema = schemathesis.openapi.from_asgi(
        "/api/v1/openapi.json", make_app(studio), headers={"host": "localhost"}
    )
    every: list[Any] = list(schema.get_all_operations())
    found = [each.ok() for each in every if each.ok().path != STREAMS]
    assert len(found) > 40
    return sorted(found, key=lambda each: (each.path.endswith(LAST), ORDER.index(each.method)))


def real_ids(operation: Any, annas: Belongings) -> dict[str, Any]:
    """Give ids that there are, for the parts of an address that name somebody's."""
    names = {each.name for each in operation.path_parameters}
    known = {"name": "rembrandt", "code": "not_found", "upload": "photo_0123456789abcdef", "part": 0}
    return {name: known.get(name) if name in known else annas.of(name) for name in names}


def understood(_: Any, answer: Any, case: Any) -> None:
    """What is as described may be refused for a stated reason, but not for its form."""
    assert answer.status_code != 400, answer.text
    assert answer.status_code != 422 or answer.json()["code"] != "api_malformed", answer.text


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_as_described(studio: Studio, annas: Belongings, mode: GenerationMode) -> None:
    key = {"authorization": f"Bearer {annas.secret}", "host": "localhost"}
    asked: list[int] = []
    judged = understood if mode is GenerationMode.POSITIVE else negative_data_rejection
    for operation in operations(studio):
        fixed: dict[str, Any] = {}
        if ids := real_ids(operation, annas):
            fixed["path_parameters"] = ids
        if mode is GenerationMode.NEGATIVE:
            if not (operation.body or operation.query):
                continue  # what takes nothing can be given nothing wrong
            fixed["headers"] = key

        @BOUNDS
        @given(case=operation.as_strategy(mode, **fixed))
        def ask(case: Any) -> None:
            case.headers.update(key)
            answer = case.call()
            asked.append(answer.status_code)
            case.validate_response(answer, checks=[*CHECKS, judged])

        with suppress(Unsatisfiable):  # of any bytes none are wrong
            ask()
    assert len(asked) > 30
    assert max(asked) < 500
    if mode is GenerationMode.POSITIVE:
        assert sum(status < 300 for status in asked) > 60


def test_the_description_is_for_everybody(studio: Studio) -> None:
    from starlette.testclient import TestClient

    told = TestClient(make_app(studio), base_url=ORIGIN).get("/api/v1/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    assert told["servers"] == [{"url": "/api/v1"}]
