"""The sitter's own shape: the mean of the meshes of all photos, straightened, at rest."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fenshen.double.own_face import VERTICES
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.canonical import CanonicalFace

Doubles = NDArray[np.float64]

CALM: Final = 4.0  # how fast a photo's say falls with the strength of its expression
STRAIGHT: Final = 30.0  # degrees of yaw and pitch at which it has fallen to 1/e


def identity_shape(
    meshes: Sequence[Floats], turns: Sequence[float], expressions: Sequence[float], face: CanonicalFace
) -> Floats:
    """Align every mesh to the canonical face by the points that hold still, and average.

    meshes: (478, 3) each, pixels, y down, z away from us. turns: degrees away from the front. expressions: 0 calm .. 1.
    Weighted generalised Procrustes analysis (Gower 1975), one round to the canonical face and one to the mean.
    Returns (468, 3): face widths, the middle of the still points at the origin, x right, y up, z to the viewer.
    """
    weights = np.exp(-CALM * np.array(expressions) - (np.array(turns) / STRAIGHT) ** 2)
    weights /= weights.sum()
    shape: Doubles = face.vertices.astype(np.float64)
    for _ in range(2):
        aligned = [_aligned(mesh[:VERTICES] * floats([1, -1, -1]), shape, face) for mesh in meshes]
        shape = np.einsum("k,kvc->vc", weights, np.stack(aligned))
    shape -= face.basis_weights @ shape[face.basis]
    return floats(shape / np.ptp(shape[list(regions.OVAL), 0]))


def _aligned(mesh: Floats, target: Doubles, face: CanonicalFace) -> Doubles:
    """Turn, scale and move a mesh onto a target by weighted similarity Procrustes (Kabsch 1976; Umeyama 1991)."""
    weight = face.basis_weights.astype(np.float64)[:, None]
    seen, wanted = mesh[face.basis].astype(np.float64), target[face.basis]
    middle, centre = (weight * seen).sum(0), (weight * wanted).sum(0)
    u, strength, vt = np.linalg.svd((weight * (wanted - centre)).T @ (seen - middle))
    sign = np.array([1, 1, np.sign(np.linalg.det(u @ vt))])
    scale = (strength * sign).sum() / (weight * (seen - middle) ** 2).sum()
    aligned: Doubles = scale * (mesh.astype(np.float64) - middle) @ (u @ np.diag(sign) @ vt).T + centre
    return aligned
