"""The pages beside the journey look as they did when somebody last looked at them."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.pictures import is_as_it_was
from tests.browser.steps import Visitor

Come = Callable[..., Visitor]
PAGES = {
    "how": "/how",
    "verify": "/verify",
    "id-photo": "/id-photo",
    "complain": "/complain",
    "ways": "/sign-in/add",
    "nothing": "/nowhere",
}


@pytest.mark.parametrize(("language", "screen"), [("zh", "phone"), ("en", "desktop")])
def test_the_other_pages_look_as_they_did(
    come: Come, been_through: dict[str, Any], language: str, screen: str
) -> None:
    look, desktop = f"{language}-{screen}", screen == "desktop"
    visitor = come(language=language, desktop=desktop, state=been_through["state"])
    for name, path in PAGES.items():
        visitor.goes(path)
        is_as_it_was(visitor.page, f"{name}-{look}")
    visitor.page.goto(f"{been_through['gallery']}/together")
    is_as_it_was(visitor.page, f"together-{look}")
    stranger = come(language=language, desktop=desktop)
    stranger.goes("/sign-in")
    is_as_it_was(stranger.page, f"sign-in-{look}")
