"""Spoils good photos, one fault each, at strengths tied to the size of the face so that all are spoilt alike.

Pictures are (H, W, 3) uint8 sRGB. Every way takes the picture, the mesh of its face and a source of chance.
What is worn or held is drawn by ``worn``, what lies in view by ``showing``.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import showing
import worn
from numpy.typing import NDArray
from worn import eyes_apart

from fenshen.vision.mesh import FaceMesh
from fenshen.vision.quality import OVAL

Picture = NDArray[np.uint8]
Chance = np.random.Generator
Way = Callable[[Picture, FaceMesh, Chance], Picture | bytes]


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to spoil a photo, the reasons that would name it, and the role in which it matters."""

    name: str
    way: Way
    reasons: frozenset[str]
    role: str = "supplementary"
    facing: float = 90.0  # degrees of yaw up to which the spoiling makes sense
    around: bool = False  # it lies beside the face, where only ``look_around`` looks


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


def _laid(make: Callable[[int], Picture], low: float, high: float) -> Way:
    """A thing of this share of the picture's shorter side, at its foot, at an angle."""

    def way(rgb: Picture, _: FaceMesh, chance: Chance) -> Picture:
        thing = make(round(chance.uniform(low, high) * min(rgb.shape[:2])))
        beside, y = float(chance.choice((0.27, 0.73))), chance.uniform(0.72, 0.8)
        return showing.laid_on(rgb, thing, beside, y, angle=chance.uniform(-20, 20))

    return way


def _bars(width: int) -> Picture:
    return showing.bar_code(width, width // 2)


def with_card(rgb: Picture, _: FaceMesh, chance: Chance) -> Picture:
    """A card with the sitter's portrait on it."""
    thing = showing.card(min(rgb.shape[:2]) // 2, rgb)
    return showing.laid_on(rgb, thing, 0.6, 0.76, angle=chance.uniform(-15, 15))


def _screen(low: float, high: float) -> Way:
    """A photo of a screen, whose pixels are so many of the photo's wide."""
    return lambda rgb, _, chance: showing.photographed_screen(
        rgb, chance.uniform(low, high), angle=chance.uniform(-8, 8), side=560
    )


def as_screenshot(rgb: Picture, _: FaceMesh, chance: Chance) -> Picture:
    """A telephone's screen that shows the photo."""
    return showing.screenshot(rgb, dark=bool(chance.integers(2)))


def _inside(size: tuple[int, ...], outline: NDArray[np.floating]) -> NDArray[np.bool_]:
    mask = np.zeros(size[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 1)
    return mask.astype(bool)


CUT = frozenset({"face_cut_off", "face_at_edge", "head_cropped", "no_face", "face_unclear"})
COVERED = frozenset(
    {"eyes_covered", "eyes_in_shadow", "mouth_covered", "face_covered", "face_unclear", "no_face"}
)
HIDDEN_BY_HAND = COVERED | {"hand_before_face"}
HAT = COVERED | {"forehead_covered"}
SCREEN = frozenset({"of_a_screen", "maybe_of_a_screen"})
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
    Fault("mask", worn.masked, COVERED, facing=25),
    Fault("dark glasses", worn.dark_glasses, COVERED, facing=25),
    Fault("tinted glasses", worn.tinted_glasses, COVERED, facing=25),
    Fault("mirror glasses", worn.mirror_glasses, COVERED, facing=25),
    Fault("object before the face", worn.held, COVERED, facing=25),
    Fault("hand before the mouth", worn.hand(17, 1.05, (60, 110)), HIDDEN_BY_HAND, facing=25),
    Fault("hand before a cheek", worn.hand(205, 1.05, (-20, 30)), HIDDEN_BY_HAND, facing=25),
    Fault("hand before an eye", worn.hand(159, 1.0, (20, 70)), HIDDEN_BY_HAND, facing=25),
    Fault("cap", worn.cap, HAT, role="frontal", facing=22),
    Fault("brimmed hat", worn.brimmed_hat, HAT, role="frontal", facing=22),
    Fault("headscarf", worn.headscarf, HAT, role="frontal", facing=22),
    Fault("QR code", _laid(showing.qr_code, 0.2, 0.35), frozenset({"code_in_view"}), around=True),
    Fault("bar code", _laid(_bars, 0.3, 0.4), frozenset({"code_in_view"}), around=True),
    Fault("card with text", _laid(showing.card, 0.3, 0.42), frozenset({"card_in_view"}), around=True),
    Fault("card with a face", with_card, frozenset({"card_in_view"}), around=True),
    Fault("screen, 1.2-2 px", _screen(1.2, 2), SCREEN, around=True),
    Fault("screen, 2-5 px", _screen(2, 5), SCREEN, around=True),
    Fault("screenshot", as_screenshot, frozenset({"screenshot"}), around=True),
)
