"""Sheets: many pictures on one, with room for the label."""

from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.fakes.takes import a_take

from fenshen.labels import visible
from fenshen.labels.lettering import Language
from fenshen.portrait.sheet import Box, contact_sheet, takes_sheet


def a_portrait(colour: tuple[int, int, int] = (200, 40, 40), size: tuple[int, int] = (200, 300)) -> bytes:
    sink = BytesIO()
    Image.new("RGB", size, colour).save(sink, "JPEG", quality=95)
    return sink.getvalue()


def framed(*portraits: bytes) -> list[tuple[bytes, Box]]:
    """Portraits whose label lies in the picture: all of the file is picture."""
    return [(each, (0, 0, *Image.open(BytesIO(each)).size)) for each in portraits]


def size_below(sheet: NDArray[np.uint8], language: Language) -> tuple[int, int]:
    """The sheet's size with its caption."""
    height, width = sheet.shape[:2]
    return visible.lay_out(width, height, language=language, faces=(), design="caption").size


@pytest.mark.parametrize("count", [1, 2, 3, 5, 7, 12, 13, 20])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_below_any_number_of_portraits_the_label_fits(count: int, language: Language) -> None:
    sheet = contact_sheet(framed(*[a_portrait()] * count))
    assert size_below(sheet, language)[1] > sheet.shape[0]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_below_any_number_of_takes_the_label_fits(count: int, language: Language) -> None:
    sheet = takes_sheet([a_take()] * count)
    assert size_below(sheet, language)[1] > sheet.shape[0]


def test_a_strip_that_holds_a_portrait_s_label_is_not_shown_twice() -> None:
    red, strip = np.full((300, 200, 3), (200, 40, 40), np.uint8), np.full((60, 200, 3), 255, np.uint8)
    sink = BytesIO()
    Image.fromarray(np.vstack([red, strip])).save(sink, "JPEG", quality=95)
    sheet = contact_sheet([(sink.getvalue(), (0, 0, 200, 300))], cell=(40, 60), gap=4, margin=10)
    assert np.allclose(sheet[12:68, 12:48].reshape(-1, 3), (200, 40, 40), atol=12)


def test_a_wide_portrait_is_shown_whole_with_the_label_in_its_corner() -> None:
    wide = np.full((200, 400, 3), (200, 40, 40), np.uint8)
    wide[180:, 340:] = (30, 30, 220)
    sink = BytesIO()
    Image.fromarray(wide).save(sink, "PNG")
    sheet = contact_sheet(framed(sink.getvalue()), cell=(80, 120), gap=4, margin=10)
    assert np.allclose(sheet[10 + 40 + 38, 10 + 76], (30, 30, 220), atol=12)


def test_every_portrait_is_on_the_contact_sheet_in_order() -> None:
    colours = [(220, 30, 30), (30, 220, 30), (30, 30, 220)]
    sheet = contact_sheet(framed(*(a_portrait(c) for c in colours)), cell=(40, 60), gap=4, margin=10)
    seen = [sheet[40, 10 + 20 + column * 44] for column in range(3)]
    assert np.allclose(seen, colours, atol=8)


def test_the_wall_behind_the_takes_is_grey_and_the_sitter_stands_before_it() -> None:
    sheet = takes_sheet([a_take()], cell=(210, 260))
    corner = sheet[:12, :12].astype(float)
    assert np.ptp(corner.mean(axis=(0, 1))) < 1
    assert 190 < corner.mean() < 215
    assert np.abs(sheet[130, 105].astype(float) - corner.mean()).max() > 5
