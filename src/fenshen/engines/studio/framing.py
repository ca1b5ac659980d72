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

CLOSER: Final = np.linspace(1.0, 0.5, 26)  # the frame, as share of what was asked
LIFT: Final = np.linspace(-0.22, 0.10, 17)  # of its height
ASIDE: Final = np.linspace(-0.10, 0.10, 9)  # of its width
CROWN: Final = 12.0  # cost of a crown outside the frame, per height of the frame
SKULL: Final = 0.62  # radius of the crown with its hair, in widths of the face
AIR: Final = 0.025  # of the frame's height: what a crown needs above it
Tries = NDArray[np.float64]


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
    closer, lift, aside = (
        grid.ravel() for grid in np.meshgrid(CLOSER, LIFT, ASIDE, indexing="ij")
    )  # every window that is tried, as one array each
    height = closer * face_height / framing.face_height
    width = height * size[0] / size[1]
    x = middle - (framing.centre + aside) * width
    y = float(eyes[1]) - (framing.eye_line + lift) * height
    cost = 2.2 * np.abs(np.log(closer)) + 3.0 * np.abs(lift) + 3.0 * np.abs(aside)
    cost += 14 * _shown_cut(take, x, y, width, height)
    if framing.whole_head:
        cost += CROWN * np.maximum(0, y + AIR * height - crown(take)) / height
    best = int(cost.argmin())
    return Window(x=float(x[best]), y=float(y[best]), width=float(width[best]), height=float(height[best]))


def crown(take: Take) -> float:
    """The highest row of the head, in the take's pixels; 0 when the photo cuts it off."""
    oval = take.points[list(regions.OVAL), 0]
    left, right = max(0, int(oval.min())), max(1, int(oval.max()))
    rows = np.flatnonzero((take.alpha[:, left:right] > CUT_ALPHA).sum(1) > 2)  # noqa: PLR2004 - a hair is no crown
    return float(rows[0]) if rows.size else 0.0


def crown_lost(take: Take, framing: Framing, size: tuple[int, int]) -> float:
    """How much of the head the best window of a take leaves out above, 0..1 of the face's height; 0 when it may."""
    if not framing.whole_head:
        return 0.0
    window = choose_window(take, framing, size)
    wide, tall = (float(np.ptp(take.points[list(regions.OVAL), axis])) for axis in (0, 1))
    return float(np.clip((window.y - crown(take) + _cut_off(take, wide)) / tall, 0, 1))


def body_lost(take: Take, framing: Framing, size: tuple[int, int]) -> float:
    """How much of a body that the photo cut off the best window of a take shows dissolving, as a share of its size."""
    window = choose_window(take, framing, size)
    x, y, width, height = (np.array([side]) for side in (window.x, window.y, window.width, window.height))
    return float(_shown_cut(take, x, y, width, height)[0])


def _cut_off(take: Take, wide: float) -> float:
    """How much of the crown the photo itself left out, pixels: a head is round, and the cut shows a chord of it."""
    oval = take.points[list(regions.OVAL), 0]
    left, right = max(0, int(oval.min() - 0.3 * wide)), int(oval.max() + 0.3 * wide)
    radius = SKULL * wide
    half = min(radius, float((take.alpha[0, left:right] > CUT_ALPHA).sum()) / 2)
    return radius - float(np.sqrt(radius**2 - half**2))


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


def _shown_cut(take: Take, x: Tries, y: Tries, width: Tries, height: Tries) -> Tries:
    """How much cut-off body windows show, as a share of their size (0 = none). All (n,), in the take's pixels."""
    body = take.alpha > CUT_ALPHA
    rows, columns = body.shape
    sides = {  # how far a window reaches beyond the photo, where along that side the body is cut off, the window there
        Edge.LEFT: (-x, body[:, 0], y, height),
        Edge.RIGHT: (x + width - columns, body[:, -1], y, height),
        Edge.TOP: (-y, body[0], x, width),
        Edge.BOTTOM: (y + height - rows, body[-1], x, width),
    }
    shown = np.zeros_like(x)
    for edge, (gap, touches, low, length) in sides.items():
        weight = 4.0 if edge is Edge.TOP else 1.0  # a head without its crown is worse than a missing elbow
        positions = np.flatnonzero(touches)
        seen = np.searchsorted(positions, low + length) - np.searchsorted(positions, low, "right")
        much = weight * (0.02 + gap / width) * np.minimum(1.0, 4 * seen / length)
        shown += np.where((gap > 0.5) & (seen > 0), much, 0.0)  # noqa: PLR2004 - half a pixel is no gap
    return shown
