"""Every address that the studio answers, read from the app itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import Mount

from fenshen.accounts.own import OWNERS
from fenshen.web.app import put_together
from fenshen.web.studio import Studio
from fenshen.web.way_in import must_be_in


@dataclass(frozen=True, kw_only=True)
class Address:
    """One way to ask."""

    method: str
    path: str
    route: APIRoute
    is_api: bool

    @property
    def parameters(self) -> list[str]:
        """What stands in braces."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def shape(self) -> str:
        """The path whatever its parameters are called: two of one shape answer the same addresses."""
        return re.sub(r"{\w+}", "{}", self.path)

    @property
    def owned(self) -> list[str]:
        """Which of these name what is somebody's."""
        return [name for name in self.parameters if name in OWNERS]

    @property
    def guards(self) -> set[str]:
        """Which of these are compared with whose they are."""
        return {kind for call in called(self.route.dependant) if (kind := getattr(call, "kind", ""))}

    @property
    def asks_who(self) -> bool:
        """Whether nobody is answered who is not known."""
        calls = list(called(self.route.dependant))
        return bool(self.guards) or must_be_in in calls or any(hasattr(call, "scopes") for call in calls)

    def filled(self, values: dict[str, str]) -> str:
        """Give the address of particular things."""
        return self.path.format(**{name: values[name] for name in self.parameters})


def called(dependant: Any) -> Iterator[Any]:
    """Give all that is asked before a route answers."""
    for each in dependant.dependencies:
        yield each.call
        yield from called(each)


def addresses(studio: Studio) -> list[Address]:
    """Give all ways to ask, pages and API; whoever mounts another app is noticed."""
    app = put_together(studio)
    mounts = {route.path: route for route in app.routes if isinstance(route, Mount)}
    assert set(mounts) == {"/static", "/api/v1"}
    api: Any = mounts["/api/v1"].app
    found = [*_of(app.routes, "", is_api=False), *_of(api.routes, "/api/v1", is_api=True)]
    assert len(found) > 60
    return found


def _of(routes: Any, prefix: str, *, is_api: bool) -> Iterator[Address]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _of(inner.routes, prefix, is_api=is_api)
        elif isinstance(route, APIRoute):
            for method in sorted(route.methods or ()):
                yield Address(method=method, path=prefix + route.path, route=route, is_api=is_api)
