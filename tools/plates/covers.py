"""The covers themselves: what goes round a face, and what lies behind it. `basis.py` renders them."""

from collections.abc import Callable
from typing import Any

import bpy  # type: ignore[import-not-found,unused-ignore]
import numpy as np
from covering import Array, Face, ball, fur, loft, scattered, spline, tube_grid  # type: ignore[import-not-found,unused-ignore]

CLOTH, TRIM, THREAD, OWN = (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0)  # which dye, as a colour; OWN: none
AROUND = 360


def stuff(
    name: str, kind: tuple[float, float, float], tone: float, *, rough: float = 0.8, shine: float = 0.2,
    metal: float = 0.0, tip: float | None = None, grain: float = 0.0, fine: float = 900.0, uneven: float = 0.0,
    sheen: float = 0.0, motif: float = 0.0,
) -> Any:  # fmt: skip
    """A material without a colour, that says which dye it takes. tip: the tone where a hair ends."""
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    shader = tree.nodes["Principled BSDF"]
    for key, value in (
        ("Roughness", rough),
        ("Specular IOR Level", shine),
        ("Metallic", metal),
        ("Sheen Weight", sheen),
    ):
        shader.inputs[key].default_value = value
    shader.inputs["Base Color"].default_value = (tone, tone, tone, 1)
    if tip is not None:
        hair, ramp = tree.nodes.new("ShaderNodeHairInfo"), tree.nodes.new("ShaderNodeMapRange")
        scatter = tree.nodes.new("ShaderNodeMath")
        scatter.operation = "MULTIPLY_ADD"
        scatter.inputs[1].default_value = -0.32
        tree.links.new(hair.outputs["Random"], scatter.inputs[0])
        tree.links.new(hair.outputs["Intercept"], ramp.inputs["Value"])
        ramp.inputs["To Min"].default_value, ramp.inputs["To Max"].default_value = tone, tip
        add = tree.nodes.new("ShaderNodeMath")
        add.operation = "MULTIPLY"
        scatter.inputs[2].default_value = 1.0
        tree.links.new(ramp.outputs[0], add.inputs[0])
        tree.links.new(scatter.outputs[0], add.inputs[1])
        tree.links.new(add.outputs[0], shader.inputs["Base Color"])
    if grain or uneven:
        _weave(tree, shader, tone, grain, fine, uneven)
    if motif:
        _damask(tree, shader, tone, motif)
    share = tree.nodes.new("ShaderNodeOutputAOV")
    share.aov_name = "share"
    share.inputs["Color"].default_value = (*kind, 1)
    return material


def _weave(tree: Any, shader: Any, tone: float, grain: float, fine: float, uneven: float) -> None:
    """Threads that bend the light, and a tone that is not quite even."""
    where = tree.nodes.new("ShaderNodeTexCoord")
    threads, cloud = tree.nodes.new("ShaderNodeTexNoise"), tree.nodes.new("ShaderNodeTexNoise")
    threads.inputs["Scale"].default_value, cloud.inputs["Scale"].default_value = fine, 14.0
    bump, ramp = tree.nodes.new("ShaderNodeBump"), tree.nodes.new("ShaderNodeMapRange")
    bump.inputs["Strength"].default_value, bump.inputs["Distance"].default_value = 1.0, grain
    for noise in (threads, cloud):
        tree.links.new(where.outputs["Object"], noise.inputs["Vector"])
    tree.links.new(threads.outputs[0], bump.inputs["Height"])
    if grain:
        tree.links.new(bump.outputs[0], shader.inputs["Normal"])
    ramp.inputs["To Min"].default_value, ramp.inputs["To Max"].default_value = (
        tone * (1 - uneven),
        tone * (1 + uneven),
    )
    tree.links.new(cloud.outputs[0], ramp.inputs["Value"])
    tree.links.new(ramp.outputs[0], shader.inputs["Base Color"])


def _damask(tree: Any, shader: Any, tone: float, much: float) -> None:
    """Flowers in a lattice, tone in tone, by formula: a rose of eight waves in every second diamond."""
    where, split = tree.nodes.new("ShaderNodeTexCoord"), tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(where.outputs["Object"], split.inputs[0])

    def sine(name: str, per_metre: float) -> Any:
        scaled, wave = tree.nodes.new("ShaderNodeMath"), tree.nodes.new("ShaderNodeMath")
        scaled.operation, wave.operation = "MULTIPLY", "COSINE"
        scaled.inputs[1].default_value = 2 * np.pi * per_metre
        tree.links.new(split.outputs[name], scaled.inputs[0])
        tree.links.new(scaled.outputs[0], wave.inputs[0])
        return wave.outputs[0]

    def joined(how: str, one: Any, other: Any) -> Any:
        node = tree.nodes.new("ShaderNodeMath")
        node.operation = how
        tree.links.new(one, node.inputs[0])
        tree.links.new(other, node.inputs[1])
        return node.outputs[0]

    large = joined("MULTIPLY", sine("X", 22.0), sine("Z", 17.0))
    small = joined("MULTIPLY", sine("X", 110.0), sine("Z", 85.0))
    ramp = tree.nodes.new("ShaderNodeMapRange")
    for key, value in (
        ("From Min", 0.30),
        ("From Max", 0.42),
        ("To Min", tone * (1 - much)),
        ("To Max", tone),
    ):
        ramp.inputs[key].default_value = value
    fine = tree.nodes.new("ShaderNodeMath")
    fine.operation = "MULTIPLY_ADD"
    fine.inputs[1].default_value = 0.45
    tree.links.new(small, fine.inputs[0])
    tree.links.new(large, fine.inputs[2])
    tree.links.new(fine.outputs[0], ramp.inputs["Value"])
    tree.links.new(ramp.outputs[0], shader.inputs["Base Color"])


def noise(points: Array, scale: float, seed: int) -> Array:
    """Smooth noise (...,) of about -1..1 at points (..., 3), `scale` metres apart: a sum of waves."""
    rng = np.random.default_rng(seed)
    total = np.zeros(points.shape[:-1])
    for _ in range(14):
        way = rng.normal(0, 1, 3)
        way *= 2 * np.pi * rng.uniform(0.6, 1.6) / scale / np.linalg.norm(way)
        total += np.sin(points @ way + rng.uniform(0, 6.3))
    return total / 14**0.5


def body(rows: list[tuple[float, float, float, float]], count: int, power: float = 2.5) -> Array:
    """Collar, shoulders, chest: (count, AROUND, 3). rows: height, half width, half depth, where its middle lies."""
    height, wide, deep, middle = spline(rows, count).T[..., None]
    turn = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)[None]
    x, y = np.sin(turn), -np.cos(turn)
    blend = np.clip((-0.10 - height) / 0.12, 0, 1)
    power_ = 2 + (power - 2) * blend
    round_ = (np.abs(x) ** power_ + np.abs(y) ** power_) ** (-1 / power_)
    return np.stack(np.broadcast_arrays(wide * round_ * x, middle + deep * round_ * y, height + 0 * x), -1)


def quilted(grid: Array, seams: Array, puff: float, wrinkle: float) -> Array:
    """Down between seams: a loft puffed out along its normals. seams: rows at which it is sewn."""
    from covering import normals

    down = np.r_[0, np.cumsum(np.linalg.norm(np.diff(grid, axis=0), axis=-1).mean(1))]
    at = np.interp(seams, np.arange(len(down)), down)
    away = np.abs(down[:, None] - at[None]).min(1)
    gap = np.diff(at).mean()
    swell = np.sqrt(np.clip(1 - (1 - 2 * away / gap) ** 2, 0, 1))[:, None]
    turn = np.arange(grid.shape[1])[None] / grid.shape[1]
    pucker = noise(np.stack(np.broadcast_arrays(turn * 5.0, down[:, None] * 2.6, 0 * turn), -1), 0.035, 3)
    large = noise(grid, 0.09, 4)
    near = np.exp(-((away[:, None] / (0.32 * gap)) ** 2))
    lift = puff * swell * (1 + 0.22 * large) + wrinkle * pucker * (0.35 + near) * np.clip(
        away[:, None] / 0.004, 0, 1
    )
    return grid + lift[..., None] * normals(grid)


def ruff(
    face: Face, gap: float, fore: float, length: float, count: int, materials: tuple[Any, Any], seed: int,
    *, gap_at: Callable[[Array], Array] | None = None, thick: float = 0.02,
) -> list[Any]:  # fmt: skip
    """Long fur on a rim round the face: it stands outwards and forwards, and short towards the face."""
    rng = np.random.default_rng(seed)
    gap_at = gap_at or (lambda a: gap + 0.012 * np.clip(-np.cos(a), 0, 1))
    line = face.ring(AROUND, gap_at, lambda a: fore - 0.02 * np.cos(a))
    grid = tube_grid(line, thick)
    roots, grows = scattered(grid, count, rng)
    out = roots * [1, 0, 1]
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    keep = (grows[:, 1] < 0.55) | ((grows * out).sum(1) > 0.2)  # noqa: PLR2004
    roots, grows, out = roots[keep], grows[keep], out[keep]
    outward = (grows * out).sum(1)
    long = length * (0.30 + 0.70 * np.clip(0.5 + 0.6 * outward, 0, 1)) * rng.uniform(0.55, 1.0, len(roots))
    guard = rng.random(len(roots)) < 0.12  # noqa: PLR2004
    long[guard] *= 1.3
    lean = 0.9 * out + [0, -0.35, 0] + 0.28 * np.stack([noise(roots, 0.05, seed + k) for k in range(3)], 1)
    grows = grows + 0.8 * lean
    grows /= np.linalg.norm(grows, axis=1, keepdims=True)
    falls = 0.35 * out + [0, 0, -0.25]
    coat = fur(
        "coat", roots[~guard], grows[~guard], falls[~guard], long[~guard], materials[0], rng, locks=1500
    )
    hairs = fur(
        "guard",
        roots[guard],
        grows[guard],
        falls[guard],
        long[guard],
        materials[1],
        rng,
        locks=1500,
        thick=0.00012,
    )
    return [coat, hairs, loft("rim", grid, stuff("hide", THREAD, 0.25))]


CROWN = 0.55  # of what lies beside a face, lies more above it: a head is high


def wrapped(face: Face, rows: list[tuple[float, float, float, float]], count: int) -> Array:
    """A loft from the face outwards: gap beside it, gap below it, share of its depth, metres further back."""
    return spline(
        np.stack([
            face.ring(AROUND, lambda a, g=gap, b=below: (
                    g + (b - g) * np.clip(-np.cos(a), 0, 1) ** 1.5 + CROWN * g * np.clip(np.cos(a), 0, 1) ** 2
                ), lambda a: 0 * a)
            * [1, share, 1] + [0, back, 0]
            for gap, below, share, back in rows
        ]), count,
    )  # fmt: skip


def behind(face: Face, gap: float, lining: Any) -> list[Any]:
    """What is seen beside a head, in the dark."""
    rows = [(gap, gap, 0.7, 0.0), (gap + 0.02, gap + 0.02, 0.4, 0.03), (gap + 0.02, gap, 0.2, 0.08),
            (gap - 0.03, gap - 0.03, 0, 0.13), (-0.085, -0.085, 0, 0.15)]  # fmt: skip
    return [loft("inside", wrapped(face, rows, 60), lining)]


def parka(face: Face) -> tuple[list[Any], list[Any]]:
    """A down parka, its hood up, with a wide edge of fur."""
    shell = stuff("shell", CLOTH, 0.8, rough=0.42, shine=0.45, grain=0.00006, fine=2600, uneven=0.05)
    lining = stuff("lining", TRIM, 0.75, rough=0.9, shine=0.1, grain=0.0003, fine=500, uneven=0.1)
    furs = (
        stuff("coat", THREAD, 0.62, tip=0.98, rough=0.6, shine=0.15),
        stuff("guard", THREAD, 0.7, tip=1.0, rough=0.45, shine=0.3),
    )
    front = ruff(face, 0.034, 0.012, 0.062, 90_000, furs, 5)
    hood = np.stack([
        face.ring(AROUND, lambda a, g=g: g + 0 * a, lambda a, f=f: f + 0 * a) * [1, s, 1] + [0, y, 0]
        for g, f, s, y in ((0.04, 0, 0.8, 0.0), (0.062, 0, 0.5, 0.02), (0.075, 0, 0.3, 0.06), (0.07, 0, 0.1, 0.12))
    ])  # fmt: skip
    hood = quilted(spline(hood, 120), np.array([0, 40, 80, 119]), 0.016, 0.0022)
    front.append(loft("hood", hood, shell))
    rows = [
        (-0.146, 0.098, 0.070, 0.020), (-0.152, 0.112, 0.090, 0.020), (-0.164, 0.142, 0.112, 0.024),
        (-0.183, 0.182, 0.126, 0.03), (-0.215, 0.222, 0.132, 0.04), (-0.27, 0.25, 0.145, 0.04),
        (-0.36, 0.265, 0.155, 0.04), (-0.5, 0.275, 0.16, 0.04),
    ]  # fmt: skip
    trunk = body(rows, 260)
    front.append(loft("trunk", quilted(trunk, np.array([0, 62, 112, 158, 204, 259]), 0.018, 0.0017), shell))
    front += placket(trunk, shell, stuff("stud", OWN, 0.3, rough=0.45, metal=1.0))
    inside = np.stack([
        face.ring(AROUND, lambda a, g=g: g + 0 * a, lambda a: 0 * a) * [1, s, 1] + [0, y, 0]
        for g, s, y in ((0.03, 0.7, 0.0), (0.045, 0.4, 0.03), (0.045, 0.2, 0.08), (0.0, 0, 0.13), (-0.09, 0, 0.15))
    ])  # fmt: skip
    return front, [loft("inside", spline(inside, 60), lining)]


def placket(trunk: Array, cloth: Any, metal: Any) -> list[Any]:
    """What covers the zip: a band down the front with studs."""
    columns = np.arange(-6, 7)
    flat = (
        trunk[58:, columns]
        + np.array([0, -0.022, 0])
        + 0.0016 * noise(trunk[58:, columns], 0.03, 8)[..., None]
    )
    flat[:, [0, -1], 1] += 0.012
    studs = [
        ball(f"stud{k}", flat[row, 9] + [0, -0.001, 0], (0.0046, 0.0025, 0.0046), metal, 32)
        for k, row in enumerate((14, 60, 106, 152))
    ]
    return [loft("placket", flat, cloth, closed=False, levels=1), *studs]
