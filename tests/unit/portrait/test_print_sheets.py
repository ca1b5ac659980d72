"""Print sheets: as many photos as go, each of its millimetres, on a page of its millimetres."""

import numpy as np
import pytest

from fenshen.portrait.id_sizes import sizes
from fenshen.portrait.print_sheet import (
    GAP,
    MARGIN,
    PaperTooSmallError,
    PaperUnknownError,
    lay_out,
    paint,
    paper_of,
)


@pytest.mark.parametrize(
    ("given", "mm"),
    [
        ("5inch", (127, 89)),
        ("6inch", (152.4, 101.6)),
        ("A4", (210, 297)),
        ("a4", (210, 297)),
        ("120x80", (120, 80)),
        ("102.5×76mm", (102.5, 76)),
    ],
)
def test_a_paper_is_a_name_or_two_lengths(given: str, mm: tuple[float, float]) -> None:
    assert paper_of(given) == mm


@pytest.mark.parametrize("given", ["", "7inch", "120", "120x", "10x10", "900x900", "-20x30", "1e2x80"])
def test_anything_else_is_no_paper(given: str) -> None:
    with pytest.raises(PaperUnknownError):
        paper_of(given)


@pytest.mark.parametrize("paper", ["5inch", "6inch", "A4", "130x100"])
@pytest.mark.parametrize("size", sizes(), ids=lambda size: size.name)
def test_photos_lie_apart_within_the_margins(paper: str, size: object) -> None:
    mm = size.mm  # type: ignore[attr-defined]
    try:
        sheet = lay_out(mm, paper)
    except PaperTooSmallError:
        assert min(paper_of(paper)) < min(mm) + 2 * MARGIN or max(paper_of(paper)) < max(mm) + 2 * MARGIN
        return
    for x, y in sheet.places:
        assert x >= MARGIN - 1e-6
        assert y >= MARGIN - 1e-6
        assert x + mm[0] <= sheet.size[0] - MARGIN + 1e-6
        assert y + mm[1] <= sheet.size[1] - MARGIN + 1e-6
    columns, rows = ({round(place[axis], 6) for place in sheet.places} for axis in (0, 1))
    assert len(columns) * len(rows) == len(sheet.places)
    for starts, side in ((sorted(columns), mm[0]), (sorted(rows), mm[1])):
        assert np.allclose(np.diff(starts), side + GAP)


def test_the_paper_lies_or_stands_whichever_holds_more() -> None:
    sheet = lay_out((25, 35), "6inch")
    assert len(sheet.places) == 12
    assert sheet.size == (101.6, 152.4)


def test_no_mark_runs_into_a_photo_or_off_the_sheet() -> None:
    sheet = lay_out((35, 45), "6inch")
    assert len(sheet.marks) == 8 * len(sheet.places)
    for x0, y0, x1, y1 in sheet.marks:
        assert min(x0, x1) > 0
        assert max(x0, x1) < sheet.size[0]
        assert min(y0, y1) > 0
        assert max(y0, y1) < sheet.size[1]
        for x, y in sheet.places:
            middle = ((x0 + x1) / 2, (y0 + y1) / 2)
            assert not (x < middle[0] < x + 35 and y < middle[1] < y + 45)


@pytest.mark.parametrize("paper", ["5inch", "6inch", "A4"])
def test_a_painted_sheet_has_300_dots_to_the_inch_and_every_photo_whole(paper: str) -> None:
    photo = np.full((413, 295, 3), (10, 20, 30), np.uint8)
    sheet = lay_out((25, 35), paper)
    page = paint(sheet, photo)
    assert page.shape[:2] == tuple(round(side / 25.4 * 300) for side in reversed(sheet.size))
    assert int((page == (10, 20, 30)).all(-1).sum()) == len(sheet.places) * 413 * 295
    assert (page == 128).all(-1).any()


def test_a_photo_of_another_density_is_brought_to_its_millimetres() -> None:
    photo = np.full((441, 358, 3), 90, np.uint8)  # 26 x 32 mm at 350 dpi
    page = paint(lay_out((26, 32), "5inch"), photo)
    assert int((page == 90).all(-1).sum()) == len(lay_out((26, 32), "5inch").places) * 307 * 378
