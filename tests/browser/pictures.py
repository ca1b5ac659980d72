"""Pages as pictures: kept in docs/pictures/web, looked at by people, and compared with what a browser draws today.

Compared is the look, not each letter: both are made small and grey, so that an id, a date or another font's edge is no
difference, but a picture that is missing, a box that moved or a colour that turned is. FENSHEN_NEW_PICTURES=1 keeps
today's as the new ones.
"""

import os
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER: Final = Path(__file__).parents[2] / "docs" / "pictures" / "web"
SMALL: Final = 64  # pixels of the width at which pages are compared
FAR: Final = 26.0  # grey levels of 255, mean over the page, beyond which a page looks different
KEEP: Final = bool(os.environ.get("FENSHEN_NEW_PICTURES"))  # read before tests clear the environment
TALLEST: Final = 2600  # pixels of a page that are kept


def is_as_it_was(page: "Page", name: str) -> None:
    """Compare a page with its picture; keep it when it is new or when that is asked for."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function(
        "() => [...document.images].filter(i => i.loading !== 'lazy').every(i => i.complete)"
    )
    page.evaluate("() => scrollTo(0, 0)")
    drawn = Image.open(BytesIO(page.screenshot(full_page=True))).convert("RGB")
    drawn = drawn.crop((0, 0, drawn.width, min(drawn.height, TALLEST)))
    kept = FOLDER / f"{name}.webp"
    if KEEP:
        FOLDER.mkdir(parents=True, exist_ok=True)
        drawn.save(kept, quality=70, method=6)
        return
    assert kept.exists(), f"{name} has no picture yet"
    assert difference(drawn, Image.open(kept)) < FAR, f"{name} looks different"


def difference(one: Image.Image, other: Image.Image) -> float:
    """Give the mean difference of two pages in grey levels, over the height that both have."""
    height = min(one.height * SMALL // one.width, other.height * SMALL // other.width)

    def small(image: Image.Image) -> np.ndarray:
        shape = (SMALL, image.height * SMALL // image.width)
        return np.asarray(image.convert("L").resize(shape, Image.Resampling.BOX), np.float64)[:height]

    return float(np.abs(small(one) - small(other)).mean())
