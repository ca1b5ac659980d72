"""A request as no client would send it: any path, any header, a body that comes in pieces or breaks off."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Headers = dict[str, str]


@dataclass
class Answer:
    """What came back; status 0 when nothing did."""

    status: int = 0
    headers: Headers = field(default_factory=dict)
    body: bytes = b""


def ask(
    app: Any,
    method: str,
    path: str,
    *,
    headers: Headers | None = None,
    body: Iterable[bytes] = (),
    breaks_off: bool = False,
    query: bytes = b"",
) -> Answer:
    """Send it, straight to the app. breaks_off: the line is cut after the last piece of the body."""
    pieces, answer = iter(body), Answer()
    sent = {"host": "localhost:8000", "sec-fetch-site": "same-origin", **(headers or {})}
    scope = {
        "type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": path,
        "raw_path": path.encode("utf-8", "surrogateescape"), "query_string": query, "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1", "replace")) for name, value in sent.items()],
        "server": ("localhost", 8000), "client": ("127.0.0.1", 1), "asgi": {"version": "3.0"},
    }  # fmt: skip
    gone = False

    async def receive() -> dict[str, Any]:
        nonlocal gone
        piece = next(pieces, None)
        if piece is not None:
            return {"type": "http.request", "body": piece, "more_body": True}
        if breaks_off:
            return {"type": "http.disconnect"}
        if gone:
            await asyncio.Event().wait()  # whoever asked stays on the line
        gone = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        answer.body += message.get("body", b"")

    asyncio.run(app(scope, receive, send))
    return answer
