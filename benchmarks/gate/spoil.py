"""Spoils good photos, one fault each, at strengths tied to the size of the face so that all are spoilt alike.

Pictures are (H, W, 3) uint8 sRGB. Every way takes the picture, the mesh of its face and a source of chance.
What is drawn (masks, glasses, hats) is drawn on, with the shading of the face left in and soft edges.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.vision.mesh import FaceMesh
from fenshen.vision.quality import LEFT_IRIS, OVAL, RIGHT_IRIS

Picture = NDArray[np.uint8]
Chance = np.random.Generator
Way = Callable[[Picture, FaceMesh, Chance], Picture | bytes]

CLOTH = ((245, 245, 245), (30, 30, 32), (140, 190, 215), (205, 170, 150), (60, 80, 60), (180, 60, 70))
MASK = (6, 197, 36, 205, 187, 123, 132, 58, 172, 150, 176, 152, 400, 379, 397, 288, 361, 352, 411, 425, 266)
LENSES = (
    (46, 53, 52, 65, 55, 193, 245, 128, 121, 120, 119, 118, 117, 111, 143),
    (276, 283, 282, 295, 285, 417, 465, 357, 350, 349, 348, 347, 346, 340, 372),
)
BROW_LINE = (127, 70, 105, 9, 334, 300, 356)


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to spoil a photo, the reasons that would name it, and the role in which it matters."""

    name: str
    way: Way
    reasons: frozenset[str]
    role: str = "supplementary"
    facing: float = 90.0  # degrees of yaw up to which the spoiling makes sense


def eyes_apart(mesh: FaceMesh) -> float:
    """Distance between the pupils, px, as if seen from the front."""
    return float(np.linalg.norm(mesh.points[LEFT_IRIS] - mesh.points[RIGHT_IRIS]))


def _back(values: NDArray[np.floating]) -> Picture:
    return np.clip(np.round(values), 0, 255).astype(np.uint8)


def blurred(share: float) -> Way:
    """Out of focus by a Gaussian of this share of the eye distance."""
    return lambda rgb, mesh, _: np.asarray(cv2.GaussianBlur(rgb, (0, 0), share * eyes_apart(mesh)), np.uint8)


def moved(rgb: Picture, mesh: FaceMesh, chance: Chance) -> Picture:
    """Shaken by a seventh of the eye distance, any direction."""
    length = max(5, round(0.14 * eyes_apart(mesh)))
    kernel = np.zeros((2 * length + 1, 2 * length + 1), np.float32)
    angle = chance.uniform(0, np.pi)
    step = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    a, b = (tuple(int(v) for v in np.round(length + step * sign)) for sign in (-1, 1))
    cv2.line(kernel, a, b, 1.0)
    return np.asarray(cv2.filter2D(rgb, -1, kernel / kernel.sum()), np.uint8)


def grainy(rgb: Picture, _: FaceMesh, chance: Chance) -> Picture:
    """Noise of a tenth of white in every channel."""
    return _back(rgb + chance.normal(0, 25, rgb.shape))


def dark(rgb: Picture, _: FaceMesh, chance: Chance) -> Picture:
    """A fifth of the light and the noise that comes with it."""
    return _back(rgb * 0.2 + chance.normal(0, 2, rgb.shape))


def burnt(rgb: Picture, mesh: FaceMesh, _: Chance) -> Picture:
    """So bright that the lighter half of the face is white."""
    face = rgb[_inside(rgb.shape[:2], mesh.points[list(OVAL), :2])]
    return _back(rgb * (255.0 / max(float(np.median(face.min(axis=1))), 8.0)))


def coded(quality: int) -> Way:
    """Coded as a JPEG of this quality."""

    def way(rgb: Picture, _: FaceMesh, __: Chance) -> bytes:
        done, data = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        assert done  # noqa: S101
        return bytes(data.tobytes())

    return way


def small(rgb: Picture, mesh: FaceMesh, _: Chance) -> Picture:
    """Thirty px between the eyes."""
    scale = 30 / eyes_apart(mesh)
    return np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def enlarged(rgb: Picture, mesh: FaceMesh, chance: Chance) -> Picture:
    """Thirty px between the eyes, blown up again."""
    tiny = small(rgb, mesh, chance)
    return np.asarray(cv2.resize(tiny, rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC), np.uint8)


def halved(rgb: Picture, mesh: FaceMesh, _: Chance) -> Picture:
    """Cut through the nose."""
    x = max(1, round(float(mesh.points[4, 0])))
    return rgb[:, :x].copy() if x > rgb.shape[1] / 2 else rgb[:, x:].copy()


def without_top(rgb: Picture, mesh: FaceMesh, _: Chance) -> Picture:
    """Cut above the brows."""
    return rgb[max(0, round(float(mesh.points[[105, 334], 1].mean()))) :].copy()


def without_chin(rgb: Picture, mesh: FaceMesh, _: Chance) -> Picture:
    """Cut below the mouth."""
    return rgb[: round(float(mesh.points[17, 1]))].copy()


def grey(rgb: Picture, _: FaceMesh, __: Chance) -> Picture:
    """Without colour."""
    return np.repeat(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2).astype(np.uint8)


def lying(rgb: Picture, _: FaceMesh, chance: Chance) -> Picture:
    """On its side."""
    return np.ascontiguousarray(np.rot90(rgb, int(chance.choice([1, 3]))))


def tinted(rgb: Picture, _: FaceMesh, chance: Chance) -> Picture:
    """In the light of a coloured lamp."""
    lamp = np.array([(0.25, 0.5, 1.3), (0.4, 1.1, 0.5), (1.2, 0.3, 1.1)][int(chance.integers(3))])
    return _back(rgb * lamp)


def masked(rgb: Picture, mesh: FaceMesh, chance: Chance) -> Picture:
    """A mask of cloth over nose, mouth and chin."""
    cover = _soft(rgb, mesh.points[list(MASK), :2], mesh)
    return _painted(rgb, cover, np.array(CLOTH[int(chance.integers(len(CLOTH)))]), chance, shading=0.6)


def dark_glasses(rgb: Picture, mesh: FaceMesh, chance: Chance) -> Picture:
    """Sunglasses, nearly black."""
    return _glasses(rgb, mesh, chance, np.full(3, chance.uniform(8, 35)), chance.uniform(0.9, 1.0))


def tinted_glasses(rgb: Picture, mesh: FaceMesh, chance: Chance) -> Picture:
    """Sunglasses through which the eyes are still guessed."""
    return _glasses(rgb, mesh, chance, chance.uniform(10, 60, 3), 0.82)


def mirror_glasses(rgb: Picture, mesh: FaceMesh, chance: Chance) -> Picture:
    """Sunglasses in which the room is mirrored, in a colour."""
    colour = np.array(
        [(230, 170, 60), (70, 120, 220), (150, 160, 170), (60, 150, 110)][int(chance.integers(4))]
    )
    room = cv2.resize(rgb[:, ::-1], (8, 8), interpolation=cv2.INTER_AREA)
    room = cv2.resize(room, rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC).astype(np.float32)
    return _glasses(rgb, mesh, chance, 0.5 * colour + 0.4 * room, 0.95)


def hatted(rgb: Picture, mesh: FaceMesh, chance: Chance) -> Picture:
    """A cap down to above the brows."""
    brow = mesh.points[list(BROW_LINE), :2]
    up = mesh.points[10, :2] - mesh.points[152, :2]
    brim = brow + 0.07 * up
    outline = np.concatenate([brim, brim[::-1] * 0.6 + brim.mean(0) * 0.4 + 0.45 * up])
    cloth = np.array(CLOTH[int(chance.integers(len(CLOTH)))])
    return _painted(rgb, _soft(rgb, outline, mesh), cloth, chance, shading=0.3)


def covered(rgb: Picture, mesh: FaceMesh, chance: Chance) -> Picture:
    """A phone or a book held before a quarter of the face."""
    unit = eyes_apart(mesh)
    x, y = mesh.points[int(chance.choice([205, 425])), :2]
    box = np.array([[-1, -0.7], [1, -0.9], [1, 0.9], [-1, 0.7]]) * unit * 0.5 + (x, y)
    cover = _soft(rgb, box, mesh)
    return _painted(rgb, cover, chance.uniform(20, 200, 3), chance, shading=0.0)


def _glasses(
    rgb: Picture, mesh: FaceMesh, chance: Chance, lens: NDArray[np.floating], density: float
) -> Picture:
    cover = np.maximum(*(_soft(rgb, mesh.points[list(points), :2], mesh) for points in LENSES)) * density
    glare = np.linspace(1.0, chance.uniform(1.0, 1.8), rgb.shape[0])[:, None, None]
    return _back(rgb * (1 - cover) + np.broadcast_to(lens, rgb.shape) * glare * cover)


def _painted(
    rgb: Picture, cover: NDArray[np.floating], colour: NDArray[np.floating], chance: Chance, shading: float
) -> Picture:
    """Paint cloth of a colour where ``cover`` is, with its own weave and a share of what shading was there."""
    light = cv2.GaussianBlur(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), (0, 0), 6).astype(np.float32)[..., None]
    there = float(light[cover[..., 0] > 0.5].mean()) if (cover > 0.5).any() else 128.0  # noqa: PLR2004
    lit = (1 - shading) * min(1.0, there / 128 + 0.2) + shading * light / 160
    weave = chance.normal(0, 3, rgb.shape)
    return _back(rgb * (1 - cover) + (colour * lit + weave) * cover)


def _soft(rgb: Picture, outline: NDArray[np.floating], mesh: FaceMesh) -> NDArray[np.float32]:
    """(H, W, 1) 0..1: inside the outline's hull, with an edge as soft as a lens draws it."""
    mask = np.zeros(rgb.shape[:2], np.float32)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.round(outline).astype(np.int32)), 1.0)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), max(0.5, 0.012 * eyes_apart(mesh))), np.float32)[
        ..., None
    ]


def _inside(size: tuple[int, ...], outline: NDArray[np.floating]) -> NDArray[np.bool_]:
    mask = np.zeros(size[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 1)
    return mask.astype(bool)


CUT = frozenset({"face_cut_off", "face_at_edge", "head_cropped", "no_face", "face_unclear"})
COVERED = frozenset(
    {"eyes_covered", "eyes_in_shadow", "mouth_covered", "face_covered", "face_unclear", "no_face"}
)
NOT_SEEN = frozenset({"no_face"})

FAULTS: tuple[Fault, ...] = (
    Fault("blur 4 %", blurred(0.04), frozenset({"blurred", "soft"}) | NOT_SEEN),
    Fault("blur 8 %", blurred(0.08), frozenset({"blurred", "soft"}) | NOT_SEEN),
    Fault("motion 14 %", moved, frozenset({"blurred", "soft"}) | NOT_SEEN),
    Fault("noise 10 %", grainy, frozenset({"noisy", "grainy"}) | NOT_SEEN),
    Fault("dark 20 %", dark, frozenset({"too_dark", "dim", "noisy", "grainy"}) | NOT_SEEN, facing=50),
    Fault("overexposed", burnt, frozenset({"overexposed", "glaring"}) | NOT_SEEN),
    Fault("JPEG q10", coded(10), frozenset({"compressed", "compressed_somewhat"}) | NOT_SEEN),
    Fault("30 px", small, frozenset({"face_too_small", "photo_too_small"}) | NOT_SEEN),
    Fault("30 px enlarged", enlarged, frozenset({"blurred", "soft"}) | NOT_SEEN),
    Fault("half a face", halved, CUT),
    Fault("cut above brows", without_top, CUT),
    Fault("cut below mouth", without_chin, CUT),
    Fault("black and white", grey, frozenset({"black_and_white"})),
    Fault("on its side", lying, frozenset({"sideways"}) | NOT_SEEN),
    Fault("coloured lamp", tinted, frozenset({"odd_colour", "too_dark", "dim"}), facing=50),
    Fault("mask", masked, COVERED, facing=25),
    Fault("dark glasses", dark_glasses, COVERED, facing=25),
    Fault("tinted glasses", tinted_glasses, COVERED, facing=25),
    Fault("mirror glasses", mirror_glasses, COVERED, facing=25),
    Fault("object in front", covered, COVERED, facing=25),
    Fault("hat", hatted, frozenset({"forehead_covered"}) | COVERED, role="frontal", facing=22),
)
