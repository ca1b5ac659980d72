"""Fits MediaPipe's face mesh: 478 points, 52 blendshapes, the head's pose. MediaPipe itself is not needed.

Two passes, as MediaPipe does over a video: the first cuts the face out by the detector's box, the second by
the points of the first, which halves the error.
"""

from dataclasses import dataclass
from math import exp
from pathlib import Path

import cv2
import numpy as np

from fenshen.vision import nets
from fenshen.vision.arrays import RGB, Floats
from fenshen.vision.blendshapes import BLENDSHAPES, SEEN
from fenshen.vision.canonical import WEIGHT, CanonicalFace, canonical
from fenshen.vision.faces import Face

LANDMARKS, MOVEMENTS = "face_landmarks_detector.tflite", "face_blendshapes.tflite"
SIDE = 256  # px of the net's square input
MARGIN = 1.5  # side of the cut-out, in sizes of the face
PASSES = 2
RIGHT_EYE_OUTER, LEFT_EYE_OUTER = 33, 263
POINTS_SHAPE, PRESENCE_SHAPE, BLENDSHAPES_SHAPE = (1, 1, 1, 1434), (1, 1, 1, 1), (52,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pose:
    """How the head is turned, in degrees, and the same as a matrix."""

    yaw: float  # positive: the face looks to the image's right
    pitch: float  # positive: the face looks down
    roll: float  # positive: the head leans clockwise as seen
    rotation: Floats  # (3, 3) canonical face -> picture with y up and z to the camera


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaceMesh:
    """The mesh of one face, in the pixels of the picture it was fitted to."""

    points: Floats  # (478, 3) x, y (down) in px; z in the same scale, smaller = nearer to the camera
    presence: float  # 0..1, how sure the net is that this is a whole face
    blendshapes: dict[str, float]  # 52 movements of the face by ARKit's names, 0..1
    pose: Pose

    def scaled(self, factor: float) -> "FaceMesh":
        """Give the same mesh for the picture enlarged by ``factor``."""
        points = (self.points * np.float32(factor)).astype(np.float32)
        return FaceMesh(points=points, presence=self.presence, blendshapes=self.blendshapes, pose=self.pose)


def prepare(models: Path) -> None:
    """Open both nets and read the canonical face before they are needed. Raises what ``fit`` raises."""
    for member in (LANDMARKS, MOVEMENTS):
        with nets.lite(WEIGHT, models, member):
            pass
    canonical(models)


def fit(rgb: RGB, face: Face, models: Path) -> FaceMesh:
    """Fit the mesh to a face that the detector found in the same picture.

    Raises WeightMissingError, WeightAlteredError.
    """
    x, y, width, height = face.box
    eyes = face.points[1] - face.points[0]
    cut = _Cut(
        x + width / 2, y + height / 2, MARGIN * max(width, height), float(np.arctan2(eyes[1], eyes[0]))
    )
    with nets.lite(WEIGHT, models, LANDMARKS) as net:
        for _ in range(PASSES):
            outputs = net(_cut_out(rgb, cut))
            points = _to_picture(outputs[POINTS_SHAPE].reshape(478, 3), cut)
            cut = _around(points)
    logit = float(outputs[PRESENCE_SHAPE].ravel()[0])
    presence = 1 / (1 + exp(min(60.0, -logit)))  # in full precision: what it lacks of 1 tells much
    with nets.lite(WEIGHT, models, MOVEMENTS) as net:
        moves = net(points[None, SEEN, :2])[BLENDSHAPES_SHAPE]
    return FaceMesh(
        points=points,
        presence=presence,
        blendshapes=dict(zip(BLENDSHAPES, moves.tolist(), strict=True)),
        pose=pose(points, canonical(models)),
    )


def pose(points: Floats, face: CanonicalFace) -> Pose:
    """Find the rotation of the canonical face by weighted orthogonal Procrustes (Kabsch 1976).

    Orthographic: a face near the edge of a wide picture seems turned by up to 13 degrees more than it is.
    """
    weight = face.basis_weights[:, None]
    seen = points[face.basis] * np.array(
        [1, -1, -1], np.float32
    )  # y up, z to the camera, as the canonical face has it
    still = face.vertices[face.basis]
    seen, still = seen - (weight * seen).sum(0), still - (weight * still).sum(0)
    u, _, vt = np.linalg.svd((weight * seen).T @ still)
    rotation = u @ np.diag([1, 1, np.sign(np.linalg.det(u @ vt))]) @ vt
    return Pose(
        yaw=float(np.degrees(np.arctan2(rotation[0, 2], rotation[2, 2]))),
        pitch=float(np.degrees(np.arctan2(-rotation[1, 2], np.hypot(rotation[0, 2], rotation[2, 2])))),
        roll=float(np.degrees(np.arctan2(-rotation[1, 0], rotation[1, 1]))),
        rotation=rotation.astype(np.float32),
    )


@dataclass(frozen=True, slots=True)
class _Cut:
    """A square of the picture: centre and side in px, turned by an angle in radians."""

    x: float
    y: float
    side: float
    angle: float

    def to_picture(self) -> Floats:
        """(2, 3) affine map from the net's pixels to the picture's."""
        scale = self.side / SIDE
        cos, sin = scale * np.cos(self.angle), scale * np.sin(self.angle)
        half = SIDE / 2
        return np.array(
            [[cos, -sin, self.x - half * (cos - sin)], [sin, cos, self.y - half * (sin + cos)]], np.float32
        )


def _cut_out(rgb: RGB, cut: _Cut) -> Floats:
    """(1, 256, 256, 3) float32 RGB 0..1, edges of the picture continued outwards."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    square = cv2.warpAffine(rgb, cut.to_picture(), (SIDE, SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(square[None], np.float32) / np.float32(255)


def _to_picture(points: Floats, cut: _Cut) -> Floats:
    """Bring the net's (478, 3) points into the picture; z is scaled alike."""
    affine = cut.to_picture()
    flat = points[:, :2] @ affine[:, :2].T + affine[:, 2]
    return np.column_stack([flat, points[:, 2] * (cut.side / SIDE)]).astype(np.float32)


def _around(points: Floats) -> _Cut:
    """Cut around the points, level with the eyes."""
    eyes = points[LEFT_EYE_OUTER, :2] - points[RIGHT_EYE_OUTER, :2]
    angle = float(np.arctan2(eyes[1], eyes[0]))
    level = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    turned = points[:, :2] @ level.T
    low, high = turned.min(0), turned.max(0)
    x, y = level.T @ ((low + high) / 2)
    return _Cut(float(x), float(y), MARGIN * float((high - low).max()), angle)
