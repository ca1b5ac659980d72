"""The garments themselves: which bands lie on which cloth, and how they close. `tailor.py` takes them apart.

Lengths are Blender's metres, +z up, the wearer looks along -y and has the left hand at +x.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy  # type: ignore[import-not-found,unused-ignore]
import numpy as np
from makehuman import Array  # type: ignore[import-not-found,unused-ignore]
from render import plain  # type: ignore[import-not-found,unused-ignore]
from sewing import (  # type: ignore[import-not-found,unused-ignore]
    curve,
    front_of,
    inside,
    knot,
    laid,
    lifted,
    mesh,
    strip,
    trees,
)

CLOTH, TRIM, THREAD, WHITE = (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0)  # what each part is, as a colour


def part(kind: tuple[float, float, float]) -> Any:
    """A material that says what it is in one pass, and where it was cut from in another."""
    material = plain(kind)
    material.name = f"part{kind}"
    material.use_backface_culling = False
    nodes = material.node_tree.nodes
    where = nodes.new("ShaderNodeAttribute")
    where.attribute_name, where.name = "cut", "cut"
    return material


def robe(path: Path, material: Any, hole: Array | None = None, bare: float = 0.0) -> Any:
    """The draped cloth, without what lies within an outline in the frontal plane, (m, 2), or near the neck."""
    kept = np.load(path)
    points, quads, flat = kept["points"], kept["quads"], kept["flat"]
    if hole is not None:
        centre = points[quads].mean(1)
        quads = quads[
            ~(inside(centre[:, [0, 2]], hole) & (centre[:, 1] < 0.0))
            & ~((np.hypot(centre[:, 0], centre[:, 1]) < bare) & (centre[:, 2] > 0.58))  # noqa: PLR2004
        ]
    used, quads = np.unique(quads, return_inverse=True)
    quads = quads.reshape(-1, 4)
    made = mesh("robe", points[used], quads, flat[used][:, [0, 2]], material)
    finer = made.modifiers.new("finer", "SUBSURF")
    finer.levels = finer.render_levels = 2
    return made


NAPE_IN = [(-0.004, 0.034, 0.612), (0.040, 0.026, 0.614), (0.066, -0.006, 0.614)]
NAPE_OUT = [(-0.004, 0.060, 0.560), (0.062, 0.052, 0.572), (0.112, 0.004, 0.588)]
UNDER = -0.02  # beyond that side the lower band is out of sight
SEAM = 0.0006  # half of what two halves overlap
CROSS = 0.495  # height at which the inner edges cross


def edged(grid: Array, inside: float, outside: float, across: int = 4) -> Array:
    """A narrow band along a band's inner edge (u < 0) or beyond its outer one: from and to, metres from that edge."""
    inner = outside <= 0
    edge, other = (grid[:, 0], grid[:, 1]) if inner else (grid[:, -1], grid[:, -2])
    away = (edge - other) / (np.linalg.norm(edge - other, axis=1, keepdims=True) + 1e-9)
    reach = np.linspace(-inside if inner else inside, -outside if inner else outside, across)
    return np.asarray(edge[:, None] + reach[None, :, None] * away[:, None])


def ruqun(out: Path, bodies: list[Any]) -> tuple[dict[str, Any], list[Any]]:
    """Crossed collar, the wearer's left over the right, a white one under it."""
    cloth, trim, white, thread = part(CLOTH), part(TRIM), part(WHITE), part(THREAD)
    inner = [
        *NAPE_IN,
        (0.063, -0.046, 0.588),
        (0.041, -0.080, 0.550),
        (0.0, -0.106, CROSS),
        (-0.048, -0.128, 0.415),
        (-0.099, -0.128, 0.32),
        (-0.155, -0.12, 0.18),
    ]
    outer = [
        *NAPE_OUT,
        (0.114, -0.052, 0.562),
        (0.092, -0.092, 0.526),
        (0.052, -0.114, 0.472),
        (0.006, -0.135, 0.390),
        (-0.042, -0.135, 0.285),
        (-0.095, -0.125, 0.15),
    ]
    n = 120
    i, o = curve(inner, n), curve(outer, n)
    middle = 0.5 * (i + o)
    down = middle[(middle[:, 0] >= 0) & (middle[:, 1] < 0)][:, [0, 2]]
    hole = np.vstack([down, down[::-1] * [-1, 1], [[-0.075, 0.7], [0.075, 0.7]]])
    sheet = robe(out / "robe.npz", cloth)
    on = trees(*bodies, sheet)
    bpy.data.objects.remove(sheet)
    parts = {"robe": robe(out / "robe.npz", cloth, hole, 0.098)}
    line = middle[middle[:, 1] < 0][:, [0, 2]]
    below = np.vstack([line, [[-0.3, 0.1], [0.3, 0.1], [0.3, line[0, 1]]]])
    over = laid(i, o, on, 0.007)
    under = over * np.array([-1, 1, 1])
    for name, grid, off, keep in (
        ("under", under, 0.0, lambda p: ~inside(p[:, [0, 2]], below) | (p[:, 1] > 0) | (p[:, 0] < UNDER)),
        ("over", over, 0.006, None),
    ):
        parts[name] = strip(name, grid, trim, arch=0.0015, off=off, keep=keep)
        parts[f"{name}_pipe"] = strip(
            f"{name}_pipe", edged(grid, -0.001, 0.0035), thread, off=off, thick=0.0036, keep=keep
        )
        low = -0.0036 if name == "under" else -0.003
        parts[f"{name}_white"] = strip(
            f"{name}_white",
            edged(grid, 0.011, -0.03),
            white,
            off=low,
            thick=0.002,
            keep=lambda p: p[:, 2] > CROSS,
        )
    return parts, [cloth, trim, white, thread]


RING_IN = [
    (-0.002, 0.036, 0.612),
    (0.042, 0.026, 0.614),
    (0.069, -0.008, 0.612),
    (0.052, -0.062, 0.586),
    (0.025, -0.082, 0.572),
    (-0.002, -0.088, 0.569),
]
RING_OUT = [
    (-0.002, 0.058, 0.576),
    (0.062, 0.046, 0.584),
    (0.102, -0.004, 0.594),
    (0.080, -0.080, 0.556),
    (0.040, -0.102, 0.537),
    (-0.002, -0.108, 0.532),
]


def ringed(
    sheet: str, out: Path, bodies: list[Any], cloth: Any, hole: Array, bare: float = 0.0
) -> tuple[Any, Any]:
    """A robe with a round opening, and what its collar can lie on."""
    whole = robe(out / f"{sheet}.npz", cloth)
    on = trees(*bodies, whole)
    bpy.data.objects.remove(whole)
    return robe(out / f"{sheet}.npz", cloth, hole, bare), on


def outline(middle: Array) -> Array:
    """The front of a curve and its mirror image, closed above, in the frontal plane."""
    front = middle[(middle[:, 1] < 0) & (middle[:, 0] >= 0)][:, [0, 2]]
    return np.vstack([front, front[::-1] * [-1, 1], [[-0.075, 0.7], [0.075, 0.7]]])


def yuanling(out: Path, bodies: list[Any]) -> tuple[dict[str, Any], list[Any]]:
    """Round collar, closed at the wearer's right shoulder with a knot, a white collar under it."""
    cloth, trim, white, thread = part(CLOTH), part(TRIM), part(WHITE), part(THREAD)
    i, o = curve(RING_IN, 80), curve(RING_OUT, 80)
    sheet, on = ringed("robe", out, bodies, cloth, outline(0.5 * (i + o)))
    ring = laid(i, o, on, 0.006)
    parts = {"robe": sheet}
    for name, side in (("left", 1), ("right", -1)):
        grid = ring * np.array([side, 1, 1])
        parts[name] = strip(name, grid, trim, arch=0.0025, thick=0.0035)
        parts[f"{name}_pipe"] = strip(f"{name}_pipe", edged(grid, -0.001, 0.003), thread, thick=0.0042)
        parts[f"{name}_white"] = strip(
            f"{name}_white", edged(grid, 0.012, -0.02), white, off=-0.003, thick=0.002
        )
    edge = curve(
        [
            (-0.088, -0.06, 0.572),
            (-0.120, -0.090, 0.520),
            (-0.150, -0.1, 0.45),
            (-0.166, -0.1, 0.36),
            (-0.172, -0.09, 0.15),
        ],
        90,
    )
    flap = laid(edge, edge + np.array([0.011, -0.002, 0.005]), on, 0.004, 5)
    parts["flap"] = strip("flap", flap, trim, thick=0.003)
    parts |= knot("knot", flap[4, 2] + [0, -0.006, 0], (-0.8, 0.0, 0.6), 0.026, thread, on)
    return parts, [cloth, trim, white, thread]


def tangzhuang(out: Path, bodies: list[Any]) -> tuple[dict[str, Any], list[Any]]:
    """A standing collar with a gap before the throat, closed in the middle with knot buttons."""
    cloth, trim, white, thread = part(CLOTH), part(TRIM), part(WHITE), part(THREAD)
    top = [
        (-0.003, 0.036, 0.636),
        (0.040, 0.030, 0.637),
        (0.066, -0.010, 0.634),
        (0.055, -0.056, 0.611),
        (0.030, -0.080, 0.596),
        (0.015, -0.088, 0.588),
        (0.008, -0.092, 0.574),
    ]
    foot = [
        (-0.003, 0.050, 0.586),
        (0.056, 0.042, 0.590),
        (0.090, -0.006, 0.590),
        (0.070, -0.070, 0.557),
        (0.040, -0.094, 0.541),
        (0.018, -0.100, 0.536),
        (0.004, -0.102, 0.534),
    ]
    i, o = curve(top, 80), curve(foot, 80)
    sheet, on = ringed("jacket", out, bodies, cloth, outline(0.3 * i + 0.7 * o))
    stand = laid(i, o, on, 0.0045)
    parts = {"robe": sheet}
    for name, side in (("left", 1), ("right", -1)):
        grid = stand * np.array([side, 1, 1])
        parts[name] = strip(name, grid, cloth, arch=0.0015, thick=0.004)
        parts[f"{name}_pipe"] = strip(f"{name}_pipe", edged(grid, 0.0035, 0.0), thread, thick=0.0052)
        parts[f"{name}_seam"] = strip(f"{name}_seam", edged(grid, -0.001, 0.0025), thread, thick=0.004)
        parts[f"{name}_white"] = strip(
            f"{name}_white", edged(grid, 0.004, -0.02), white, off=-0.0034, thick=0.002
        )
    closing = lifted(np.stack([np.zeros(80), np.full(80, -0.16), np.linspace(0.534, 0.12, 80)], 1), [], 0)
    closing = front_of(closing, on, 0.003)
    parts["placket"] = strip(
        "placket",
        np.stack([closing + np.array([x, 0, 0]) for x in (-0.0012, -0.0004, 0.0004, 0.0012)], 1),
        thread,
        thick=0.004,
    )
    for number, height in enumerate((0.524, 0.452, 0.380, 0.308, 0.236)):
        at = closing[int(np.abs(closing[:, 2] - height).argmin())] + [0, -0.004, 0]
        parts |= knot(f"knot{number}", at, (1, 0, 0), 0.034, thread, on)
    return parts, [cloth, trim, white, thread]


def gown(out: Path, bodies: list[Any]) -> tuple[dict[str, Any], list[Any]]:
    """An open gown with the hood's V before it."""
    cloth, trim, thread = part(CLOTH), part(TRIM), part(THREAD)
    inner = [
        (-0.004, 0.050, 0.606),
        (0.050, 0.040, 0.606),
        (0.086, -0.006, 0.596),
        (0.080, -0.056, 0.566),
        (0.058, -0.096, 0.524),
        (0.028, -0.124, 0.450),
        (-0.004, -0.140, 0.372),
        (-0.036, -0.148, 0.294),
    ]
    outer = [
        (-0.004, 0.090, 0.520),
        (0.100, 0.070, 0.535),
        (0.162, -0.004, 0.555),
        (0.152, -0.066, 0.506),
        (0.124, -0.110, 0.430),
        (0.066, -0.136, 0.345),
        (-0.004, -0.150, 0.258),
        (-0.062, -0.150, 0.180),
    ]
    i, o = curve(inner, 110), curve(outer, 110)
    sheet, on = ringed("mantle", out, bodies, cloth, outline(0.85 * i + 0.15 * o), 0.115)
    parts = {"robe": sheet}
    for name, side in (("left", 1), ("right", -1)):
        flip = np.array([side, 1, 1])
        whole = laid(i, o, on, 0.007, 19)
        half = whole[:, :11] * flip, whole[:, 10:] * flip
        keep = (lambda p: p[:, 0] > -SEAM) if side > 0 else (lambda p: p[:, 0] < SEAM)
        parts[f"{name}_hood"] = strip(f"{name}_hood", half[0], thread, thick=0.004, keep=keep)
        parts[f"{name}_edge"] = strip(f"{name}_edge", half[1], trim, thick=0.0046, off=0.0004, keep=keep)
        parts[f"{name}_roll"] = strip(
            f"{name}_roll", edged(whole * flip, 0.004, -0.001), thread, thick=0.006, keep=keep
        )
    seam = front_of(np.stack([np.zeros(40), np.full(40, -0.2), np.linspace(0.255, 0.12, 40)], 1), on, 0.003)
    parts["seam"] = strip(
        "seam",
        np.stack([seam + np.array([x, 0, 0]) for x in (-0.012, -0.004, 0.004, 0.012)], 1),
        cloth,
        thick=0.003,
    )
    return parts, [cloth, trim, thread]


GARMENTS: dict[str, tuple[str, Callable[[Path, list[Any]], tuple[dict[str, Any], list[Any]]]]] = {
    "ruqun": ("robe", ruqun),
    "yuanling": ("robe", yuanling),
    "tangzhuang": ("jacket", tangzhuang),
    "gown": ("mantle", gown),
}
