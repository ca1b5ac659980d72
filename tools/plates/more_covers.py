"""Covers of mail and of velvet, and the list of all. See `covers.py`."""

from collections.abc import Callable
from typing import Any

import numpy as np
from covering import Array, Face, ball, fur, loft, mail, normals, spline, tube, tube_grid  # type: ignore[import-not-found,unused-ignore]
from covers import AROUND, CLOTH, OWN, THREAD, TRIM, behind, body, noise, parka, ruff, stuff, wrapped  # type: ignore[import-not-found,unused-ignore]
from spacesuit import astronaut  # type: ignore[import-not-found,unused-ignore]


def coif(face: Face) -> tuple[list[Any], list[Any]]:
    """A hood of mail over a padded cap, a surcoat under its mantle."""
    rng = np.random.default_rng(3)
    steel = stuff("steel", OWN, 0.5, rough=0.36, metal=1.0, uneven=0.25)
    dark = stuff("dark", OWN, 0.03)
    linen = stuff("linen", TRIM, 0.75, grain=0.0004, fine=700, uneven=0.08)
    wool = stuff("wool", CLOTH, 0.75, grain=0.0005, fine=900, uneven=0.1)
    hood = wrapped(face, [
        (-0.002, 0.004, 1.0, 0.002), (0.010, 0.016, 0.96, 0.004), (0.020, 0.034, 0.85, 0.010),
        (0.029, 0.058, 0.7, 0.022),
        (0.034, 0.080, 0.55, 0.045), (0.032, 0.090, 0.4, 0.08),
    ], 90)  # fmt: skip
    hood = hood + (0.0022 * noise(hood, 0.07, 5))[..., None] * normals(hood)
    mantle = body([
        (-0.100, 0.060, 0.070, 0.012), (-0.128, 0.074, 0.084, 0.012), (-0.150, 0.106, 0.104, 0.018),
        (-0.175, 0.152, 0.118, 0.026), (-0.205, 0.196, 0.13, 0.034), (-0.245, 0.222, 0.142, 0.04),
        (-0.285, 0.232, 0.15, 0.04),
    ], 160)  # fmt: skip
    mantle = mantle + (0.004 * noise(mantle, 0.08, 6))[..., None] * normals(mantle)
    coat = body(
        [
            (-0.21, 0.17, 0.108, 0.03),
            (-0.25, 0.200, 0.124, 0.04),
            (-0.3, 0.222, 0.134, 0.04),
            (-0.5, 0.256, 0.14, 0.04),
        ],
        120,
    )
    coat = coat + (0.006 * noise(coat * [1, 1, 0.35], 0.06, 9))[..., None] * normals(coat)
    edge = face.ring(AROUND, lambda a: -0.0035 + 0.006 * np.clip(-np.cos(a), 0, 1), lambda a: 0.005 + 0 * a)
    front = [
        mail("hood", hood, steel, 0.0043, 0.0009, rng), mail("mantle", mantle, steel, 0.0043, 0.0009, rng),
        loft("under_hood", (hood - 0.004 * normals(hood))[14:], dark),
        loft("under", mantle - 0.004 * normals(mantle), dark),
        loft("coat", coat, wool), tube("cap", edge, 0.0058 + 0.0003 * np.sin(np.arange(AROUND) * np.pi / 3), linen),
    ]  # fmt: skip
    return front, behind(face, 0.01, stuff("inside", TRIM, 0.5))


def cloak(face: Face) -> tuple[list[Any], list[Any]]:
    """A wide winter cloak with a hood, edged with white fur, tied at the neck."""
    velvet = stuff(
        "velvet", CLOTH, 0.8, rough=0.6, shine=0.3, grain=0.00025, fine=1500, sheen=0.35, motif=0.28
    )
    lining = stuff("lining", TRIM, 0.7, rough=0.6, grain=0.0003, fine=700, uneven=0.1)
    cord = stuff("cord", TRIM, 0.8, rough=0.4, shine=0.5, grain=0.0006, fine=500)
    furs = (
        stuff("coat", THREAD, 0.72, tip=0.98, rough=0.6, shine=0.1),
        stuff("guard", THREAD, 0.8, tip=1.0, rough=0.5),
    )

    def gap(a: Array) -> Array:
        return 0.030 + 0.026 * np.clip(np.cos(a), 0, 1) ** 2

    front = ruff(face, 0.03, 0.004, 0.030, 70_000, furs, 11, gap_at=gap, thick=0.013)
    rows = []
    for out, back, share in (
        (0.004, 0.0, 0.85),
        (0.022, 0.012, 0.6),
        (0.040, 0.035, 0.4),
        (0.050, 0.07, 0.2),
        (0.046, 0.12, 0.1),
    ):
        ring = face.ring(
            AROUND,
            lambda a, o=out: gap(a) + o + 0.020 * o / 0.05 * np.exp(-((a / 0.7) ** 2)),
            lambda a: 0 * a,
        )
        rows.append(ring * [1, share, 1] + [0, back, 0])
    hood = spline(np.stack(rows), 100)
    turn = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)[None]
    down = np.linspace(0, 1, 100)[:, None]
    hood = hood + ((0.0035 * np.sin(11 * turn + 3 * down) + 0.003 * noise(hood, 0.10, 2)) * np.sqrt(down))[
        ..., None
    ] * normals(hood)
    front.append(loft("hood", hood, velvet))
    trunk = body([
        (-0.118, 0.082, 0.078, 0.012), (-0.135, 0.105, 0.098, 0.012), (-0.165, 0.150, 0.118, 0.02),
        (-0.20, 0.198, 0.13, 0.03),
        (-0.25, 0.228, 0.142, 0.04), (-0.33, 0.245, 0.155, 0.04), (-0.5, 0.262, 0.17, 0.04),
    ], 200)  # fmt: skip
    down = np.clip((-0.13 - trunk[..., 2]) / 0.2, 0, 1)
    folds = np.sin(19 * turn + 1.6 * noise(trunk * [1, 1, 0.15], 0.12, 7)) * (
        0.35 + 0.65 * noise(trunk * [1, 1, 0.1], 0.2, 8) ** 2
    )
    trunk = trunk + (0.014 * down * folds + 0.003 * noise(trunk, 0.06, 12))[..., None] * normals(trunk)
    front.append(loft("trunk", trunk, velvet))
    front += _edges(trunk, furs) + _tie(cord)
    return front, behind(face, 0.022, lining)


def _edges(trunk: Array, furs: tuple[Any, Any]) -> list[Any]:
    """Fur down both edges of the front."""
    rng = np.random.default_rng(12)
    roots, grows = [], []
    for side in (-1, 1):
        line = trunk[14:, side * 5].copy()
        line[:, 0] = side * (0.013 + 0.010 * np.linspace(0, 1, len(line)))
        line[:, 1] -= 0.006
        at = rng.uniform(0, len(line) - 1.01, 14_000)
        spot = np.stack([np.interp(at, np.arange(len(line)), line[:, k]) for k in range(3)], 1)
        turn = rng.uniform(-1.5, 1.5, len(at))
        way = np.stack([np.sin(turn), -np.cos(turn), 0 * turn], 1)
        roots.append(spot + 0.011 * way)
        grows.append(way + np.array([0, 0, -0.5]))
    root, grow = np.concatenate(roots), np.concatenate(grows)
    grow /= np.linalg.norm(grow, axis=1, keepdims=True)
    long = 0.026 * rng.uniform(0.5, 1, len(root))
    return [fur("edges", root, grow, grow * [1, 0.2, 0] + [0, 0, -0.5], long, furs[0], rng, locks=700)]


def _tie(cord: Any) -> list[Any]:
    """A bow and its ends below the throat."""
    made = []
    for side in (-1, 1):
        t = np.linspace(0, 2 * np.pi, 80, endpoint=False)
        loop = np.stack(
            [
                side * (0.004 + 0.022 * (1 - np.cos(t))),
                -0.142 + 0 * t,
                -0.178 + 0.012 * np.sin(t) - 0.004 * (1 - np.cos(t)),
            ],
            1,
        )
        made.append(loft(f"loop{side}", tube_grid(loop, 0.003, 12, np.array([0.0, 1.0, 0.0])), cord))
        u = np.linspace(0, 1, 60)
        end = np.stack([side * (0.003 + 0.014 * u), -0.142 - 0.02 * u, -0.180 - 0.11 * u], 1)
        grid = tube_grid(np.vstack([end, end[::-1] + np.array([0, 0.0005, 0])]), 0.003, 10)
        made += [
            loft(f"end{side}", grid, cord),
            ball(f"tassel{side}", end[-1] + [0, 0, -0.012], (0.006, 0.006, 0.017), cord, 32),
        ]
    return [*made, ball("knot", (0, -0.146, -0.178), (0.009, 0.008, 0.008), cord, 32)]


COVERS: dict[str, Callable[[Face], tuple[list[Any], list[Any]]]] = {
    "parka": parka,
    "coif": coif,
    "cloak": cloak,
    "astronaut": astronaut,
}
