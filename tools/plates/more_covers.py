"""Settings of mail, of velvet and of hard shells. See `covers.py`."""

from typing import Any

import numpy as np
from covering import Array, Face, ball, fur, loft, mail, normals, spline, tube, tube_grid  # type: ignore[import-not-found,unused-ignore]
from covers import AROUND, CLOTH, OWN, THREAD, TRIM, body, noise, parka, ruff, stuff  # type: ignore[import-not-found,unused-ignore]

CROWN = 0.55  # of what lies beside a face, lies more above it: a head is high


def wrapped(face: Face, rows: list[tuple[float, float, float, float]], count: int) -> Array:
    """A loft from the face outwards: gap beside it, gap below it, share of its depth, metres further back."""
    return spline(
        np.stack([
            face.ring(AROUND, lambda a, g=gap, b=below: g + (b - g) * np.clip(-np.cos(a), 0, 1) ** 1.5 + CROWN * g * np.clip(np.cos(a), 0, 1) ** 2, lambda a: 0 * a)
            * [1, share, 1] + [0, back, 0]
            for gap, below, share, back in rows
        ]), count,
    )  # fmt: skip


def behind(face: Face, gap: float, lining: Any) -> list[Any]:
    """What is seen beside a head, in the dark."""
    rows = [(gap, gap, 0.7, 0.0), (gap + 0.02, gap + 0.02, 0.4, 0.03), (gap + 0.02, gap, 0.2, 0.08),
            (gap - 0.03, gap - 0.03, 0, 0.13), (-0.085, -0.085, 0, 0.15)]  # fmt: skip
    return [loft("inside", wrapped(face, rows, 60), lining)]


def coif(face: Face) -> tuple[list[Any], list[Any]]:
    """A hood of mail over a padded cap, a surcoat under its mantle."""
    rng = np.random.default_rng(3)
    steel = stuff("steel", OWN, 0.5, rough=0.36, metal=1.0, uneven=0.25)
    dark = stuff("dark", OWN, 0.03)
    linen = stuff("linen", TRIM, 0.75, grain=0.0004, fine=700, uneven=0.08)
    wool = stuff("wool", CLOTH, 0.75, grain=0.0005, fine=900, uneven=0.1)
    hood = wrapped(face, [
        (-0.002, 0.004, 1.0, 0.002), (0.010, 0.016, 0.96, 0.004), (0.020, 0.034, 0.85, 0.010), (0.029, 0.058, 0.7, 0.022),
        (0.034, 0.080, 0.55, 0.045), (0.032, 0.090, 0.4, 0.08),
    ], 90)  # fmt: skip
    hood = hood + (0.0022 * noise(hood, 0.07, 5))[..., None] * normals(hood)
    mantle = body([
        (-0.100, 0.060, 0.070, 0.012), (-0.128, 0.074, 0.084, 0.012), (-0.150, 0.106, 0.104, 0.018),
        (-0.175, 0.152, 0.118, 0.026), (-0.205, 0.196, 0.13, 0.034), (-0.245, 0.222, 0.142, 0.04), (-0.285, 0.232, 0.15, 0.04),
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
        loft("under_hood", (hood - 0.004 * normals(hood))[14:], dark), loft("under", mantle - 0.004 * normals(mantle), dark),
        loft("coat", coat, wool), tube("cap", edge, 0.0058 + 0.0003 * np.sin(np.arange(AROUND) * np.pi / 3), linen),
    ]  # fmt: skip
    return front, behind(face, 0.01, stuff("inside", TRIM, 0.5))


def cloak(face: Face) -> tuple[list[Any], list[Any]]:
    """A wide winter cloak with a hood, edged with white fur, tied at the neck."""
    velvet = stuff("velvet", CLOTH, 0.8, rough=0.6, shine=0.3, grain=0.00025, fine=1500, sheen=0.35, motif=0.28)
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
        (-0.118, 0.082, 0.078, 0.012), (-0.135, 0.105, 0.098, 0.012), (-0.165, 0.150, 0.118, 0.02), (-0.20, 0.198, 0.13, 0.03),
        (-0.25, 0.228, 0.142, 0.04), (-0.33, 0.245, 0.155, 0.04), (-0.5, 0.262, 0.17, 0.04),
    ], 200)  # fmt: skip
    down = np.clip((-0.13 - trunk[..., 2]) / 0.2, 0, 1)
    folds = np.sin(19 * turn + 1.6 * noise(trunk * [1, 1, 0.15], 0.12, 7)) * (
        0.35 + 0.65 * noise(trunk * [1, 1, 0.1], 0.2, 8) ** 2
    )
    trunk = trunk + (0.014 * down * folds + 0.003 * noise(trunk, 0.06, 12))[..., None] * normals(trunk)
    front.append(loft("trunk", trunk, velvet))
    front += _edges(trunk, furs) + _tie(cord)
    return front, behind(face, 0.05, lining)


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
        grows.append(way + [0, 0, -0.5])
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
        grid = tube_grid(np.vstack([end, end[::-1] + [0, 0.0005, 0]]), 0.003, 10)
        made += [
            loft(f"end{side}", grid, cord),
            ball(f"tassel{side}", end[-1] + [0, 0, -0.012], (0.006, 0.006, 0.017), cord, 32),
        ]
    return [*made, ball("knot", (0, -0.146, -0.178), (0.009, 0.008, 0.008), cord, 32)]


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
    hood = wrapped(face, [(-0.003, 0.001, 1.0, 0.0), (0.007, 0.010, 0.96, 0.003), (0.017, 0.018, 0.8, 0.01), (0.026, 0.028, 0.5, 0.03),
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
        tube("gasket", _circle(rim - 0.004, -0.068), 0.0075, rubber), tube("rim", _circle(rim - 0.001, -0.058), 0.0062, metal),
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
        loft("visor_edge", tube_grid(np.vstack([edge, edge[::-1] + [0, 0.002, 0]]), 0.0034, 10), rubber)
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

    trunk = body([(-0.172, 0.150, 0.142, 0.03), (-0.19, 0.176, 0.155, 0.03), (-0.215, 0.214, 0.165, 0.04), (-0.26, 0.245, 0.172, 0.04),
                  (-0.34, 0.262, 0.18, 0.04), (-0.5, 0.27, 0.185, 0.04)], 220, power=2.8)  # fmt: skip
    trunk = trunk + (
        0.0045 * noise(trunk * [1, 1, 1.4], 0.10, 3) + 0.0020 * noise(trunk * [0.8, 1, 1.6], 0.035, 4)
    )[..., None] * normals(trunk)
    made = [
        loft("trunk", trunk, white), round_tube("ring", ring(0.152, -0.164), 0.0125, metal),
        round_tube("ring_low", ring(0.163, -0.186), 0.010, metal), round_tube("ring_band", ring(0.158, -0.176), 0.0085, band),
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


COVERS = {"parka": parka, "coif": coif, "cloak": cloak, "astronaut": astronaut}
