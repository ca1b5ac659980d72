"""The sitter's face in a cover: under the same lights, with the cover's shadow and colour on it."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.engines.studio.around import EARS, places
from fenshen.engines.studio.bare_head import BareHead
from fenshen.engines.studio.cover import Cover, Lit, light
from fenshen.engines.studio.framing import Window, view
from fenshen.engines.studio.plate import scale_of
from fenshen.engines.studio.sitter import Posed
from fenshen.templates.recipe import Rig
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE

OPENS: Final = (
    0.75  # of what a cover takes from a face, the camera gives back: a face in a hood is still seen
)
DEEPEST: Final = 0.22  # what is left of the light where a cover touches a face
SHADE: Final = 0.9  # of a cover's shadow: skin scatters some of it away
SHARP: Final = 1.25  # pixels of a cover for one of the picture, at least, when it is made smaller
LONG: Final = 0.002  # of a picture: less than that is no long hair
EAR: Final = 0.13  # face widths that an ear stands out, at most
SMALL: Final = 4  # shadows are smooth

Picture = Floats | NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A cover in the picture's own pixels."""

    front: Floats  # (H, W, 3) linear
    alpha: Floats  # (H, W) 0..1 what lies before the face
    back: Floats  # (H, W, 3) linear
    back_alpha: Floats  # (H, W) 0..1 what lies behind it
    hole: Floats  # (H, W) 0..1 the opening
    shade: Floats  # (H, W, 3) what is left of the light on the face
    glow: Floats  # (H, W, 3) what is thrown on it from beside


def face_on(posed: Posed, bare: BareHead, kept: Cover, window: Window, rig: Rig) -> Posed:
    """The sitter, posed with nothing round the head, in a cover.

    posed: made from `bare.lit` through `window`, lit by `rig`.
    """
    size = (posed.alpha.shape[1], posed.alpha.shape[0])
    put = put_round(light(kept, rig, SHARP * scale_of(posed.points, kept.points)), kept, posed.points, size)
    own = np.minimum(posed.alpha, own_head(bare, posed.points, window, size)) * put.hole
    return layered(put, shaded(posed.linear, put), floats(own), posed.points)


def own_head(bare: BareHead, points: Floats, window: Window, size: tuple[int, int]) -> Floats:
    """What of the sitter may be seen in an opening, (H, W) 0..1: face, ears, hair, neck; no shoulder, nothing worn.

    Under the ears a head is hardly wider than the face, unless long hair falls there.
    """
    whole, head, hair = (
        np.clip(view(mask, window, size) / 255, 0, 1) for mask in (bare.take.alpha, bare.head, bare.hair)
    )
    if hair.mean() > LONG:
        return floats(whole)
    small = (size[0] // SMALL, size[1] // SMALL)
    mesh = floats(points / SMALL)
    width = float(np.ptp(mesh[list(regions.OVAL), 0]))
    reach = 2 * round(EAR * width) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    near = cv2.dilate(regions.fill(mesh, regions.OVAL, small[::-1]), disc).astype(np.float32)
    right, left = mesh[list(EARS), :2]
    slope = float((left[1] - right[1]) / max(1.0, left[0] - right[0]))
    xs, ys = np.arange(small[0], dtype=np.float32)[None], np.arange(small[1], dtype=np.float32)[:, None]
    above = np.clip(0.5 - (ys - right[1] - slope * (xs - right[0])) / (0.12 * width), 0, 1)
    allowed = cv2.GaussianBlur(floats(np.maximum(near, above)), (0, 0), 0.02 * width)
    allowed = cv2.resize(allowed, size, interpolation=cv2.INTER_LINEAR)
    return floats(np.clip(whole - head + np.minimum(head, allowed), 0, 1))


def put_round(lit: Lit, kept: Cover, points: Floats, size: tuple[int, int]) -> Put:
    """Put a cover round a face. points: (478, 3) in the picture; size: (width, height) of that."""
    fine = places(points, kept.points, size)
    small = (size[0] // SMALL, size[1] // SMALL)
    across, down = (floats(cv2.resize(at, small, interpolation=cv2.INTER_AREA)) for at in fine)
    coarse = (across, down)
    whole = kept.tone.shape[1]

    def smooth(picture: Picture) -> Floats:
        return floats(cv2.resize(taken(picture, coarse, whole), size, interpolation=cv2.INTER_LINEAR))

    return Put(
        front=np.maximum(taken(lit.front, fine, whole, cv2.INTER_CUBIC), 0),
        alpha=floats(np.clip(taken(lit.alpha, fine, whole, cv2.INTER_CUBIC), 0, 1)),
        back=smooth(lit.back), back_alpha=smooth(lit.back_alpha), hole=taken(kept.hole, fine, whole),
        shade=smooth(lit.shade), glow=smooth(lit.glow),
    )  # fmt: skip


def taken(picture: Picture, at: tuple[Floats, Floats], whole: int, how: int = cv2.INTER_LINEAR) -> Floats:
    """Sample a map of a cover, kept on any number of its pixels, as 0..1; its edges go on outside.

    at: columns and rows in a cover that is `whole` pixels wide.
    """
    share = np.float32(picture.shape[1] / whole)
    columns, rows = (floats((place + np.float32(0.5)) * share - np.float32(0.5)) for place in at)
    found = floats(cv2.remap(picture, columns, rows, how, borderMode=cv2.BORDER_REPLICATE))
    return found / np.float32(255) if picture.dtype == np.uint8 else found


def shaded(linear: Floats, put: Put) -> Floats:
    """The sitter in the cover's shadow and in the light that it throws back. linear: (H, W, 3)."""
    left = DEEPEST + (1 - DEEPEST) * put.shade**SHADE
    return floats(linear * (left + put.glow))


def layered(put: Put, sitter: Floats, own: Floats, points: Floats) -> Posed:
    """What lies behind, the sitter, what lies before: one over the other, as bright as the face is to be.

    sitter: (H, W, 3) linear. own: (H, W) 0..1 what of the sitter is to be seen.
    """
    gain = exposed(put, points)
    linear = put.back * put.back_alpha[..., None]
    alpha = put.back_alpha
    for layer, share in ((sitter, own), (put.front, put.alpha)):
        linear += share[..., None] * (layer - linear)
        alpha = alpha + share * (1 - alpha)
    linear *= gain / np.maximum(alpha, 1e-4)[..., None]
    return Posed(linear=floats(linear), alpha=floats(alpha), points=points)


def exposed(put: Put, points: Floats) -> float:
    """By how much the camera opens because the cover takes light from the face."""
    size = (put.shade.shape[0] // SMALL, put.shade.shape[1] // SMALL)
    face = regions.bare_skin(floats(points / SMALL), size) > 0
    if not face.any():
        return 1.0
    left = cv2.resize(put.shade @ LUMINANCE, size[::-1], interpolation=cv2.INTER_AREA)
    return float(1 / max(0.2, float(left[face].mean())) ** OPENS)
