"""Where the camera stands: which window of a take becomes the picture."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.double.take import CUT_ALPHA, Edge, Take
from fenshen.templates.recipe import Framing
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats

FADE: Final = (
    0.10  # of the window's height: how softly a body that the photo cut off dissolves, if it must show
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A rectangle of a take, in its pixels; may reach beyond it where there is no body."""

    x: float
    y: float
    width: float
    height: float


def choose_window(take: Take, framing: Framing, size: tuple[int, int]) -> Window:
    """The window nearest to what the template asks that shows no cut-off shoulder. size: (width, height) out.

    A portrait may come closer than asked or shift a little, never further away than the photo allows: a body that
    ends at the frame of the photo must end at the frame of the portrait.
    """
    oval = take.points[list(regions.OVAL), :2]
    face_height = float(np.ptp(oval[:, 1]))
    eyes = take.points[[regions.RIGHT_PUPIL, regions.LEFT_PUPIL], :2].mean(0)
    middle = float(oval[:, 0].min() + oval[:, 0].max()) / 2
    touches = _cut_rows(take)
    best, best_cost = None, np.inf
    for closer in np.linspace(1.0, 0.5, 26):
        height = closer * face_height / framing.face_height
        width = height * size[0] / size[1]
        for lift in np.linspace(-0.22, 0.10, 17):
            for aside in np.linspace(-0.10, 0.10, 9):
                window = Window(
                    x=middle - (framing.centre + aside) * width,
                    y=float(eyes[1]) - (framing.eye_line + lift) * height,
                    width=width,
                    height=height,
                )
                cost = 2.2 * abs(np.log(closer)) + 3.0 * abs(lift) + 3.0 * abs(aside)
                cost += 14 * _shown_cut(take, touches, window)
                if cost < best_cost:
                    best, best_cost = window, cost
    assert best is not None  # noqa: S101 - the loops are not empty
    return best


def view(
    picture: NDArray[np.uint8] | Floats, window: Window, size: tuple[int, int], scale: float = 1.0
) -> Floats:
    """Resample a window of a take into a picture of (width, height). `scale` = picture pixels per take pixel.

    Zero (uint8) or edge (float) outside. Returns float32 in the picture's own range.
    """
    fx, fy = size[0] / (window.width * scale), size[1] / (window.height * scale)
    matrix = floats([[fx, 0, -window.x * scale * fx], [0, fy, -window.y * scale * fy]])
    shrink = fx < 0.7  # noqa: PLR2004 - below this a cubic kernel aliases
    source = floats(picture)
    if shrink:
        source = floats(cv2.GaussianBlur(source, (0, 0), 0.45 / fx))
    border = cv2.BORDER_CONSTANT if picture.dtype == np.uint8 else cv2.BORDER_REPLICATE
    return floats(cv2.warpAffine(source, matrix, size, flags=cv2.INTER_CUBIC, borderMode=border))


def place(points: Floats, window: Window, size: tuple[int, int]) -> Floats:
    """Mesh points of a take in the pixels of the picture. (n, 3) -> (n, 3)."""
    factor = size[0] / window.width
    return floats((points - floats([window.x, window.y, 0])) * np.float32(factor))


def fade_cuts(take: Take, window: Window, size: tuple[int, int]) -> Floats:
    """(H, W) 0..1: lets a body dissolve towards the sides where the photo had cut it, when the window shows them."""
    mask = np.ones((size[1], size[0]), np.float32)
    xs = window.x + (np.arange(size[0], dtype=np.float32) + 0.5) / size[0] * window.width
    ys = window.y + (np.arange(size[1], dtype=np.float32) + 0.5) / size[1] * window.height
    height, width = take.alpha.shape
    reach = FADE * window.height
    inside = {
        Edge.LEFT: (window.x < -1, (xs / reach)[None]),
        Edge.RIGHT: (window.x + window.width > width + 1, ((width - xs) / reach)[None]),
        Edge.TOP: (window.y < -1, (ys / reach)[:, None]),
        Edge.BOTTOM: (window.y + window.height > height + 1, ((height - ys) / reach)[:, None]),
    }
    for edge in take.cut:
        shown, distance = inside[edge]
        if shown:
            t = np.clip(distance, 0, 1)
            mask = mask * (t * t * (3 - 2 * t))
    return mask


def _cut_rows(take: Take) -> dict[Edge, NDArray[np.int64]]:
    """Along each side, the positions where the body is cut off."""
    alpha = take.alpha > CUT_ALPHA
    return {
        Edge.LEFT: np.flatnonzero(alpha[:, 0]),
        Edge.RIGHT: np.flatnonzero(alpha[:, -1]),
        Edge.TOP: np.flatnonzero(alpha[0]),
        Edge.BOTTOM: np.flatnonzero(alpha[-1]),
    }


def _shown_cut(take: Take, touches: dict[Edge, NDArray[np.int64]], window: Window) -> float:
    """How much cut-off body a window shows, as a share of its size (0 = none)."""
    height, width = take.alpha.shape
    rows = (window.y, window.y + window.height)
    columns = (window.x, window.x + window.width)
    gaps = {
        Edge.LEFT: (-window.x, touches[Edge.LEFT], rows, window.height),
        Edge.RIGHT: (columns[1] - width, touches[Edge.RIGHT], rows, window.height),
        Edge.TOP: (-window.y, touches[Edge.TOP], columns, window.width),
        Edge.BOTTOM: (rows[1] - height, touches[Edge.BOTTOM], columns, window.width),
    }
    shown = 0.0
    for edge, (gap, positions, (low, high), length) in gaps.items():
        weight = 4.0 if edge is Edge.TOP else 1.0  # a head without its crown is worse than a missing elbow
        if gap > 0.5 and positions.size:  # noqa: PLR2004 - half a pixel is no gap
            seen = int(((positions > low) & (positions < high)).sum())
            shown += weight * (0.02 + gap / window.width) * min(1.0, 4 * seen / length) if seen else 0.0
    return shown
