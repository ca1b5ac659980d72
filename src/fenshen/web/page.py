"""Draw a page: a template beside its handler, words in the visitor's language, and nothing that is not escaped."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from fenshen import __version__, words
from fenshen.accounts.sessions import Visitor

LANGUAGE_COOKIE: Final = "fenshen_language"
INVITATION: Final = "fenshen_invitation"  # cookie with the code of a link that was opened
OTHER: Final = {"zh": "en", "en": "zh"}


@cache
def environment() -> Environment:
    """Give the templates of all pages."""
    made = Environment(
        loader=PackageLoader("fenshen.web", "pages"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["day"] = lambda moment: f"{moment:%Y-%m-%d}"
    made.filters["minute"] = lambda moment: f"{moment:%Y-%m-%d %H:%M} UTC"
    return made


def language_of(request: Request) -> str:
    """Give the language of a visitor: the one chosen, else what the browser asks for, else English."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in words.languages():
        return str(chosen)
    for wish in request.headers.get("accept-language", "").lower().split(","):
        code = wish.strip()[:2]
        if code in words.languages():
            return code
    return "en"


def say(language: str) -> Callable[..., str]:
    """Give a function that puts codes into words of one language; on pages, words made for pages come first."""

    def told(code: str, field: str = "what", /, **facts: str | float) -> str:
        own = f"web_{code}"
        if field in words.fields(own, language):
            return words.say(own, language, field, **facts)
        return words.say(code, language, field, **facts)

    return told


def render(name: str, request: Request, /, **facts: Any) -> str:
    """Draw a template to text. facts: what it shows."""
    language = language_of(request)
    return (
        environment()
        .get_template(f"{name}.html.jinja")
        .render(
            t=say(language),
            language=language,
            other=OTHER[language],
            here=here(request),
            visitor=visitor_of(request),
            invited=INVITATION in request.cookies,
            version=__version__,
            now=datetime.now(UTC),
            **facts,
        )
    )


def page(name: str, request: Request, /, status: int = 200, **facts: Any) -> HTMLResponse:
    """Answer with a page."""
    return HTMLResponse(render(name, request, **facts), status_code=status)


def refusal(
    request: Request, status: int, code: str, facts: Mapping[str, str | float] | None = None
) -> HTMLResponse:
    """Answer with a kind page that says what happened, why, and what to do next."""
    return page("refusal", request, status, code=code, facts=dict(facts or {}))


def nobody_listens(_: Request, __: Exception) -> Response:
    """Answer whoever has gone in the middle of what they sent; nothing of it was kept."""
    return Response(status_code=400)


def here(request: Request) -> str:
    """Give the path of this page, for a link. With one slash before it: ``//evil.example`` leads to another site."""
    return "/" + quote(request.url.path.lstrip("/"), errors="replace")


def visitor_of(request: Request) -> Visitor | None:
    """Give who is in, once the way in has looked (``way_in``)."""
    return getattr(request.state, "visitor", None)
