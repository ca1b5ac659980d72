"""Draws what people wear or hold before their faces: masks, glasses, hats, scarves, telephones, hands.

Pictures are (H, W, 3) uint8 sRGB. Every way takes the picture, the mesh of its face and a source of chance. Things
have folds or form, are lit from the side the face is lit from, cast a soft shadow, and are as sharp as the photo.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.vision.mesh import FaceMesh
from fenshen.vision.quality import LEFT_IRIS, RIGHT_IRIS

Picture = NDArray[np.uint8]
Values = NDArray[np.floating]
Chance = np.random.Generator
Way = Callable[[Picture, FaceMesh, Chance], Picture]

MASK = (6, 197, 36, 205, 187, 123, 132, 58, 172, 150, 176, 152, 400, 379, 397, 288, 361, 352, 411, 425, 266)
LENSES = (
    (46, 53, 52, 65, 55, 193, 245, 128, 121, 120, 119, 118, 117, 111, 143),
    (276, 283, 282, 295, 285, 417, 465, 357, 350, 349, 348, 347, 346, 340, 372),
)
BROW_LINE = (21, 70, 105, 9, 334, 300, 251)
SIDES = (127, 234, 93, 132, 58, 172, 136, 150, 152, 379, 365, 397, 288, 361, 323, 454, 356)
CHEEKS, FOREHEAD = (205, 425), 151


def eyes_apart(mesh: FaceMesh) -> float:
    """Distance between the pupils, px, as if seen from the front."""
    return float(np.linalg.norm(mesh.points[LEFT_IRIS] - mesh.points[RIGHT_IRIS]))


def _back(values: Values) -> Picture:
    return np.clip(np.round(values), 0, 255).astype(np.uint8)


def masked(rgb: Picture, mesh: FaceMesh, chance: Chance) -> Picture:
    """A mask of cloth over nose, mouth and chin."""
    return _clothed(rgb, mesh, chance, mesh.points[list(MASK), :2], shadow=0.03)


def dark_glasses(rgb: Picture, mesh: FaceMesh, chance: Chance) -> Picture:
    """Sunglasses, nearly black."""
    return _glasses(rgb, mesh, chance, np.full(3, chance.uniform(8, 35)), chance.uniform(0.9, 1.0))


def tinted_glasses(rgb: Picture, mesh: FaceMesh, chance: Chance) -> Picture:
    """Sunglasses through which the eyes are still guessed."""
    return _glasses(rgb, mesh, chance, chance.uniform(10, 60, 3), chance.uniform(0.72, 0.88))


def mirror_glasses(rgb: Picture, mesh: FaceMesh, chance: Chance) -> Picture:
    """Sunglasses in which the room is mirrored, in a colour."""
    colour = np.array(
        [(230, 170, 60), (70, 120, 220), (150, 160, 170), (60, 150, 110)][int(chance.integers(4))]
    )
    room = cv2.resize(rgb[:, ::-1], (8, 8), interpolation=cv2.INTER_AREA)
    room = cv2.resize(room, rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC).astype(np.float32)
    return _glasses(rgb, mesh, chance, 0.5 * colour + 0.4 * room, 0.95)


def cap(rgb: Picture, mesh: FaceMesh, chance: Chance) -> Picture:
    """A cap or a beanie down to above the brows."""
    brow, up = mesh.points[list(BROW_LINE), :2], _up(mesh)
    brim = brow + chance.uniform(0.03, 0.1) * up
    outline = np.concatenate([brim, brim[::-1] * 1.1 - brim.mean(0) * 0.1 + chance.uniform(0.35, 0.55) * up])
    return _clothed(rgb, mesh, chance, outline, shadow=chance.choice([0.03, 0.12]))


def brimmed_hat(rgb: Picture, mesh: FaceMesh, chance: Chance) -> Picture:
    """A hat whose wide brim lies across the forehead and shades it."""
    brow, up = mesh.points[list(BROW_LINE), :2], _up(mesh)
    middle, side = brow.mean(0) + chance.uniform(0.14, 0.2) * up, brow[-1] - brow[0]
    turn = np.linspace(0, 2 * np.pi, 40)[:, None]
    brim = middle + np.cos(turn) * side * 0.95 + np.sin(turn) * up * 0.1
    crown = np.concatenate([middle + np.array([[s] for s in (-0.5, 0.5)]) * side + h * up for h in (0, 0.55)])
    colour = _colour(chance)
    hat = _clothed(rgb, mesh, chance, crown, shadow=0.0, colour=colour)
    return _clothed(hat, mesh, chance, brim, shadow=0.12, colour=0.85 * colour)


def headscarf(rgb: Picture, mesh: FaceMesh, chance: Chance) -> Picture:
    """A scarf around the face, low in the forehead, that leaves cheeks and chin free."""
    up, face = _up(mesh), mesh.points[:, :2]
    brim = face[list(BROW_LINE)] + chance.uniform(0.05, 0.1) * up
    opening = np.concatenate([brim, face[list(SIDES)][::-1]])
    around = (face[list(SIDES)] - face[4]) * 1.35 + face[4]
    top = face[list(BROW_LINE)][::-1] * 1.2 - face[9] * 0.2 + 0.5 * up
    return _clothed(rgb, mesh, chance, np.concatenate([around, top]), shadow=0.03, hole=opening)


def held(rgb: Picture, mesh: FaceMesh, chance: Chance) -> Picture:
    """A telephone, a book or a cup held before a quarter of the face."""
    unit, at = eyes_apart(mesh), int(chance.choice([205, 425, 17]))
    size = chance.uniform(0.42, 0.6, 2)
    slant = chance.uniform(-0.3, 0.3)
    turn = np.array([[np.cos(slant), -np.sin(slant)], [np.sin(slant), np.cos(slant)]])
    box = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * size * unit @ turn.T + mesh.points[at, :2]
    cover = _soft(rgb, box, mesh)
    shade = np.linspace(chance.uniform(0.6, 1), chance.uniform(0.9, 1.3), rgb.shape[1])[None, :, None]
    thing = np.broadcast_to(_colour(chance), rgb.shape) * shade
    for corner in chance.uniform(-0.8, 0.8, (int(chance.integers(4)), 2)):  # a lens, letters, a logo
        spot = corner * size * unit @ turn.T + mesh.points[at, :2]
        mark = _soft(rgb, spot + np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * 0.1 * unit, mesh)
        thing = thing * (1 - mark) + _colour(chance) * mark
    return _laid(_shadowed(rgb, cover, 0.05 * unit), thing + _noise(chance, rgb.shape, 2), cover)


FINGERS = (  # root x, root y, tip x, tip y, radius at the root, at the tip; the palm is 1 wide, y goes up
    (-0.36, 0.5, -0.5, 1.18, 0.13, 0.095),
    (-0.12, 0.56, -0.16, 1.38, 0.135, 0.1),
    (0.13, 0.56, 0.16, 1.34, 0.13, 0.095),
    (0.36, 0.48, 0.46, 1.06, 0.12, 0.085),
    (-0.36, -0.2, -0.82, 0.42, 0.17, 0.12),
    *((x, -0.6, x * 1.05, 0.5, 0.2, 0.17) for x in (-0.3, -0.1, 0.1, 0.3)),
)


def hand(at: int, size: float, angles: tuple[float, float]) -> Way:
    """The sitter's own hand, fingers together or spread, before a point of the face, turned by so many degrees."""

    def way(rgb: Picture, mesh: FaceMesh, chance: Chance) -> Picture:
        unit = size * eyes_apart(mesh)
        angle = np.radians(chance.uniform(*angles))
        flip, spread = float(chance.choice([-1, 1])), chance.uniform(0.85, 1.25)
        height, creases = _form(rgb.shape[:2], mesh.points[at, :2], unit, angle, (flip, spread))
        cover = np.clip(height / (0.02 * unit), 0, 1)[..., None]
        cover = np.asarray(cv2.GaussianBlur(cover, (0, 0), max(0.5, 0.008 * unit)), np.float32)[..., None]
        tone = np.median(_around(rgb, mesh, CHEEKS[0] if angle * flip > 0 else CHEEKS[1]), axis=0)
        skin = tone * chance.uniform(0.85, 1.1) * np.array([1.0, chance.uniform(0.94, 1.0), 0.97])
        relief = np.asarray(cv2.GaussianBlur(height.astype(np.float32), (0, 0), 0.03 * unit), np.float32)
        light = _lit(relief, left=_from_the_left(rgb, mesh))
        fine, coarse = (
            np.asarray(cv2.GaussianBlur(_noise(chance, rgb.shape[:2], 9), (0, 0), sigma), np.float32)
            for sigma in (max(0.6, 0.006 * unit), 0.06 * unit)
        )
        grain = fine[..., None] + 4.5 * coarse[..., None]
        thing = skin * (light * creases)[..., None] + grain
        return _laid(_shadowed(rgb, cover, 0.08 * unit), thing, cover)

    return way


def _form(
    size: tuple[int, int], at: Values, unit: float, angle: float, bend: tuple[float, float]
) -> tuple[Values, Values]:
    """Height of a hand over the picture in px, and 0..1 how dark its creases are; its middle at a point."""
    flip, spread = bend
    (left, top), (right, bottom) = (
        np.clip(at + side * 2 * unit, 0, size[::-1]).astype(int) for side in (-1, 1)
    )
    y, x = np.mgrid[top:bottom, left:right].astype(np.float32)
    dx, dy = (x - at[0]) / unit, (at[1] - y) / unit
    u = (np.cos(angle) * dx + np.sin(angle) * dy) * flip
    v = -np.sin(angle) * dx + np.cos(angle) * dy + 0.35
    height, creases = np.zeros(x.shape, np.float32), np.ones(x.shape, np.float32)
    for number, (ax, ay, bx, by, wide, thin) in enumerate(FINGERS):
        tip = (ax + (bx - ax) * spread, by)
        axis = np.array([tip[0] - ax, tip[1] - ay])
        along = np.clip(((u - ax) * axis[0] + (v - ay) * axis[1]) / (axis @ axis), 0, 1)
        away = np.hypot(u - ax - along * axis[0], v - ay - along * axis[1])
        radius = wide + (thin - wide) * along
        ridge = np.sqrt(np.maximum(radius**2 - away**2, 0))
        higher = ridge > height
        height = np.where(higher, ridge, height)
        joint = sum(np.exp(-(((along - j) / 0.03) ** 2)) for j in (0.33, 0.66)) if number < 5 else 0  # noqa: PLR2004
        creases = np.where(higher, 1 - 0.18 * joint, creases)
    room = ((top, size[0] - bottom), (left, size[1] - right))
    return np.pad(height * unit, room), np.pad(creases, room, constant_values=1)


def _lit(height: Values, *, left: bool) -> Values:
    """Lambert's shading of a relief, about 1 where it faces us."""
    light = np.array([-0.45 if left else 0.45, -0.5, 0.74])
    gx, gy = cv2.Sobel(height, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(height, cv2.CV_32F, 0, 1) / 8
    normal = np.stack([-gx, -gy, np.ones_like(gx)], -1) / np.sqrt(gx**2 + gy**2 + 1)[..., None]
    return np.asarray(0.35 + 0.9 * np.clip(normal @ light, 0, 1), np.float32)


def _from_the_left(rgb: Picture, mesh: FaceMesh) -> bool:
    right, left = (float(_around(rgb, mesh, cheek).mean()) for cheek in CHEEKS)
    return right > left


def _around(rgb: Picture, mesh: FaceMesh, point: int) -> Picture:
    """(n, 3) pixels around a point of the mesh."""
    x, y = (max(0, round(float(v))) for v in mesh.points[point, :2])
    reach = max(2, round(0.1 * eyes_apart(mesh)))
    patch = rgb[max(0, y - reach) : y + reach, max(0, x - reach) : x + reach].reshape(-1, 3)
    return patch if len(patch) else rgb.reshape(-1, 3)


def _noise(chance: Chance, size: tuple[int, ...], strength: float) -> NDArray[np.float32]:
    return chance.standard_normal(size, np.float32) * np.float32(strength)


def _up(mesh: FaceMesh) -> Values:
    return np.asarray(mesh.points[10, :2] - mesh.points[152, :2])


def _colour(chance: Chance) -> Values:
    """Any colour cloth comes in: half of them quiet, a fifth close to skin or hair."""
    kind = chance.uniform()
    if kind < 0.2:  # noqa: PLR2004
        return np.array(
            [(205, 170, 150), (150, 105, 80), (60, 45, 35), (225, 200, 170)][chance.integers(4)], float
        )
    saturation = chance.uniform(0, 60) if kind < 0.6 else chance.uniform(90, 200)  # noqa: PLR2004
    hsv = np.array([[[chance.integers(180), saturation, chance.uniform(25, 250)]]]).astype(np.uint8)
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0], np.float64)


def _glasses(rgb: Picture, mesh: FaceMesh, chance: Chance, lens: Values, density: float) -> Picture:
    cover = np.maximum(*(_soft(rgb, mesh.points[list(points), :2], mesh) for points in LENSES)) * density
    glare = np.linspace(1.0, chance.uniform(1.0, 1.8), rgb.shape[0])[:, None, None]
    return _laid(rgb, np.broadcast_to(lens, rgb.shape) * glare, cover)


def _clothed(
    rgb: Picture,
    mesh: FaceMesh,
    chance: Chance,
    outline: Values,
    *,
    shadow: float,
    colour: Values | None = None,
    hole: Values | None = None,
) -> Picture:
    """Lay cloth with folds, perhaps striped or ribbed, over an outline's hull, and its shadow (in eye distances)."""
    unit, size = eyes_apart(mesh), rgb.shape[:2]
    cover = _soft(rgb, outline, mesh)
    if hole is not None:
        cover = cover * (1 - _soft(rgb, hole, mesh))
    colour = _colour(chance) if colour is None else colour
    coarse = (max(2, round(size[1] / unit * 8)), max(2, round(size[0] / unit * 8)))
    slack = cv2.GaussianBlur(_noise(chance, coarse[::-1], 2.5), (0, 0), 1)
    folds = np.asarray(cv2.resize(slack, size[::-1], interpolation=cv2.INTER_CUBIC), np.float32)
    light = (
        np.median(_around(rgb, mesh, int(chance.choice(CHEEKS)))) / 170 * (1 + 0.15 * np.clip(folds, -2, 2))
    )
    across = np.linspace(-1, 1, size[1])[None] * (-0.2 if _from_the_left(rgb, mesh) else 0.2)
    pattern = np.ones(size)
    if chance.uniform() < 0.4:  # noqa: PLR2004
        x = np.arange(size[1])[None] / unit * chance.uniform(20, 60) + folds
        pattern = pattern * (1 + chance.uniform(0.05, 0.3) * np.sign(np.sin(x)))
    weave = np.asarray(cv2.GaussianBlur(_noise(chance, size, 8), (0, 0), max(0.6, 0.006 * unit)), np.float32)
    cloth = colour * np.clip(light * (1 + across) * pattern, 0.15, 1.6)[..., None] + weave[..., None]
    return _laid(_shadowed(rgb, cover, shadow * unit), cloth, cover)


def _shadowed(rgb: Picture, cover: Values, reach: float) -> Picture:
    """Darken what lies just beside and below a cover."""
    if reach <= 0:
        return rgb
    moved = cv2.warpAffine(
        cover[..., 0], np.array([[1, 0, 0], [0, 1, reach]], np.float32), (rgb.shape[1], rgb.shape[0])
    )
    soft = cv2.GaussianBlur(moved, (0, 0), max(0.5, reach))[..., None]
    return _back(rgb * (1 - 0.45 * soft))


def _laid(rgb: Picture, thing: Values, cover: Values) -> Picture:
    return _back(rgb * (1 - cover) + thing * cover)


def _soft(rgb: Picture, outline: Values, mesh: FaceMesh) -> NDArray[np.float32]:
    """(H, W, 1) 0..1: inside the outline's hull, with an edge as soft as a lens draws it."""
    mask = np.zeros(rgb.shape[:2], np.float32)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.round(outline).astype(np.int32)), 1.0)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), max(0.5, 0.012 * eyes_apart(mesh))), np.float32)[
        ..., None
    ]
