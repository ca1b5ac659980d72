"""Many pictures on one: a contact sheet of portraits, and the takes of a double side by side on grey.

Like every picture that leaves they are labelled, with a caption below: nothing here keeps room for it.
"""

from collections.abc import Sequence
from io import BytesIO
from math import ceil
from typing import Final

import cv2
import numpy as np
from PIL import Image, ImageOps

from fenshen.double.take import CUT_ALPHA, Edge, Take
from fenshen.vision.arrays import RGB, Floats, floats

Box = tuple[int, int, int, int]  # x, y, width, height in pixels

PAPER: Final = (245, 242, 236)  # sRGB of a contact sheet's ground
STUDIO_GREY: Final = (206, 168)  # sRGB of the wall behind the takes, at the top and at the foot
MOST_ABREAST: Final = 6
FOREHEAD, CHIN = 10, 152  # points of the face mesh
FACE: Final = (0.41, 0.50)  # in a cell of takes: height of the face, and its middle from the top
FADE: Final = 0.16  # of a cell: over this length a body that its photo cut off dissolves


def contact_sheet(
    portraits: Sequence[tuple[bytes, Box]],
    *,
    cell: tuple[int, int] = (400, 600),
    gap: int = 16,
    margin: int = 44,
) -> RGB:
    """Lay finished portraits out in rows, each whole in the same cell (width, height, in pixels).

    portraits: files, and where the picture lies in each: a strip that holds a label is not shown twice.
    """
    columns = _columns(len(portraits))
    rows = ceil(len(portraits) / columns)
    width = 2 * margin + columns * (cell[0] + gap) - gap
    height = 2 * margin + rows * (cell[1] + gap) - gap
    sheet = np.full((height, width, 3), PAPER, np.uint8)
    for place, (portrait, picture) in enumerate(portraits):
        row, column = divmod(place, columns)
        x, y = margin + column * (cell[0] + gap), margin + row * (cell[1] + gap)
        sheet[y : y + cell[1], x : x + cell[0]] = _whole(portrait, picture, cell)
    return sheet


def takes_sheet(takes: Sequence[Take], *, cell: tuple[int, int] = (420, 520)) -> RGB:
    """Stand the takes side by side before one grey wall, their faces of one height."""
    columns = _columns(len(takes), most=4)
    rows = ceil(len(takes) / columns)
    wall = _wall(columns * cell[0], rows * cell[1])
    for place, take in enumerate(takes):
        row, column = divmod(place, columns)
        ground = wall[row * cell[1] : (row + 1) * cell[1], column * cell[0] : (column + 1) * cell[0]]
        colour, alpha = _standing(take, cell)
        ground += (colour - ground) * alpha
    return np.asarray(np.rint(wall), np.uint8)


def _columns(count: int, most: int = MOST_ABREAST) -> int:
    """Fill two rows or more evenly rather than leave a widow."""
    return ceil(count / ceil(count / most))


def _wall(width: int, height: int) -> Floats:
    """A seamless grey wall, (height, width, 3) 0..255, with the grain that keeps its gradient from banding."""
    tone = np.linspace(*STUDIO_GREY, height, dtype=np.float32)[:, None]
    grain = np.random.default_rng(1).normal(0, 0.8, (height, width)).astype(np.float32)
    return floats(np.repeat((tone + grain)[..., None], 3, axis=2))


def _whole(portrait: bytes, picture: Box, cell: tuple[int, int]) -> RGB:
    """Decode a portrait of ours, whole in its cell: what a crop would cut is often the label."""
    with Image.open(BytesIO(portrait), formats=("JPEG", "PNG", "WEBP")) as image:
        width = image.width
        image.draft("RGB", (2 * cell[0], 2 * cell[1]))
        x, y, w, h = (round(extent * image.width / width) for extent in picture)
        fitted = ImageOps.pad(
            image.convert("RGB").crop((x, y, x + w, y + h)), cell, Image.Resampling.LANCZOS, color=PAPER
        )
    return np.asarray(fitted, np.uint8)


def _standing(take: Take, cell: tuple[int, int]) -> tuple[Floats, Floats]:
    """Place a take in a cell. Gives its colour (h, w, 3) 0..255 and its alpha (h, w, 1) 0..1, soft where it was cut."""
    head, chin = take.points[FOREHEAD, :2], take.points[CHIN, :2]
    scale = FACE[0] * cell[1] / max(1.0, float(np.linalg.norm(chin - head)))
    middle = (head + chin) / 2 * scale
    middle[0] = (middle[0] + _silhouette(take) * scale) / 2
    shift = (cell[0] / 2 - middle[0], FACE[1] * cell[1] - middle[1])
    alpha = take.alpha.astype(np.float32) / 255 * _fading(take, scale, cell)
    placing = floats([[scale, 0, shift[0]], [0, scale, shift[1]]])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    covered = cv2.warpAffine(alpha, placing, cell, flags=how)
    premultiplied = cv2.warpAffine(take.foreground * alpha[..., None], placing, cell, flags=how)
    colour = np.clip(premultiplied / np.maximum(covered, 1e-3)[..., None], 0, 255)
    return floats(colour), floats((np.clip(covered, 0, 1) * _frame(cell))[..., None])


def _silhouette(take: Take) -> float:
    """Middle of the sitter's outline, hair included, in the take's pixels."""
    columns = np.flatnonzero((take.alpha > CUT_ALPHA).any(axis=0))
    return float(columns[[0, -1]].mean()) if columns.size else take.alpha.shape[1] / 2


def _fading(take: Take, scale: float, cell: tuple[int, int]) -> Floats:
    """1 inside, falling to 0 towards the sides where the photo cut the body off; (h, w)."""
    height, width = take.alpha.shape
    reach = max(1.0, FADE * cell[1] / scale)
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    away = {Edge.LEFT: x, Edge.RIGHT: width - 1 - x, Edge.TOP: y, Edge.BOTTOM: height - 1 - y}
    fade = np.ones((height, width), np.float32)
    for edge in take.cut:
        fade = fade * _smooth(away[edge] / reach)
    return floats(fade)


def _frame(cell: tuple[int, int]) -> Floats:
    """1 in a cell, falling to 0 at its foot and, more narrowly, at its sides; (h, w)."""
    width, height = cell
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    sides = np.minimum(x, width - 1 - x) / (FADE / 3 * width)
    return floats(_smooth(floats(sides)) * _smooth((height - 1 - y) / (FADE * height)))


def _smooth(share: Floats) -> Floats:
    part = np.clip(share, 0, 1)
    return floats(part * part * (3 - 2 * part))
