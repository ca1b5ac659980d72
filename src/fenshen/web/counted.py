"""Count requests by the template of their address, and how long each answer took to begin. No address is looked at."""

import time
from typing import Any, Final

from fenshen.watch.meters import Meters
from fenshen.web.guard import App, Message, Receive, Scope, Send

UNKNOWN: Final = "unknown"  # of what no route answers, so that whoever guesses addresses makes no labels
STATIC: Final = "/static"


class Counted:
    """Stands before everything else, and changes nothing."""

    def __init__(self, app: App, meters: Meters) -> None:
        """Count the requests of an app."""
        self._app, self._meters = app, meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through; when its answer begins, count it."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        begun = time.perf_counter()

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                spent = time.perf_counter() - begun
                self._meters.answered(scope["method"], route_of(scope), message["status"], spent)
            await send(message)

        return await self._app(scope, receive, send_counted)


def route_of(scope: Scope) -> str:
    """Give the template of the route that answered, such as /jobs/{job}."""
    template: Any = getattr(scope.get("route"), "path", None)
    if template is None:
        return UNKNOWN
    return str(scope.get("root_path", "")) + str(template)
