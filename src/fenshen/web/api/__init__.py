"""The HTTP API, ``/api/v1``: the same services as the pages, for programs. Described by itself: ``openapi.json``."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute

from fenshen import __version__
from fenshen.web.api import albums, consents, data, doubles, jobs
from fenshen.web.api import open as for_everybody
from fenshen.web.api.once import FORGETFUL
from fenshen.web.api.problem import ROOT, Problem, answer_with_problems, meaning
from fenshen.web.intake import Door
from fenshen.web.studio import Studio

ROUTERS: Final = tuple(each.router for each in (consents, albums, jobs, doubles, data, for_everybody))
ABOUT: Final = """
Every request but those that say so carries a key: `Authorization: Bearer fsk_…`. No cookie is looked at.

A refusal is `application/problem+json` (RFC 9457) with the same `code` as on the command line, in the language of
`Accept-Language`. What is somebody else's and what does not exist are answered alike, with 404.

A POST may carry `Idempotency-Key` (1 to 128 printable characters): the same key with the same request is done once,
and answered the second time as the first, with `Idempotency-Replayed: true`, for a day.
"""
KEY_HEADER: Final = {
    "name": "Idempotency-Key", "in": "header", "required": False,
    "description": "the same key and request again: the same answer, done once",
    "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
}  # fmt: skip


def make_api(studio: Studio | None, door: Door | None = None) -> FastAPI:
    """Give the API as an app to be mounted at ``/api/v1``. Without a studio it can only be described."""
    api = FastAPI(
        title="Fenshen", version=__version__, description=ABOUT, docs_url=None, redoc_url=None,
        openapi_url="/openapi.json", servers=[{"url": ROOT}], root_path_in_servers=False,
        generate_unique_id_function=_name, separate_input_output_schemas=False,
    )  # fmt: skip
    api.state.studio, api.state.door = studio, door or Door()
    for router in ROUTERS:
        api.include_router(router)
    answer_with_problems(api)
    api.openapi = lambda: described(api)  # type: ignore[method-assign]  # FastAPI's own way to add to it
    return api


def described(api: FastAPI) -> dict[str, Any]:
    """Give the description, with what FastAPI does not know of: problems, and the idempotency key."""
    if api.openapi_schema is None:
        told = FastAPI.openapi(api)
        told["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        for name in ("HTTPValidationError", "ValidationError"):
            told["components"]["schemas"].pop(name, None)
        for path in told["paths"].values():
            for parameter in (
                each for operation in path.values() for each in operation.get("parameters", ())
            ):
                parameter["schema"] = _never_null(parameter["schema"])
            post = path.get("post")
            if post is not None and not post.get(FORGETFUL):
                post.setdefault("parameters", []).append(KEY_HEADER)
                post["responses"].setdefault("409", meaning(409))
        api.openapi_schema = told
    return api.openapi_schema


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Take null out of what a query may hold: there it can only be left out."""
    kinds = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    return {**{name: value for name, value in schema.items() if name != "anyOf"}, **kinds[0]}


def _name(route: APIRoute) -> str:
    """Name an operation after its address: ``post_albums_album_photos``."""
    method = min(route.methods or {"get"}).lower()
    parts = [part.strip("{}").replace("-", "_").replace(".", "_") for part in route.path.split("/") if part]
    return "_".join([method, *parts])
