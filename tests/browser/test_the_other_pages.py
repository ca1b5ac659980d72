"""The pages beside the journey look as they did when somebody last looked at them."""

from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from tests.browser.pictures import FOLDER, are_alike, is_as_it_was
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


def test_an_empty_page_or_another_one_would_be_noticed() -> None:
    """Else the comparison above would prove nothing."""
    kept = {file.stem: Image.open(file).convert("RGB") for file in sorted(FOLDER.glob("*.webp"))}
    assert len(kept) > 30
    for name, page in kept.items():
        others = [each for other, each in kept.items() if other != name and each.width == page.width]
        assert are_alike(page, page), name
        assert not are_alike(page, Image.new("RGB", page.size, (251, 250, 247))), name
        assert not any(are_alike(page, other) for other in others), name
