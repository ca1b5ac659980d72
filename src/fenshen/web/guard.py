"""What holds for every request: the right host, the same site, no more than may be sent, and safe headers.

Pure ASGI, so that nothing is buffered. Cross-site requests are told by Fetch Metadata, or by Origin where a browser
sends none (OWASP ASVS 5.0, 3.5.1). What no page foresaw becomes a kind page: the name of its class is logged, no more.
"""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.requests import Request

from fenshen.web.studio import LOCAL, Origin

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CSP: Final = (
    b"default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; "
    b"base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
SAFE: Final = {
    b"content-security-policy": CSP,
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(self), microphone=(), geolocation=(), browsing-topics=()",
}
HTTPS_ONLY: Final = (b"strict-transport-security", b"max-age=31536000")
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST: Final = 34 << 20  # bytes of any request: a photo and its envelope
FORM: Final = 512 << 10  # bytes of what is no photo: below what a form's parser would spool to a disk
ALLOWANCE: Final = "fenshen.allowance"  # in the scope; who takes a photo in raises it (`intake`)
log = logging.getLogger("fenshen.web")


class Guard:
    """Stands before the app."""

    def __init__(self, app: App, *, origin: Origin, refuse: Callable[[Request, int, str], App]) -> None:
        """Guard an app. refuse: how a refusal is answered, by status and code."""
        self._app, self._origin, self._refuse = app, origin, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began: list[bool] = []
        send = self._with_headers(scope, send, began)
        request = Request(scope)
        if refusal := self._fault(request):
            return await self._refuse(request, *refusal)(scope, receive, send)
        try:
            scope[ALLOWANCE] = allowance = Allowance(FORM)
            return await self._app(scope, _no_more_than(allowance, receive), send)
        except Exception as error:  # noqa: BLE001  the edge of the web: no trace, to nobody
            log.error("a request broke: %s in %s", type(error).__name__, _route(scope))  # noqa: TRY400
            if began:  # the app has answered with that page already, or the answer breaks off here
                return None
            return await self._refuse(request, 500, "web_broken")(scope, receive, send)

    def _fault(self, request: Request) -> tuple[int, str] | None:
        host = request.headers.get("host", "").rsplit(":", 1)[0].strip("[]")
        if host != self._origin.host and not (host in LOCAL and self._origin.host in LOCAL):
            return 421, "wrong_host"
        if request.method not in READING and not self._is_same_site(request.headers):
            return 403, "cross_site"
        length = request.headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            return 400, "web_malformed"
        return (413, "too_large") if int(length[:20]) > LARGEST else None

    def _is_same_site(self, headers: Headers) -> bool:
        """Who holds an API key says so in a header that no other site can send; a browser tells where it comes from."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return site in {"same-origin", "none"}
        if origin is not None:
            return origin == str(self._origin) or self._is_local_twin(origin)
        return "cookie" not in headers

    def _is_local_twin(self, origin: str) -> bool:
        host = origin.partition("://")[2].rsplit(":", 1)[0]
        return self._origin.host in LOCAL and host in LOCAL

    def _with_headers(self, scope: Scope, send: Send, began: list[bool]) -> Send:
        extra = {**SAFE, **({HTTPS_ONLY[0]: HTTPS_ONLY[1]} if self._origin.is_secure else {})}
        cache = None if scope["path"].startswith("/static/") else b"no-store"

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                began.append(True)
                headers = list(message.get("headers", ()))
                there = {name.lower() for name, _ in headers}
                headers += [(name, value) for name, value in extra.items() if name not in there]
                if cache and b"cache-control" not in there:
                    headers.append((b"cache-control", cache))
                message = {**message, "headers": headers}
            await send(message)

        return send_safely


@dataclass(slots=True)
class Allowance:
    """How much one request may send. Mutable: only the route knows what it takes."""

    most: int  # bytes


class TooMuchSentError(HTTPException):
    """More came than may be sent. An HTTPException, because FastAPI lets no other through while it reads a body."""

    def __init__(self) -> None:
        super().__init__(413)


def _no_more_than(allowance: Allowance, receive: Receive) -> Receive:
    """Count what comes, whatever its header said."""
    came = 0

    async def receive_counted() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > allowance.most:
            raise TooMuchSentError
        return message

    return receive_counted


def _route(scope: Scope) -> str:
    """Name the route, not the address: that holds ids."""
    return str(getattr(scope.get("route"), "path", "?"))
