"""Takes and faces made by formula: no net, no photo, known to the last digit."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fenshen.double.double import OpenDouble, own_skin
from fenshen.double.own_face import OwnFace
from fenshen.double.take import Take, cut_edges
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import to_srgb

CENTRE = 5  # a vertex of the fake face that lies in its middle


def ellipse(
    size: tuple[int, int], centre: tuple[float, float], radii: tuple[float, float]
) -> NDArray[np.bool_]:
    """Mask (H, W) of an ellipse; size is (H, W), centre and radii are x, y in pixels."""
    ys, xs = np.mgrid[0 : size[0], 0 : size[1]]
    inside: NDArray[np.bool_] = ((xs - centre[0]) / radii[0]) ** 2 + ((ys - centre[1]) / radii[1]) ** 2 <= 1
    return inside


def face_points(centre: tuple[float, float], width: float) -> Floats:
    """(478, 3) points of a frontal face: an oval with eyes, brows and lips where they belong, on a half sphere."""
    x, y = centre
    half_width, half_height = width / 2, 0.68 * width
    points = np.tile(floats([x, y, 0]), (478, 1))

    def ring(region: tuple[int, ...], across: float, down: float, rx: float, ry: float) -> None:
        turn = np.linspace(0, 2 * np.pi, len(region), endpoint=False) - np.pi / 2
        points[list(region), 0] = x + across * width + rx * width * np.cos(turn)
        points[list(region), 1] = y + down * width + ry * width * np.sin(turn)

    ring(regions.OVAL, 0, 0, 0.5, 0.68)
    ring(regions.RIGHT_EYE, -0.2, -0.15, 0.09, 0.03)
    ring(regions.LEFT_EYE, 0.2, -0.15, 0.09, 0.03)
    ring(regions.RIGHT_BROW, -0.2, -0.27, 0.12, 0.02)
    ring(regions.LEFT_BROW, 0.2, -0.27, 0.12, 0.02)
    ring(regions.LIPS, 0, 0.33, 0.17, 0.06)
    for pupil, iris, side in (
        (regions.RIGHT_PUPIL, regions.RIGHT_IRIS, -0.2),
        (regions.LEFT_PUPIL, regions.LEFT_IRIS, 0.2),
    ):
        ring(iris, side, -0.15, 0.03, 0.03)
        points[pupil, :2] = x + side * width, y - 0.15 * width
    away = ((points[:, 0] - x) / half_width) ** 2 + ((points[:, 1] - y) / half_height) ** 2
    points[:, 2] = -0.5 * width * np.sqrt(np.clip(1 - away, 0, 1))
    return points


def ball(side: int = 64) -> tuple[Floats, NDArray[np.bool_]]:
    """Normals (side, side, 3) of a half sphere seen from the front, and its mask; towards the viewer outside."""
    ys, xs = np.mgrid[1 : -1 : side * 1j, -1 : 1 : side * 1j]
    flat = xs**2 + ys**2
    normals = np.dstack([xs, ys, np.sqrt(np.clip(1 - flat, 0, 1))])
    inside: NDArray[np.bool_] = flat < 0.95
    normals[~inside] = (0, 0, 1)
    return floats(normals / np.linalg.norm(normals, axis=-1, keepdims=True)), inside


def a_take(
    photo: int = 1,
    *,
    size: tuple[int, int] = (480, 360),
    centre: tuple[float, float] = (180, 170),
    width: float = 110,
    reaches: bool = True,
    **changes: Any,
) -> Take:
    """A bust made of ellipses. size: (H, W). centre, width: of the face, in pixels. reaches: cut by the lower edge."""
    height = size[0]
    x, y = centre
    shoulders = (x, y + 2.1 * width), (1.15 * width, 1.1 * width if reaches else 0.5 * width)
    person = ellipse(size, (x, y - 0.1 * width), (0.62 * width, 0.85 * width))
    person |= ellipse(size, *shoulders)
    person |= ellipse(size, (x, y + 0.9 * width), (0.28 * width, 0.7 * width))
    if reaches:
        below = np.arange(height)[:, None] > y + 2.1 * width
        person |= below & (np.abs(np.arange(size[1])[None] - x) < 1.15 * width)
    alpha = np.asarray(person * 255, np.uint8)
    texture = np.random.default_rng(photo).integers(-12, 12, (*size, 1))
    foreground = np.clip(np.array([188, 142, 120]) + texture, 0, 255).astype(np.uint8)
    normals, _ = ball(48)
    values: dict[str, Any] = {
        "photo": photo,
        "foreground": np.ascontiguousarray(np.broadcast_to(foreground, (*size, 3))),
        "alpha": alpha,
        "points": face_points(centre, width),
        "normals": np.ascontiguousarray(np.broadcast_to(normals, (48, 48, 3))),
        "depth": floats(np.zeros((48, 48))),
        "light": floats(np.vstack([np.full((1, 3), 0.3), np.zeros((8, 3))])),
        "skin": (0.50, 0.27, 0.19),
        "yaw": 0.0,
        "pitch": 0.0,
        "roll": 0.0,
        "smile": 0.3,
        "mouth_open": 0.0,
        "eyes_open": 0.9,
        "evenness": 0.9,
        "mixed": 0.3,
        "typical": 0.7,
        "sharpness": 0.9,
        "certainty": 0.95,
        "clutter": 0.0,
        "glare": 0.0,
        "cut": cut_edges(alpha),
        "by_lens": False,
    }
    # A number that takes have learnt since is 0 here until a test cares.
    take = Take(**{field.name: values.get(field.name, 0.0) for field in fields(Take)})
    aspect = size[0] / size[1]
    grid = (round(48 * aspect), 48)
    take = replace(
        take,
        normals=_stretched(take.normals, grid),
        depth=_stretched(take.depth[..., None], grid)[..., 0],
    )
    return replace(take, **changes)


def a_double(*takes: Take) -> OpenDouble:
    """A double of these takes."""
    chosen = takes or (a_take(1), a_take(2, yaw=15.0, smile=0.8))
    skin, key = own_skin(chosen)
    return OpenDouble(takes=chosen, skin=skin, key=key, spread=(0.6, 0.7, 0.8), face=a_face(skin))


def a_face(skin: Floats, **changes: Any) -> OwnFace:
    """A face of one colour, all of it well seen."""
    colour = np.round(255 * to_srgb(floats(skin))).astype(np.uint8)
    points = face_points((0.5, 0.5), 0.9)[:468]
    values: dict[str, Any] = {
        "albedo": lambda: np.tile(colour, (1024, 1024, 1)),
        "known": lambda: np.full((1024, 1024), 255, np.uint8),
        "vertices": floats((points - (0.5, 0.5, 0)) / 0.9),
        "marks": (),
        "hair": (0.02, 0.015, 0.01),
        "lips": (0.4, 0.15, 0.13),
        "iris": (0.05, 0.03, 0.02),
        "uv": np.clip(points[:, :2], 0, 1),
        "triangles": fan(),
    }
    return OwnFace(**(values | changes))


def fan() -> NDArray[np.int32]:
    """Triangles from the middle of the fake face to its outline, (n, 3): they cover all of it."""
    rim = list(regions.OVAL)
    return np.asarray([(CENTRE, a, b) for a, b in zip(rim, [*rim[1:], rim[0]], strict=True)], np.int32)


def _stretched(values: Floats, size: tuple[int, int]) -> Floats:
    rows = np.linspace(0, values.shape[0] - 1, size[0]).round().astype(int)
    columns = np.linspace(0, values.shape[1] - 1, size[1]).round().astype(int)
    return np.ascontiguousarray(values[rows][:, columns])
