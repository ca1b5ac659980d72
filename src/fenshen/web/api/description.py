"""What the API says of itself, with what FastAPI does not know of: problems, scopes, sizes, the idempotency key."""

from collections.abc import Iterable
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from fenshen.web.api.once import FORGETFUL, SIZE
from fenshen.web.api.problem import Problem, meaning

KEY_HEADER: Final = {
    "name": "Idempotency-Key", "in": "header", "required": False,
    "description": "the same key and request again: the same answer, done once",
    "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
}  # fmt: skip


def described(api: FastAPI, routers: Iterable[APIRouter]) -> dict[str, Any]:
    """Give the description (OpenAPI 3.1), made once."""
    if api.openapi_schema is None:
        told = FastAPI.openapi(api)
        told["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        for name in ("HTTPValidationError", "ValidationError"):
            told["components"]["schemas"].pop(name, None)
        for router in routers:
            for route in router.routes:
                if isinstance(route, APIRoute):
                    _complete(told["paths"][route.path][_method(route)], route)
        api.openapi_schema = told
    return api.openapi_schema


def name_of(route: APIRoute) -> str:
    """Name an operation after its address: ``post_albums_album_photos``."""
    parts = [part.strip("{}").replace("-", "_").replace(".", "_") for part in route.path.split("/") if part]
    return "_".join([_method(route), *parts])


def _complete(operation: dict[str, Any], route: APIRoute) -> None:
    answers = operation["responses"]
    for parameter in operation.get("parameters", ()):
        parameter["schema"] = _never_null(parameter["schema"])
    if route.body_field or SIZE in operation:
        answers["413"] = meaning(413)
    if SIZE in operation:
        answers["408"] = meaning(408)
    if _method(route) == "post" and FORGETFUL not in operation:
        operation.setdefault("parameters", []).append(KEY_HEADER)
        answers["409"] = meaning(409)
    operation["responses"] = dict(sorted(answers.items()))
    for each in route.dependant.dependencies:
        if scopes := getattr(each.call, "scopes", ()):
            operation["x-scopes"] = list(scopes)


def _method(route: APIRoute) -> str:
    return min(route.methods or {"GET"}).lower()


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Take null out of what a query may hold: there it can only be left out."""
    kinds = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    return {**{name: value for name, value in schema.items() if name != "anyOf"}, **kinds[0]}
