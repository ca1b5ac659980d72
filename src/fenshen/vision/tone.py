"""Light and colour on a levelled cut-out of the face, after the components of ISO/IEC 29794-5.

All work on gamma-encoded sRGB. The standard measures on its own aligned face and a parsing net's regions; here the
face is the mesh's oval and the cheeks are mesh patches, so values are alike in kind and not to the last digit.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from fenshen.vision.arrays import RGB, Floats
from fenshen.vision.mesh import FaceMesh
from fenshen.vision.quality import LEFT_IRIS, OVAL, REGIONS, RIGHT_IRIS, CutOut, within

CHEEKS = ("right_cheek", "left_cheek")
SHADOW, LIGHT = (
    25,
    247,
)  # luma up to which a pixel counts as black, from which as white (29794-5, 7.3.6 and 7.3.7)
LOWER_LIDS = {
    "right": (130, 25, 110, 24, 23, 22, 26, 112, 243, 128, 121, 120, 119, 118, 117, 111, 143),
    "left": (359, 255, 339, 254, 253, 252, 256, 341, 463, 357, 350, 349, 348, 347, 346, 340, 372),
}
"""The skin between each eye and its cheek: glass darkens or colours it, spectacles and make-up hardly do."""

FOREHEAD_TOP = (10, 109, 67, 103, 104, 69, 108, 151, 337, 299, 333, 332, 297, 338)
BROWS = (70, 63, 105, 66, 107, 9, 336, 296, 334, 293, 300)
HAIRLINE = (54, 103, 67, 109, 10, 338, 297, 332, 284)
FAR = 2.0  # spreads
TURNED = 20.0  # degrees of yaw beyond which the far eye is seen too flatly


def dynamic_range(cut: CutOut) -> float:
    """Entropy of the face's luma, 0..8 bits (ISO/IEC 29794-5, dynamic range)."""
    share = _histogram(cut.grey[cut.face])
    share = share[share > 0]
    return float(-(share * np.log2(share)).sum())


def too_dark_share(cut: CutOut) -> float:
    """Share of the face that is black, 0..1 (under-exposure prevention)."""
    return float((cut.grey[cut.face] <= SHADOW).mean())


def too_light_share(cut: CutOut) -> float:
    """Share of the face that is white, 0..1 (over-exposure prevention)."""
    return float((cut.grey[cut.face] >= LIGHT).mean())


def evenness(cut: CutOut) -> float:
    """How alike the luma of both cheeks is, 0..1: the overlap of their histograms (illumination uniformity)."""
    right, left = (_histogram(within(cut.grey, cut.points[list(REGIONS[name])]), 32) for name in CHEEKS)
    return float(np.minimum(right, left).sum())


def unnatural(cut: CutOut) -> float:
    """How far a cheek's mean colour lies from any skin in white light, CIELAB a*b* (natural colour).

    Skin in neutral light of whatever complexion has a* of 5 to 25 and b* of 5 to 35. The better cheek decides, for
    something may lie before the other.
    """
    return min(_off_skin(cut, REGIONS[name]) for name in CHEEKS)


def _off_skin(cut: CutOut, patch: Sequence[int]) -> float:
    cheek = within(cut.lab, cut.points[list(patch)])
    if not len(cheek):
        return 0.0
    a, b = float(cheek[:, 1].mean()) - 128, float(cheek[:, 2].mean()) - 128
    return float(np.hypot(max(0.0, 5 - a, a - 25), max(0.0, 5 - b, b - 35)))


def odd_cheek(cut: CutOut) -> float:
    """How unlike forehead, nose and other cheek the odder cheek is, in spreads: something held before it."""
    forehead, nose, right, left = (_median(cut, REGIONS[n]) for n in ("forehead", "nose", *CHEEKS))
    return max(
        min(_distance(right, other) for other in (forehead, nose, left)),
        min(_distance(left, other) for other in (forehead, nose, right)),
    )


def flat_cheek(cut: CutOut) -> float:
    """How much flatter one cheek is than the other, as the logarithm of the ratio: a book or a telephone is flat."""
    spreads = []
    for name in CHEEKS:
        light = within(cut.lab, _hull(cut.points[list(REGIONS[name])]))[:, 0]
        spreads.append(float(light.std() / (light.mean() + 10)) + 1e-4 if len(light) else 1.0)
    return float(abs(np.log(spreads[0] / spreads[1])))


def under_eyes(cut: CutOut, yaw: float) -> float:
    """Share of the skin under the eyes that is unlike the cheek below it, 0..1: dark or mirroring glass.

    The clearer eye decides; in a turned head the nearer one.
    """
    sides = ("left",) if yaw > TURNED else ("right",) if yaw < -TURNED else ("right", "left")
    return min(_unlike(cut, LOWER_LIDS[side], REGIONS[f"{side}_cheek"]) for side in sides)


def forehead_covered(cut: CutOut) -> float:
    """Share of the forehead that is not like the skin below it, 0..1: a hat, a band or a fringe."""
    skin = (*REGIONS["nose"], *REGIONS["right_cheek"], *REGIONS["left_cheek"])
    return _unlike(cut, FOREHEAD_TOP, skin)


def brim(cut: CutOut) -> float:
    """Hardest edge that crosses the forehead from temple to temple, in spreads of skin: a hat's, a scarf's, a fringe's.

    The forehead is unrolled between brows and hairline; in each row the edge is what 40 % of the columns fall short
    of, so that one lock of hair, a wrinkle or a highlight makes no brim.
    """
    low, high = (_along(cut.points[list(line)], 33)[4:-4] for line in (BROWS, HAIRLINE))
    up = np.linspace(-0.02, 1.1, 44)
    places = low + up[:, None, None] * (high - low)
    unrolled = _sampled(cv2.GaussianBlur(cut.lab, (0, 0), 1.0), places)
    steps = np.sqrt(((np.abs(unrolled[2:] - unrolled[:-2]) / (14, 5, 5)) ** 2).sum(2)).astype(np.float32)
    steps = np.asarray(cv2.dilate(steps, np.ones((5, 1), np.uint8)), np.float32)  # brims are rounded
    forehead = (up[:-2] > 0.12) & (up[:-2] < 0.8)  # noqa: PLR2004  (above the brows, below any hairline)
    return float(np.percentile(steps[forehead], 40, axis=1).max())


def lower_face(cut: CutOut) -> float:
    """How unlike the skin above the nose, upper lip and chin are, in spreads; the likest of the three: a mask.

    Seen against the forehead and the skin under the eyes, whichever is liker: a hat covers the one, glasses the other.
    """
    above = [_median(cut, patch) for patch in (REGIONS["forehead"], *LOWER_LIDS.values())]
    below = [_median(cut, REGIONS[name]) for name in ("nose", "upper_lip", "chin")]
    return min(_distance(low, high) for low in below for high in above)


def fine_detail(cut: CutOut) -> float:
    """Finest band of the face's luma against a four times coarser one: low when a small picture was blown up.

    Good photos keep more than a quarter; three times enlarged ones a fifth (``benchmarks/gate``).
    """
    middle = cut.grey[40:216, 56:200]
    once, twice, thrice = (cv2.GaussianBlur(middle, (0, 0), sigma) for sigma in (0.7, 1.4, 2.8))
    return float(np.std(middle - once) / (np.std(twice - thrice) + 0.5))


def background(rgb: RGB, mesh: FaceMesh) -> float | None:
    """Mean gradient of the luma beside and above the head, with 60 px between the eyes (background uniformity).

    None when the head leaves no room for a background. The head is taken as an ellipse around face and hair; below
    the chin nothing is looked at, for there are the shoulders.
    """
    eyes = mesh.points[LEFT_IRIS, :2] - mesh.points[RIGHT_IRIS, :2]
    scale = min(1.0, 60 / max(float(np.linalg.norm(eyes)), 1.0))
    size = (max(8, round(rgb.shape[1] * scale)), max(8, round(rgb.shape[0] * scale)))
    grey = cv2.cvtColor(cv2.resize(rgb, size, interpolation=cv2.INTER_LINEAR), cv2.COLOR_RGB2GRAY)
    oval = mesh.points[list(OVAL), :2] * scale
    (x, y), (width, height) = (oval.max(0) + oval.min(0)) / 2, np.ptp(oval, axis=0)
    free = np.ones(grey.shape, np.uint8)
    axes = (max(1, round(width * 0.95)), max(1, round(height * 0.95)))
    cv2.ellipse(free, (round(x), round(y - height * 0.1)), axes, 0, 0, 360, 0, -1)
    free[max(0, round(y + height * 0.25)) :] = 0
    if free.mean() < 0.02:  # noqa: PLR2004
        return None
    gradient = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    return float(gradient[free > 0].mean())


def _unlike(cut: CutOut, patch: Sequence[int], skin: Sequence[int]) -> float:
    """Share of a patch's pixels that lie beyond the usual spread around the median of skin, 0..1."""
    there, here = (within(cut.lab, _hull(cut.points[list(points)])) for points in (patch, skin))
    if not len(there) or not len(here):
        return 0.0
    usual = np.median(here, axis=0)
    spread = np.array([0.22 * usual[0] + 12, 9, 9])  # shadow is let pass more than another colour
    return float(((((there - usual) / spread) ** 2).sum(1) > FAR**2).mean())


def _median(cut: CutOut, patch: Sequence[int]) -> Floats:
    there = within(cut.lab, _hull(cut.points[list(patch)]))
    return np.asarray(np.median(there, axis=0) if len(there) else (0, 128, 128), np.float32)


def _distance(a: Floats, b: Floats) -> float:
    """Distance of two colours of skin in spreads; half the lightness is one spread, for one may be in shadow."""
    return float(np.hypot(np.hypot(*(a - b)[1:]) / 9, (a[0] - b[0]) / (0.5 * max(a[0], b[0]) + 12)))


def _along(line: Floats, count: int) -> Floats:
    """(count, 2) points evenly along a line of (n, 2) points."""
    gone = np.append(0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1)))
    stops = np.linspace(0, gone[-1], count)
    return np.stack([np.interp(stops, gone, line[:, axis]) for axis in (0, 1)], 1).astype(np.float32)


def _sampled(picture: cv2.typing.MatLike, places: Floats) -> Floats:
    """Values of a picture at (rows, columns, 2) places."""
    x, y = (np.ascontiguousarray(places[..., axis], np.float32) for axis in (0, 1))
    found = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.float32)


def _hull(points: Floats) -> Floats:
    return np.asarray(cv2.convexHull(points), np.float32).reshape(-1, 2)


def _histogram(luma: Floats, bins: int = 256) -> Floats:
    counts = np.histogram(luma, bins, (0, 256))[0].astype(np.float32)
    return np.asarray(counts / max(float(counts.sum()), 1.0), np.float32)
