"""The sitter's shape as a lamp sees it: normals, depth and places, on a quarter of the pixels."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from fenshen.double.take import Take
from fenshen.engines.studio.framing import Window, place, view
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats

LIGHT_SCALE: Final = 4  # light is smooth: it is computed on a quarter of the pixels
FACE_WIDTH: Final = 0.14  # metres, of a grown-up (bizygomatic breadth, ISO 7250-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What light falls on. All arrays (h, w), a quarter of the picture."""

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
        smooth = cv2.GaussianBlur(self.normals, (0, 0), max(0.5, reach * self.width))
        return floats(smooth / (np.linalg.norm(smooth, axis=-1, keepdims=True) + 1e-6))


def set_stage(take: Take, window: Window, size: tuple[int, int]) -> Stage:
    """A take as it stands in a picture of size (width, height)."""
    small = (size[0] // LIGHT_SCALE, size[1] // LIGHT_SCALE)
    scale = take.normals.shape[1] / take.alpha.shape[1]
    normals = view(take.normals, window, small, scale)
    points = place(take.points, window, small)
    x, y, _ = points[list(regions.OVAL)].mean(0).tolist()
    return Stage(
        normals=floats(normals / (np.linalg.norm(normals, axis=-1, keepdims=True) + 1e-6)),
        depth=view(take.depth, window, small, scale),
        alpha=floats(np.clip(view(take.alpha, window, small) / 255, 0, 1)),
        face=floats(regions.bare_skin(points, (small[1], small[0]))),
        middle=(x, y),
        points=points,
        width=float(np.ptp(points[list(regions.OVAL), 0])),
    )
