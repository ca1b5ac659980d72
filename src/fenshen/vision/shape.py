"""The shape of head, neck and shoulders, from a face mesh and a silhouette.

The mesh knows the face only; everything else is inflated from the outline: at a silhouette a surface turns away from
the viewer, so its normal lies in the picture and points outwards (Johnston, "Lumo", NPAR 2002). Normals spread from
both into the rest of the person by diffusion. Depth keeps the one step that matters for light: the neck lies behind
the jaw, so that a chin can throw its shadow.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats

LONGEST_EDGE: Final = 384  # light is smooth: shape is kept this small and enlarged when it is used
CHEST: Final = 0.55  # how strongly the chest turns to the sides, compared with a cylinder
SMOOTH: Final = 0.03  # of the face's width: finer relief of the mesh is guesswork
ROUNDS_OFF: Final = 0.16  # face widths over which a head falls back beside the mesh
NECK_SETBACK: Final = 0.42  # face widths from the jaw's rim back to the front of the neck


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a head is like in space, on a small grid."""

    normals: Floats  # (h, w, 3) unit, camera space: +x right, +y up, +z to the viewer
    depth: Floats  # (h, w) in face widths, larger = nearer to the viewer


def shape_of(alpha: Floats, points: Floats, triangles: NDArray[np.int32]) -> Shape:
    """Normals and depth of a person.

    alpha: (H, W) 0..1. points: (478, 3) face mesh in the same pixels. triangles: (n, 3) of its vertices.
    """
    scale = LONGEST_EDGE / max(alpha.shape)
    size = (max(2, round(alpha.shape[1] * scale)), max(2, round(alpha.shape[0] * scale)))
    small = floats(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA))
    mesh = floats(points) * np.float32(scale)
    width = float(np.ptp(mesh[list(regions.OVAL), 0]))
    face_normals, face_depth, face = _rasterise(mesh, triangles, small.shape[:2], width)
    return Shape(
        normals=_complete_normals(small, face_normals, face, width, chin=float(mesh[regions.CHIN, 1])),
        depth=_complete_depth(small, face_depth, face, mesh, width),
    )


def vertex_normals(points: Floats, triangles: NDArray[np.int32]) -> Floats:
    """Area-weighted unit normals of a mesh in camera space (+x right, +y up, +z to the viewer). (n, 3) float32."""
    vertices = points * floats([1, -1, -1])
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    facing = np.cross(b - a, c - a)
    if np.median(facing[:, 2]) < 0:
        facing = -facing
    normals = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(normals, triangles[:, k], facing)
    return floats(normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9))


def diffuse(
    values: Floats, known: NDArray[np.bool_], domain: NDArray[np.bool_], *, sweeps: int = 40
) -> Floats:
    """Smooth interpolation of (h, w, c) values from known pixels over a domain: Laplace's equation, coarse to fine."""
    height, width = known.shape
    if min(height, width) > 12:  # noqa: PLR2004 - the coarsest grid
        size = (width // 2, height // 2)
        weight = known.astype(np.float32)
        share = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
        coarse = cv2.resize(values * weight[..., None], size, interpolation=cv2.INTER_AREA)
        coarse = coarse.reshape(*share.shape, -1) / np.maximum(share, 1e-6)[..., None]
        inside = cv2.resize(domain.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
        start = cv2.resize(diffuse(floats(coarse), share > 0, inside), (width, height))
        start = start.reshape(height, width, -1)
    else:
        start = np.full_like(values, values[known].mean(0) if known.any() else 0)
    field = np.where(known[..., None], values, start).astype(np.float32)
    area = domain.astype(np.float32)
    share = cv2.blur(area, (3, 3))[..., None] + 1e-6
    for _ in range(sweeps):
        spread = cv2.blur(field * area[..., None], (3, 3)).reshape(field.shape) / share
        field = np.where(known[..., None], values, spread).astype(np.float32)
    return field


def _rasterise(
    mesh: Floats, triangles: NDArray[np.int32], size: tuple[int, int], width: float
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Normals (h, w, 3), depth (h, w, face widths) and mask of the mesh, far triangles first."""
    normals = vertex_normals(mesh[:468], triangles)
    picture = np.zeros((*size, 4), np.float32)
    order = np.argsort(-mesh[triangles, 2].mean(1))  # mesh z grows away from the viewer
    for corner in triangles[order]:
        flat = [*normals[corner].mean(0).tolist(), float(-mesh[corner, 2].mean()) / width]
        cv2.fillConvexPoly(picture, np.round(mesh[corner, :2] * 8).astype(np.int32), flat, shift=3)
    mask = np.abs(picture[..., :3]).sum(-1) > 0
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), max(0.8, SMOOTH * width))[..., None] + 1e-6
    smooth = cv2.GaussianBlur(picture, (0, 0), max(0.8, SMOOTH * width)) / soft
    return floats(smooth[..., :3]), floats(smooth[..., 3]), mask


def _complete_normals(
    alpha: Floats, face_normals: Floats, face: NDArray[np.bool_], width: float, *, chin: float
) -> Floats:
    person = alpha > 0.5  # noqa: PLR2004
    rounded = cv2.GaussianBlur(alpha, (0, 0), max(1.5, 0.04 * width))
    slope = np.dstack([cv2.Sobel(rounded, cv2.CV_32F, 1, 0), cv2.Sobel(rounded, cv2.CV_32F, 0, 1)])
    steep = np.linalg.norm(slope, axis=-1, keepdims=True)
    outline = person & (cv2.erode(person.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1) == 0)
    outline &= (steep[..., 0] > 1e-3) & _away_from_frame(person.shape, 3)  # noqa: PLR2004
    margin = 2 * max(1, round(0.05 * width)) + 1
    inner_face = cv2.erode(face.astype(np.uint8), np.ones((margin, margin), np.uint8)) > 0
    planar = np.zeros((*person.shape, 2), np.float32)
    outward = -slope / (steep + 1e-6) * floats([1, -1])  # picture y grows downwards, camera y upwards
    planar[outline] = 0.93 * outward[outline]
    planar[inner_face] = face_normals[..., :2][inner_face]
    planar = diffuse(planar, outline | inner_face, person)
    planar = floats(cv2.GaussianBlur(planar, (0, 0), max(0.8, 0.015 * width)))
    rows = np.arange(person.shape[0], dtype=np.float32)[:, None]
    planar[..., 0] *= 1 - (1 - CHEST) * np.clip(
        (rows - chin) / (0.7 * width), 0, 1
    )  # a chest is flatter than a pipe
    length = np.linalg.norm(planar, axis=-1, keepdims=True)
    planar = planar * np.minimum(1, 0.98 / (length + 1e-6))
    towards = np.sqrt(np.clip(1 - (planar**2).sum(-1, keepdims=True), 0, 1))
    return floats(np.concatenate([planar, towards], -1))


def _complete_depth(
    alpha: Floats, face_depth: Floats, face: NDArray[np.bool_], mesh: Floats, width: float
) -> Floats:
    """Depth in face widths: the mesh, hair at the depth of the face's rim, neck and body behind the jaw."""
    oval = mesh[list(regions.OVAL)]
    rim = float(-oval[:, 2].max()) / width
    chin = float(mesh[regions.CHIN, 1])
    rows = np.arange(alpha.shape[0], dtype=np.float32)[:, None]
    jaw = float(mesh[[regions.RIGHT_JAW, regions.LEFT_JAW], 1].mean())
    below = np.clip((rows - jaw) / max(1.0, chin - jaw), 0, 1)  # 0 above the jaw's corners, 1 below the chin
    behind = rim - below * (NECK_SETBACK - 0.25) + np.zeros_like(alpha)
    body = np.clip((rows - chin) / width, 0, 1)  # the chest comes forward again
    behind = behind + 0.25 * body
    depth = np.where(face, face_depth, behind + (1 - below) * _continued(face_depth - behind, face, width))
    return floats(np.where(alpha > 0.5, depth, rim - 2))  # noqa: PLR2004


def _continued(values: Floats, known: NDArray[np.bool_], width: float) -> Floats:
    """Values (h, w) of the nearest known pixel, fading to 0 with the way there: a temple is no cliff."""
    if not known.any():
        return np.zeros_like(values)
    away, labels = cv2.distanceTransformWithLabels(
        np.asarray(~known, np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    nearest = np.zeros(int(labels.max()) + 1, np.float32)
    nearest[labels[known]] = values[known]
    return floats(
        cv2.GaussianBlur(nearest[labels], (0, 0), max(0.8, SMOOTH * width))
        * np.exp(-away / (ROUNDS_OFF * width))
    )


def _away_from_frame(size: tuple[int, int], margin: int) -> NDArray[np.bool_]:
    mask = np.zeros(size, bool)
    mask[margin:-margin, margin:-margin] = True
    return mask
