"""Makes one picture to teach ``vision.hidden`` from: a face, what belongs to it, perhaps a thing before it, any light.

Beards, spectacles, fringes and shadows are drawn too, as what does *not* hide a face. Colours are sRGB, 0..255.
"""
# ruff: noqa: PLR2004  (chances and sizes are drawn, not decided)

from dataclasses import replace

import cv2
import numpy as np
from before import EYES, ROUND, WAYS, Sight, curve, filled, from_outside, squarish, target
from numpy.typing import NDArray
from textures import Chance, Stock, Values, noise

from fenshen.vision.regions import LIPS

JAW = (
    *(93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323),
    *(411, 425, 391, 164, 165, 205, 187),
)


def dressed(chance: Chance, rgb: NDArray[np.uint8], face: Sight, stock: Stock) -> tuple[Values, Values, str]:
    """Give the picture, (H, W, 3) uint8, how much of each pixel is covered, (H, W) 0..1, and by what."""
    picture: Values = rgb.astype(np.float32)
    for way, share in ((_beard, 0.4), (_spectacles, 0.25), (_fringe, 0.25), (_sockets, 0.4)):
        if chance.uniform() < share:
            picture = way(chance, picture, face)
    if chance.uniform() < 0.3:
        picture = _shadow(chance, picture, face)
    picture = _complexion(chance, picture)
    cover, name = np.zeros(face.size, np.float32), "nothing"
    x, y = (int(v) for v in face.points[205])
    cheek = picture[max(0, y - 6) : y + 6, max(0, x - 6) : x + 6]
    stock = replace(stock, own=np.median(cheek.reshape(-1, 3), 0))
    if chance.uniform() < 0.72:
        often = np.array([share for _, share in WAYS])
        draw = WAYS[chance.choice(len(WAYS), p=often / often.sum())][0]
        name = draw.__name__
        cover, colours = draw(chance, face, stock)
        picture, cover = _laid(chance, picture, (cover, colours), face.unit)
    return _taken(chance, _lit(chance, picture, face), face.unit), cover, name


def _laid(
    chance: Chance, picture: Values, thing: tuple[Values, Values], unit: float
) -> tuple[Values, Values]:
    """Lay a thing on the picture, perhaps with a shadow; give both, its edge as soft as it was drawn."""
    soft = chance.uniform(0.4, 0.03 * unit + 0.41)
    cover = np.clip(cv2.GaussianBlur(thing[0], (0, 0), soft), 0, 1)
    if chance.uniform() < 0.6:
        shadow = cv2.GaussianBlur(cover, (0, 0), max(0.5, chance.uniform(0.02, 0.15) * unit))
        moved = (int(chance.uniform(0, 0.12) * unit), int(chance.normal(0, 0.06) * unit))
        picture = picture * (1 - chance.uniform(0.1, 0.6) * np.roll(shadow, moved, (0, 1))[..., None])
    return picture * (1 - cover[..., None]) + np.clip(thing[1], 0, 255) * cover[..., None], cover


def _spectacles(chance: Chance, picture: Values, face: Sight) -> Values:
    drawn, unit, points = picture.copy(), face.unit, face.points
    colour = tuple(float(v) for v in chance.uniform(0, 255, 3) * chance.choice([0.2, 1]))
    wide = max(1, int(chance.uniform(0.01, 0.06) * unit))
    lenses = np.zeros(face.size, np.float32)
    for eye in EYES:
        middle = points[list(eye)].mean(0) + np.array([0, 0.04]) * unit
        power = chance.uniform(1.8, 4.5)
        radii = np.array([chance.uniform(0.34, 0.46), chance.uniform(0.22, 0.36)]) * unit
        outline = squarish(ROUND, power, radii) + middle
        lenses = np.maximum(lenses, filled(face.size, outline))
        rim = [np.round(outline).astype(np.int32)]
        cv2.polylines(drawn, rim, isClosed=True, color=colour, thickness=wide, lineType=cv2.LINE_AA)
    for pair in ((133, 362), (33, 127), (263, 356)):
        start, end = (tuple(int(v) for v in points[corner]) for corner in pair)
        cv2.line(drawn, start, end, colour, wide, cv2.LINE_AA)
    glare = chance.uniform(0, 0.12) * lenses[..., None]
    return np.asarray(drawn * (1 - glare) + 255 * glare * chance.uniform(0.3, 1))


def _beard(chance: Chance, picture: Values, face: Sight) -> Values:
    grown = filled(face.size, face.points[list(JAW)]) * (1 - filled(face.size, face.points[list(LIPS)]))
    dense = cv2.GaussianBlur(grown, (0, 0), 0.06 * face.unit) * chance.uniform(0.3, 1.0)
    hair = noise(chance, face.size, max(0.5, 0.012 * face.unit), 0.5)
    if chance.uniform() < 0.5:  # stubble; else a full beard, whose hairs are lighter and darker
        cover, strands = np.clip(dense * (0.76 + 0.7 * hair), 0, 1)[..., None], np.ones(1)
    else:
        cover, strands = np.clip(dense * (1.1 + 0.3 * hair), 0, 1)[..., None], (1 + 0.8 * hair)[..., None]
    tone = (8 + 82 * chance.uniform() ** 2) * np.array(
        [1, chance.uniform(0.7, 0.9), chance.uniform(0.5, 0.85)]
    )
    return np.asarray(picture * (1 - cover) + np.clip(tone * strands, 0, 255) * cover)


def _sockets(chance: Chance, picture: Values, face: Sight) -> Values:
    """Eyes in the shade of their brows."""
    shade, unit = np.zeros(face.size, np.float32), face.unit
    wide, high, lift = chance.uniform(0.22, 0.42), chance.uniform(0.12, 0.3), chance.uniform(0, 0.12)
    for eye in EYES:
        middle = face.points[list(eye)].mean(0) - np.array([0, lift]) * unit
        shade = np.maximum(
            shade, filled(face.size, squarish(ROUND, 2.0, np.array([wide, high]) * unit) + middle)
        )
    shade = np.asarray(cv2.GaussianBlur(shade, (0, 0), chance.uniform(0.03, 0.14) * unit))
    return np.asarray(picture * (1 - chance.uniform(0.2, 0.9) * shade[..., None]))


def _fringe(chance: Chance, picture: Values, face: Sight) -> Values:
    drawn, points = picture.copy(), face.points
    up, across = points[10] - points[152], points[454] - points[234]
    tone = chance.uniform(5, 110) * np.array([1, chance.uniform(0.65, 0.9), chance.uniform(0.4, 0.8)])
    for _ in range(int(chance.integers(60, 250))):
        aside = chance.uniform(-0.55, 0.55)
        root = points[10] + across * aside + up * 0.12
        tip = points[10] + across * (aside + chance.normal(0, 0.06))
        tip = tip - up * chance.uniform(-0.02, 0.1 + 0.5 * abs(aside) ** 2)
        bend = np.array([chance.normal(0, 0.05) * face.unit, 0])
        line = [np.round(curve(root, tip, bend)).astype(np.int32)]
        colour = tuple(float(v) for v in tone * chance.uniform(0.5, 1.7))
        wide = int(chance.integers(1, 3))
        cv2.polylines(drawn, line, isClosed=False, color=colour, thickness=wide, lineType=cv2.LINE_AA)
    return np.asarray(drawn)


def _shadow(chance: Chance, picture: Values, face: Sight) -> Values:
    """A shadow's edge across the face."""
    at = target(chance, face.points)
    angles = np.sort(chance.uniform(0, 6.28, int(chance.integers(3, 8))))
    radius = face.unit * chance.uniform(0.5, 2.2)
    far = from_outside(chance, face, at, 2.5)
    outline = np.concatenate([np.stack([np.cos(angles), np.sin(angles)], 1) * radius + at, [far]])
    shade = filled(face.size, cv2.convexHull(outline.astype(np.float32))[:, 0])
    shade = np.asarray(cv2.GaussianBlur(shade, (0, 0), chance.uniform(0.02, 0.3) * face.unit + 0.5))
    dark = chance.uniform(0.2, 0.8) * np.array([chance.uniform(0.9, 1.05), 1, chance.uniform(0.95, 1.15)])
    return np.asarray(picture * (1 - shade[..., None] * (1 - dark)))


def _complexion(chance: Chance, picture: Values) -> Values:
    """Another skin, exposure and white: darker skin takes more of the short waves."""
    linear = (np.clip(picture, 0, 255) / 255) ** 2.2
    if chance.uniform() < 0.4:
        kept = chance.uniform(0.12, 0.8)
        linear = linear * np.array([kept**0.8, kept, kept**1.15])
        linear = linear * chance.uniform(1, 1 / kept**0.5)
    linear = linear * 2 ** chance.uniform(-1.0, 0.5) * np.exp(chance.normal(0, 0.1, 3))
    return np.asarray(np.clip(linear, 0, 4) ** (1 / 2.2) * 255)


def _lit(chance: Chance, picture: Values, face: Sight) -> Values:
    """Light from one side, half of the time."""
    if chance.uniform() < 0.5:
        return picture
    y, x = np.mgrid[: face.size[0], : face.size[1]].astype(np.float32)
    angle, nose = chance.uniform(0, 6.28), face.points[4]
    across = ((x - nose[0]) * np.cos(angle) + (y - nose[1]) * np.sin(angle)) / face.unit
    strong = chance.uniform(0.1, 0.9)
    light = 1 / (1 + np.exp(-across * chance.uniform(1, 5)))
    return np.asarray(picture * (light * strong + 1 - strong / 2)[..., None])


def _taken(chance: Chance, picture: Values, unit: float) -> NDArray[np.uint8]:
    """As a camera takes it: a little soft, grainy, at times grey, coded."""
    if chance.uniform() < 0.5:
        soft = chance.uniform(0.3, 0.022 * unit + 0.31)
        picture = np.asarray(cv2.GaussianBlur(picture.astype(np.float32), (0, 0), soft))
    picture = picture + chance.standard_normal(picture.shape) * chance.uniform(0, 7)
    coded = np.clip(np.round(picture), 0, 255).astype(np.uint8)
    if chance.uniform() < 0.05:
        coded = np.repeat(cv2.cvtColor(coded, cv2.COLOR_RGB2GRAY)[..., None], 3, 2).astype(np.uint8)
    if chance.uniform() < 0.5:
        packed = cv2.imencode(".jpg", coded, [cv2.IMWRITE_JPEG_QUALITY, int(chance.integers(45, 95))])[1]
        coded = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    return coded
