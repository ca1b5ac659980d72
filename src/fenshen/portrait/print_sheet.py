"""Many copies of one ID photo on a sheet of paper, to the millimetre, with marks to cut by."""

import re
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from fenshen.errors import FenshenError
from fenshen.vision.arrays import RGB

INCH: Final = 25.4  # mm
DPI: Final = 300
GAP: Final = 2.0  # mm between photos
MARGIN: Final = 3.0  # mm that printers may leave white
AWAY, LENGTH = 0.2, 0.8  # mm from a photo's corner to its mark, and the mark's length: two fit into a gap
GREY: Final = 128  # of the marks
PAPERS: Final = {"5inch": (127.0, 89.0), "6inch": (152.4, 101.6), "A4": (210.0, 297.0)}
LEAST, MOST = 20.0, 500.0  # mm of a sheet's side
_OWN: Final = re.compile(r"(\d{2,3}(?:\.\d+)?)x(\d{2,3}(?:\.\d+)?)(?:mm)?")

Span = tuple[float, float]
Line = tuple[float, float, float, float]  # x, y, x, y in mm


class PaperUnknownError(FenshenError):
    """What was given is neither a paper's name nor WxH in millimetres. Facts: ``paper``."""

    code = "paper_unknown"
    exit_status = 2


class PaperTooSmallError(FenshenError):
    """Not one photo of this size fits on the paper. Facts: ``paper``."""

    code = "paper_too_small"
    exit_status = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Where everything lies on a sheet, in millimetres from its upper left corner."""

    paper: str
    size: Span  # width, height
    photo: Span  # width, height
    places: tuple[Span, ...]  # upper left corners
    marks: tuple[Line, ...]


def paper_of(given: str) -> Span:
    """Width and height in mm of a paper by its name or as WxH. Raises PaperUnknownError."""
    named = {name.lower(): size for name, size in PAPERS.items()}
    if given.lower() in named:
        return named[given.lower()]
    own = _OWN.fullmatch(given.lower().replace("×", "x"))
    size = (float(own[1]), float(own[2])) if own else (0.0, 0.0)
    if not all(LEAST <= side <= MOST for side in size):
        raise PaperUnknownError(paper=given)
    return size


def lay_out(photo: Span, paper: str) -> Sheet:
    """Put as many upright photos on the paper as go, the paper lying or standing. photo: mm.

    Raises PaperUnknownError, PaperTooSmallError.
    """
    width, height = paper_of(paper)
    ways = [(size, _fitting(photo, size)) for size in ((width, height), (height, width))]
    size, (columns, rows) = max(ways, key=lambda way: way[1][0] * way[1][1])
    if columns * rows == 0:
        raise PaperTooSmallError(paper=paper)
    left, top = (
        (whole - count * side - (count - 1) * GAP) / 2
        for whole, count, side in zip(size, (columns, rows), photo, strict=True)
    )
    places = tuple(
        (left + column * (photo[0] + GAP), top + row * (photo[1] + GAP))
        for row in range(rows)
        for column in range(columns)
    )
    marks = tuple(mark for place in places for mark in _marks(place, photo))
    return Sheet(paper=paper, size=size, photo=photo, places=places, marks=marks)


def paint(sheet: Sheet, photo: RGB) -> RGB:
    """Paint the sheet at 300 dpi, (H, W, 3) sRGB. photo: (h, w, 3), scaled to its millimetres where it has others."""
    width, height = _px(sheet.size)
    page = np.full((height, width, 3), 255, np.uint8)
    size = _px(sheet.photo)
    if (photo.shape[1], photo.shape[0]) != size:
        smaller = photo.shape[1] > size[0]
        way = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
        photo = np.asarray(cv2.resize(photo, size, interpolation=way), np.uint8)
    for x0, y0, x1, y1 in sheet.marks:
        (left, top), (right, bottom) = _px((x0, y0)), _px((x1, y1))
        page[top : max(bottom, top + 1), left : max(right, left + 1)] = GREY
    for x, y in (_px(place) for place in sheet.places):
        page[y : y + size[1], x : x + size[0]] = photo
    return page


def _fitting(photo: Span, paper: Span) -> tuple[int, int]:
    """How many photos go abreast and below each other."""
    across, down = (
        max(0, int((whole - 2 * MARGIN + GAP + 1e-6) // (side + GAP)))
        for whole, side in zip(paper, photo, strict=True)
    )
    return across, down


def _marks(place: Span, photo: Span) -> list[Line]:
    """Two short lines outside each corner of a photo, in the directions in which to cut."""
    (x, y), (w, h) = place, photo
    lines: list[Line] = []
    for edge in (x, x + w):
        lines += [
            (edge, y - AWAY - LENGTH, edge, y - AWAY),
            (edge, y + h + AWAY, edge, y + h + AWAY + LENGTH),
        ]
    for edge in (y, y + h):
        lines += [
            (x - AWAY - LENGTH, edge, x - AWAY, edge),
            (x + w + AWAY, edge, x + w + AWAY + LENGTH, edge),
        ]
    return lines


def _px(size: Span) -> tuple[int, int]:
    return round(size[0] / INCH * DPI), round(size[1] / INCH * DPI)
