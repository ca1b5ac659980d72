"""What a sitter's takes say together about the face: its shape, its colours without light, its lasting marks."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.double.unopened import Unopened
from fenshen.vision import regions
from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.colour import to_linear
from fenshen.vision.shape import vertex_normals

TEXELS: Final = 1024  # side of the albedo
EDGE_ON: Final = 0.12  # cosine below which a piece of the face is seen from the side and tells nothing
VERTICES: Final = 468  # of the mesh; the ten points of the irises come after them
FACE_PIXELS: Final = 600.0  # an albedo is shrunk by whole halves before it is worn on a smaller face


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mole, a scar or a freckle that most photos show where that spot is in view."""

    u: float  # texture coordinates, 0..1, u grows to the image's right when the face is seen from the front
    v: float  # 0..1, grows downwards
    radius: float  # texture coordinates
    contrast: float  # log2 of the luminance beside it over its own; positive = darker than the skin around
    seen_in: float  # share of the takes that show the spot in which the mark is there


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class OwnFace:
    """The sitter's own face, free of light and of the moment. Biometric data, like the takes it was read from."""

    albedo: Unopened[RGB] = Unopened()  # (1024, 1024, 3) sRGB; its bare skin has the median `OpenDouble.skin`
    known: Unopened[NDArray[np.uint8]] = Unopened()  # (1024, 1024) 0 = guessed from around .. 255 = well seen
    vertices: Floats  # (468, 3) face widths, neutral, frontal: x right, y up, z to the viewer
    marks: tuple[Mark, ...]
    hair: tuple[float, float, float]  # linear sRGB in the light in which the skin is `OpenDouble.skin`
    lips: tuple[float, float, float]  # the same
    iris: tuple[float, float, float]  # the same
    uv: Floats  # (468, 2) where each vertex lies in the albedo, 0..1, v downwards
    triangles: NDArray[np.int32]  # (898, 3)


def worn(face: OwnFace, points: Floats, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Lay the albedo over a mesh in a picture.

    points: (478, 3) or (468, 3) mesh in the picture's pixels, z grows away from us. size: (height, width).
    Returns the albedo, (h, w, 3) linear sRGB float32, and how well it is known, (h, w) 0..1: 0 beside the face and
    where it is seen edge on. Beside the face the albedo is the sitter's skin.
    """
    mesh = floats(points[:VERTICES])
    triangle = _nearest_triangles(mesh, face.triangles, size)
    inside = triangle >= 0
    ys, xs = np.nonzero(inside)
    which = triangle[inside]
    texture, known = _shrunk(face, mesh)
    side = texture.shape[0]
    affine = _to_texture(mesh, face.uv, face.triangles)[which]
    at = np.full((*size, 2), -1, np.float32)
    for axis in range(2):
        place = affine[:, axis, 0] * xs + affine[:, axis, 1] * ys + affine[:, axis, 2]
        at[ys, xs, axis] = np.clip(place, 0, 1) * side - 0.5
    seen = cv2.remap(texture, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    sure = cv2.remap(known, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    facing = vertex_normals(mesh, face.triangles)[face.triangles, 2].mean(1)
    confidence = np.zeros(size, np.float32)
    confidence[inside] = (floats(sure)[inside] / 255) * np.clip((facing[which] - EDGE_ON) / 0.2, 0, 1)
    mouth = np.round(mesh[list(regions.INNER_LIPS), :2] * 16).astype(np.int32)
    cv2.fillPoly(confidence, [mouth], 0.0, shift=4)  # what an open mouth shows is no part of the face
    linear = to_linear(np.asarray(seen, np.uint8))
    linear[~inside] = np.median(linear[inside], axis=0) if inside.any() else 0
    return linear, confidence


def _nearest_triangles(
    mesh: Floats, triangles: NDArray[np.int32], size: tuple[int, int]
) -> NDArray[np.int32]:
    """Which triangle each pixel shows, -1 for none: painted from the farthest to the nearest. (h, w) int32."""
    picture = np.full(size, -1, np.int32)
    corners = np.round(mesh[triangles, :2] * 16).astype(np.int32)
    for k in np.argsort(-mesh[triangles, 2].mean(1)).tolist():
        cv2.fillConvexPoly(picture, corners[k], k, shift=4)
    return picture


def _to_texture(mesh: Floats, uv: Floats, triangles: NDArray[np.int32]) -> Floats:
    """(n, 2, 3) affine map of each triangle from the picture's pixels to texture coordinates."""
    corners = np.concatenate([mesh[triangles, :2], np.ones((len(triangles), 3, 1))], -1).astype(np.float64)
    flat = np.abs(np.linalg.det(corners)) < 1e-6  # noqa: PLR2004 - seen exactly edge on: no pixel shows it
    corners[flat] = np.eye(3)
    return floats(np.linalg.solve(corners, uv[triangles].astype(np.float64)).transpose(0, 2, 1))


def _shrunk(face: OwnFace, mesh: Floats) -> tuple[RGB, NDArray[np.uint8]]:
    """The albedo at about the picture's own resolution, so that shrinking it makes no noise."""
    width = float(np.ptp(mesh[:, 0]))
    texture, known = face.albedo, face.known
    while texture.shape[0] > 64 and width < FACE_PIXELS * texture.shape[0] / TEXELS:  # noqa: PLR2004
        half = (texture.shape[1] // 2, texture.shape[0] // 2)
        texture = np.asarray(cv2.resize(texture, half, interpolation=cv2.INTER_AREA), np.uint8)
        known = np.asarray(cv2.resize(known, half, interpolation=cv2.INTER_AREA), np.uint8)
    return texture, known
