"""Make one take out of one photo: crop, cut out, understand shape and light."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from fenshen.double.choose import Candidate, evenness
from fenshen.double.take import Take, cut_edges
from fenshen.vision import regions
from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.canonical import canonical
from fenshen.vision.colour import LUMINANCE, to_linear
from fenshen.vision.faces import Face
from fenshen.vision.light import fit_light
from fenshen.vision.matte import Matte, cut_out
from fenshen.vision.mesh import FaceMesh
from fenshen.vision.person import person_probability, steady_probability
from fenshen.vision.shape import Shape, shape_of

TAKE_EDGE: Final = 1536  # pixels of a take's longer side
AROUND: Final = (
    2.6,
    1.2,
    2.6,
    2.5,
)  # how far a take reaches beyond the face box: left, up, right, down, in face sizes


def cut_take(
    rgb: RGB,
    face: Face,
    mesh: FaceMesh,
    candidate: Candidate,
    models: Path,
    *,
    typical: float,
    distance: float,
    by_lens: bool,
) -> Take:
    """One take from a decoded photo (H, W, 3) sRGB, its chosen face and that face's mesh, in the photo's pixels.

    typical, distance, by_lens: see `Take`.
    """
    crop, (left, top), scale = _crop(rgb, face)
    x, y, w, h = face.box
    box = ((x - left) * scale, (y - top) * scale, w * scale, h * scale)
    points = floats((mesh.points - floats([left, top, 0])) * np.float32(scale))
    matte = cut_out(crop, steady_probability(crop, box, models), person_probability(crop, models), box)
    shape = shape_of(matte.alpha, points, canonical(models).triangles)
    alpha = np.asarray(np.round(matte.alpha * 255), np.uint8)
    light = read_light(crop, points, shape)
    return Take(
        photo=candidate.photo,
        foreground=matte.foreground,
        alpha=alpha,
        points=points,
        normals=shape.normals,
        depth=shape.depth,
        light=light.harmonics,
        skin=light.skin,
        mixed=light.mixed,
        typical=typical,
        distance=distance,
        by_lens=by_lens,
        yaw=mesh.pose.yaw,
        pitch=mesh.pose.pitch,
        roll=mesh.pose.roll,
        smile=candidate.smile,
        mouth_open=candidate.mouth_open,
        eyes_open=candidate.eyes_open,
        evenness=evenness(candidate),
        sharpness=candidate.sharpness,
        certainty=certainty(matte, box[2]),
        clutter=min(1.0, clutter(matte.alpha, points) + candidate.company),
        glare=glare(crop, matte.alpha, points, light.skin),
        cut=cut_edges(alpha),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SkinLight:
    """The light of a photo, read from the sitter's skin."""

    harmonics: Floats  # (9, 3), linear sRGB
    skin: tuple[float, float, float]  # median colour, linear sRGB
    mixed: float  # octaves, see `Take.mixed`


def read_light(crop: RGB, points: Floats, shape: Shape) -> SkinLight:
    """Read the photo's light: its direction, its colour, and whether several colours are mixed."""
    height, width = shape.depth.shape
    small = cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA)
    mask = regions.bare_skin(points * np.float32(width / crop.shape[1]), (height, width)) > 0
    linear = to_linear(np.asarray(small, np.uint8))
    harmonics = fit_light(linear, shape.normals, mask)
    if not mask.any():
        return SkinLight(harmonics=harmonics, skin=(0.3, 0.2, 0.15), mixed=0.0)
    seen = np.maximum(linear[mask], 1e-3)
    red, green, blue = np.median(seen, axis=0).tolist()
    tones = np.log2(seen[:, [0, 2]] / seen[:, 1:2])
    low, high = np.quantile(tones, [0.1, 0.9], axis=0)
    return SkinLight(harmonics=harmonics, skin=(red, green, blue), mixed=float((high - low).max()))


def certainty(matte: Matte, face_width: float) -> float:
    """How crisp a cut-out is, 0..1: the share of half-transparent pixels along the outline, in face widths."""
    mist = float((matte.alpha * (1 - matte.alpha)).sum())
    outline = float((np.abs(cv2.Laplacian(floats(matte.alpha > 0.5), cv2.CV_32F)) > 0).sum())  # noqa: PLR2004
    return float(np.exp(-8 * mist / max(1.0, outline) / face_width))


def clutter(alpha: Floats, points: Floats) -> float:
    """How much of the sitter lies beside the face at the face's height, 0..1: raised hands, rackets, other heads.

    Hair reaches a face width to each side at most; what lies further out is not a head.
    """
    oval = points[list(regions.OVAL), :2]
    (left, top), (right, bottom) = oval.min(0), oval.max(0)
    width = float(right - left)
    rows = slice(max(0, int(top)), max(1, int(bottom)))
    sides = np.concatenate(
        [alpha[rows, : max(0, int(left - 0.85 * width))], alpha[rows, max(0, int(right + 0.85 * width)) :]],
        axis=1,
    )
    return float(np.clip(sides.sum() / (0.5 * width * width), 0, 1)) if sides.size else 0.0


def glare(rgb: RGB, alpha: Floats, points: Floats, skin: tuple[float, float, float]) -> float:
    """Stops by which the brightest twentieth of a head around its face outshines the skin; 0 when nothing does.

    The sun from behind makes a crown that no other light can put out. skin: median of the face, linear sRGB.
    """
    chin = max(1, int(points[regions.CHIN, 1]))
    around = (alpha > 0.9) & (regions.fill(points, regions.OVAL, alpha.shape) == 0)  # noqa: PLR2004 - for sure
    seen = to_linear(rgb[:chin][around[:chin]]) @ LUMINANCE
    if not seen.size:
        return 0.0
    return max(0.0, float(np.log2(np.quantile(seen, 0.95) / max(1e-3, float(floats(skin) @ LUMINANCE)))))


def _crop(rgb: RGB, face: Face) -> tuple[RGB, tuple[int, int], float]:
    """The part of the photo around a face that portraits can use, its corner, and how much it was shrunk."""
    x, y, w, h = face.box
    height, width = rgb.shape[:2]
    left, right = max(0, int(x + w / 2 - AROUND[0] * w)), min(width, int(x + w / 2 + AROUND[2] * w))
    top, bottom = max(0, int(y - AROUND[1] * h)), min(height, int(y + h + AROUND[3] * h))
    crop = rgb[top:bottom, left:right]
    scale = min(1.0, TAKE_EDGE / max(crop.shape[:2]))
    if scale < 1:
        crop = np.asarray(cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    return np.ascontiguousarray(crop), (left, top), scale
