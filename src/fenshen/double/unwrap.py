"""Lay takes flat: what each shows of every spot of the face, in the canonical face's texture coordinates."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.double.own_face import VERTICES
from fenshen.double.take import Take
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.canonical import CanonicalFace
from fenshen.vision.colour import to_linear
from fenshen.vision.light import shade
from fenshen.vision.shape import vertex_normals

SIDE: Final = 256  # texels to a side at which takes are compared
DARKEST: Final = 0.004  # linear: below this a camera's black says nothing about what is there
HIDDEN: Final = 0.05  # face widths by which a spot must lie behind another to be hidden by it
TRUST: Final = 0.9  # octaves around the mean that harmonics may tell: beyond what was fitted they run wild
_LOG: Final = floats(np.log2(np.maximum(to_linear(np.arange(256, dtype=np.uint8)), DARKEST)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chart:
    """Which spot of the mesh each texel shows. Beside the mesh its nearest triangle is continued."""

    vertices: NDArray[np.int32]  # (side, side, 3)
    shares: Floats  # (side, side, 3) of the three vertices; they sum to 1
    inside: NDArray[np.bool_]  # (side, side)
    core: NDArray[np.bool_]  # (side, side) inside and not at the rim, where takes show what lies behind

    def spread(self, values: Floats) -> Floats:
        """Interpolate values of the vertices, (468, c), over the texels: (side, side, c)."""
        return floats(np.einsum("yxkc,yxk->yxc", values[self.vertices], self.shares, optimize=True))


def chart(face: CanonicalFace, side: int = SIDE) -> Chart:
    """Chart the canonical face's texture."""
    which = np.full((side, side), -1, np.int32)
    corners = face.uv[face.triangles] * side - 0.5
    for k, corner in enumerate(np.round(corners * 16).astype(np.int32)):
        cv2.fillConvexPoly(which, corner, k, shift=4)
    inside = which >= 0
    core = cv2.erode(np.asarray(inside, np.uint8), np.ones((9, 9), np.uint8)) > 0
    _, labels = cv2.distanceTransformWithLabels(
        np.asarray(~inside, np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    nearest = np.zeros(int(labels.max()) + 1, np.int32)
    nearest[labels[inside]] = which[inside]
    which = nearest[labels]
    ys, xs = np.mgrid[0:side, 0:side]
    solved = np.linalg.inv(np.concatenate([corners, np.ones((len(corners), 3, 1))], -1).astype(np.float64))
    shares = np.einsum("yxc,yxck->yxk", np.stack([xs, ys, np.ones_like(xs)], -1), solved[which])
    return Chart(vertices=face.triangles[which], shares=floats(shares), inside=inside, core=core)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flat:
    """One take laid flat."""

    at: Floats  # (side, side, 2) where each texel lies in the take, px
    colour: Floats  # (side, side, 3) log2 of linear sRGB, as lit
    shading: Floats  # (side, side, 3) log2 of light x the sitter's mean skin, by the take's harmonics
    seen: Floats  # (side, side) 0 = hidden, edge on or outside the photo .. 1 = from the front


def flatten(take: Take, chart: Chart, triangles: NDArray[np.int32]) -> Flat:
    """Lay a take flat."""
    mesh = floats(take.points[:VERTICES])
    width = float(np.ptp(take.points[list(regions.OVAL), 0]))
    normals = vertex_normals(mesh, triangles)
    towards = chart.spread(np.column_stack([mesh, normals]))
    at, depth, normal = towards[..., :2], towards[..., 2], towards[..., 3:]
    normal = normal / (np.linalg.norm(normal, axis=-1, keepdims=True) + 1e-6)
    seen = np.clip((normal[..., 2] - 0.25) / 0.5, 0, 1) * _in_view(mesh, triangles, at, depth, width)
    seen *= np.clip((floats(_sampled(take.alpha, at, width)[..., 0]) - 200) / 50, 0, 1)
    light = np.log2(shade(normal, take.light) + np.float32(1e-3))
    told = seen > 0.5 if (seen > 0.5).any() else chart.core  # noqa: PLR2004
    middle = np.median(light[told], axis=0)
    light -= middle
    seen = np.clip((normal[..., 2] - 0.25) / 0.5, 0, 1) * _in_view(mesh, triangles, at, depth, width)
    return Flat(
        at=at,
        colour=_logs(_sampled(take.foreground, at, width)),
        shading=floats(middle + TRUST * np.tanh(light / TRUST)),
        seen=floats(seen * chart.core),
    )


def finer(take: Take, flat: Flat, side: int) -> Floats:
    """The take's colour at more texels: (side, side, 3) log2 of linear sRGB."""
    at = cv2.resize(flat.at, (side, side), interpolation=cv2.INTER_LINEAR)
    seen = cv2.remap(
        take.foreground, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return _logs(np.asarray(seen, np.uint8))


def _logs(srgb: NDArray[np.uint8]) -> Floats:
    return floats(cv2.LUT(srgb, _LOG))


def _sampled(picture: NDArray[np.uint8], at: Floats, width: float) -> NDArray[np.uint8]:
    """A picture (H, W[, c]) at these places, shrunk first so that no texel falls between pixels. (h, w, c)."""
    scale = min(1.0, SIDE / width)
    small = (
        cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    )
    place = (at + 0.5) * np.float32(scale) - 0.5
    found = cv2.remap(small, place[..., 0], place[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(found if found.ndim == 3 else found[..., None], np.uint8)  # noqa: PLR2004


def _in_view(mesh: Floats, triangles: NDArray[np.int32], at: Floats, depth: Floats, width: float) -> Floats:
    """0 where another part of the face lies before a texel, else 1. (side, side)."""
    scale = 128 / width
    low = mesh[:, :2].min(0)
    size = np.ceil(np.ptp(mesh[:, :2], axis=0) * scale).astype(int) + 2
    front = np.full((size[1], size[0]), np.inf, np.float32)
    corners = np.round((mesh[triangles, :2] - low) * scale * 8).astype(np.int32)
    far = mesh[triangles, 2].mean(1)
    for k in np.argsort(-far).tolist():
        cv2.fillConvexPoly(front, corners[k], float(far[k]), shift=3)
    place = floats((at - low) * scale)
    nearest = cv2.remap(
        front, place[..., 0], place[..., 1], cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE
    )
    clear = cv2.medianBlur(np.asarray(depth - nearest < HIDDEN * width, np.uint8), 7)
    return floats(cv2.GaussianBlur(floats(cv2.erode(clear, np.ones((5, 5), np.uint8))), (0, 0), 1.5))
