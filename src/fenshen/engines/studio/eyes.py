"""Catch-lights: the small picture of the key light in each eye."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.engines.studio.lamp import colour_of, towards
from fenshen.templates.recipe import Light
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE

CORNEA: Final = (
    7.8 / 5.9
)  # radius of the cornea over that of the iris (Gullstrand's eye; visible iris 11.8 mm)
SHUT: Final = 0.15  # height of the eye over its width: below this there is nothing to see a light in
DARK_GLASS: Final = 0.18  # of the skin's luminance: whites of eyes darker than this lie behind glass
FITS: Final = 0.55  # iris radii: a photo's own light this near to the right place may stay the only one
BRIGHT: Final = 0.30  # above the rest of its ring of the iris, in units of the lit skin: a light in it
STRENGTH: Final = 0.55  # of white, for a lamp of intensity 1 and middling size
WARM: Final = 0.6  # of the way from the white of the eye to the skin
SMALLEST, LARGEST = 0.10, 0.24  # iris radii
RINGS: Final = 14  # of an iris, from its pupil outwards
PUPIL: Final = 0.38  # iris radii: a pupil in the light of a room
SHIFTS: Final = (
    np.linspace(-0.4, 0.4, 17),
    np.linspace(-0.2, 0.2, 9),
    np.linspace(0.8, 1.15, 8),
)  # iris radii
SIDES: Final = np.radians(
    np.r_[np.arange(-35, 36, 7), np.arange(145, 216, 7)]
)  # lids cover the rest of a circle
STEP: Final = 0.1  # iris radii, from a circle to what lies on both its sides
MISTRUST: Final = 1.2  # of a circle, by how far it is from the mesh's, squared
EYES: Final = (
    (regions.RIGHT_PUPIL, regions.RIGHT_IRIS, regions.RIGHT_EYE),
    (regions.LEFT_PUPIL, regions.LEFT_IRIS, regions.LEFT_EYE),
)


def catch_lights(lit: Floats, points: Floats, key: Light | None) -> Floats:
    """Put the key light's reflection into both eyes, in place of what they mirror.

    lit: (H, W, 3) linear, exposed. points: (478, 3) mesh in its pixels. key: None = no lamp before the sitter.
    Both eyes mirror one lamp: the photo's own lights stay if each eye shows one in the right place or lies in the dark;
    else both eyes lose theirs and get the new one. Returns a new picture, or the same one when there is nothing to do.
    """
    if key is None:
        return lit
    eyes = [eye for eye in (_eye(lit, points, key, *which) for which in EYES) if eye is not None]
    if all(eye.dark or (eye.own.any() and eye.fits) for eye in eyes):
        return lit
    found = lit.copy()
    for eye in eyes:
        top, left = eye.corner
        patch = found[top : top + eye.away.shape[0], left : left + eye.away.shape[1]]
        patch[:] = _mirroring(_without_lights(patch, eye), eye, key)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Eye:
    """An eye in a patch of the picture."""

    corner: tuple[int, int]  # top, left
    radius: float  # of the iris, pixels
    away: Floats  # (h, w) distance from the pupil, iris radii
    from_spot: Floats  # (h, w) distance from where the lamp is mirrored, iris radii
    opening: Floats  # (h, w) 0..1 between the lids
    own: NDArray[np.bool_]  # (h, w) lights that the photo's iris has
    fits: bool  # whether these are where the lamp's would be
    dark: bool  # whether it lies in the shade; if both do, behind dark glass


def _eye(
    lit: Floats, points: Floats, key: Light, pupil: int, iris: Sequence[int], lids: Sequence[int]
) -> _Eye | None:
    """Look at one eye; None where nothing can be mirrored: too small, shut or cut off."""
    centre = points[pupil, :2]
    radius = float(np.linalg.norm(points[list(iris), :2] - centre, axis=1).mean())
    if radius < 3 or is_shut(points[list(lids), :2]):  # noqa: PLR2004 - too few pixels for a light
        return None
    left, top = (max(0, int(edge)) for edge in np.floor(centre - 3 * radius))
    side = int(np.ceil(6 * radius)) + 1
    patch = lit[top : top + side, left : left + side]
    if min(patch.shape[:2]) < side // 2:
        return None
    opening = _opening(points[list(lids), :2] - floats([left, top]), patch.shape[:2], radius)
    bright = floats(patch @ LUMINANCE)
    centre, radius = limbus(bright, opening, centre - floats([left, top]), radius)
    ys, xs = np.mgrid[: patch.shape[0], : patch.shape[1]].astype(np.float32)
    away = floats(np.hypot(xs - centre[0], ys - centre[1]) / radius)
    seen = (away < 0.95) & (opening > 0.5)  # noqa: PLR2004
    whites = (away > 1.1) & (opening > 0.7)  # noqa: PLR2004
    around = (away > 2.0) & (opening < 0.05)  # noqa: PLR2004
    if seen.sum() < 9 or not around.any() or not whites.any():  # noqa: PLR2004
        return None
    skin = float(np.median(bright[around]))
    spot = place_of(key, centre, radius)
    own = seen & ~_skin_like(patch, whites, around) & (opening > 0.85)  # noqa: PLR2004
    own &= bright > by_ring(bright, away, seen) + BRIGHT * max(skin, 0.15)
    own &= bool(own.sum() >= 0.008 * np.pi * radius**2)
    where = floats([xs[own].mean(), ys[own].mean()]) if own.any() else spot
    return _Eye(
        corner=(top, left), radius=radius, away=away, opening=opening, own=own,
        from_spot=floats(np.hypot((xs - spot[0]) / 0.9, ys - spot[1]) / radius),
        fits=bool(np.linalg.norm(where - spot) < FITS * radius),
        dark=float(np.quantile(bright[whites], 0.8)) < DARK_GLASS * skin,
    )  # fmt: skip


def _skin_like(patch: Floats, whites: NDArray[np.bool_], around: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(h, w) where the patch is as warm as the lids: a mirrored lamp is as white as the eye's white in that light."""
    warmth = np.log((patch[..., 0] + 1e-3) / (patch[..., 2] + 1e-3))
    white, skin = float(np.median(warmth[whites])), float(np.median(warmth[around]))
    return np.asarray(warmth > white + WARM * (skin - white)) if skin > white else np.zeros_like(whites)


def limbus(bright: Floats, opening: Floats, centre: Floats, radius: float) -> tuple[Floats, float]:
    """Where an iris really ends, near the (2,) centre and radius that a mesh gives, in pixels.

    bright: (h, w) luminance. opening: (h, w) 0..1 between the lids. The circle across whose left and right sides the
    picture gets brightest (Daugman 1993); lights within the iris count no more than the whites do.
    """
    between = opening > 0.5  # noqa: PLR2004
    if not between.any():
        return centre, radius
    lights = float(np.median(bright[between])) * 1.5
    plain = floats(cv2.GaussianBlur(np.minimum(bright, lights), (0, 0), 0.06 * radius + 0.4))
    right, down, wide = (axis.ravel()[:, None] for axis in np.meshgrid(*SHIFTS, indexing="ij"))
    xs = centre[0] + radius * (right + wide * np.cos(SIDES))
    ys = centre[1] + radius * (down + wide * np.sin(SIDES))
    step = STEP * radius

    def at(picture: Floats, further: float) -> Floats:
        column, row = (
            np.clip(np.round(start + further * turned(SIDES)), 0, size - 1).astype(int)
            for start, turned, size in ((xs, np.cos, picture.shape[1]), (ys, np.sin, picture.shape[0]))
        )
        return floats(picture[row, column])

    seen = at(floats(between), step) * at(floats(between), -step)
    rise = ((at(plain, step) - at(plain, -step)) * seen).sum(1) / np.maximum(seen.sum(1), SIDES.size / 2)
    rise -= MISTRUST * float(rise.max()) * (right[:, 0] ** 2 + down[:, 0] ** 2 + (wide[:, 0] - 1) ** 2)
    best = int(rise.argmax())
    shift = floats([right[best, 0], down[best, 0]])
    return floats(centre + radius * shift), radius * float(wide[best, 0])


def place_of(key: Light, centre: Floats, radius: float) -> Floats:
    """Where a lamp is mirrored in an eye that looks into the camera, (2,) pixels: half way to it on the cornea."""
    half = towards(key) + floats([0, 0, 1])
    half = half / np.linalg.norm(half)
    return floats(centre + CORNEA * radius * half[:2] * floats([1, -1]))


def is_shut(lids: Floats) -> bool:
    """Whether the rim of an eye, (16, 2), leaves no eye to see: how flat it is, whichever way the head leans."""
    longer, shorter = np.linalg.svd(lids - lids.mean(0), compute_uv=False)[:2].tolist()
    return bool(shorter < SHUT * longer)


def by_ring(values: Floats, away: Floats, seen: NDArray[np.bool_]) -> Floats:
    """What an iris shows at each distance from its pupil: it is much the same all around.

    values: (h, w[, c]). away: (h, w) iris radii. seen: (h, w) pixels to go by. Returns the median of each ring at its
    pixels; a ring of which nothing was seen is as the next one outside it, and the darkest there is within the pupil.
    """
    ring = np.minimum((away * RINGS).astype(int), RINGS)
    found = np.zeros((RINGS + 1, *values.shape[2:]), np.float32)
    known = np.zeros(RINGS + 1, bool)
    for number in range(RINGS + 1):
        of_it = ring == number
        known[number] = (of_it & seen).sum() > max(2, 0.12 * of_it.sum())
        if known[number]:
            found[number] = np.median(values[of_it & seen], axis=0)
    if not known.any():
        return (
            floats(np.broadcast_to(np.median(values[seen], axis=0), values.shape)) if seen.any() else values
        )
    sure = np.flatnonzero(known)
    flat = found[sure].reshape(len(sure), -1)
    at = np.clip(away * RINGS - 0.5, 0, RINGS)
    smooth = [np.interp(at, sure, column) for column in flat.T]
    if sure[0] > 0:  # a light lies on the pupil: the hole behind it is black
        dark = np.quantile(values[seen], 0.02, axis=0)
        hidden = at < min(sure[0], PUPIL * RINGS)
        smooth = [
            np.where(hidden, np.minimum(low, column), column)
            for low, column in zip(np.atleast_1d(dark), smooth, strict=True)
        ]
    return floats(np.stack(smooth, -1).reshape(values.shape))


def _without_lights(patch: Floats, eye: _Eye) -> Floats:
    """The patch, (h, w, 3), with what the iris shows elsewhere in place of the photo's lights."""
    if not eye.own.any():
        return patch
    reach = 2 * max(1, round(0.06 * eye.radius)) + 1
    own = cv2.dilate(floats(eye.own), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    iris = (eye.away < 1.0) & (eye.opening > 0.5)  # noqa: PLR2004
    bare = by_ring(patch, eye.away, iris & (own == 0))
    soft = np.clip(cv2.GaussianBlur(own, (0, 0), max(0.6, 0.03 * eye.radius)) * 1.3, 0, 1)
    soft *= np.clip((1.06 - eye.away) / 0.08, 0, 1) * eye.opening
    return floats(patch + soft[..., None] * np.minimum(0, bare - patch))


def _mirroring(patch: Floats, eye: _Eye, key: Light) -> Floats:
    """The patch with the lamp in the eye."""
    size = SMALLEST + (LARGEST - SMALLEST) * key.size
    disc = np.clip(1.25 - eye.from_spot / size, 0, 0.5) * 2
    blur = max(0.6, 0.14 * size * eye.radius)
    disc = cv2.GaussianBlur(floats(disc * disc * (3 - 2 * disc)), (0, 0), blur) * eye.opening
    strength = STRENGTH * (0.75 + 0.5 * min(1.0, key.intensity)) * (1 - 0.35 * key.size)
    return floats(
        patch + disc[..., None] * strength * np.maximum(0.0, 1 - patch) * (0.4 + 0.6 * colour_of(key))
    )


def _opening(lids: Floats, size: tuple[int, ...], radius: float) -> Floats:
    """The eye between its lids, (h, w) 0..1, soft at their rims; the upper lid's shadow falls on it."""
    mask = np.zeros(size[:2], np.float32)
    cv2.fillPoly(mask, [np.round(lids * 8).astype(np.int32)], 1.0, shift=3)
    inner = cv2.erode(mask, np.ones((3, 3), np.uint8))
    return floats(cv2.GaussianBlur(inner, (0, 0), max(0.6, 0.06 * radius)))
