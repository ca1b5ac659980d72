"""A request that came twice is done once; and bodies come in at one place, in memory, no larger than a route takes.

Whoever sends ``Idempotency-Key`` with a POST may send it again after a broken line: it is answered as the first time
(draft-ietf-httpapi-idempotency-key-header). Only answers to what was done are remembered, for a day, and they hold ids,
codes and numbers; a refusal changed nothing, so the same key may try again. A request that a killed server never
answered may be tried again after ``LOST``.
"""

import json
import re
from collections.abc import Callable, Coroutine
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from fenshen.accounts.keys import Caller
from fenshen.errors import FenshenError
from fenshen.photos.container import PhotoTooLargeError
from fenshen.store import replies
from fenshen.store.replies import ReplyRow
from fenshen.web.api.caller import caller_of
from fenshen.web.intake import Door, body_of
from fenshen.web.studio import Studio
from fenshen.web.way_in import studio_of

SMALL: Final = 64 << 10  # bytes of a JSON body
LOST: Final = timedelta(minutes=10)  # after which a request that was never answered is taken for dead
KEY: Final = re.compile(r"[\x21-\x7e]{1,128}")
SIZE, FORGETFUL = "x-max-bytes", "x-not-remembered"  # in a route's description

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class KeyMisusedError(FenshenError):
    """The idempotency key has no usable form, or came before with another request."""

    code = "idempotency_key_misused"


class UnderWayError(FenshenError):
    """The same request came before and is still being answered."""

    code, retry = "request_under_way", True


class Route(APIRoute):
    """A route of the API."""

    def get_route_handler(self) -> Handler:
        """Wrap the route: 1. who asks  2. take the body in  3. answer, or answer as before."""
        answer = super().get_route_handler()
        described = self.openapi_extra or {}
        most, remembers = int(described.get(SIZE, SMALL)), not described.get(FORGETFUL)

        async def handle(request: Request) -> Response:
            if request.method in {"GET", "DELETE"}:
                return await answer(request)
            caller = await run_in_threadpool(caller_of, request)  # (1)
            door: Door = request.app.state.door
            try:
                async with body_of(request, door, most=most) as body:  # (2)
                    key = request.headers.get("idempotency-key")
                    if request.method != "POST" or key is None or not remembers:
                        return await answer(request)
                    return await _once(request, caller, key, body, answer)  # (3)
            except PhotoTooLargeError:
                if most != SMALL:
                    raise
                raise HTTPException(413) from None

        return handle


def raw_body(most: int, *, is_remembered: bool = True) -> dict[str, Any]:
    """Describe a route that takes a file as it is. most: bytes."""
    media = {"schema": {"type": "string", "format": "binary"}}
    return {
        "requestBody": {"required": True, "content": {"application/octet-stream": media}},
        SIZE: most,
        **({} if is_remembered else {FORGETFUL: True}),
    }


async def _once(request: Request, caller: Caller, key: str, body: bytes, answer: Handler) -> Response:
    studio = studio_of(request)
    row = _row(studio, request, caller, key, body)
    known = await run_in_threadpool(_begin, studio, row)
    if known is not None:
        return Response(
            known.body or b"", known.status or 200, {"idempotency-replayed": "true"}, "application/json"
        )
    try:
        response = await answer(request)
    except BaseException:
        await run_in_threadpool(_forget, studio, row)
        raise
    await run_in_threadpool(_remember, studio, row, response)
    return response


def _row(studio: Studio, request: Request, caller: Caller, key: str, body: bytes) -> ReplyRow:
    if not KEY.fullmatch(key):
        raise KeyMisusedError
    asked = sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode() + body)
    return ReplyRow(
        id=sha256(f"{caller.account}\n{key}".encode()).hexdigest(), account=caller.account,
        asked=asked.hexdigest(), at=studio.desk.clock.now(),
    )  # fmt: skip


def _begin(studio: Studio, row: ReplyRow) -> ReplyRow | None:
    """Note that a request is under way; or give the answer it got. Raises KeyMisusedError, UnderWayError."""
    with studio.desk.store.begin() as connection:
        known = replies.find(connection, row.id)
        if known is not None and known.asked != row.asked:
            raise KeyMisusedError
        if known is not None and known.status is not None:
            return known
        if known is not None and row.at - known.at < LOST:
            raise UnderWayError
        replies.remove(connection, row.id)
        replies.add(connection, row)
    return None


def _forget(studio: Studio, row: ReplyRow) -> None:
    with studio.desk.store.begin() as connection:
        replies.remove(connection, row.id)


def _remember(studio: Studio, row: ReplyRow, response: Response) -> None:
    text = bytes(response.body).decode()
    body = json.dumps(json.loads(text)) if text else ""
    with studio.desk.store.begin() as connection:
        replies.answered(connection, row, status=response.status_code, body=body)
