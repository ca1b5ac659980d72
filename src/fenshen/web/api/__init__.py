"""The HTTP API, ``/api/v1``: the same services as the pages, for programs. Described by itself: ``openapi.json``."""

from typing import Final

from fastapi import FastAPI

from fenshen import __version__
from fenshen.web.api import albums, consents, data, doubles, exports, jobs, webhooks
from fenshen.web.api import open as for_everybody
from fenshen.web.api.description import described, name_of
from fenshen.web.api.problem import ROOT, answer_with_problems
from fenshen.web.intake import Door
from fenshen.web.studio import Studio

ROUTERS: Final = tuple(
    each.router for each in (consents, albums, jobs, doubles, data, exports, webhooks, for_everybody)
)
ABOUT: Final = """
Every request but those that say so carries a key: `Authorization: Bearer fsk_…`. No cookie is looked at.

A refusal is `application/problem+json` (RFC 9457) with the same `code` as on the command line, in the language of
`Accept-Language`. What is somebody else's and what does not exist are answered alike, with 404.

A POST may carry `Idempotency-Key` (1 to 128 printable characters): the same key with the same request is done once,
and answered the second time as the first, with `Idempotency-Replayed: true`, for a day.
"""


def make_api(studio: Studio | None, door: Door | None = None) -> FastAPI:
    """Give the API as an app to be mounted at ``/api/v1``. Without a studio it can only be described."""
    api = FastAPI(
        title="Fenshen", version=__version__, description=ABOUT, docs_url=None, redoc_url=None,
        openapi_url="/openapi.json", servers=[{"url": ROOT}], root_path_in_servers=False,
        generate_unique_id_function=name_of, separate_input_output_schemas=False,
    )  # fmt: skip
    api.state.studio, api.state.door = studio, door or Door()
    for router in ROUTERS:
        api.include_router(router)
    answer_with_problems(api)
    api.openapi = lambda: described(api, ROUTERS)  # type: ignore[method-assign]  # FastAPI's own way to add to it
    return api
