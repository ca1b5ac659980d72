"""The sitter's shape as a lamp sees it: normals, depth and places, on few pixels, as light is smooth."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from fenshen.double.take import Take
from fenshen.engines.studio.bands import per_channel
from fenshen.engines.studio.framing import Window, place, view
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats

GRID: Final = (
    400  # pixels of the longer side, at most, on which light is computed, whatever the picture's size
)
SUM: Final = floats([[1, 1, 1]])
FACE_WIDTH: Final = 0.14  # metres, of a grown-up (bizygomatic breadth, ISO 7250-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What light falls on. All arrays (h, w), see `grid`."""

    normals: Floats  # (h, w, 3) unit, +x right, +y up, +z to the viewer
    depth: Floats  # (h, w) face widths, larger = nearer
    alpha: Floats  # (h, w) 0..1
    face: Floats  # (h, w) 0 or 1, bare skin of the face
    points: Floats  # (478, 3) mesh in these pixels
    middle: tuple[float, float]  # of the face, x and y in these pixels
    width: float  # of the face, in these pixels

    def places(self) -> Floats:
        """(h, w, 3) face widths from the middle of the face, in camera space."""
        height, width = self.depth.shape
        xs = (np.arange(width, dtype=np.float32)[None] - self.middle[0]) / self.width
        ys = (self.middle[1] - np.arange(height, dtype=np.float32)[:, None]) / self.width
        shown = self.depth[self.face > 0]
        near = float(shown.mean()) if shown.size else 0.0
        behind = np.clip(self.depth - near, -0.8, 0.5)  # the empty room behind is no place for a shoulder
        return floats(np.stack(np.broadcast_arrays(xs, ys, behind), -1))

    def softened(self, reach: float) -> Floats:
        """Normals (h, w, 3) with relief smaller than `reach` face widths smoothed away."""
        return unit(floats(cv2.GaussianBlur(self.normals, (0, 0), max(0.5, reach * self.width))))


def grid(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height of the pixels on which light is computed for a picture of (width, height)."""
    coarser = -(-max(size) // GRID)
    return max(1, size[0] // coarser), max(1, size[1] // coarser)


def dot(a: Floats, b: Floats) -> Floats:
    """Products of vectors, (h, w, 3) by (h, w, 3) to (h, w)."""
    return floats(cv2.transform(cv2.multiply(a, b), SUM))


def unit(vectors: Floats) -> Floats:
    """Vectors (h, w, 3) brought to length 1."""
    return floats(cv2.divide(vectors, per_channel(floats(np.sqrt(dot(vectors, vectors)) + np.float32(1e-6)))))


def set_stage(take: Take, window: Window, size: tuple[int, int]) -> Stage:
    """A take as it stands in a picture of size (width, height)."""
    small = grid(size)
    scale = take.normals.shape[1] / take.alpha.shape[1]
    normals = view(take.normals, window, small, scale)
    points = place(take.points, window, small)
    x, y, _ = points[list(regions.OVAL)].mean(0).tolist()
    return Stage(
        normals=unit(normals),
        depth=view(take.depth, window, small, scale),
        alpha=floats(np.clip(view(take.alpha, window, small) / 255, 0, 1)),
        face=floats(regions.bare_skin(points, (small[1], small[0]))),
        middle=(x, y),
        points=points,
        width=float(np.ptp(points[list(regions.OVAL), 0])),
    )
