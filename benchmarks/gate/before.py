"""Draws things before faces, to teach ``vision.hidden``. What it is measured on is drawn by ``worn.py``, otherwise.

Each way takes a source of chance, the face and the stock of textures, and gives how much of each pixel it covers,
(H, W) 0..1, and its colours, (H, W, 3) sRGB 0..255. Lengths are in eye distances (``unit``).
"""
# ruff: noqa: PLR2004  (chances and sizes are drawn, not decided)

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from textures import Chance, Size, Stock, Values, anything, folds, noise, piece, plain, skin

from fenshen.vision.regions import OVAL

EYES = ((33, 133, 159, 145), (362, 263, 386, 374))
ROUND = np.linspace(0, 6.28, 40)[:-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A face in a picture."""

    points: Values  # (478, 2) px
    unit: float  # px between the pupils
    size: Size


Drawn = tuple[Values, Values]
Way = Callable[[Chance, Sight, Stock], Drawn]


def filled(size: Size, outline: Values) -> Values:
    """(H, W) 1 inside of an outline."""
    mask = np.zeros(size, np.float32)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 1.0)
    return mask


def squarish(angles: Values, power: float, radii: Values) -> Values:
    """(n, 2) points of a superellipse: an ellipse at power 2, a rectangle with round corners beyond."""
    cos, sin = np.cos(angles), np.sin(angles)
    bent = np.stack([np.sign(v) * np.abs(v) ** (2 / power) for v in (cos, sin)], 1)
    return np.asarray(bent * radii)


def curve(start: Values, end: Values, bend: Values | float) -> Values:
    """(24, 2) points of a quadratic Bezier curve."""
    t = np.linspace(0, 1, 24)[:, None]
    return np.asarray((1 - t) ** 2 * start + 2 * t * (1 - t) * ((start + end) / 2 + bend) + t**2 * end)


def target(chance: Chance, points: Values) -> Values:
    """A point somewhere on the face."""
    oval = points[list(OVAL)]
    for _ in range(50):
        i, j = chance.integers(len(oval), size=2)
        share = chance.uniform(0.15, 0.85)
        if np.linalg.norm(oval[i] - oval[j]) > 0.3 * np.ptp(oval[:, 1]):
            return np.asarray(oval[i] * share + oval[j] * (1 - share))
    return np.asarray(oval.mean(0))


def from_outside(chance: Chance, face: Sight, at: Values, length: float) -> Values:
    """A point so far away from which something could reach there, mostly from below."""
    away = at - face.points[list(OVAL)].mean(0)
    angle = np.arctan2(away[1], away[0]) + chance.normal(0, 0.7)
    if chance.uniform() < 0.35:
        angle = np.pi / 2 + chance.normal(0, 0.5)
    return np.asarray(at + np.array([np.cos(angle), np.sin(angle)]) * length * face.unit)


def _tubes(size: Size, lines: Sequence[tuple[Values, Values]]) -> Values:
    """(H, W) height in px over the picture of round things along lines of points and radii."""
    height = np.zeros(size, np.float32)
    for points, radii in lines:
        for (x, y), radius in zip(points, np.maximum(radii, 1.0), strict=True):
            left, right = int(max(0, x - radius)), int(min(size[1], x + radius + 1))
            top, bottom = int(max(0, y - radius)), int(min(size[0], y + radius + 1))
            if right <= left or bottom <= top:
                continue
            ys, xs = np.mgrid[top:bottom, left:right]
            ball = np.sqrt(np.maximum(radius * radius - (xs - x) ** 2 - (ys - y) ** 2, 0))
            np.maximum(height[top:bottom, left:right], ball, out=height[top:bottom, left:right])
    return height


def _shade(chance: Chance, height: Values, soft: float) -> Values:
    """(H, W, 1) light on a relief, from anywhere above."""
    relief = cv2.GaussianBlur(height, (0, 0), soft)
    gx, gy = cv2.Sobel(relief, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(relief, cv2.CV_32F, 0, 1) / 8
    light = np.array([chance.uniform(-0.7, 0.7), chance.uniform(-0.8, 0.2), chance.uniform(0.5, 1)])
    light /= np.linalg.norm(light)
    normal = np.stack([-gx, -gy, np.ones_like(gx)], -1) / np.sqrt(gx**2 + gy**2 + 1)[..., None]
    around = chance.uniform(0.3, 0.75)
    lit = around + (1.05 - around) * np.clip(normal @ light, 0, 1) / max(light[2], 0.3) * 0.9
    return np.asarray(lit[..., None], np.float32)


def hand(chance: Chance, face: Sight, stock: Stock) -> Drawn:
    """One to four fingers, mostly with a palm, a wrist, a thumb, in skin like the face's or somebody else's."""
    tip_at = target(chance, face.points)
    root = from_outside(chance, face, tip_at, chance.uniform(0.8, 1.8))
    axis = (tip_at - root) / (np.linalg.norm(tip_at - root) + 1e-6)
    aside = np.array([-axis[1], axis[0]])
    scale = face.unit * chance.uniform(0.8, 1.5)
    count = int(chance.integers(1, 5))
    gap, thick = chance.uniform(0.16, 0.32) * scale, chance.uniform(0.1, 0.16) * scale
    lines = []
    for number in range(count):
        place = number - (count - 1) / 2
        off, fan = aside * place * gap, aside * place * chance.uniform(0, 0.12) * scale
        tip = tip_at + off + fan + axis * chance.uniform(-0.2, 0.15) * scale
        base = tip - axis * chance.uniform(0.7, 1.2) * scale - fan
        line = curve(base, tip, aside * chance.normal(0, 0.12) * scale)
        radii = np.linspace(thick * chance.uniform(1, 1.25), thick * chance.uniform(0.72, 0.9), len(line))
        lines.append((line, radii * (1 + 0.06 * np.cos(np.linspace(0, 3 * np.pi * 2, len(line))))))
    if chance.uniform() < 0.7:
        middle, wide = tip_at - axis * chance.uniform(0.9, 1.3) * scale, max(count, 2.5) * gap * 0.5
        palm = np.array([middle + aside * wide * u for u in np.linspace(-0.8, 0.8, 7)])
        lines.append((palm, np.full(7, chance.uniform(0.28, 0.42) * scale)))
        arm = curve(middle, root - axis * scale * 1.2, aside * 0)
        lines.append((arm, np.linspace(0.35 * scale, 0.3 * scale, 24)))
    if chance.uniform() < 0.4:
        thumb = tip_at - axis * chance.uniform(0.5, 0.9) * scale
        thumb = thumb + aside * chance.choice([-1, 1]) * chance.uniform(0.4, 0.7) * scale
        line = curve(thumb - axis * 0.6 * scale, thumb, aside * chance.normal(0, 0.1) * scale)
        lines.append((line, np.linspace(0.17 * scale, 0.12 * scale, 24)))
    height = _tubes(face.size, lines)
    if chance.uniform() < 0.9:
        colours = skin(chance, stock, face.size)
        if chance.uniform() < 0.85:
            near = stock.own * chance.uniform(0.75, 1.2) * chance.uniform(0.93, 1.07, 3)
            colours = colours - colours.mean((0, 1)) + near
    else:
        colours = anything(chance, stock, face.size)
    return np.clip(height / (0.03 * scale), 0, 1), colours * _shade(chance, height, 0.05 * scale)


def thing(chance: Chance, face: Sight, stock: Stock) -> Drawn:
    """A flat thing of any outline, at times so long that it comes from beyond the picture."""
    at, kind, corners = target(chance, face.points), chance.uniform(), int(chance.integers(3, 9))
    rx, ry = face.unit * chance.uniform(0.25, 0.9), face.unit * chance.uniform(0.25, 0.9)
    turn = chance.uniform(0, 6.28)
    if kind < 0.35:
        angles, radii = np.sort(chance.uniform(0, 6.28, corners)), chance.uniform(0.7, 1.2, corners)
        outline = np.stack([np.cos(angles) * radii * rx, np.sin(angles) * radii * ry], 1)
    elif kind < 0.7:
        outline = np.array([[-rx, -ry], [rx, -ry], [rx, ry], [-rx, ry]])
    else:
        outline = np.stack([np.cos(ROUND) * rx, np.sin(ROUND) * ry], 1)
    if kind >= 0.35 and chance.uniform() < 0.6:
        outline = outline @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    outline = outline + at
    if chance.uniform() < 0.4:
        far = from_outside(chance, face, at, 3.0) - at
        both = np.concatenate([outline, outline + far]).astype(np.float32)
        outline = cv2.convexHull(both)[:, 0]
    cover = filled(face.size, outline)
    made_of = skin if chance.uniform() < 0.12 else anything
    colours = made_of(chance, stock, face.size)
    if chance.uniform() < 0.3:
        colours = colours * folds(chance, face.size, face.unit, 0.15)
    return cover, colours


def gadget(chance: Chance, face: Sight, stock: Stock) -> Drawn:
    """Something smooth with rounded corners: a cup, a telephone, a ball."""
    at, unit = target(chance, face.points), face.unit
    rx, ry = unit * chance.uniform(0.25, 0.75), unit * chance.uniform(0.25, 0.9)
    angle, power = chance.uniform(0, np.pi), chance.uniform(2, 8)
    cos, sin = np.cos(angle), np.sin(angle)
    around = np.linspace(0, 6.28, 60)[:-1]
    outline = squarish(around, power, np.array([rx, ry])) @ np.array([[cos, sin], [-sin, cos]]) + at
    cover = filled(face.size, outline)
    hsv = np.array([[[chance.integers(180), chance.uniform(0, 255), chance.uniform(5, 255)]]])
    base = cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB)[0, 0].astype(np.float32)
    if chance.uniform() < 0.35:
        base = stock.own * chance.uniform(0.7, 1.25) * chance.uniform(0.88, 1.12, 3)
    y, x = np.mgrid[: face.size[0], : face.size[1]].astype(np.float32)
    light = (
        1 + chance.uniform(-0.5, 0.5) * (x - at[0]) / unit + chance.uniform(-0.5, 0.5) * (y - at[1]) / unit
    )
    if chance.uniform() < 0.4:
        strong, across = chance.uniform(0.1, 0.6), (x - at[0]) * cos + (y - at[1]) * sin
        wide = chance.uniform(0.05, 0.3) * unit
        light = light + strong * np.exp(-((across / wide - chance.normal(0, 0.5)) ** 2))
    colours = base * np.clip(light, 0.2, 2)[..., None]
    for _ in range(int(chance.integers(0, 4))):
        spot = at + chance.normal(0, 0.3, 2) * unit
        radius = int(chance.uniform(0.03, 0.12) * unit) + 1
        ink = tuple(float(v) for v in chance.uniform(0, 255, 3))
        cv2.circle(colours, (int(spot[0]), int(spot[1])), radius, ink, -1, cv2.LINE_AA)
    return cover, colours


def microphone(chance: Chance, face: Sight, _: Stock) -> Drawn:
    """A ball on a stick before the chin or the mouth."""
    unit = face.unit
    at = face.points[17] + np.array([chance.uniform(-0.5, 0.5), chance.uniform(-0.05, 0.55)]) * unit
    radius = unit * chance.uniform(0.18, 0.4)
    end = at + np.array([chance.uniform(-1.2, 1.2), chance.uniform(1, 2)]) * unit * 1.5
    stick = (curve(at, end, 0), np.linspace(radius * 0.7, radius * 0.5, 24))
    height = _tubes(face.size, [(np.array([at]), np.array([radius])), stick])
    colours = plain(chance, face.size) * chance.uniform(0.1, 0.6)
    colours = colours * _shade(chance, height, 0.1 * radius)
    grain = noise(chance, face.size, 0.8, chance.uniform(2, 18))[..., None]
    return np.clip(height / 2, 0, 1), colours + grain


def strands(chance: Chance, face: Sight, _: Stock) -> Drawn:
    """Hair that falls over an eye."""
    points, unit = face.points, face.unit
    cover, colours = np.zeros(face.size, np.float32), np.zeros((*face.size, 3), np.float32)
    base = chance.uniform(5, 90) * np.array([1, chance.uniform(0.6, 0.9), chance.uniform(0.35, 0.8)])
    eye = points[[33, 133, 362, 263][chance.integers(4)]] + chance.normal(0, 0.12, 2) * unit
    up = points[10] - points[152]
    root = points[10] + np.array([chance.uniform(-1, 1), 0]) * unit * 0.5 + up * chance.uniform(0, 0.15)
    end = eye + np.array([chance.normal(0, 0.3), chance.uniform(0.2, 1.5)]) * unit
    width = chance.uniform(0.12, 0.5) * unit
    for _number in range(int(chance.integers(30, 120))):
        off = chance.normal(0, 0.5) * width
        start = root + np.array([off, chance.normal(0, 2)])
        stop = end + np.array([off * chance.uniform(0.3, 1.5), chance.normal(0, 0.2) * unit])
        bend = np.array([chance.uniform(-0.5, 0.5) * unit * 0.2 + (eye - root)[0] * 0.2, 0])
        line, wide = [np.round(curve(start, stop, bend)).astype(np.int32)], int(chance.integers(1, 4))
        cv2.polylines(cover, line, isClosed=False, color=1.0, thickness=wide, lineType=cv2.LINE_AA)
        tone = tuple(float(v) for v in base * chance.uniform(0.5, 1.8))
        cv2.polylines(colours, line, isClosed=False, color=tone, thickness=wide, lineType=cv2.LINE_AA)
    return cover, colours


def scarf(chance: Chance, face: Sight, stock: Stock) -> Drawn:
    """Cloth from below, up to the chin, the mouth or the nose; or a mask."""
    unit, size = face.unit, face.size
    y = face.points[[4, 0, 17, 2, 197][chance.integers(5)], 1] + chance.normal(0, 0.06) * unit
    x = np.linspace(0, size[1], 30)
    sag = chance.uniform(-0.25, 0.5) * ((x - face.points[4, 0]) / unit) ** 2 * unit * chance.uniform(0, 0.5)
    edge = y + sag + np.cumsum(chance.normal(0, 0.01, 30)) * unit
    cover = filled(size, np.concatenate([np.stack([x, edge], 1), [[size[1], size[0]], [0, size[0]]]]))
    if chance.uniform() < 0.6:
        oval = face.points[list(OVAL)]
        cover = cover * filled(size, (oval - oval.mean(0)) * chance.uniform(1.0, 1.2) + oval.mean(0))
    return cover, anything(chance, stock, size) * folds(chance, size, unit, 0.12)


def hat(chance: Chance, face: Sight, stock: Stock) -> Drawn:
    """A hat, a cap or a band, deep in the forehead, at times with a darker brim."""
    points, size = face.points, face.size
    up, across = points[10] - points[152], points[454] - points[234]
    low, x = chance.uniform(0.02, 0.17), np.linspace(-1.1, 1.1, 30)
    middle = points[[70, 105, 9, 334, 300]].mean(0)
    bend = (chance.uniform(-0.12, 0.1) * (x**2))[:, None] * up
    rough = (np.cumsum(chance.normal(0, 0.004, 30)))[:, None] * up
    edge = middle + low * up + x[:, None] * across + bend + rough
    top = chance.uniform(0.4, 0.8)
    kept = edge[np.abs(x) <= chance.uniform(0.55, 1.15)]
    cover = filled(size, np.concatenate([kept, kept[::-1] + top * up]))
    colours = anything(chance, stock, size) * folds(chance, size, face.unit, 0.1)
    if chance.uniform() < 0.4:
        brim = filled(size, np.concatenate([edge, edge[::-1] + chance.uniform(0.04, 0.12) * up]))
        colours, cover = (
            colours * (1 - brim[..., None] * chance.uniform(0.1, 0.5)),
            np.maximum(cover, brim),
        )
    return cover, colours


def shades(chance: Chance, face: Sight, stock: Stock) -> Drawn:
    """Dark, tinted or mirroring glasses."""
    cover, unit = np.zeros(face.size, np.float32), face.unit
    for eye in EYES:
        middle = face.points[list(eye)].mean(0) + np.array([0, chance.uniform(-0.02, 0.1)]) * unit
        power = chance.uniform(1.6, 5)
        radii = np.array([chance.uniform(0.36, 0.5), chance.uniform(0.26, 0.42)]) * unit
        cover = np.maximum(cover, filled(face.size, squarish(ROUND, power, radii) + middle))
    dense, kind = chance.uniform(0.6, 1), chance.uniform()
    if kind < 0.6:
        colours = plain(chance, face.size) * chance.uniform(0.05, 0.3)
    else:
        colours = piece(chance, stock, face.size) * chance.uniform(0.3, 1)
    ends = [tuple(int(v) for v in face.points[corner]) for corner in (133, 362)]
    cv2.line(cover, ends[0], ends[1], 1.0, max(1, int(0.05 * unit)))
    return cover * dense, colours


WAYS: tuple[tuple[Way, float], ...] = (
    (hand, 0.26), (thing, 0.16), (gadget, 0.2), (microphone, 0.05), (strands, 0.07), (scarf, 0.07), (hat, 0.09),
    (shades, 0.1),
)  # fmt: skip
"""How often each is drawn."""
