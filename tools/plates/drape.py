"""Drape cloth on a body that nobody is: a loose robe, sewn round the body with its arms out, falls as the arms sink.

Needs the ``bpy`` package and MakeHuman's data folder; neither is a dependency of the studio, and no test runs this.

    python tools/plates/drape.py MAKEHUMAN_DATA robe OUT    writes OUT/robe.npz
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy  # type: ignore[import-not-found,unused-ignore]
import numpy as np
from makehuman import Array, Body, posed  # type: ignore[import-not-found,unused-ignore]
from render import build, plain, relaxed, space  # type: ignore[import-not-found,unused-ignore]

VOXEL = 0.010  # metres between two points of the cloth
STEPS = (0, 0.34, 0.67, 1)  # of the way that the arms sink, as shapes of the collider
SINK, REST = 22, 56  # frames in which the arms sink, and at which the cloth is at rest
HELD = 0.115  # metres from the middle of the neck, within which cloth is held
SLEEVE, CHIN = 0.46, 0.64  # metres from the middle, and above MakeHuman's zero: cloth ends there
OPENING = 0.078  # metres from the middle of the neck
CLOSED = 0.07  # metres: armpits narrower than twice that are filled, as in clothes that are cut flat
WAIST = 0.10  # metres above MakeHuman's zero: a robe is cut off below the frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How a robe is cut."""

    ease: float  # metres between body and cloth before it falls
    smooth: int  # rounds of smoothing: they fill the armpits, so that folds hang from the shoulders
    stiff: float  # bending
    arms: float  # degrees that the arms sink from the data's pose
    excess: float  # share by which the cloth is longer than its shape
    weight: float = 0.25
    belt: bool = False  # gathered below the frame


CUTS = {
    "robe": Cut(ease=0.022, smooth=8, stiff=0.6, arms=38, excess=0.035, belt=True),
    "mantle": Cut(ease=0.030, smooth=8, stiff=1.2, arms=38, excess=0.03, weight=0.35),
    "jacket": Cut(ease=0.012, smooth=8, stiff=3.0, arms=38, excess=-0.04, weight=0.35),
}


def anybody(data: Path) -> Body:
    """The mean of both of the data's sexes and all of its kinds."""
    shape: dict[str, float] = {}
    for sex in ("male", "female"):
        shape |= {f"macrodetails/{kind}-{sex}-young": 1 / 6 for kind in ("african", "asian", "caucasian")}
        shape[f"macrodetails/universal-{sex}-young-averagemuscle-averageweight"] = 0.5
    body = Body(data, shape)
    flatten(body)
    return body


def flatten(body: Body) -> None:
    """A chest that is nobody's: smoothed where the breast's bones move it, so that a plate suits men and women."""
    amount = np.clip(2 * body.shares[:, [body.names.index(f"breast.{side}") for side in "LR"]].sum(1), 0, 1)[
        :, None
    ]
    pairs = np.array(
        [(a, b) for f in body.mesh.faces for (a, _), (b, _) in zip(f, f[1:] + f[:1], strict=True)]
    )
    pairs = np.unique(np.sort(np.vstack([pairs, pairs[:, ::-1]]), axis=1), axis=0)
    count = np.bincount(pairs.ravel(), minlength=len(body.rest))[:, None]
    for _ in range(150):
        total = np.zeros_like(body.rest)
        np.add.at(total, pairs[:, 0], body.rest[pairs[:, 1]])
        np.add.at(total, pairs[:, 1], body.rest[pairs[:, 0]])
        body.rest += 0.5 * amount * np.where(count > 0, total / np.maximum(count, 1) - body.rest, 0)


def main(data: Path, name: str, out: Path) -> None:
    """Drape one robe."""
    cut = CUTS[name]
    body = anybody(data)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    faces = [f for f, g in zip(body.mesh.faces, body.mesh.groups, strict=True) if g == "body"]
    bodies = [posed(body.rest, body.shares, body.moves(relaxed(cut.arms * share))) for share in STEPS]
    collider = build("body", bodies[0], body.mesh.texture, faces, plain((0.5, 0.5, 0.5)), smooth=0)
    collider.modifiers.clear()
    sinking(collider, [space(each) for each in bodies], sorted({v for f in faces for v, _ in f}))
    robe = sewn(collider, cut)
    flat = points_of(robe)
    hang(robe, cut)
    collider.modifiers.new("collision", "COLLISION")
    collider.collision.thickness_outer, collider.collision.cloth_friction = 0.004, 12.0
    scene = bpy.context.scene
    scene.frame_end = REST
    for frame in range(1, REST + 1):
        scene.frame_set(frame)
    fallen = robe.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    found = np.array([v.co for v in fallen.vertices])
    quads = np.array([list(p.vertices) for p in robe.data.polygons if len(p.vertices) == 4])  # noqa: PLR2004
    np.savez_compressed(out / f"{name}.npz", points=found, flat=flat, quads=quads)


def sinking(collider: Any, shapes: list[Array], used: list[int]) -> None:
    """Shape keys that lower the arms between the first frame and SINK."""
    collider.shape_key_add(name="rest")
    for step, shape in enumerate(shapes[1:], 1):
        key = collider.shape_key_add(name=f"step{step}")
        key.data.foreach_set("co", shape[used].astype(np.float32).ravel())
        for other in range(len(STEPS)):
            key.value = float(other == step)
            key.keyframe_insert("value", frame=1 + SINK * STEPS[other])
    for curve in collider.data.shape_keys.animation_data.action.fcurves:
        for point in curve.keyframe_points:
            point.interpolation = "LINEAR"


def sewn(collider: Any, cut: Cut) -> Any:
    """A tube of cloth around the body, open at neck, hem and sleeves."""
    mesh = collider.data.copy()
    robe = bpy.data.objects.new("robe", mesh)
    bpy.context.collection.objects.link(robe)
    bpy.context.view_layer.objects.active = robe
    robe.shape_key_clear()
    for kind, settings in (
        ("DISPLACE", {"strength": CLOSED, "mid_level": 0.0}),
        ("REMESH", {"mode": "VOXEL", "voxel_size": VOXEL}),
        ("DISPLACE", {"strength": cut.ease - CLOSED, "mid_level": 0.0}),
        ("REMESH", {"mode": "VOXEL", "voxel_size": VOXEL}),
        ("SMOOTH", {"factor": 0.5, "iterations": cut.smooth}),
    ):
        step = robe.modifiers.new(kind, kind)
        for key, value in settings.items():
            setattr(step, key, value)
        bpy.ops.object.modifier_apply(modifier=step.name)
    trim(robe)
    return robe


def trim(robe: Any) -> None:
    """Keep the outer sheet between neck, hem and sleeves."""
    import bmesh  # type: ignore[import-not-found,unused-ignore]

    work = bmesh.new()
    work.from_mesh(robe.data)

    def away(p: Any) -> bool:
        x, y, z = p
        beyond = z < WAIST - 0.12 or abs(x) > SLEEVE or z > CHIN
        return bool(beyond or (np.hypot(x, y) < OPENING and z > neckline(y)))

    bmesh.ops.delete(work, geom=[v for v in work.verts if away(v.co)], context="VERTS")
    parts: list[set[Any]] = []
    left = set(work.verts)
    while left:
        seed = [left.pop()]
        part = set(seed)
        while seed:
            for edge in seed.pop().link_edges:
                for other in edge.verts:
                    if other not in part:
                        part.add(other)
                        seed.append(other)
        left -= part
        parts.append(part)
    parts.sort(key=lambda part: max(v.co.x for v in part) - min(v.co.x for v in part) + len(part) * 1e-6)
    bmesh.ops.delete(work, geom=[v for part in parts[:-1] for v in part], context="VERTS")
    work.to_mesh(robe.data)
    work.free()


def neckline(y: float) -> float:
    """Height of the neck's opening, lower before than behind."""
    return 0.578 + 0.45 * y


def hang(robe: Any, cut: Cut) -> None:
    """Make it cloth, held at the neck."""
    points = points_of(robe)
    held = robe.vertex_groups.new(name="held")
    for index, (x, y, z) in enumerate(points.tolist()):
        near = np.hypot(x, y + 0.01)
        if z > neckline(y) - 0.03 and near < HELD:
            held.add([index], 1.0, "REPLACE")
    cloth = robe.modifiers.new("cloth", "CLOTH")
    s = cloth.settings
    s.quality, s.mass, s.air_damping = 4, cut.weight, 2.0
    s.tension_stiffness = s.compression_stiffness = 20
    s.shear_stiffness, s.bending_stiffness = 8, cut.stiff
    s.tension_damping = s.compression_damping = s.shear_damping = 8
    s.bending_damping = 1.0
    s.vertex_group_mass = "held"
    s.shrink_min = s.shrink_max = -cut.excess
    c = cloth.collision_settings
    c.use_collision, c.distance_min, c.collision_quality = True, 0.003, 2
    c.use_self_collision = False
    cloth.point_cache.frame_end = REST


def points_of(thing: Any) -> Array:
    """Its vertices, (n, 3)."""
    found = np.empty(3 * len(thing.data.vertices), np.float32)
    thing.data.vertices.foreach_get("co", found)
    return found.reshape(-1, 3).astype(np.float64)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
