"""A back, bare or dressed, drawn by formula: what a net for nudity can be shown without showing anybody anything.

A few rounded shapes melted into one (smooth minimum of signed distances, Quilez 2013), raised, lit by one lamp and a
soft one, coloured like skin, seen from the nape to the waist: a figure in a shop's window. Its measures were sought
by program until open_nsfw was sure of it in every tone, so it is that net's own notion of bare skin. It shows that
pixels go in as they should and where the limits lie; it shows nothing of how much real nudity is found.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Values = NDArray[np.float64]
Colour = tuple[float, float, float]  # linear sRGB, 0..1

TONES: Mapping[str, Colour] = MappingProxyType(
    {
        "light": (0.78, 0.52, 0.40),
        "medium": (0.62, 0.36, 0.23),
        "tan": (0.45, 0.24, 0.14),
        "brown": (0.25, 0.12, 0.07),
        "dark": (0.11, 0.052, 0.032),
    }
)
CLOTHS: Mapping[str, Colour] = MappingProxyType(
    {
        "white": (0.80, 0.80, 0.78),
        "red": (0.50, 0.04, 0.05),
        "blue": (0.08, 0.14, 0.35),
        "beige": (0.60, 0.42, 0.30),
        "black": (0.02, 0.02, 0.025),
    }
)
TO_THE_SHOULDERS, TO_THE_BLADES, TO_THE_WAIST = -0.42, 0.0, 0.4  # where cloth begins, see Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Measures of a back. Of lengths, 1.5 fill the height; 0, 0 lies below the shoulder blades, y grows downwards."""

    top: float = -0.774
    bottom: float = 0.681
    aside: float = -0.069
    turned: float = 0.034  # radians
    shoulder: float = 0.480
    waist: float = 0.349
    hip: float = 0.454
    arm: float = 0.003  # beyond the shoulder
    arm_out: float = 0.300  # radians
    arm_into_side: float = 0.092
    edge: float = 0.264  # how wide the outline is rounded
    depth: float = 0.643
    blades: float = 0.018
    lamp: tuple[float, float] = (0.150, 0.976)  # radians to the right, and up
    key: float = 0.951
    fill: float = 0.208
    gloss: float = 0.232
    warmth: float = 0.932
    wall: Colour = (0.387, 0.429, 0.557)


FORM = Form()


def back(
    tone: str,
    *,
    cloth: str | None = None,
    from_y: float = TO_THE_SHOULDERS,
    height: int = 400,
    form: Form = FORM,
) -> Picture:
    """Draw a back, dressed from ``from_y`` downwards if in any cloth. Gives (height, 3/4 of it, 3) uint8 sRGB.

    tone: of TONES; cloth: of CLOTHS; from_y: as in Form.
    """
    unit = (form.bottom - form.top) / height
    x, y = _places(form, height, unit)
    outside = _distance(form, x, y)
    inside = _soft(-outside / unit)[..., None]
    shade, gloss = _light(form, _relief(form, x, y, outside, unit), unit)
    body = np.array(TONES[tone]) * shade[..., None] ** np.array([form.warmth, 1, 1.05]) + gloss[..., None]
    if cloth is not None:
        worn = _soft((y - from_y - 0.25 * np.exp(-((x / 0.22) ** 2))) / unit)[..., None]
        weave = 1 + 0.06 * np.sin(120 * x) * np.sin(120 * y)
        body = body * (1 - worn) + np.array(CLOTHS[cloth]) * (shade * weave)[..., None] * worn
    wall = np.array(form.wall) * (1 - 0.3 * np.hypot(x, y))[..., None]
    light = np.clip(body * inside + wall * (1 - inside), 0, 1)
    grain = np.random.default_rng(3).normal(0, 2, (*x.shape, 1))
    coded: Picture = np.clip(255 * light ** (1 / 2.2) + grain, 0, 255).astype(np.uint8)
    return coded


def _places(form: Form, height: int, unit: float) -> tuple[Values, Values]:
    down, along = np.mgrid[:height, : 3 * height // 4].astype(np.float64)
    x, y = (along - along.shape[1] / 2) * unit + form.aside, down * unit + form.top
    c, s = np.cos(form.turned), np.sin(form.turned)
    return c * x + s * y, c * y - s * x


def _distance(form: Form, x: Values, y: Values) -> Values:
    """Signed distance to the figure's outline, negative inside."""
    body = _melted(_oval(x, y, 0, -0.25, form.shoulder, 0.38), _oval(x, y, 0, 0.25, form.waist, 0.6), 0.2)
    body = _melted(body, _oval(x, y, 0, 0.85, form.hip, 0.45), 0.25)
    body = _melted(body, _oval(x, y, 0, -0.75, 0.19, 0.4), 0.2)
    for side in (-1, 1):
        body = _melted(body, _oval(x, y, side * (form.shoulder - 0.06), -0.36, 0.17, 0.19), 0.22)
        arm = _oval(x, y, side * (form.shoulder + form.arm), 0.15, 0.125, 0.62, -side * form.arm_out)
        body = _melted(body, arm, form.arm_into_side)
    return body


def _relief(form: Form, x: Values, y: Values, outside: Values, unit: float) -> Values:
    """Height towards the viewer."""
    rim = np.clip(-outside / form.edge, 0, 1)
    height = form.depth * np.sqrt(1 - (1 - rim) ** 2)
    for side in (-1, 1):
        height = height + form.blades * np.exp(-(((x - 0.24 * side) / 0.14) ** 2) - ((y + 0.15) / 0.2) ** 2)
    return np.asarray(cv2.GaussianBlur(height, (0, 0), 0.03 / unit), np.float64)


def _light(form: Form, relief: Values, unit: float) -> tuple[Values, Values]:
    """Light that is scattered, and light that is mirrored (Blinn 1977), at each place."""
    rise_y, rise_x = np.gradient(relief / unit)
    normals = np.dstack([-rise_x, -rise_y, np.ones_like(relief)])
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    right, up = form.lamp
    lamp = np.array([np.sin(right) * np.cos(up), -np.sin(up), np.cos(right) * np.cos(up)])
    half = lamp + np.array([0, 0, 1])
    half /= np.linalg.norm(half)
    scattered = form.key * np.clip(normals @ lamp, 0, 1) + form.fill * (0.5 + 0.5 * normals[..., 2])
    return scattered, form.gloss * np.clip(normals @ half, 0, 1) ** 16


def _oval(
    x: Values,
    y: Values,
    middle_x: float,
    middle_y: float,
    half_width: float,
    half_height: float,
    turned: float = 0.0,
) -> Values:
    c, s = np.cos(turned), np.sin(turned)
    x, y = x - middle_x, y - middle_y
    out: Values = np.hypot((c * x + s * y) / half_width, (c * y - s * x) / half_height) - 1
    return out * min(half_width, half_height)


def _melted(one: Values, other: Values, width: float) -> Values:
    share = np.clip(0.5 + 0.5 * (other - one) / width, 0, 1)
    return other * (1 - share) + one * share - width * share * (1 - share)


def _soft(pixels: Values) -> Values:
    """0 well before an edge, 1 well behind it, over about three pixels."""
    return np.asarray(1 / (1 + np.exp(np.clip(-pixels / 0.6, -30, 30))))
