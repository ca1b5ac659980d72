"""Who asks over HTTP: a key in the Authorization header and nothing else, so that no other site can ask for anybody.

Every route says which scopes it needs, and an id in its path is compared with whose key it is in one place only
(``accounts.own``), as on the pages.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool

from fenshen.accounts import keys
from fenshen.accounts.keys import Caller, KeyInvalidError, Scope
from fenshen.accounts.own import must_own
from fenshen.web.api import limits
from fenshen.web.way_in import studio_of

SCHEME: Final = HTTPBearer(
    auto_error=False, scheme_name="key", description="An API key, made under *My data → API keys*: `fsk_…`"
)


def caller_of(request: Request) -> Caller:
    """Tell who asks, once for a request. Raises KeyInvalidError."""
    if not hasattr(request.state, "caller"):
        studio = studio_of(request)
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise KeyInvalidError
        caller = keys.caller(studio.desk.store, studio.desk.clock, key.strip())
        limits.may_ask(studio, caller)
        request.state.caller = caller
    known: Caller = request.state.caller
    return known


def may(*any_of: Scope) -> Any:
    """Give the caller, if their key is for any of these; without any, every key will do. Raises ScopeMissingError."""

    async def allowed(request: Request, _: Annotated[Any, Depends(SCHEME)]) -> Caller:
        caller = await run_in_threadpool(caller_of, request)
        caller.must_have(*any_of)
        return caller

    allowed.scopes = any_of  # type: ignore[attr-defined]  # a test reads it
    return Depends(allowed)


def own(kind: str) -> Callable[[Request], Any]:
    """Give the id of this kind in a route's path, if it is the caller's. Raises KeyInvalidError, NotFoundError."""

    def theirs(request: Request) -> str:
        caller, id_ = caller_of(request), str(request.path_params[kind])
        with studio_of(request).desk.store.look() as connection:
            must_own(connection, caller.account, kind, id_)
        return id_

    theirs.kind = kind  # type: ignore[attr-defined]  # a test reads it
    return theirs
