"""The head of a take as a surface in space: what a turn of the head or another lens needs to know of each pixel.

Inside the face the mesh is interpolated by the biharmonic kernel |r| (Duchon 1977); outside, the head is taken for an
ellipsoid through the face's rim whose outline lies in the plane of the ears, so that a turning face moves within hair
that stays where it is, as it does.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from fenshen.double.take import Take
from fenshen.engines.studio.head import EARS
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats

GRID: Final = 36.0  # cells across a face: enough for a nose
REACH: Final = 1.75  # ovals from the face's centre to where the head ends for certain
RINGS: Final = (
    (1.22, 0.55),
    (1.5, 0.12),
    (1.8, 0.0),
)  # ovals from the centre, share of the rim's depth left there
HELD: Final = (*range(0, 468, 4), *regions.OVAL, *regions.LIPS)  # vertices that carry the interpolation
CALM: Final = 0.09  # of a face: how smooth the head is where the face ends
RIDGE: Final = 0.15  # of a cell: lips that touch must not tear
NECK: Final = (
    0.03,
    0.62,
)  # of the face's height below the chin: where the head begins to give way, where the body rests


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """A head on a coarse grid. Depth is in pixels of the take, larger = nearer, 0 in the plane of the ears."""

    left: float  # of the grid's first cell's centre, take pixels
    top: float
    step: float  # take pixels per cell
    depth: Floats  # (h, w)
    head: Floats  # (h, w) 1 = moves with the head .. 0 = rests with the body
    extra: Floats  # (h, w, k) what else was given per vertex; 0 beyond the face
    pivot: Floats  # (3,) middle between the ears: x, y in take pixels, z of the mesh there
    middle: Floats  # (2,) of the face, take pixels
    neck: Floats  # (2,) where the head is tilted about, take pixels

    def positions(self) -> Floats:
        """(h, w, 2) x, y of the cells in take pixels."""
        height, width = self.depth.shape
        xs = self.left + self.step * np.arange(width, dtype=np.float32)
        ys = self.top + self.step * np.arange(height, dtype=np.float32)
        return floats(np.stack(np.meshgrid(xs, ys), -1))


def relief(take: Take, extra: Floats | None = None) -> Relief:
    """The head of a take; `extra` (468, k) is interpolated alike."""
    points = take.points[:468]
    oval = points[list(regions.OVAL)]
    low, high = oval[:, :2].min(0), oval[:, :2].max(0)
    size, middle = high - low, (low + high) / 2
    step = float(size[0]) / GRID
    cells = np.ceil(2 * REACH * size / step).astype(int)
    left, top = middle - step * (cells - 1) / 2
    pivot = points[list(EARS)].mean(0)
    given = floats(np.column_stack([pivot[2] - points[:, 2], *([] if extra is None else extra.T)]))
    xs = (left + step * np.arange(cells[0]) - middle[0]) / step
    ys = (top + step * np.arange(cells[1]) - middle[1]) / step
    places = floats(np.stack(np.meshgrid(xs, ys), -1))
    field = _interpolated((points[:, :2] - middle) / step, given, places)
    field = _calmed(field, (points[list(regions.OVAL), :2] - (left, top)) / step)
    field *= _fade(places, size / step)[..., None]
    chin, down = points[regions.CHIN], points[regions.CHIN, :2] - points[regions.FOREHEAD, :2]
    tall = float(np.linalg.norm(down))
    below = ((places * step + middle - chin[:2]) @ (down / tall)) / tall
    t = np.clip((below - NECK[0]) / (NECK[1] - NECK[0]), 0, 1)
    return Relief(
        left=float(left),
        top=float(top),
        step=step,
        depth=floats(np.maximum(field[..., 0], 0)),
        head=floats(1 - t * t * (3 - 2 * t)),
        extra=floats(field[..., 1:]),
        pivot=floats(pivot),
        middle=floats(middle),
        neck=floats(chin[:2] + 0.3 * down),
    )


def _interpolated(points: Floats, values: Floats, places: Floats) -> Floats:
    """Vertex values and rings that fade to 0, by kernel |r| with a constant. In cells. (h, w, k)."""
    rim = list(regions.OVAL[::2])
    centres = [points[list(HELD)], *(points[rim] * reach for reach, _ in RINGS)]
    known = [values[list(HELD)]]
    for _, left in RINGS:
        ring = np.zeros_like(values[rim])
        ring[:, 0] = left * values[rim, 0]
        known.append(ring)
    at, wanted = np.concatenate(centres), np.concatenate(known)
    n = len(at)
    system = np.zeros((n + 1, n + 1))
    system[:n, :n] = np.linalg.norm(at[:, None] - at[None], axis=-1) - RIDGE * np.eye(n)
    system[n, :n] = system[:n, n] = 1
    answer = np.linalg.solve(system, np.vstack([wanted, np.zeros((1, wanted.shape[1]))]))
    flat = places.reshape(-1, 2)
    squared = (flat**2).sum(1)[:, None] + (at**2).sum(1) - 2 * flat @ floats(at.T)
    kernel = np.sqrt(np.maximum(floats(squared), 0))
    field = kernel @ floats(answer[:n]) + floats(answer[n])
    return floats(field.reshape(*places.shape[:2], -1))


def _calmed(field: Floats, oval: Floats) -> Floats:
    """The field made smooth towards the face's rim: bends there would show as dents in a cheek's outline.

    field: (h, w, k). oval: (36, 2) in cells of the field.
    """
    rim = np.zeros(field.shape[:2], np.float32)
    middle = oval.mean(0)
    cv2.fillPoly(rim, [np.round(middle + 0.82 * (oval - middle)).astype(np.int32)], 1.0)
    inner = cv2.GaussianBlur(rim, (0, 0), 0.07 * GRID)[..., None]
    fine = cv2.GaussianBlur(field, (0, 0), 0.6).reshape(field.shape)
    calm = cv2.GaussianBlur(field, (0, 0), CALM * GRID).reshape(field.shape)
    return floats(inner * fine + (1 - inner) * calm)


def _fade(places: Floats, size: Floats) -> Floats:
    """1 on the head, 0 at the grid's border."""
    away = np.linalg.norm(places / (size / 2), axis=-1)
    t = np.clip((away - 1.45) / (REACH - 1.5), 0, 1)
    return floats(1 - t * t * (3 - 2 * t))
