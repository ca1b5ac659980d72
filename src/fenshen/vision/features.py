"""Lids, lips, gaze, and how near the camera was: numbers read off the fitted mesh, without looking at pixels."""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.vision.canonical import canonical
from fenshen.vision.mesh import FaceMesh
from fenshen.vision.quality import LEFT_IRIS, RIGHT_IRIS

LIDS = {"right": ((159, 145), (158, 153), (160, 144)), "left": ((386, 374), (385, 380), (387, 373))}
LIPS = ((13, 14), (82, 87), (312, 317))
EYE_CORNERS = ((33, 133), (362, 263))
CHIN = 152

EXPRESSIVE = (
    *("browDownLeft", "browDownRight", "browInnerUp", "cheekPuff", "eyeWideLeft", "eyeWideRight", "jawOpen"),
    *("mouthFrownLeft", "mouthFrownRight", "mouthFunnel", "mouthPucker", "mouthSmileLeft", "mouthSmileRight"),
    *("mouthStretchLeft", "mouthStretchRight", "noseSneerLeft", "noseSneerRight"),
)
"""Movements that make an expression; blinking and looking about are measured elsewhere."""

BETWEEN_PUPILS = 6.3  # cm, adults (Dodgson 2004: mean 63 mm, 5 % to 95 % 55 to 70)
DISTANCES = (22.0, 32.0, 48.0, 75.0, 130.0, 400.0)  # cm that are tried
STEADY = (
    *(10, 151, 9, 8, 168, 6, 197, 195, 5, 4, 1, 2, 33, 133, 263, 362, 127, 356, 162, 389, 234, 454, 93, 323),
    *(
        132,
        361,
        58,
        288,
        54,
        284,
        103,
        332,
        67,
        297,
        109,
        338,
        116,
        345,
        117,
        346,
        50,
        280,
        98,
        327,
        129,
        358,
    ),
    *(152, 175, 199, 200),
)
"""Points that hold fairly still when the face moves, near ones and far ones."""


def eyes_to_chin(mesh: FaceMesh) -> float:
    """Distance T from between the eyes to the chin, px: the measuring rod of ISO/IEC 29794-5."""
    middle = mesh.points[[corner for eye in EYE_CORNERS for corner in eye]].mean(0)
    return max(float(np.linalg.norm(middle - mesh.points[CHIN])), 1.0)


def eye_opening(mesh: FaceMesh) -> float:
    """Gap between the lids of the less open eye, in T (eyes open)."""
    gaps = [np.mean([_apart(mesh, *pair) for pair in pairs]) for pairs in LIDS.values()]
    return float(min(gaps)) / eyes_to_chin(mesh)


def lip_gap(mesh: FaceMesh) -> float:
    """Widest gap between the lips, in T (mouth closed)."""
    return max(_apart(mesh, *pair) for pair in LIPS) / eyes_to_chin(mesh)


def expression(mesh: FaceMesh) -> float:
    """Strength of the strongest expressive movement, 0 calm .. 1 (in place of expression neutrality's net)."""
    return max(mesh.blendshapes[name] for name in EXPRESSIVE)


def gaze(mesh: FaceMesh) -> float:
    """How far the eyes look away from the camera, degrees: turn of the eyes in the head plus turn of the head.

    The eyes' blendshapes go to 1 at about 30 degrees sideways and 25 up or down.
    """
    moves = mesh.blendshapes
    to_image_right = (
        moves["eyeLookOutLeft"] - moves["eyeLookInLeft"] + moves["eyeLookInRight"] - moves["eyeLookOutRight"]
    ) / 2
    down = (
        moves["eyeLookDownLeft"]
        + moves["eyeLookDownRight"]
        - moves["eyeLookUpLeft"]
        - moves["eyeLookUpRight"]
    ) / 2
    return float(np.hypot(30 * to_image_right + mesh.pose.yaw, 25 * down + mesh.pose.pitch))


def between_pupils(mesh: FaceMesh) -> float:
    """Distance between the pupils as seen from the front, px."""
    return float(np.linalg.norm(mesh.points[LEFT_IRIS] - mesh.points[RIGHT_IRIS]))


def camera_distance(mesh: FaceMesh, size: tuple[int, int], models: Path) -> float:
    """Estimate how far away the camera was, cm, from perspective alone; 400 means far.

    ``size`` is (width, height) of the uncropped picture the mesh lies in. The canonical face is fitted by a pinhole
    camera at several distances (SQPnP, Terzakis & Lourakis 2020), the focal length bound to each by the size of the
    face; where it fits best is the answer. A person's own proportions bend it: it tells arm's length from across a
    table, not one table from another (``benchmarks/gate`` says how well).
    """
    points = mesh.points[list(STEADY), :2].astype(np.float64)
    still = _steady(models)
    unit = between_pupils(mesh) / BETWEEN_PUPILS
    errors = np.array([_misfit(points, still, unit * d, size) for d in DISTANCES])
    best = int(np.clip(errors.argmin(), 1, len(errors) - 2))
    curve = np.polyfit(np.log(DISTANCES[best - 1 : best + 2]), errors[best - 1 : best + 2], 2)
    if curve[0] <= 0:
        return DISTANCES[int(errors.argmin())]
    return float(np.exp(np.clip(-curve[1] / (2 * curve[0]), np.log(DISTANCES[0]), np.log(DISTANCES[-1]))))


@lru_cache(maxsize=2)
def _steady(models: Path) -> NDArray[np.float64]:
    """(n, 3) the steady points of the canonical face, y down and z away from the camera."""
    return canonical(models).vertices[list(STEADY)].astype(np.float64) * (1, -1, -1)


def _misfit(
    points: NDArray[np.float64], still: NDArray[np.float64], focal: float, size: tuple[int, int]
) -> float:
    """Mean square distance in px² between the points and the best view of the canonical face at this focal length."""
    camera = np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1.0]])
    found, turn, shift = cv2.solvePnP(still, points, camera, None, flags=cv2.SOLVEPNP_SQPNP)
    if not found:
        return float("inf")
    seen = cv2.projectPoints(still, turn, shift, camera, None)[0].reshape(-1, 2)
    return float(((seen - points) ** 2).sum(1).mean())


def _apart(mesh: FaceMesh, a: int, b: int) -> float:
    return float(np.linalg.norm(mesh.points[a] - mesh.points[b]))
