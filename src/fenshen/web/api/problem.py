"""Refusals as programs get them: RFC 9457 problem details, with the same codes and words as everywhere else."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from fenshen.accounts.keys import KeyInvalidError
from fenshen.errors import FenshenError
from fenshen.web.page import language_of, nobody_listens, say
from fenshen.web.status import OF_HTTP, status_of

MEDIA_TYPE: Final = "application/problem+json"
ROOT: Final = "/api/v1"
Answers = dict[int | str, dict[str, Any]]
AGAIN: Final = 30  # seconds until a refusal that passes may have passed
CHALLENGE: Final = {"www-authenticate": 'Bearer realm="fenshen"'}  # RFC 6750


class Problem(BaseModel):
    """What was refused, why, and what to do next."""

    model_config = ConfigDict(extra="forbid")

    type: Annotated[
        str, Field(description="where the code is explained", examples=["/api/v1/problems/not_found"])
    ]
    title: Annotated[str, Field(description="what happened, in words")]
    status: int
    detail: Annotated[str, Field(description="why, in words")]
    code: Annotated[str, Field(description="what happened, for programs; never renamed")]
    fix: Annotated[str, Field(description="what to do next, in words")]
    facts: Annotated[
        dict[str, str | float], Field(description="what the words are about: counts, limits, names")
    ]


def told(request: Request, status: int, code: str, facts: Mapping[str, str | float] | None = None) -> Problem:
    """Put a refusal into the caller's words."""
    words = say(language_of(request))
    about = {name: fact for name, fact in (facts or {}).items() if fact != ""}
    what, why, fix = (words(code, field, **about) for field in ("what", "why", "fix"))
    return Problem(
        type=f"{ROOT}/problems/{code}", title=what, status=status, detail=why, code=code, fix=fix, facts=about
    )


def problem(
    request: Request,
    status: int,
    code: str,
    facts: Mapping[str, str | float] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Answer with a problem."""
    body = told(request, status, code, facts).model_dump(mode="json")
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def answer_with_problems(api: FastAPI) -> None:
    """Let every refusal of an app be a problem."""
    api.add_exception_handler(FenshenError, _refused)
    api.add_exception_handler(HTTPException, _http)
    api.add_exception_handler(RequestValidationError, _malformed)
    api.add_exception_handler(ClientDisconnect, nobody_listens)
    api.add_exception_handler(Exception, _broken)


def file_of(*kinds: str, what: str) -> Answers:
    """Say in a route's description that it gives a file."""
    return {200: {"description": what, "content": {kind: {} for kind in kinds}}}


def problems(*statuses: int) -> Answers:
    """Say in a route's description which refusals it may answer with."""
    return {status: meaning(status) for status in sorted({*statuses, *ALWAYS})}


def meaning(status: int) -> dict[str, Any]:
    """Describe one kind of refusal."""
    return {"description": MEANING[status], "content": {MEDIA_TYPE: {"schema": SCHEMA}}}


SCHEMA: Final = {"$ref": "#/components/schemas/Problem"}
ALWAYS: Final = (400, 422, 429, 503)
MEANING: Final = {
    400: "What was sent cannot be read",
    401: "No key, or one that opens nothing",
    403: "The key is not for this, or consent does not cover it",
    404: "There is nothing here, or it is somebody else's",
    408: "The line is too slow for one piece; send parts",
    409: "Not now: what is there already stands against it",
    413: "More was sent than is taken in",
    422: "Something that was asked for is missing, has another form than expected, or is refused for a stated reason",
    429: "That was too often, or too much waits already",
    503: "Not now: too much waits, or the database does not answer; try later",
    507: "The disk is full",
}


def _refused(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, FenshenError):
        raise error
    status = status_of(error)
    headers = CHALLENGE if isinstance(error, KeyInvalidError) else None
    if error.retry:
        headers = {"retry-after": str(error.facts.get("wait", AGAIN))}
    return problem(request, status, error.code, error.facts, headers=headers)


def _http(request: Request, error: Exception) -> JSONResponse:
    status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (500, None)
    return problem(request, status, OF_HTTP.get(status, "web_malformed"), headers=headers)


def _broken(request: Request, _: Exception) -> JSONResponse:
    return problem(request, 500, "web_broken")


def _malformed(request: Request, error: Exception) -> JSONResponse:
    """Name the places that were not understood, as they are called in the description; never what stood there."""
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    places = sorted({_place(fault) for fault in faults})
    return problem(request, 422, "api_malformed", {"places": ", ".join(places)})


def _place(fault: Mapping[str, Any]) -> str:
    """Name a field as the description has it; of a field that is not in it, where it was sent."""
    known = fault["loc"][:1] if fault["type"] in {"extra_forbidden", "json_invalid"} else fault["loc"][:2]
    return ".".join(str(part) for part in known)
