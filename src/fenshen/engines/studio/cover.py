"""Covers: hoods, helmets, coifs with nobody in them, kept under eight plain lights rather than in one of their own.

Any rig is a mixture of those lights (Debevec et al., "Acquiring the reflectance field of a human face", 2000), so a
cover stands in the sitter's light, with its own shadows and shines, and throws its shadow on the sitter's face.
"""

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.engines.studio.lamp import colour_of, daylight, towards
from fenshen.templates.cards import DYED
from fenshen.templates.covers import covers, covers_folder
from fenshen.templates.recipe import DAYLIGHT, Dyes, Rig
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE

PLACES: Final = ((-55, 28), (0, 18), (55, 28), (0, 68), (0, -40), (-140, 24), (140, 24))  # degrees
LIGHTS: Final = len(PLACES) + 1  # the last comes from everywhere
BRIGHTEST: Final = 2.0  # mean of all lights that white stands for in a tone
NARROW: Final = 5.0  # how little of a lamp goes to lights that stand elsewhere
BEHIND: Final = 0.6  # of a light from behind: a rig's only grazes
FILES: Final = ("tone", "dye", "lights", "back", "back_lights", "face")
HOLE: Final = 0.5  # alpha below which a cover is open
_MEAN: Final = BRIGHTEST * (floats(np.arange(256)) / np.float32(255)) ** 2  # of all lights, by its tone
BOUNCE: Final = 0.25  # of the scale in which light from the cover on the face is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A cover as it is kept, most of it in 8 bit. (H, W) all of it, (h, w) half, (q, r) a quarter."""

    tone: NDArray[np.uint8] = field(repr=False)  # (H, W, 2) root of the mean of all lights; alpha
    dye: NDArray[np.uint8] = field(repr=False)  # (h, w, 3) shares of cloth, trim and thread
    lights: Floats = field(repr=False)  # (h, w, LIGHTS) of the mean, how much is by which
    back: NDArray[np.uint8] = field(repr=False)  # (h, w, 2) like tone: what lies behind the face
    back_lights: Floats = field(repr=False)  # (q, r, LIGHTS)
    shade: Floats = field(
        repr=False
    )  # (s, t, LIGHTS + 1) 0..1 what of a light reaches the face; what is thrown on it
    hole: NDArray[np.uint8] = field(repr=False)  # (h, w) 0..255 the opening that the face is seen through
    points: Floats = field(repr=False)  # (478, 3) mesh of the face that it was made round, in its pixels
    bare: Floats = field(repr=False)  # (LIGHTS,) what each light gives an uncovered face
    dyes: Floats = field(repr=False)  # (4, 3) linear sRGB: cloth, trim, thread, lining

    @property
    def width(self) -> float:
        """Of the face, in pixels."""
        return float(np.ptp(self.points[list(regions.OVAL), 0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lit:
    """A cover in a rig's light, in its own pixels. 1 is what an uncovered face gets on average."""

    front: Floats  # (H, W, 3) linear
    alpha: NDArray[np.uint8]  # (H, W)
    back: Floats  # (h, w, 3)
    back_alpha: NDArray[np.uint8]  # (h, w)
    shade: Floats  # (s, t, 3) what is left of the light on the face
    glow: Floats  # (s, t, 3) what the cover throws on it, linear


def cover(name: str, dyes: Dyes | None = None) -> Cover:
    """A built-in cover, in its own colours or in others."""
    card = covers()[name]
    colours = [*((dyes.cloth, dyes.trim, dyes.thread) if dyes else card.dyes)]
    colours.append(colours[DYED.index(card.lining)] if isinstance(card.lining, str) else card.lining)
    return replace(_kept(name), dyes=floats(colours))


@cache
def _kept(name: str) -> Cover:
    """A built-in cover as its files have it, without colours."""
    folder = covers_folder() / name
    kept = {file: (folder / f"{file}.webp").read_bytes() for file in FILES}
    tone, back = (np.ascontiguousarray(_picture(kept[file])[..., [0, 3]]) for file in ("tone", "back"))
    rows = (folder / "points.csv").read_text("utf-8").splitlines()
    points = floats([[float(number) for number in row.split(",")] for row in rows])
    return Cover(
        tone=tone, dye=np.ascontiguousarray(_picture(kept["dye"])[..., :3]), back=back,
        lights=_tiles(kept["lights"], LIGHTS) ** 2 * LIGHTS,
        back_lights=_tiles(kept["back_lights"], LIGHTS) ** 2 * LIGHTS, shade=_tiles(kept["face"], LIGHTS + 1),
        hole=opening(tone[..., 1], points), points=points, bare=floats(covers()[name].bare),
        dyes=np.zeros((4, 3), np.float32),
    )  # fmt: skip


def opening(alpha: NDArray[np.uint8], points: Floats) -> NDArray[np.uint8]:
    """The hole that the face is seen through, (H // 2, W // 2) 0..255: what is open and hangs together with the face.

    alpha: (H, W) of the cover. points: (478, 3) of the face in its pixels. It reaches a little under the edge.
    """
    half = (alpha.shape[1] // 2, alpha.shape[0] // 2)
    open_ = np.asarray(cv2.resize(alpha, half, interpolation=cv2.INTER_AREA) < HOLE * 255, np.uint8)
    x, y = (round(float(middle) / 2) for middle in points[list(regions.OVAL), :2].mean(0))
    _, labels = cv2.connectedComponents(open_, connectivity=4)
    hole = np.asarray(labels == labels[y, x], np.uint8) * 255
    reach = 2 * round(0.02 * half[0]) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    return np.asarray(cv2.GaussianBlur(cv2.dilate(hole, disc), (0, 0), reach / 6), np.uint8)


def mixture(rig: Rig) -> Floats:
    """A rig as a mixture of a cover's lights, (LIGHTS, 3) linear, unnormalised."""
    rays = floats([_ray(azimuth, elevation) for azimuth, elevation in PLACES])
    mixed = np.zeros((LIGHTS, 3), np.float32)
    mixed[-1] = rig.ambient * daylight(rig.ambient_kelvin) / daylight(DAYLIGHT)
    for lamp in rig.lights:
        near = np.exp(NARROW * (rays @ towards(lamp) - 1))
        power = lamp.intensity * (BEHIND if towards(lamp)[2] < 0 else 1.0)
        mixed[:-1] += (near / near.sum())[:, None] * (power * colour_of(lamp))
    return mixed


def light(kept: Cover, rig: Rig, fine: float = 1.0) -> Lit:
    """Put a cover into a rig's light. fine: of its pixels along a side, how many will be seen; 1 = all."""
    mixed = mixture(rig)
    arriving = mixed * kept.bare[:, None]
    mixed = mixed / max(1e-4, float(arriving.sum(0) @ LUMINANCE))
    dye = floats(kept.dye) / np.float32(255)
    share = dye / np.maximum(1, dye.sum(-1, keepdims=True))
    albedo = floats(share @ kept.dyes[:3] + (1 - share.sum(-1, keepdims=True)))
    weights = arriving / np.maximum(arriving.sum(0), 1e-4)
    front, alpha = _laid(floats(kept.lights @ mixed * albedo), kept.tone, fine)
    back, back_alpha = _laid(floats(kept.back_lights @ mixed * kept.dyes[3]), kept.back, fine)
    return Lit(
        front=front, alpha=alpha, back=back, back_alpha=back_alpha,
        shade=floats(kept.shade[..., :-1] @ weights),
        glow=floats(BOUNCE * kept.shade[..., -1:] * _edge(kept, albedo)),
    )  # fmt: skip


def _laid(light_: Floats, tone: NDArray[np.uint8], fine: float) -> tuple[Floats, NDArray[np.uint8]]:
    """A coarse light on a fine tone, (H, W, 3), and the alpha with it, on `fine` of the tone's pixels."""
    if fine < 1:
        size = (max(1, round(tone.shape[1] * fine)), max(1, round(tone.shape[0] * fine)))
        tone = np.asarray(cv2.resize(tone, size, interpolation=cv2.INTER_AREA), np.uint8)
    how = cv2.INTER_LINEAR if tone.shape[0] > light_.shape[0] else cv2.INTER_AREA
    spread = cv2.resize(light_, tone.shape[1::-1], interpolation=how)
    return floats(spread * _MEAN[tone[..., 0]][..., None]), np.ascontiguousarray(tone[..., 1])


def _edge(kept: Cover, albedo: Floats) -> Floats:
    """The cover's mean colour round the opening, (3,) linear."""
    reach = np.ones((2 * round(0.06 * kept.hole.shape[1]) + 1,) * 2, np.uint8)
    near = (cv2.dilate(kept.hole, reach) > 127) & (kept.hole < 127)  # noqa: PLR2004
    return floats(albedo[near].mean(0))


def _ray(azimuth: float, elevation: float) -> Floats:
    a, e = np.radians([azimuth, elevation])
    return floats([np.cos(e) * np.sin(a), np.sin(e), np.cos(e) * np.cos(a)])


def _tiles(data: bytes, count: int) -> Floats:
    """Pictures that were kept one below the other, (h, w, count) 0..1."""
    gray = floats(_picture(data)[..., 0]) / np.float32(255)
    return np.ascontiguousarray(gray.reshape(count, -1, gray.shape[1]).transpose(1, 2, 0))


def _picture(data: bytes) -> NDArray[np.uint8]:
    """WebP to (H, W, 4) RGBA."""
    found = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED))
    kind = cv2.COLOR_BGR2RGBA if found.shape[2] == 3 else cv2.COLOR_BGRA2RGBA  # noqa: PLR2004
    return np.asarray(cv2.cvtColor(found, kind), np.uint8)
