"""Garment plates: clothes without anybody in them, kept as colour, normals, depth and openings, not as a photograph.

A plate has no light of its own, so that it stands in the same light as the sitter.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.engines.studio.bands import in_bands
from fenshen.engines.studio.stage import unit
from fenshen.errors import FenshenError
from fenshen.templates.plates import plates, plates_folder
from fenshen.templates.recipe import Dyes
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import to_linear, to_srgb

DEEP: Final = 0.6  # metres that a depth map spans; its middle is the rim of the face
PIXELS_PER_METRE: Final = 2200.0
SMALL: Final = 4  # depth is kept on a quarter of the pixels
STRETCH: Final = 0.30  # face widths that a collar's side gives way at most to meet a neck
ROOM: Final = 0.05  # face widths, between a neck and its collar
FADE: Final = 1.1  # face widths beside the neck within which the stretch is forgotten
ALL: Final = 0.14  # a share that is as good as none, or as good as all: what packing costs
NECK_AT: Final = 0.14  # face widths below the chin, where a neck is narrowest


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """A garment as it is kept, most of it in 8 bit."""

    colour: NDArray[np.uint8] = field(repr=False)  # (H, W, 4) sRGB albedo, alpha
    cloth: NDArray[np.uint8] = field(repr=False)  # (H, W, 4) normals, what lies before the neck
    skin: NDArray[np.uint8] = field(repr=False)  # (H, W, 4) normals of neck and chest, alpha
    depth: Floats = field(repr=False)  # (h, w, 3) 0..1 nearness of cloth and skin, openness of cloth
    points: Floats = field(repr=False)  # (478, 3) mesh of the head that was taken away, in pixels
    sheen: NDArray[np.uint8] | None = field(default=None, repr=False)  # (h, w, 2) how silky and how metallic

    @property
    def width(self) -> float:
        """Of the face, in pixels."""
        return float(np.ptp(self.points[list(regions.OVAL), 0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A plate in the picture's own pixels: its colours from row `top` down, its shape on a half of the pixels."""

    top: int
    albedo: Floats  # (H - top, W, 3) sRGB 0..1
    alpha: Floats  # (H - top, W) 0..1 all of the garment
    front: Floats  # (H - top, W) 0..1 what of it lies before the neck
    skin: Floats  # (H - top, W) 0..1 neck and chest
    masks: Floats  # (h, w, 3) 0..1: alpha, front, skin
    cloth_normals: Floats  # (h, w, 3) unit
    skin_normals: Floats  # (h, w, 3) unit
    cloth_depth: Floats  # (h, w) face widths, 0 = the rim of the face
    skin_depth: Floats  # (h, w) the same
    open: Floats  # (h, w) 0..1 how much of the room's light reaches the cloth
    sheen: Floats | None  # (h, w, 2) 0..1 how silky it is, and how metallic; None: not at all


class PlateNoNeckError(FenshenError):
    """A garment shows no neck under the chin: nothing that a head could be set on. Facts: ``plate``."""

    code = "plate_no_neck"


@cache
def plate(name: str, dyes: Dyes | None = None) -> Plate:
    """A built-in plate, in its own colours or in others. A plate that cannot be dyed keeps its own.

    Raises PlateNoNeckError.
    """
    folder = plates_folder() / name
    pictures = {
        kind: _picture((folder / f"{kind}.webp").read_bytes()) for kind in ("colour", "cloth", "skin")
    }
    depth = cv2.imdecode(np.frombuffer((folder / "depth.png").read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    rows = (folder / "points.csv").read_text("utf-8").splitlines()
    points = floats([[float(number) for number in row.split(",")] for row in rows])
    card, colour, sheen = plates()[name], pictures["colour"], None
    if card.dyes:
        colours = (dyes.cloth, dyes.trim, dyes.thread) if dyes else card.dyes
        dye = _picture((folder / "dye.webp").read_bytes())
        colour = dyed(colour, dye, floats(colours))
        sheen = silky(dye, dyes.sheen) if dyes and any(dyes.sheen) else None
    _must_have_a_neck(name, pictures["skin"], points)
    return Plate(
        colour=colour, cloth=pictures["cloth"], skin=pictures["skin"],
        depth=floats(np.asarray(depth)[..., ::-1] / 65535), points=points, sheen=sheen,
    )  # fmt: skip


def _must_have_a_neck(name: str, skin: NDArray[np.uint8], points: Floats) -> None:
    x, y, _ = points[regions.CHIN]
    wide = float(np.ptp(points[list(regions.OVAL), 0]))
    rows = slice(max(0, round(y + NECK_AT * wide)), max(0, round(y + 2 * NECK_AT * wide)))
    columns = slice(max(0, round(x - NECK_AT * wide)), max(0, round(x + NECK_AT * wide)))
    if not (skin[rows, columns, 3] > 0).any():
        raise PlateNoNeckError(plate=name)


def dyed(colour: NDArray[np.uint8], dye: NDArray[np.uint8], colours: Floats) -> NDArray[np.uint8]:
    """Give cloth, trim and thread their colours.

    colour: (H, W, 4) sRGB albedo, alpha: of what is not dyed. dye: (H, W, 4) the share of cloth, trim and thread, and
    their tone, 127.5 = as the dye is. colours: (3, 3) linear sRGB of the three. Returns (H, W, 4) like colour.
    """
    share = floats(dye[..., :3]) / np.float32(255)
    tone = floats(dye[..., 3:]) / np.float32(127.5)
    total = share.sum(-1, keepdims=True)
    own = np.clip((1 - ALL - total) / (1 - 2 * ALL), 0, 1)
    share *= (1 - own) / np.maximum(total, 1e-3)
    linear = own * to_linear(floats(colour[..., :3]) / np.float32(255)) + share @ colours * tone
    mixed = np.asarray(np.clip(np.round(to_srgb(floats(linear)) * 255), 0, 255), np.uint8)
    return np.dstack([mixed, colour[..., 3]])


def silky(dye: NDArray[np.uint8], sheen: tuple[float, float, float]) -> NDArray[np.uint8]:
    """What of a garment shines: silk, and gilt thread.

    dye: (H, W, 4) as in `dyed`. sheen: 0..1 of cloth, trim and thread. Returns (H // 2, W // 2, 2): silk and metal.
    """
    share = cv2.resize(dye[..., :3], (dye.shape[1] // 2, dye.shape[0] // 2), interpolation=cv2.INTER_AREA)
    silk, metal = share[..., 0] * sheen[0] + share[..., 1] * sheen[1], share[..., 2] * sheen[2]
    return np.asarray(np.clip(np.dstack([silk, metal]), 0, 255), np.uint8)


def scale_to(points: Floats, worn: Plate) -> float:
    """Picture pixels per pixel of the plate: faces of one size. points: (478, 3) the sitter's mesh."""
    return scale_of(points, worn.points)


def scale_of(points: Floats, kept: Floats) -> float:
    """How much larger one mesh's face is than another's, by its width and what lies below its eyes. Both (478, 3)."""
    sizes = []
    for mesh in (points, kept):
        eyes = mesh[[regions.RIGHT_PUPIL, regions.LEFT_PUPIL], :2].mean(0)
        tall = float(np.linalg.norm(mesh[regions.CHIN, :2] - eyes))
        sizes.append(float(np.sqrt(tall * np.ptp(mesh[list(regions.OVAL), 0]))))
    return sizes[0] / sizes[1]


def lay(worn: Plate, points: Floats, size: tuple[int, int], neck: tuple[float, float] | None) -> Laid:
    """Lay a plate under a head, chin on chin; its collar gives way to meet the neck.

    points: (478, 3) in the picture. size: (width, height). neck: left and right side of the sitter's neck in the
    picture, or None when they are out of sight.
    """
    columns, rows = _places(worn, points, size, neck)
    top = min(int(np.searchsorted(rows, -1.0)), size[1] - 1)
    full, half = (columns, rows[top:]), (columns[::2], rows[::2])
    colour = _through(worn.colour, full, cv2.INTER_CUBIC)
    coarse, cloth, skin = (_through(kept, half) for kept in (worn.colour[..., 3], worn.cloth, worn.skin))
    depth = _through(
        worn.depth, (floats(half[0] / SMALL), floats(half[1] / SMALL)), border=cv2.BORDER_REPLICATE
    )
    deep = DEEP * PIXELS_PER_METRE / worn.width
    return Laid(
        top=top, albedo=colour[..., :3], alpha=colour[..., 3],
        front=_through(worn.cloth[..., 3], full), skin=_through(worn.skin[..., 3], full),
        masks=np.dstack([coarse, cloth[..., 3], skin[..., 3]]),
        cloth_normals=unit(cloth[..., :3] * 2 - 1), skin_normals=unit(skin[..., :3] * 2 - 1),
        cloth_depth=(depth[..., 0] - 0.5) * deep, skin_depth=(depth[..., 1] - 0.5) * deep,
        open=np.ascontiguousarray(depth[..., 2]),
        sheen=None if worn.sheen is None else _through(worn.sheen, (floats(half[0] / 2), floats(half[1] / 2))),
    )  # fmt: skip


def neck_of(worn: Plate, below: float) -> tuple[float, float]:
    """Left and right side of the plate's own neck, `below` face widths under the chin, in its pixels."""
    row = worn.skin[round(float(worn.points[regions.CHIN, 1]) + below * worn.width), :, 3]
    inside = np.flatnonzero(row > 127)  # noqa: PLR2004
    return float(inside[0]), float(inside[-1])


def _places(
    worn: Plate, points: Floats, size: tuple[int, int], neck: tuple[float, float] | None
) -> tuple[Floats, Floats]:
    """Where in the plate the picture's columns, (W,), and rows, (H,), come from."""
    scale = scale_to(points, worn)
    chin, own = points[regions.CHIN], worn.points[regions.CHIN]
    columns = (np.arange(size[0], dtype=np.float32) - chin[0]) / scale + own[0]
    rows = (np.arange(size[1], dtype=np.float32) - chin[1]) / scale + own[1]
    if neck is None:
        return floats(columns), floats(rows)
    sides = [(side - float(chin[0])) / scale + float(own[0]) for side in neck]
    most = STRETCH * worn.width
    left, right = neck_of(worn, NECK_AT)
    inner = left + ROOM * worn.width, right - ROOM * worn.width
    gives = [float(np.clip(w - s, -most, most)) for w, s in zip(inner, sides, strict=True)]
    at = [sides[0] - FADE * worn.width, *sides, sides[1] + FADE * worn.width]
    return floats(columns + np.interp(columns, at, [0.0, *gives, 0.0])), floats(rows)


def _through(
    picture: NDArray[np.uint8] | Floats,
    at: tuple[Floats, Floats],
    how: int = cv2.INTER_LINEAR,
    border: int = cv2.BORDER_CONSTANT,
) -> Floats:
    """Sample columns and rows; nothing outside. Returns 0..1."""
    columns, rows = at
    out = np.empty((len(rows), len(columns), *picture.shape[2:]), np.float32)
    white = np.float32(255 if picture.dtype == np.uint8 else 1)
    whole = picture if picture.flags.c_contiguous else picture.copy()

    def one(band: slice) -> None:
        here = rows[band]
        maps = (np.repeat(columns[None], len(here), 0), np.repeat(here[:, None], len(columns), 1))
        np.divide(cv2.remap(whole, *maps, how, borderMode=border), white, out=out[band])

    in_bands(len(rows), one)
    return out


def _picture(data: bytes) -> NDArray[np.uint8]:
    """WebP to (H, W, 4) RGBA."""
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return np.asarray(cv2.cvtColor(np.asarray(found), cv2.COLOR_BGRA2RGBA), np.uint8)
