"""Shapes that go round a face: openings, lofts, fur and rings of mail. NumPy and Blender's meshes.

Lengths are metres, +x right in the picture, +y away from us, +z up; zero: the middle of the face, level with the ears.
"""

from collections.abc import Callable
from typing import Any

import bpy  # type: ignore[import-not-found,unused-ignore]
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay, cKDTree  # type: ignore[import-not-found,import-untyped,unused-ignore]

Array = NDArray[np.float64]
FACE = 0.14  # metres, width of a face
OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148,
        176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)  # fmt: skip
LAST = 468  # vertices of the face; the rest are irises


class Face:
    """The outline of a face as seen from its middle: angle 0 is up, growing to the right of the picture."""

    def __init__(self, points: Array) -> None:
        """points: (478, 3) of the mesh in face widths, y down, z away, zero as in this file."""
        self.points = np.stack([points[:, 0], points[:, 2], -points[:, 1]], 1) * FACE
        rim = self.points[list(OVAL)]
        angle = np.arctan2(rim[:, 0], rim[:, 2])
        self._angle = np.sort(angle)
        order = np.argsort(angle)
        self._radius = np.hypot(rim[:, 0], rim[:, 2])[order]
        self._depth = rim[order, 1]

    def radius(self, angle: Array) -> Array:
        """Metres from the middle to the outline, the same on both sides."""
        return 0.5 * (self._at(self._radius, angle) + self._at(self._radius, -angle))

    def depth(self, angle: Array) -> Array:
        """Where the outline lies, metres behind the ears (negative: before them)."""
        return 0.5 * (self._at(self._depth, angle) + self._at(self._depth, -angle))

    def _at(self, values: Array, angle: Array) -> Array:
        return np.interp(angle, self._angle, values, period=2 * np.pi)

    def ring(self, count: int, gap: Callable[[Array], Array], fore: Callable[[Array], Array]) -> Array:
        """A closed curve round the face, (count, 3): `gap` metres outside its outline, `fore` metres before it."""
        angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
        wrapped = (angle + np.pi) % (2 * np.pi) - np.pi
        radius = smoothed(self.radius(wrapped) + gap(wrapped), 4)
        depth = smoothed(self.depth(wrapped) - fore(wrapped), 5)
        return np.stack([radius * np.sin(angle), depth, radius * np.cos(angle)], 1)


def smoothed(values: Array, sigma: float) -> Array:
    """A closed curve's values without corners."""
    spectrum = np.fft.rfft(values, axis=0)
    spread = len(values) / (2 * np.pi * sigma * len(values) / 100)
    damp = np.exp(-0.5 * (np.arange(len(spectrum)) / spread) ** 2)
    return np.fft.irfft(spectrum * (damp if values.ndim == 1 else damp[:, None]), len(values), axis=0)


def spline(values: Any, count: int) -> Array:
    """Rows (k, ...) made `count` rows by a Catmull-Rom spline."""
    p = np.asarray(values, float)
    p = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    at = np.linspace(0, len(p) - 3 - 1e-9, count)
    k, t = at.astype(int), (at % 1).reshape(-1, *([1] * (p.ndim - 1)))
    a, b, c, d = p[k], p[k + 1], p[k + 2], p[k + 3]
    cubic = 2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    return np.asarray(0.5 * cubic)


def normals(grid: Array) -> Array:
    """Unit normals of a loft of closed rings, (rows, around, 3), away from its middle."""
    around = np.roll(grid, -1, 1) - np.roll(grid, 1, 1)
    along = np.gradient(grid, axis=0)
    out = np.cross(along, around)
    out /= np.linalg.norm(out, axis=-1, keepdims=True) + 1e-12
    return out if ((grid - grid.mean((0, 1))) * out).sum() > 0 else -out


def loft(name: str, grid: Array, material: Any, *, closed: bool = True, levels: int = 0) -> Any:
    """A sheet through rows of points (rows, around, 3)."""
    rows, around = grid.shape[:2]
    index = np.arange(rows * around).reshape(rows, around)
    right = np.roll(index, -1, 1) if closed else index[:, 1:]
    left = index if closed else index[:, :-1]
    quads = np.stack([left[:-1], right[:-1], right[1:], left[1:]], -1).reshape(-1, 4)
    return mesh(name, grid.reshape(-1, 3), quads, material, levels)


def tube(name: str, line: Array, radius: Array | float, material: Any, sides: int = 20) -> Any:
    """A closed ring-shaped tube along a closed line (n, 3)."""
    return loft(name, tube_grid(line, radius, sides), material)


def tube_grid(line: Array, radius: Array | float, sides: int = 20, side: Array | None = None) -> Array:
    """(sides + 1, n, 3): rows run round the tube, columns along the line."""
    ahead = np.roll(line, -1, 0) - np.roll(line, 1, 0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    away = line * [1, 0, 1] if side is None else np.tile(side, (len(line), 1))
    away -= (away * ahead).sum(1, keepdims=True) * ahead
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    up = np.cross(ahead, away)
    turn = np.linspace(0, 2 * np.pi, sides + 1)[:, None, None]
    wide = np.broadcast_to(np.asarray(radius, float), len(line))[None, :, None]
    return line + wide * (np.cos(turn) * away + np.sin(turn) * up)


def mesh(name: str, points: Array, faces: NDArray[np.int64], material: Any, levels: int = 0) -> Any:
    """A smooth object of points (n, 3) and triangles or quads (m, k)."""
    data = bpy.data.meshes.new(name)
    data.from_pydata(points.tolist(), [], faces.tolist())
    data.materials.append(material)
    data.polygons.foreach_set("use_smooth", np.ones(len(faces), bool))
    made = bpy.data.objects.new(name, data)
    bpy.context.collection.objects.link(made)
    if levels:
        finer = made.modifiers.new("finer", "SUBSURF")
        finer.levels = finer.render_levels = levels
    return made


def head(face: Face, material: Any) -> Any:
    """Somebody: the face's relief on a skull and a neck, to throw shadows and to catch them."""
    front = face.points[:LAST]
    triangles = np.asarray(Delaunay(front[:, [0, 2]]).simplices, np.int64)
    return [
        mesh("face", front, triangles, material),
        ball("skull", (0, 0.025, 0.022), (0.073, 0.098, 0.112), material),
        ball("neck", (0, 0.035, -0.14), (0.052, 0.055, 0.12), material),
    ]


def ball(name: str, middle: Any, radii: Any, material: Any, count: int = 96) -> Any:
    """An ellipsoid."""
    up = np.linspace(0, np.pi, count // 2)[:, None]
    round_ = np.linspace(0, 2 * np.pi, count, endpoint=False)[None]
    grid = np.stack(
        np.broadcast_arrays(np.sin(up) * np.sin(round_), np.sin(up) * np.cos(round_), np.cos(up)), -1
    )
    return loft(name, grid * np.asarray(radii) + np.asarray(middle), material)


def scattered(grid: Array, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Places and normals (count, 3) spread evenly over a closed loft."""
    a, b = grid[:-1], np.roll(grid, -1, 1)[:-1]
    c = np.roll(grid, -1, 1)[1:]
    area = np.linalg.norm(np.cross(b - a, c - a), axis=-1).ravel()
    at = rng.choice(area.size, count, p=area / area.sum())
    j, i = np.divmod(at, grid.shape[1])
    u, v = rng.random((2, count, 1))
    right = (i + 1) % grid.shape[1]

    def between(values: Array) -> Array:
        top = values[j, i] * (1 - u) + values[j, right] * u
        low = values[j + 1, i] * (1 - u) + values[j + 1, right] * u
        return np.asarray(top * (1 - v) + low * v)

    facing = between(normals(grid))
    return between(grid), facing / (np.linalg.norm(facing, axis=1, keepdims=True) + 1e-12)


def fur(
    name: str, roots: Array, grows: Array, falls: Array, length: Array, material: Any, rng: np.random.Generator,
    *, locks: int = 900, thick: float = 0.00011, curl: float = 0.1,
) -> Any:  # fmt: skip
    """Hair in locks. roots, grows (unit), falls: (n, 3), length: (n,) metres."""
    n, steps = len(roots), 8
    t = np.linspace(0, 1, steps)[None, :, None]
    wild = rng.normal(0, 1, (n, 3)) * 0.16
    along = grows + wild
    bent = length[:, None, None] * (along[:, None] * (t - 0.45 * t**2) + falls[:, None] * 0.75 * t**2)
    lock_of = cKDTree(roots[rng.choice(n, locks, replace=False)]).query(roots)[1]
    middle = np.zeros((locks, 3))
    tips = roots + bent[:, -1]
    np.add.at(middle, lock_of, tips)
    middle /= np.maximum(np.bincount(lock_of, minlength=locks), 1)[:, None]
    pull = (middle[lock_of] - tips)[:, None] * (t**1.6) * rng.uniform(0.35, 0.8, (n, 1, 1))
    phase = rng.uniform(0, 6.3, (n, 1, 1))
    wave = curl * length[:, None, None] * np.sin(5 * t + phase) * rng.normal(0, 0.5, (n, 1, 3)) * t
    points = roots[:, None] + bent + pull + wave
    radius = thick * rng.uniform(0.7, 1.25, (n, 1)) * (1 - 0.8 * t[..., 0] ** 2)
    curves = bpy.data.hair_curves.new(name)
    curves.add_curves([steps] * n)
    curves.points.foreach_set("position", points.astype(np.float32).ravel())
    curves.points.foreach_set("radius", radius.astype(np.float32).ravel())
    curves.materials.append(material)
    made = bpy.data.objects.new(name, curves)
    bpy.context.collection.objects.link(made)
    return made


def mail(name: str, grid: Array, material: Any, ring: float, wire: float, rng: np.random.Generator) -> Any:
    """Rings of wire on a loft (rows, around, 3), each row leaning the other way as in four-in-one mail."""
    facing = normals(grid)
    round_ = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    thin = np.linspace(0, 2 * np.pi, 6, endpoint=False)
    a, b = np.meshgrid(round_, thin, indexing="ij")
    one = np.stack(
        [(ring + wire * np.cos(b)) * np.cos(a), (ring + wire * np.cos(b)) * np.sin(a), wire * np.sin(b)], -1
    )
    one = one.reshape(-1, 3)
    index = np.arange(14 * 6).reshape(14, 6)
    quad = np.stack(
        [index, np.roll(index, -1, 0), np.roll(np.roll(index, -1, 0), -1, 1), np.roll(index, -1, 1)], -1
    )
    places: list[Array] = []
    quads: list[NDArray[np.int64]] = []
    way = np.linalg.norm(np.diff(grid, axis=0), axis=-1).mean(1)
    down = np.r_[0, np.cumsum(way)]
    rows = np.arange(0, down[-1], 1.25 * ring)
    for number, row in enumerate(rows):
        k = np.interp(row, down, np.arange(len(down)))
        line, out = (_between(values, k) for values in (grid, facing))
        length = np.r_[0, np.cumsum(np.linalg.norm(np.roll(line, -1, 0) - line, axis=1))]
        count = max(8, int(length[-1] / (1.62 * ring)))
        at = (np.arange(count) + 0.5 * (number % 2)) * length[-1] / count
        spot = _along(line, length, at)
        up = _along(out, length, at)
        ahead = _along(line, length, at + 0.002) - spot
        for p, n, e in zip(spot, up, ahead, strict=True):
            x = e / (np.linalg.norm(e) + 1e-12)
            z = n - (n @ x) * x
            z /= np.linalg.norm(z) + 1e-12
            y = np.cross(z, x)
            lean = (0.62 if number % 2 else -0.62) + rng.normal(0, 0.09)
            spin = rng.normal(0, 0.12)
            z = z * np.cos(spin) + x * np.sin(spin)
            x = np.cross(y, z)
            tilted = np.stack([x * np.cos(lean) - z * np.sin(lean), y, x * np.sin(lean) + z * np.cos(lean)])
            quads.append(quad.reshape(-1, 4) + len(places) * len(one))
            places.append(one @ tilted + p + rng.normal(0, 0.0003, 3))
    return mesh(name, np.concatenate(places), np.concatenate(quads), material)


def _between(values: Array, at: float) -> Array:
    low = min(int(at), len(values) - 2)
    return np.asarray(values[low] + (at - low) * (values[low + 1] - values[low]))


def _along(line: Array, length: Array, at: Array) -> Array:
    closed = np.vstack([line, line[:1]])
    return np.stack([np.interp(at % length[-1], length, closed[:, k]) for k in range(3)], 1)
