"""Bodies that a photo's border cut off, made fit to stand among others: shoulders are rounded, cloth goes on below.

Alone a sitter is framed so that no cut shows. In a group it would: one person's border lies in the middle of another.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.double.take import CUT_ALPHA, Edge, Take
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats

GOES_ON: Final = 1.6  # eye distances that cloth goes on below the photo, as its own mirror image
ROUND: Final = 0.8  # eye distances: the radius of a shoulder that was cut
TURNS: Final = (0.35, 0.42)  # eye distances over which such a shoulder turns from the light, how dark it gets
SOFT: Final = 0.02  # eye distances: the softness of its outline
BENT: Final = (
    0.16,
    2.6,
)  # eye distances: how far a cut arm gives way from a straight line, over which length
FALLS: Final = 0.3  # eye distances along which a shoulder's fall is read
STEEP: Final = 0.8  # rows per column: steeper is hair, not a shoulder
NOWHERE: Final[Mapping[Edge, float]] = {}
HAIR: Final = 0.4  # eye distances over which hair that was cut thins out
OUTLINE: Final = 1.8  # pixels, at that size: how much a rounded outline is smoothed before it is made crisp
WORKED_AT: Final = 14.0  # pixels per eye distance


def completed(take: Take, unit: float, beside: Mapping[Edge, float] = NOWHERE) -> Take:
    """The take with rounded shoulders and more cloth below. unit: pixels of an eye distance.

    beside: sides of the photo at which cloth goes on instead, out of the picture, and for how many pixels.
    """
    for edge, reach in beside.items():
        take = widened(take, unit, edge, round(reach))
    return continued(rounded(take, unit), unit) if take.cut else take


def widened(take: Take, unit: float, edge: Edge, pixels: int) -> Take:
    """Let the body go on beside the photo: mirrored, and as much lower as its shoulder falls. It counts as not cut.

    edge: left or right. Points move along when pixels are added on the left.
    """
    falls = _falls(take.alpha, edge, round(FALLS * unit))

    def more(picture: Floats | NDArray[np.uint8]) -> NDArray[Any]:
        scale = picture.shape[1] / take.alpha.shape[1]
        wide = round(pixels * scale)
        xs, ys = np.meshgrid(
            np.arange(picture.shape[1] + wide, dtype=np.float32),
            np.arange(picture.shape[0], dtype=np.float32),
        )
        xs = xs - wide if edge is Edge.LEFT else xs
        beyond = np.maximum(0, -xs if edge is Edge.LEFT else xs - (picture.shape[1] - 1))
        xs = np.abs(xs) if edge is Edge.LEFT else (picture.shape[1] - 1) - np.abs(picture.shape[1] - 1 - xs)
        maps = floats(xs), floats(ys - 2 * falls * beyond)
        return np.asarray(
            cv2.remap(picture, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), picture.dtype
        )

    aside = floats([pixels if edge is Edge.LEFT else 0, 0, 0])
    return replace(
        take,
        foreground=np.asarray(more(take.foreground), np.uint8),
        alpha=np.asarray(more(take.alpha), np.uint8),
        normals=floats(more(take.normals)),
        depth=floats(more(take.depth)),
        points=floats(take.points + aside),
        cut=tuple(each for each in take.cut if each is not edge),
    )


def _falls(alpha: NDArray[np.uint8], edge: Edge, inwards: int) -> float:
    """How steeply a shoulder falls towards the side that cuts it: rows per column, 0..STEEP."""
    width = alpha.shape[1]
    columns = (0, min(inwards, width - 1)) if edge is Edge.LEFT else (width - 1, max(0, width - 1 - inwards))
    outer, inner = (int((alpha[:, column] > CUT_ALPHA).argmax()) for column in columns)
    return float(np.clip((outer - inner) / max(1, inwards), 0, STEEP))


def continued(take: Take, unit: float) -> Take:
    """Let the body go on below the photo: its last rows mirrored, its outline straight down."""
    if Edge.BOTTOM not in take.cut:
        return take
    rows = min(round(GOES_ON * unit), take.alpha.shape[0] - 1)
    share = rows * take.normals.shape[0] / take.alpha.shape[0]
    last = (0, round(share), 0, 0, cv2.BORDER_REPLICATE)
    return replace(
        take,
        foreground=np.asarray(
            cv2.copyMakeBorder(take.foreground, 0, rows, 0, 0, cv2.BORDER_REFLECT), np.uint8
        ),
        alpha=np.asarray(cv2.copyMakeBorder(take.alpha, 0, rows, 0, 0, cv2.BORDER_REPLICATE), np.uint8),
        normals=floats(cv2.copyMakeBorder(take.normals, *last)),
        depth=floats(cv2.copyMakeBorder(take.depth, *last)),
    )


def rounded(take: Take, unit: float) -> Take:
    """Round the corners where a side of the photo cut a shoulder, and let it turn from the light there."""
    sides: list[Edge] = [edge for edge in (Edge.LEFT, Edge.RIGHT) if edge in take.cut]
    if not sides:
        return take
    height, width = take.alpha.shape
    factor = WORKED_AT / unit
    small = (max(8, round(width * factor)), max(8, round(height * factor)))
    body = np.asarray(cv2.resize(take.alpha, small, interpolation=cv2.INTER_AREA), np.uint8)
    open_ = _bent(_opened(np.asarray(body > CUT_ALPHA, np.uint8)), sides)
    chin = float(take.points[regions.CHIN, 1]) * factor
    near = np.zeros(small[0], np.float32)
    xs = np.arange(small[0], dtype=np.float32)
    for edge in sides:
        away = xs if edge is Edge.LEFT else small[0] - 1 - xs
        near = np.maximum(near, np.clip(2 - away / (2 * ROUND * WORKED_AT), 0, 1))
    low = np.clip((np.arange(small[1], dtype=np.float32) - chin) / (0.3 * WORKED_AT), 0, 1)
    where = floats(low[:, None] * near[None])
    thin = floats((1 - low)[:, None] * _cut_hair(body, sides)[None])
    inside = floats(cv2.distanceTransform(_framed(open_, sides), cv2.DIST_L2, 5))[:, 1:-1]
    dark = TURNS[1] * where * np.exp(-((inside / (TURNS[0] * WORKED_AT)) ** 2))
    smooth = cv2.GaussianBlur(floats(open_), (0, 0), OUTLINE)
    shape, near_cut, gone, shade = (
        floats(cv2.resize(floats(each), (width, height), interpolation=cv2.INTER_LINEAR))
        for each in (smooth, where, thin, dark)
    )
    steep = np.clip((shape - 0.5) * OUTLINE / SOFT / WORKED_AT + 0.5, 0, 1)
    keeps = (1 - near_cut * (1 - steep)) * (1 - gone)
    return replace(
        take,
        foreground=np.asarray(np.round(take.foreground * (1 - shade)[..., None]), np.uint8),
        alpha=np.asarray(np.round(take.alpha * keeps), np.uint8),
        cut=tuple(edge for edge in take.cut if edge not in sides),
    )


def _opened(body: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The body without corners sharper than ROUND at its sides; nothing is beside the photo, and more below it."""
    radius = round(ROUND * WORKED_AT)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    below = cv2.copyMakeBorder(body, 0, 3 * radius, 0, 0, cv2.BORDER_REPLICATE)
    whole = cv2.copyMakeBorder(below, radius, 0, radius, radius, cv2.BORDER_CONSTANT, value=0)
    done = cv2.dilate(cv2.erode(whole, disc, borderValue=0), disc)
    return np.asarray(done[radius : radius + body.shape[0], radius:-radius], np.uint8)


def _bent(body: NDArray[np.uint8], sides: list[Edge]) -> NDArray[np.uint8]:
    """The body with the straight lines at its cut sides a little bent: an arm is no ruler."""
    rows = np.arange(body.shape[0], dtype=np.float32) / WORKED_AT
    deep = BENT[0] * WORKED_AT * (0.5 - 0.5 * np.cos(2 * np.pi * (rows[-1] - rows) / BENT[1]))
    xs = np.arange(body.shape[1], dtype=np.float32)[None]
    bent = body.copy()
    for edge in sides:
        away = xs if edge is Edge.LEFT else body.shape[1] - 1 - xs
        bent[away < deep[:, None]] = 0
    return bent


def _framed(body: NDArray[np.uint8], sides: list[Edge]) -> NDArray[np.uint8]:
    """The body with emptiness beside the sides that were cut, so that a distance to them can be told."""
    framed = cv2.copyMakeBorder(body, 0, 0, 1, 1, cv2.BORDER_REPLICATE)
    if Edge.LEFT in sides:
        framed[:, 0] = 0
    if Edge.RIGHT in sides:
        framed[:, -1] = 0
    return np.asarray(framed, np.uint8)


def _cut_hair(body: NDArray[np.uint8], sides: list[Edge]) -> Floats:
    """By column, (w,) 0..1: how much of what lies above the chin thins out towards a side that cut it."""
    xs = np.arange(body.shape[1], dtype=np.float32)
    gone = np.zeros(body.shape[1], np.float32)
    for edge in sides:
        away = xs if edge is Edge.LEFT else body.shape[1] - 1 - xs
        gone = np.maximum(gone, np.clip(1 - away / (HAIR * WORKED_AT), 0, 1) ** 2)
    return floats(gone)
