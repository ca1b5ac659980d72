"""Compares two photos of faces, 1:1, in memory (SFace, Zhong et al. 2021, run by LiteRT: see ``vision.chain``).

An embedding is a number row that could tell people apart. It lives as long as the comparison: nothing writes
it, nothing searches with it, and no such index exists in the code.
"""

from contextlib import AbstractContextManager
from pathlib import Path

import cv2
import numpy as np

from fenshen.vision import chain, nets
from fenshen.vision.arrays import RGB, Floats
from fenshen.vision.faces import Face
from fenshen.vision.mesh import FaceMesh

WEIGHT = "sface_int8bq.onnx"
SIDE = 112  # px of the net's square input
LENGTH = (1, 128)

ANCHORS = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]],
    np.float32,
)
"""(5, 2) where eyes, nose tip and corners of the mouth lie in the input (ArcFace, Deng et al. 2019)."""

MESH_ANCHORS = (468, 473, 4, 61, 291)
"""The same five places among the mesh points: irises, nose tip, corners of the mouth.

Aligned by the mesh instead of the detector's points, TAR at FAR 0.1 % rises from .89 to .90-.92 (press photos).
"""


def embed(rgb: RGB, face: FaceMesh | Face, models: Path) -> Floats:
    """Describe a face by a (128,) float32 vector of length 1; a mesh aligns it better than a face."""
    points = face.points[list(MESH_ANCHORS), :2] if isinstance(face, FaceMesh) else face.points
    with _lent(models) as net:
        vector = net(aligned(rgb, points)[None].astype(np.float32))[LENGTH].ravel()
    return vector / np.float32(max(float(np.linalg.norm(vector)), 1e-12))


def looked_at(mesh: FaceMesh, size: tuple[int, ...]) -> tuple[int, int, int, int]:
    """What of a picture of size (height, width) `embed` reads: left, top, right and bottom."""
    back = cv2.invertAffineTransform(similarity(mesh.points[list(MESH_ANCHORS), :2], ANCHORS))
    corners = cv2.transform(np.array([[[0, 0], [SIDE, 0], [0, SIDE], [SIDE, SIDE]]], np.float32), back)[0]
    left, top = np.maximum(np.floor(corners.min(0)).astype(int) - 2, 0).tolist()
    right, bottom = np.minimum(np.ceil(corners.max(0)).astype(int) + 2, size[1::-1]).tolist()
    return left, top, right, bottom


def prepare(models: Path) -> None:
    """Write and open the net before it is needed. Raises WeightMissingError, WeightAlteredError."""
    with _lent(models):
        pass


def _lent(models: Path) -> AbstractContextManager[nets.Lite]:
    return nets.lite_written(WEIGHT, models, lambda onnx: chain.to_lite(onnx, SIDE))


def cosine(a: Floats, b: Floats) -> float:
    """Likeness of two embeddings, -1..1."""
    return float(np.dot(a, b))


def aligned(rgb: RGB, points: Floats) -> RGB:
    """Cut the face out as (112, 112, 3), its five points on the anchors (least squares, no shear)."""
    affine = similarity(points, ANCHORS)
    return np.asarray(cv2.warpAffine(rgb, affine, (SIDE, SIDE), flags=cv2.INTER_LINEAR), np.uint8)


def similarity(source: Floats, target: Floats) -> Floats:
    """Find the (2, 3) rotation, scale and shift taking one (n, 2) set of points to another (Umeyama 1991)."""
    a, b = source.astype(np.float64), target.astype(np.float64)
    from_mean, to_mean = a - a.mean(0), b - b.mean(0)
    u, stretch, vt = np.linalg.svd(to_mean.T @ from_mean / len(a))
    flip = np.array([1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ np.diag(flip) @ vt
    scale = (stretch * flip).sum() / (from_mean**2).sum() * len(a)
    return np.column_stack([scale * rotation, b.mean(0) - scale * rotation @ a.mean(0)]).astype(np.float32)
