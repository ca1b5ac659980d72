"""Put the web studio together: routes, what is vendored, the guard before it, and how refusals are answered."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect

from fenshen import words
from fenshen.accounts.elsewhere import configured
from fenshen.accounts.limits import TooOftenError
from fenshen.accounts.sessions import ProofNeededError, SignedOutError
from fenshen.errors import FenshenError
from fenshen.web import page
from fenshen.web.api import make_api
from fenshen.web.api.problem import ROOT, problem
from fenshen.web.guard import App, Guard
from fenshen.web.intake import Door
from fenshen.web.pages import ROUTERS
from fenshen.web.status import OF_HTTP, status_of
from fenshen.web.studio import Studio

TEXT: Final = (".css", ".js", ".svg", ".webmanifest")
STATIC_LIFE: Final = "public, max-age=31536000, immutable"


def make_app(studio: Studio) -> App:
    """Give the web studio as an ASGI app."""
    return Guard(_small(_speaking(put_together(studio))), origin=studio.origin, refuse=refusal)


def put_together(studio: Studio) -> FastAPI:
    """Give pages, API and what is vendored, with nothing before them yet: for who looks at the routes."""

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        studio.lookers.warm()
        yield
        studio.lookers.close()

    app = FastAPI(title="Fenshen", docs_url=None, redoc_url=None, openapi_url=None, lifespan=life)
    app.state.studio, app.state.door = studio, Door()
    app.state.elsewhere = {each.name: each for each in configured(studio.desk.settings)}
    app.mount(ROOT, make_api(studio, app.state.door), name="api")
    static = Path(str(files("fenshen.web") / "static"))
    app.mount("/static", Vendored(directory=static), name="static")
    for router in ROUTERS:
        app.include_router(router)
    app.add_exception_handler(FenshenError, refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(ClientDisconnect, page.nobody_listens)
    app.add_exception_handler(Exception, broken)
    return app


class Vendored(StaticFiles):
    """Files of our own; their address carries the version, so a browser may keep them for good."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Answer with a file that may be kept."""
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = STATIC_LIFE
        return response


def _small(app: App) -> App:
    """Compress what is text: pages, style, script. No page holds a secret beside words that a stranger chose."""
    squeezed = GZipMiddleware(app, minimum_size=600, compresslevel=6)

    async def choose(scope: Any, receive: Any, send: Any) -> None:
        is_text = False
        if scope["type"] == "http":
            accepts = dict(scope["headers"]).get(b"accept", b"")
            is_text = scope["path"].endswith(TEXT) or b"text/html" in accepts
        await (squeezed if is_text else app)(scope, receive, send)

    return choose


def _speaking(app: FastAPI) -> App:
    """Let ``?language=zh`` on any page choose the language, and be forgotten from the address."""

    async def choose(scope: Any, receive: Any, send: Any) -> None:
        asked = scope["type"] == "http" and b"language=" in scope.get("query_string", b"")
        if asked and not scope["path"].startswith(ROOT):
            request = Request(scope)
            chosen = request.query_params.get("language")
            if request.method == "GET" and chosen in words.languages():
                answer = RedirectResponse(page.here(request), 303)
                answer.set_cookie(
                    page.LANGUAGE_COOKIE, chosen, max_age=31536000, httponly=True, samesite="lax"
                )
                return await answer(scope, receive, send)
        return await app(scope, receive, send)

    return choose


def refusal(request: Request, status: int, code: str) -> Response:
    """Answer a refusal in the form that whoever asks can read."""
    if request.url.path.startswith(ROOT):
        return problem(request, status, code)
    return page.refusal(request, status, code)


def broken(request: Request, _: Exception) -> Response:
    """Answer what no page foresaw; the guard logs its name."""
    return refusal(request, 500, "web_broken")


def refused(request: Request, error: Exception) -> Response:
    """Answer a refusal with a kind page; who is signed out is shown the way in."""
    if not isinstance(error, FenshenError):
        raise error
    if isinstance(error, SignedOutError) and request.method == "GET":
        return RedirectResponse("/sign-in", 303)
    if isinstance(error, ProofNeededError):
        then = "?then=add" if request.url.path.startswith("/sign-in/add") else ""
        return RedirectResponse(f"/sign-in/again{then}", 303)
    answer = page.refusal(request, status_of(error), error.code, error.facts)
    if isinstance(error, TooOftenError):
        answer.headers["retry-after"] = str(error.facts["wait"])
    return answer


def _http(request: Request, error: Exception) -> Response:
    status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (500, None)
    answer = page.refusal(request, status, OF_HTTP.get(status, "web_malformed"))
    answer.headers.update(headers or {})  # at 405, which methods there are
    return answer


def _malformed(request: Request, _: Exception) -> Response:
    return page.refusal(request, 422, "web_malformed")
