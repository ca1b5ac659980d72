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
ALIKE: Final = (
    0.6  # of what lies between a page and an empty sheet: how far two pictures of one page may be apart
)
PAPER: Final = 250  # grey of an empty sheet
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
    assert are_alike(Image.open(kept), drawn), f"{name} looks different"


def are_alike(kept: Image.Image, drawn: Image.Image) -> bool:
    """Tell whether a page still looks as it was kept: an empty page, or another one, does not."""
    height = max(each.height * SMALL // each.width for each in (kept, drawn))
    was, now = _small(kept, height), _small(drawn, height)
    empty = np.full_like(was, PAPER)
    return float(np.abs(was - now).mean()) < ALIKE * float(np.abs(was - empty).mean())


def _small(page: Image.Image, height: int) -> np.ndarray:
    """Make a page small and grey, on a sheet of this height."""
    shape = (SMALL, page.height * SMALL // page.width)
    sheet = np.full((height, SMALL), PAPER, np.float64)
    sheet[: shape[1]] = np.asarray(page.convert("L").resize(shape, Image.Resampling.BOX), np.float64)
    return sheet
