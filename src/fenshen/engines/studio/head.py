"""A head in numbers: its angles as a rotation, its width, how its owner holds it."""

from typing import Final

import numpy as np

from fenshen.double.take import Take
from fenshen.vision.arrays import Floats, floats

EARS: Final = (234, 454)  # vertices in front of the right and the left ear
FRONT: Final = 25.0  # degrees of yaw within which a pitch says how the head is held


def rotation(yaw: float, pitch: float, roll: float) -> Floats:
    """The (3, 3) rotation of `vision.mesh.Pose` with these angles in degrees: x right, y up, z to the viewer."""
    y, p, r = np.radians([yaw, pitch, -roll])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return floats(about_y @ about_x @ about_z)


def face_width(take: Take) -> float:
    """From ear to ear in space, pixels of the take."""
    right, left = take.points[list(EARS)]
    return max(1.0, float(np.linalg.norm(right - left)))


def level(takes: tuple[Take, ...]) -> float:
    """The pitch at which the sitter holds the head, degrees: the mesh reads every face a little up or down."""
    seen = [take.pitch for take in takes if abs(take.yaw) <= FRONT]
    return float(np.median(seen or [take.pitch for take in takes]))
