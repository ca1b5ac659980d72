"""A helmet and a space suit. See `covers.py`."""

from typing import Any

import numpy as np
from covering import Array, Face, ball, loft, normals, tube, tube_grid  # type: ignore[import-not-found,unused-ignore]
from covers import AROUND, CLOTH, OWN, THREAD, TRIM, body, noise, stuff, wrapped  # type: ignore[import-not-found,unused-ignore]


def astronaut(face: Face) -> tuple[list[Any], list[Any]]:
    """A helmet with its sun visor up, a close cap with earphones in it, the suit's neck ring."""
    white = stuff("white", CLOTH, 0.8, rough=0.85, shine=0.15, grain=0.0003, fine=1100, uneven=0.05)
    shell = stuff("shell", CLOTH, 0.82, rough=0.12, shine=0.6)
    rubber, metal = (
        stuff("rubber", OWN, 0.03, rough=0.5, shine=0.4),
        stuff("metal", OWN, 0.62, rough=0.22, metal=1.0),
    )
    band, gold = (
        stuff("band", TRIM, 0.75, rough=0.4, shine=0.5),
        stuff("gold", THREAD, 0.95, rough=0.08, metal=1.0),
    )
    cap = stuff("cap", CLOTH, 0.74, rough=0.9, shine=0.1, grain=0.0004, fine=800, uneven=0.06)
    hood = wrapped(face, [(-0.003, 0.001, 1.0, 0.0), (0.007, 0.010, 0.96, 0.003), (0.017, 0.018, 0.8, 0.01),
                          (0.026, 0.028, 0.5, 0.03),
                          (0.03, 0.03, 0.3, 0.06), (0.02, 0.02, 0.15, 0.1)], 80)  # fmt: skip
    hood = hood + (0.0012 * noise(hood, 0.03, 5))[..., None] * normals(hood)
    hem = face.ring(AROUND, lambda a: -0.003 + 0.004 * np.clip(-np.cos(a), 0, 1), lambda a: 0.004 + 0 * a)
    seam = face.ring(AROUND, lambda a: 0.016 + 0.001 * np.cos(a), lambda a: -0.006 + 0 * a) * [1, 0.88, 1]
    front = [loft("cap", hood, cap), tube("hem", hem, 0.0032, band), tube("seam", seam, 0.0016, band)]
    front += [ball(f"phone{s}", (s * 0.086, -0.004, -0.008), (0.014, 0.03, 0.036), cap) for s in (-1, 1)]
    front += _helmet(shell, rubber, metal, gold) + _suit(white, band, metal)
    bowl = [(0.176 * np.sin(t), 0.035 - 0.176 * np.cos(t)) for t in np.linspace(2.2, 3.1, 12)]
    turn = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    inside = np.stack(
        [
            np.stack([r * np.sin(turn), y + 0 * turn, 0.008 + r * np.cos(turn)], 1)
            for r, y in [(0.176, 0.0), *bowl]
        ]
    )
    return front, [loft("inside", inside, stuff("padding", OWN, 0.34, rough=0.9, grain=0.0008, fine=120))]


def _circle(radius: float, y: float, z: float = 0.008) -> Array:
    turn = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    return np.stack([radius * np.sin(turn), y + 0 * turn, z + radius * np.cos(turn)], 1)


def _helmet(shell: Any, rubber: Any, metal: Any, gold: Any) -> list[Any]:
    ball_ = [(0.186 * np.sin(t), 0.035 - 0.186 * np.cos(t)) for t in np.linspace(1.0, 1.75, 24)]
    rim = 0.186 * np.sin(1.0)
    made = [
        loft("shell", np.stack([_circle(r, y) for r, y in ball_]), shell),
        tube("gasket", _circle(rim - 0.004, -0.068), 0.0075, rubber),
        tube("rim", _circle(rim - 0.001, -0.058), 0.0062, metal),
    ]  # fmt: skip
    turn = np.linspace(-1.25, 1.25, 121)
    lift = 1 - (turn / 1.25) ** 2
    rows = []
    for k in np.linspace(0, 1, 30):
        t = 1.72 - (0.30 + 0.50 * lift) * (1 - k) - 0.10
        r, y = 0.197 * np.sin(t), 0.035 - 0.197 * np.cos(t)
        rows.append(np.stack([r * np.sin(turn), y, 0.008 + r * np.cos(turn)], 1))
    visor = np.stack(rows)
    made.append(loft("visor", visor, gold, closed=False))
    edge = visor[0]
    made.append(
        loft(
            "visor_edge",
            tube_grid(np.vstack([edge, edge[::-1] + np.array([0, 0.002, 0])]), 0.0034, 10),
            rubber,
        )
    )
    for side in (-1, 1):
        made += [
            ball(f"hinge{side}", (side * 0.186, 0.0, 0.045), (0.014, 0.026, 0.026), shell),
            ball(f"screw{side}", (side * 0.196, -0.012, 0.045), (0.008, 0.012, 0.012), metal, 32),
        ]
    return made


def _suit(white: Any, band: Any, metal: Any) -> list[Any]:
    turn = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)

    def ring(wide: float, z: float) -> Array:
        return np.stack([wide * np.sin(turn), 0.03 - 0.95 * wide * np.cos(turn), z + 0 * turn], 1)

    def round_tube(name: str, line: Array, radius: float, material: Any) -> Any:
        t = np.linspace(0, 2 * np.pi, 21)[:, None, None]
        out = (line - [0, 0.03, 0]) * [1, 1, 0]
        out = out / np.linalg.norm(out, axis=1, keepdims=True)
        return loft(
            name, line + radius * (np.cos(t) * out + 1.15 * np.sin(t) * np.array([0, 0, 1.0])), material
        )

    trunk = body([(-0.172, 0.150, 0.142, 0.03), (-0.19, 0.176, 0.155, 0.03), (-0.215, 0.214, 0.165, 0.04),
                  (-0.26, 0.245, 0.172, 0.04),
                  (-0.34, 0.262, 0.18, 0.04), (-0.5, 0.27, 0.185, 0.04)], 220, power=2.8)  # fmt: skip
    trunk = trunk + (
        0.0045 * noise(trunk * [1, 1, 1.4], 0.10, 3) + 0.0020 * noise(trunk * [0.8, 1, 1.6], 0.035, 4)
    )[..., None] * normals(trunk)
    made = [
        loft("trunk", trunk, white), round_tube("ring", ring(0.152, -0.164), 0.0125, metal),
        round_tube("ring_low", ring(0.163, -0.186), 0.010, metal),
        round_tube("ring_band", ring(0.158, -0.176), 0.0085, band),
    ]  # fmt: skip
    made += [ball(f"bolt{k}", (0.166 * np.sin(a), 0.03 - 0.158 * np.cos(a), -0.164), (0.0036, 0.003, 0.0036), metal, 24)
             for k, a in enumerate(np.linspace(-1.4, 1.4, 15))]  # fmt: skip
    for side in (-1, 1):
        columns = side * np.arange(30, 44)
        strap = trunk[8:, columns] + 0.007 * normals(trunk)[8:, columns]
        strap[:, [0, -1]] -= 0.004 * normals(trunk)[8:, columns[[0, -1]]]
        made.append(loft(f"strap{side}", strap, band, closed=False, levels=1))
        made.append(ball(f"buckle{side}", strap[96, 7] + [0, -0.001, 0], (0.017, 0.004, 0.010), metal, 32))
    neck = body(
        [
            (-0.092, 0.052, 0.075, 0.015),
            (-0.115, 0.062, 0.072, 0.018),
            (-0.14, 0.080, 0.070, 0.03),
            (-0.168, 0.11, 0.084, 0.03),
        ],
        40,
    )
    made.append(loft("neck_cloth", neck + (0.002 * noise(neck, 0.03, 5))[..., None] * normals(neck), white))
    return made
