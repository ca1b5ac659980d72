"""Numbers about how well a face was photographed: small pure functions on a levelled cut-out of the face.

They follow the components of ISO/IEC 29794-5 in kind, not in letter: no reference net is published under a licence
we could use. All work on gamma-encoded sRGB unless they say linear.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.vision.arrays import RGB, Floats
from fenshen.vision.mesh import FaceMesh

SIDE = 256  # px of the cut-out
EYES = (
    90.0  # px between the irises in the cut-out, measured in 3-D, so that turning the head does not change it
)
RIGHT_IRIS, LEFT_IRIS = 468, 473
MOST_GRAIN = 320  # px; grain is the same everywhere on a face, so a part of a large one tells it
RELIABLE_TURN = 50.0  # degrees of yaw beyond which the line between the eyes no longer tells the roll

OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
"""Mesh points around the face, from the top of the forehead."""

MIDLINE = (10, 151, 9, 8, 168, 6, 197, 195, 5, 4, 1, 2, 164, 0, 17, 18, 200, 199, 175, 152)

REGIONS: dict[str, Sequence[int]] = {
    "forehead": (10, 109, 67, 103, 104, 69, 108, 151, 337, 299, 333, 332, 297, 338),
    "right_cheek": (50, 101, 36, 205, 187, 123, 117),
    "left_cheek": (280, 330, 266, 425, 411, 352, 346),
    "nose": (6, 197, 195, 5, 4, 45, 275, 122, 351),
    "upper_lip": (164, 167, 165, 92, 186, 393, 391, 322, 410),
    "lips": (61, 40, 37, 0, 267, 270, 291, 321, 314, 17, 84, 91),
    "chin": (18, 200, 199, 175, 152, 148, 377, 83, 313),
    "right_jaw": (172, 136, 150, 149, 210, 214, 192),
    "left_jaw": (397, 365, 379, 378, 430, 434, 416),
    "right_eye": (33, 160, 158, 133, 153, 144),
    "left_eye": (362, 385, 387, 263, 373, 380),
}
"""Patches of the face by the mesh points around them; right and left are the sitter's."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CutOut:
    """The face levelled, at a fixed size."""

    rgb: RGB  # (256, 256, 3)
    points: Floats  # (478, 2) the mesh in it
    face: NDArray[np.bool_]  # (256, 256) inside the oval
    grey: Floats  # (256, 256) luma 0..255
    lab: Floats  # (256, 256, 3) CIELAB as OpenCV scales it: L* 0..255, a* and b* around 128


def prepare() -> None:
    """Do what the first measurement would wait for: a tenth of a second of tables and imports."""
    cv2.cvtColor(np.zeros((1, 1, 3), np.uint8), cv2.COLOR_RGB2LAB)  # first: other threads get on meanwhile
    np.median(np.zeros(1))  # looks for NaN with numpy's masked arrays, which it imports


def cut_out(rgb: RGB, mesh: FaceMesh) -> CutOut:
    """Level the face and bring it to 90 px between the eyes; larger pictures are shrunk by area first."""
    points = mesh.points[:, :2]
    eyes = mesh.points[LEFT_IRIS] - mesh.points[RIGHT_IRIS]
    scale = EYES / max(float(np.linalg.norm(eyes)), 1.0)
    turned = abs(mesh.pose.yaw) > RELIABLE_TURN
    angle = np.radians(mesh.pose.roll) if turned else np.arctan2(eyes[1], eyes[0])
    fold = 2 ** max(0, int(np.floor(np.log2(1 / scale)))) if scale < 1 else 1
    small = (
        rgb if fold == 1 else cv2.resize(rgb, None, fx=1 / fold, fy=1 / fold, interpolation=cv2.INTER_AREA)
    )
    cos, sin = scale * fold * np.cos(angle), scale * fold * np.sin(angle)
    turn = np.array([[cos, sin], [-sin, cos]])
    shift = SIDE / 2 - turn @ (points[list(OVAL)].mean(0) / fold)
    affine = np.column_stack([turn, shift]).astype(np.float32)
    flags = cv2.INTER_LINEAR if scale * fold < 1 else cv2.INTER_CUBIC
    square = cv2.warpAffine(small, affine, (SIDE, SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    moved = ((points / fold) @ turn.T + shift).astype(np.float32)
    pixels = np.asarray(square, np.uint8)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).astype(np.float32)
    return CutOut(rgb=pixels, points=moved, face=inside(moved[list(OVAL)]), grey=grey, lab=lab)


def blur(cut: CutOut) -> float:
    """How blurred the face is, 0 crisp .. 1 blurred, in its worse direction (Crete et al. 2007).

    Compares the differences between neighbours with those after a further blur: a blurred picture loses little.
    A slight smoothing first keeps noise from passing for detail; the worse direction finds motion.
    """
    middle = np.asarray(cv2.GaussianBlur(cut.grey, (0, 0), 0.8), np.float32)[40:216, 56:200]
    return max(_blur_along(middle, 1), _blur_along(middle, 0))


def noise(rgb: RGB, box: tuple[float, float, float, float]) -> float:
    """Grain on the face as a share of its brightness: Immerkaer 1996, with the median against edges. 0 is none."""
    x, y, width, height = (max(0, round(v)) for v in box)
    patch = _middle(rgb[y : y + height, x : x + width], MOST_GRAIN)
    if min(patch.shape[:2]) < 3:  # noqa: PLR2004  (the kernel)
        return 0.0
    grey = cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY)
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    rough = np.abs(cv2.filter2D(grey, cv2.CV_16S, kernel)[1:-1, 1:-1])
    return float(_middle_value(rough) * 1.4826 / 6 / (_middle_value(grey) + 10))


def _middle_value(whole: cv2.typing.MatLike) -> float:
    """Median of whole numbers, which numpy sorts ten times as fast as the floats that its own median makes of them."""
    places = [(whole.size - 1) // 2, whole.size // 2]
    return float(np.partition(whole, places, axis=None)[places].mean())


def _middle(patch: RGB, most: int) -> RGB:
    """Keep the middle of a patch, no larger than ``most`` either way."""
    y, x = (max(0, (edge - most) // 2) for edge in patch.shape[:2])
    return patch[y : y + most, x : x + most]


def highlights(cut: CutOut) -> float:
    """Luma of the brightest part of the face, 0..255: low when the photo is dark, whatever the skin's colour."""
    return float(np.percentile(cut.grey[cut.face], 98))


def contrast(cut: CutOut) -> float:
    """Luma between the darkest and the brightest 2 % of the face, 0..255."""
    low, high = np.percentile(cut.grey[cut.face], [2, 98])
    return float(high - low)


def burnt(cut: CutOut) -> float:
    """Share of the face that is white in all channels, 0..1: nothing can be brought back there."""
    white = cv2.inRange(cut.rgb, (250, 250, 250), (255, 255, 255)) > 0
    return float(white[cut.face].mean())


def side_light(cut: CutOut) -> float:
    """Where the light comes from: -1 only the image's left half of the face is lit, 0 even, +1 only the right."""
    line = cut.points[list(MIDLINE)]
    order = np.argsort(line[:, 1])
    rows, columns = np.arange(SIDE), np.arange(SIDE)[None]
    is_left = columns < np.interp(rows, line[order, 1], line[order, 0])[:, None]
    linear = (cut.grey / 255) ** 2.2
    left, right = (
        float(linear[cut.face & half].mean() if (cut.face & half).any() else 0)
        for half in (is_left, ~is_left)
    )
    return (right - left) / max(left + right, 1e-6)


def colour(cut: CutOut) -> float:
    """Mean distance between red and blue on the face, 0..255: 0 in black and white."""
    red, _, blue = cv2.split(cut.rgb)
    return float(cv2.absdiff(red, blue)[cut.face].mean())


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Hints that something lies over the face."""

    eye_contrast: (
        float  # spread of lightness in the clearer eye, in lightnesses of its cheek; glass makes it ~0
    )
    eye_lightness: float  # of the lighter eye, in lightnesses of its cheek
    lip_contrast: float  # spread of lightness in the lips, in lightnesses of the forehead; cloth makes it ~0
    lip_lightness: float  # 0..1; in deep shade nothing can be said about lips
    lip_redness: float  # how much redder the lips are than the chin, CIELAB a*
    lower_hue: (
        float  # colour distance of lips, chin and upper lip from the forehead, CIELAB a*b*; the least of them
    )
    flattest: (
        float  # finest texture of the flattest patch, in that of the usual patch; a flat object makes it 0
    )


def cover(cut: CutOut, yaw: float) -> Cover:
    """Compare patches of the face with each other. Tells cloth, dark glasses and flat objects; not a hand."""
    fine = cut.grey - cv2.GaussianBlur(cut.grey, (0, 0), 1.0)
    patches = {name: _patch(cut.lab, fine, cut.points[list(points)]) for name, points in REGIONS.items()}
    forehead, lips, chin = patches["forehead"], patches["lips"], patches["chin"]
    eyes = ((patches["right_eye"], patches["right_cheek"]), (patches["left_eye"], patches["left_cheek"]))
    away = {"left": yaw > TURNED, "right": yaw < -TURNED}
    skin = [
        p
        for name, p in patches.items()
        if not name.endswith(("eye", "lips")) and not away.get(name.split("_")[0])
    ]
    texture = [p.fine / (p.lightness + 10) for p in skin]
    return Cover(
        eye_contrast=max(eye.spread / (cheek.lightness + 5) for eye, cheek in eyes),
        eye_lightness=max(eye.lightness / (cheek.lightness + 5) for eye, cheek in eyes),
        lip_contrast=lips.spread / (forehead.lightness + 10),
        lip_lightness=lips.lightness / 255,
        lip_redness=lips.a - chin.a,
        lower_hue=min(
            float(np.hypot(p.a - forehead.a, p.b - forehead.b)) for p in (lips, chin, patches["upper_lip"])
        ),
        flattest=min(texture) / max(float(np.median(texture)), 1e-6),
    )


TURNED = 20.0  # degrees of yaw beyond which the far cheek is seen too flatly to be compared


@dataclass(frozen=True, slots=True)
class _Patch:
    lightness: float  # 0..255, CIELAB L* as OpenCV scales it
    a: float
    b: float
    spread: float  # standard deviation of the lightness
    fine: float  # root mean square of the finest band


def _patch(lab: Floats, fine: Floats, outline: Floats) -> _Patch:
    hull = np.asarray(cv2.convexHull(outline), np.float32).reshape(-1, 2)
    there = within(lab, hull)
    if not len(there):
        return _Patch(0, 128, 128, 0, 0)
    lightness, a, b = (float(v) for v in there.mean(0))
    texture = float(np.sqrt((within(fine, hull) ** 2).mean()))
    return _Patch(lightness, a, b, float(there[:, 0].std()), texture)


def inside(outline: Floats) -> NDArray[np.bool_]:
    """Mask (256, 256) of what lies inside an outline of (n, 2) points of the cut-out."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 1)
    return mask.astype(np.bool_)


def within(values: Floats, outline: Floats) -> Floats:
    """Give the values of the cut-out, (256, 256) or (256, 256, 3), inside an outline, row by row.

    The same as ``values[inside(outline)]``, at a tenth of the time for a small patch.
    """
    corners = np.round(outline).astype(np.int32)
    x, y, width, height = cv2.boundingRect(corners)
    left, top, right, bottom = max(x, 0), max(y, 0), min(x + width, SIDE), min(y + height, SIDE)
    mask = np.zeros((max(bottom - top, 0), max(right - left, 0)), np.uint8)
    if mask.size:
        cv2.fillPoly(mask, [corners - np.array([left, top], np.int32)], 1)
    return np.asarray(values[top:bottom, left:right][mask.astype(np.bool_)])


def _blur_along(grey: Floats, axis: int) -> float:
    size = (9, 1) if axis == 1 else (1, 9)
    before = np.abs(np.diff(grey, axis=axis))
    after = np.abs(np.diff(cv2.blur(grey, size), axis=axis))
    return float(1 - np.maximum(0, before - after).sum() / max(float(before.sum()), 1e-6))
