"""Bands, collars and knots for garments: strips between two curves that lie on what is under them."""

from collections.abc import Sequence
from typing import Any

import bpy  # type: ignore[import-not-found,unused-ignore]
import numpy as np
from makehuman import Array  # type: ignore[import-not-found,unused-ignore]
from mathutils import Vector  # type: ignore[import-not-found,unused-ignore]
from mathutils.bvhtree import BVHTree  # type: ignore[import-not-found,unused-ignore]

AWAY = 1.0  # metres added to where cloth was cut, since a pass of colours knows no negative ones
Points = Sequence[tuple[float, float, float]]


def curve(points: Points | Array, count: int) -> Array:
    """A Catmull-Rom spline through points, even in its length: (count, 3)."""
    p = np.array(points, float)
    p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0, 1, 24, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:], strict=True):
        parts.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    fine = np.vstack([*parts, p[-2][None]])
    way = np.r_[0, np.cumsum(np.linalg.norm(np.diff(fine, axis=0), axis=1))]
    at = np.linspace(0, way[-1], count)
    return np.stack([np.interp(at, way, fine[:, k]) for k in range(3)], 1)


def mirrored(points: Points) -> Points:
    """The same on the other side."""
    return [(-x, y, z) for x, y, z in points]


def trees(*things: Any) -> list[BVHTree]:
    """What cloth can lie on."""
    graph = bpy.context.evaluated_depsgraph_get()
    return [BVHTree.FromObject(thing, graph) for thing in things]


def lifted(points: Array, under: Sequence[BVHTree], ease: float) -> Array:
    """Points moved out of what they are in, to `ease` metres off it. Beside the edge of a sheet nothing is moved."""
    out = points.copy()
    for tree in under:
        for index, point in enumerate(out):
            near, normal, _, far = tree.find_nearest(Vector(point), 0.05)
            if near is None or (far > 1e-4 and abs((Vector(point) - near).dot(normal)) < 0.8 * far):  # noqa: PLR2004
                continue
            if (Vector(point) - near).dot(normal) < ease:
                out[index] = np.array(near + normal * ease)
    return out


def even(grid: Array, sigma: float) -> Array:
    """Smoothed along its length; its ends stay."""
    reach = int(3 * sigma)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    ends = (2 * grid[:1] - grid[reach:0:-1], grid, 2 * grid[-1:] - grid[-2 : -reach - 2 : -1])
    long = np.concatenate(ends)
    return np.asarray(sum(w * long[k : k + len(grid)] for k, w in enumerate(weights / weights.sum())))


def laid(inner: Array, outer: Array, under: Sequence[BVHTree], ease: float, across: int = 9) -> Array:
    """A band (n, across, 3) between two curves, lying smoothly on what is under it."""
    share = np.linspace(0, 1, across)[None, :, None]
    grid = inner[:, None] * (1 - share) + outer[:, None] * share
    for sigma in (4.0, 3.0, 2.0):
        grid = lifted(grid.reshape(-1, 3), under, ease).reshape(grid.shape)
        grid = even(grid, sigma)
        grid[:, 1:-1] = 0.25 * grid[:, :-2] + 0.5 * grid[:, 1:-1] + 0.25 * grid[:, 2:]
    return grid


def outwards(grid: Array) -> Array:
    """Unit normals of a band, away from the neck."""
    normal = np.cross(np.gradient(grid, axis=1), np.gradient(grid, axis=0))
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True) + 1e-9
    middle = grid - np.array([0, -0.01, 0])
    middle[..., 2] = -0.05
    return normal if (middle * normal).sum() > 0 else -normal


def strip(
    name: str,
    grid: Array,
    part: Any,
    *,
    thick: float = 0.003,
    arch: float = 0.0,
    off: float = 0.0,
    keep: Any = None,
) -> Any:
    """Cloth of a band (n, across, 3), `off` metres further out. Its cut: u across, v along, in metres.

    keep: which of the band's quads, by their middles (m, 3), are sewn.
    """
    across = grid.shape[1]
    share = np.linspace(0, 1, across)[None, :, None]
    grid = grid + (arch * np.sin(np.pi * share) + off) * outwards(grid)
    u = np.cumsum(np.linalg.norm(np.diff(grid, axis=1, prepend=grid[:, :1]), axis=-1), 1)
    v = np.cumsum(np.linalg.norm(np.diff(grid, axis=0, prepend=grid[:1]), axis=-1).mean(1))
    cut = np.dstack([u, np.repeat(v[:, None], across, 1)])
    rows, columns = grid.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    quads = np.stack([index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], -1).reshape(-1, 4)
    if keep is not None:
        quads = quads[keep(grid.reshape(-1, 3)[quads].mean(1))]
    made = mesh(name, grid.reshape(-1, 3), quads, cut.reshape(-1, 2), part)
    body = made.modifiers.new("thick", "SOLIDIFY")
    body.thickness, body.offset = thick, 0.0
    finer = made.modifiers.new("finer", "SUBSURF")
    finer.levels = finer.render_levels = 2
    return made


def mesh(name: str, points: Array, quads: Array, cut: Array, material: Any) -> Any:
    """A Blender object whose cloth knows where it was cut from: attribute "cut", (n, 2) metres."""
    data = bpy.data.meshes.new(name)
    data.from_pydata(points.tolist(), [], quads.tolist())
    data.polygons.foreach_set("use_smooth", [True] * len(data.polygons))
    layer = data.attributes.new("cut", "FLOAT_VECTOR", "POINT")
    layer.data.foreach_set("vector", np.c_[cut + AWAY, np.ones(len(cut))].astype(np.float32).ravel())
    if material is not None:
        data.materials.append(material)
    made = bpy.data.objects.new(name, data)
    bpy.context.collection.objects.link(made)
    return made


def cord(name: str, points: Array, radius: float, material: Any) -> Any:
    """A round cord along a curve, its own length as cut."""
    along = np.gradient(points, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    side = np.cross(along, [0.0, 1.0, 0.01])
    side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-9
    other = np.cross(along, side)
    angle = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    ring = np.cos(angle)[None, :, None] * side[:, None] + np.sin(angle)[None, :, None] * other[:, None]
    grid = points[:, None] + radius * ring
    rows, columns = grid.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    nxt = np.roll(index, -1, 1)
    quads = np.stack([index[:-1], index[1:], nxt[1:], nxt[:-1]], -1).reshape(-1, 4)
    cut = np.repeat(np.c_[np.zeros(rows), np.arange(rows) * 0.001], columns, 0)
    made = mesh(name, grid.reshape(-1, 3), quads, cut, material)
    finer = made.modifiers.new("finer", "SUBSURF")
    finer.levels = finer.render_levels = 1
    return made


def ball(name: str, centre: Array, radius: float, material: Any) -> Any:
    """A knot."""
    bpy.ops.mesh.primitive_uv_sphere_add(radius=radius, location=tuple(centre), segments=20, ring_count=12)
    made = bpy.context.object
    made.name = name
    made.data.polygons.foreach_set("use_smooth", [True] * len(made.data.polygons))
    layer = made.data.attributes.new("cut", "FLOAT_VECTOR", "POINT")
    layer.data.foreach_set("vector", np.ones(3 * len(made.data.vertices), np.float32))
    made.data.materials.append(material)
    return made


def inside(points: Array, outline: Array) -> Array:
    """Which of the points (n, 2) lie in a polygon (m, 2)."""
    x, y = points[:, :1], points[:, 1:]
    x1, y1 = outline[None, :, 0], outline[None, :, 1]
    x2, y2 = np.roll(x1, -1, 1), np.roll(y1, -1, 1)
    crosses = ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1 + 1e-12) + x1)
    return np.asarray(crosses.sum(1) % 2 == 1)


def knot(
    name: str, at: Array, along: tuple[float, float, float], reach: float, material: Any, on: Any
) -> dict[str, Any]:
    """A knot button with its loop: a ball, and two pairs of cords along the closing's way."""
    way = np.array(along) / np.linalg.norm(along)
    up = np.array([-way[2], 0, way[0]])
    parts = {f"{name}_ball": ball(f"{name}_ball", at, 0.0058, material)}
    for number, (sign, shift) in enumerate(((1, 0.0024), (1, -0.0024), (-1, 0.0024), (-1, -0.0024))):
        line = np.linspace(0.002, reach, 24)[:, None] * way * sign + shift * up + at
        line = even(lifted(line + np.array([0, 0.01, 0]), on, 0.0030), 2.0)
        parts[f"{name}_{number}"] = cord(f"{name}_{number}", line, 0.0024, material)
    return parts


def front_of(points: Array, on: Any, ease: float) -> Array:
    """Points before the foremost of what a ray to the back meets."""
    out = points.copy()
    for index, point in enumerate(points.tolist()):
        hits = [tree.ray_cast((point[0], -0.5, point[2]), (0, 1, 0))[0] for tree in on]
        out[index, 1] = min(hit[1] for hit in hits if hit is not None) - ease
    return even(out, 2.0)
