"""A face of known albedo under known light: half a ball, wrapped in a texture, seen from anywhere."""

from typing import Any

import cv2
import numpy as np

from fenshen.double.take import Take
from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.canonical import CanonicalFace
from fenshen.vision.colour import to_srgb
from fenshen.vision.light import harmonics
from tests.fakes.takes import a_take

SKIN = floats([0.50, 0.30, 0.20])
RADIUS = 150.0  # px
SIDE = 420


def ball_face(face: CanonicalFace) -> CanonicalFace:
    """The canonical face blown up to half a ball: its texture coordinates say where each vertex lies on it."""
    return CanonicalFace(
        vertices=_on_the_ball(face.uv),
        uv=face.uv,
        triangles=face.triangles,
        basis=face.basis,
        basis_weights=face.basis_weights,
    )


def shaded_take(
    face: CanonicalFace, texture: Floats, light: Floats, *, yaw: float = 0.0, photo: int = 1, **changes: Any
) -> Take:
    """A photo of that ball. texture: (n, n, 3) linear albedo. light: (9, 3). yaw: degrees to the image's right."""
    turn = np.radians(yaw)
    rotation = floats([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    vertices = _on_the_ball(face.uv) @ rotation.T
    points = np.zeros((478, 3), np.float32)
    points[:468] = vertices * RADIUS * floats([1, -1, -1]) + floats([SIDE / 2, SIDE / 2, 0])
    points[468:] = points[5]
    return a_take(
        photo,
        size=(SIDE, SIDE),
        foreground=_seen(texture, light, rotation),
        alpha=np.full((SIDE, SIDE), 255, np.uint8),
        points=points,
        light=light * SKIN,
        yaw=yaw,
        **changes,
    )


def plain_texture(side: int = 512) -> Floats:
    """An even skin with a soft red patch on each cheek, alike on both sides."""
    ys, xs = np.mgrid[0:side, 0:side] / side
    red = sum(np.exp(-(((xs - x) ** 2) + (ys - 0.6) ** 2) / 0.006) for x in (0.25, 0.75))
    return floats(SKIN * (1 - red[..., None] * [0.0, 0.25, 0.2]))


def with_mole(texture: Floats, u: float, v: float, radius: float = 0.014) -> Floats:
    """The texture with a dark spot at u, v."""
    side = len(texture)
    ys, xs = np.mgrid[0:side, 0:side] / side
    dark = np.exp(-((xs - u) ** 2 + (ys - v) ** 2) / radius**2)[..., None]
    return floats(texture * (1 - 0.65 * dark))


def from_side(strength: float) -> Floats:
    """White light, (9, 3): half from all around, the rest from the image's right (negative: from its left)."""
    light = np.zeros((9, 3), np.float32)
    light[0], light[1], light[3] = 0.55, strength, 0.3
    return light


def _on_the_ball(uv: Floats) -> Floats:
    """(n, 3) unit vectors: texture coordinates are the longitude and latitude of the front half, within 75 degrees."""
    across, up = np.radians(150) * (uv[:, 0] - 0.5), np.radians(150) * (0.53 - uv[:, 1])
    return floats(np.column_stack([np.sin(across) * np.cos(up), np.sin(up), np.cos(across) * np.cos(up)]))


def _seen(texture: Floats, light: Floats, rotation: Floats) -> RGB:
    ys, xs = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    flat = np.stack([(xs - SIDE / 2) / RADIUS, (SIDE / 2 - ys) / RADIUS], -1)
    towards = np.sqrt(np.clip(1 - (flat**2).sum(-1, keepdims=True), 0, 1))
    normals = floats(np.concatenate([flat, towards], -1))
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    own = normals @ rotation
    u = np.arctan2(own[..., 0], own[..., 2]) / np.radians(150) + 0.5
    v = 0.53 - np.arcsin(np.clip(own[..., 1], -1, 1)) / np.radians(150)
    side = len(texture)
    albedo = cv2.remap(
        texture,
        floats(u * side - 0.5),
        floats(v * side - 0.5),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    lit = floats(albedo * np.maximum(harmonics(normals) @ light, 0))
    return np.asarray(np.round(255 * to_srgb(lit)), np.uint8)
