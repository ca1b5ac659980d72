"""Render garment plates with Blender's Cycles as data: colour, normals, depth, occlusion, what lies before the neck.

Needs the ``bpy`` package and MakeHuman's data folder; neither is a dependency of the studio, and no test runs this.

    python tools/plates/render.py MAKEHUMAN_DATA suit OUT    writes OUT/suit.npz, which pack.py turns into a plate
"""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy  # type: ignore[import-not-found,unused-ignore]
import numpy as np
from makehuman import Array, Body, Wavefront, garment, posed, turn  # type: ignore[import-not-found,unused-ignore]

Faces = list[list[tuple[int, int]]]

PIXELS_PER_METRE = 2200
FRAME = (0.60, 0.70)  # metres, width and height, of the plane through the chin
ABOVE_CHIN = 0.27  # metres of the frame above the chin: the head must be in it
AWAY = 1.7  # metres from the camera to the chin
OCCLUDED_WITHIN = 0.12  # metres
SAMPLES = 12
PASSES = {
    "colour": "DiffCol",
    "normal": "Normal",
    "depth": "Depth",
    "occlusion": "AO",
    "alpha": "Alpha",
    "image": "Image",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wardrobe:
    """Who wears what."""

    garment: str
    sex: str
    texture: str | None  # of the garment, or none: one plain colour is given when it is packed
    relief: str | None = None  # normal map
    arms: float = 38.0  # degrees that the arms hang down from the data's pose


PLATES = {
    "suit": Wardrobe(garment="male_elegantsuit01", sex="male", texture="diffuse"),
}


def main(data: Path, name: str, out: Path) -> None:
    """Render one plate."""
    wardrobe = PLATES[name]
    body = Body(data, shape(wardrobe.sex))
    moves = body.moves(relaxed(wardrobe.arms))
    item = garment(data / "clothes" / wardrobe.garment / f"{wardrobe.garment}.mhclo")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    skin = posed(body.rest, body.shares, moves)
    faces = [f for f, g in zip(body.mesh.faces, body.mesh.groups, strict=True) if g == "body"]
    on_head = body.shares[:, [body.names.index(b) for b in heads(body)]].sum(1)
    head = [f for f in faces if np.mean([on_head[v] for v, _ in f]) > 0.5]  # noqa: PLR2004
    rest = [f for f in faces if np.mean([on_head[v] for v, _ in f]) <= 0.5]  # noqa: PLR2004
    rest = [f for f in rest if not any(v in item.hides for v, _ in f)]
    base = body.mesh
    parts = {
        "head": build("head", skin, base.texture, head, plain((0.5, 0.35, 0.28)), smooth=2),
        "neck": build("neck", skin, base.texture, rest, plain((0.5, 0.35, 0.28)), smooth=2),
        "eyes": worn(
            "eyes",
            body,
            moves,
            data / "eyes/high-poly/high-poly.mhclo",
            textured(data / "eyes/materials/brown_eye.png", None),
        ),
        "cloth": worn(
            "cloth",
            body,
            moves,
            data / "clothes" / wardrobe.garment / f"{wardrobe.garment}.mhclo",
            cloth(data, wardrobe),
        ),
    }
    chin = chin_of(skin, head)
    stage(chin)
    layers: dict[str, Array] = {}
    see(parts, shown=("head", "neck", "eyes"), hidden=())
    layers |= shoot("head", ("image", "depth"))
    see(parts, shown=("cloth",), hidden=("head", "neck"))
    layers |= shoot("cloth", ("colour", "normal", "depth", "occlusion", "alpha"))
    see(parts, shown=("neck",), hidden=("head", "cloth"))
    layers |= shoot("skin", ("normal", "depth", "occlusion", "alpha"))
    see(parts, shown=("cloth", "neck"), hidden=())
    parts["neck"].is_holdout = True
    layers |= shoot("front", ("alpha",))
    np.savez_compressed(out / f"{name}.npz", **layers)


def shape(sex: str) -> dict[str, float]:
    """An average of everybody: a third of each of the data's three kinds."""
    kinds = {f"macrodetails/{kind}-{sex}-young": 1 / 3 for kind in ("african", "asian", "caucasian")}
    return kinds | {f"macrodetails/universal-{sex}-young-averagemuscle-averageweight": 1.0}


def relaxed(arms: float) -> dict[str, Array]:
    """Arms that hang."""
    sides = (("L", -1), ("R", 1))
    upper = {f"upperarm01.{s}": turn((0, 0, 1), sign * arms * 0.9) for s, sign in sides}
    return upper | {f"shoulder01.{s}": turn((0, 0, 1), sign * arms * 0.1) for s, sign in sides}


def heads(body: Body) -> list[str]:
    """The bones from the head on."""
    found = ["head"]
    for bone in body.names * 3:
        if body.bones[bone]["parent"] in found and bone not in found:
            found.append(bone)
    return found


def chin_of(skin: Array, head: list[list[tuple[int, int]]]) -> Array:
    """The foremost low point of the head near its middle, in Blender's metres."""
    points = space(skin[sorted({v for f in head for v, _ in f})])
    middle = points[(abs(points[:, 0]) < 0.01) & (points[:, 1] < np.quantile(points[:, 1], 0.25))]  # noqa: PLR2004
    return np.asarray(middle[middle[:, 2].argmin()])


def space(points: Array) -> Array:
    """MakeHuman's space to Blender's: metres, +z up, the face looks along -y."""
    return np.stack([points[:, 0], -points[:, 2], points[:, 1]], 1) * 0.1


def build(name: str, points: Array, texture: Array, faces: Faces, material: Any, *, smooth: int) -> Any:
    """A Blender object from faces of (vertex, texture vertex)."""
    used = sorted({v for f in faces for v, _ in f})
    number = {v: k for k, v in enumerate(used)}
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(space(points)[used].tolist(), [], [[number[v] for v, _ in f] for f in faces])
    flat = np.array([texture[t] if t >= 0 else (0, 0) for f in faces for _, t in f], np.float32)
    mesh.uv_layers.new().data.foreach_set("uv", flat.ravel())
    mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
    made = bpy.data.objects.new(name, mesh)
    bpy.context.collection.objects.link(made)
    mesh.materials.append(material)
    finer = made.modifiers.new("finer", "SUBSURF")
    finer.levels = finer.render_levels = smooth
    return made


def worn(name: str, body: Body, moves: Array, path: Path, material: Any) -> Any:
    """A garment on the posed body."""
    item = garment(path)
    points, shares = body.worn(item)
    mesh: Wavefront = item.mesh
    return build(name, posed(points, shares, moves), mesh.texture, mesh.faces, material, smooth=2)


def plain(colour: tuple[float, float, float]) -> Any:
    """One colour."""
    material = bpy.data.materials.new("plain")
    material.use_nodes = True
    material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (*colour, 1)
    return material


def textured(colour: Path | None, relief: Path | None) -> Any:
    """A texture file as colour, another as normals."""
    material = plain((0.8, 0.8, 0.8))
    nodes, link = material.node_tree.nodes, material.node_tree.links.new
    surface = nodes["Principled BSDF"]
    if colour is not None:
        picture = nodes.new("ShaderNodeTexImage")
        picture.image, picture.interpolation = bpy.data.images.load(str(colour)), "Cubic"
        link(picture.outputs[0], surface.inputs["Base Color"])
    if relief is not None:
        picture = nodes.new("ShaderNodeTexImage")
        picture.image = bpy.data.images.load(str(relief))
        picture.image.colorspace_settings.name = "Non-Color"
        bump = nodes.new("ShaderNodeNormalMap")
        link(picture.outputs[0], bump.inputs["Color"])
        link(bump.outputs[0], surface.inputs["Normal"])
    return material


def cloth(data: Path, wardrobe: Wardrobe) -> Any:
    """The garment's surface."""
    folder = data / "clothes" / wardrobe.garment
    kinds = (wardrobe.texture, wardrobe.relief)
    return textured(*(folder / f"{wardrobe.garment}_{kind}.png" if kind else None for kind in kinds))


def stage(chin: Array) -> None:
    """Camera level with the chin; light enough for a face to be found; film that lets the background through."""
    scene = bpy.context.scene
    lens = bpy.data.cameras.new("camera")
    camera = bpy.data.objects.new("camera", lens)
    bpy.context.collection.objects.link(camera)
    camera.location = (0, chin[1] - AWAY, chin[2])
    camera.rotation_euler = (np.pi / 2, 0, 0)
    lens.sensor_fit, lens.sensor_width = "HORIZONTAL", 36
    lens.lens = 36 * AWAY / FRAME[0]
    lens.shift_y = -(FRAME[1] / 2 - ABOVE_CHIN) / FRAME[0]
    scene.camera = camera
    world = bpy.data.worlds.new("world")
    scene.world = world
    world.use_nodes = True
    world.light_settings.distance = OCCLUDED_WITHIN
    lamp = bpy.data.objects.new("lamp", bpy.data.lights.new("lamp", "SUN"))
    lamp.data.energy, lamp.rotation_euler = 2.5, (1.0, 0.0, -0.5)
    bpy.context.collection.objects.link(lamp)
    world.node_tree.nodes["Background"].inputs[1].default_value = 0.6
    world.node_tree.nodes["Background"].inputs[0].default_value = (1, 1, 1, 1)
    render, cycles = scene.render, scene.cycles
    render.engine, cycles.device, cycles.samples = "CYCLES", "CPU", SAMPLES
    cycles.use_adaptive_sampling = cycles.use_denoising = False
    cycles.max_bounces = 1
    render.film_transparent = True
    render.resolution_x, render.resolution_y = (round(side * PIXELS_PER_METRE) for side in FRAME)
    scene.view_settings.view_transform = "Raw"
    layer = bpy.context.view_layer
    layer.use_pass_diffuse_color = layer.use_pass_normal = True
    layer.use_pass_z = layer.use_pass_ambient_occlusion = True


def see(parts: dict[str, Any], *, shown: tuple[str, ...], hidden: tuple[str, ...]) -> None:
    """What the camera sees, what is there without being seen, and (the rest) what is away."""
    for name, part in parts.items():
        part.hide_render = name not in (*shown, *hidden)
        part.visible_camera = name in shown


def shoot(prefix: str, wanted: tuple[str, ...]) -> dict[str, Array]:
    """Render; the passes as arrays (H, W, channels), first row at the top."""
    scene = bpy.context.scene
    scene.use_nodes = True
    tree = scene.node_tree
    tree.nodes.clear()
    source = tree.nodes.new("CompositorNodeRLayers")
    with tempfile.TemporaryDirectory() as folder:
        files = tree.nodes.new("CompositorNodeOutputFile")
        files.base_path, files.format.file_format, files.format.color_depth = folder, "OPEN_EXR", "32"
        files.file_slots.clear()
        for name in wanted:
            files.file_slots.new(name)
            tree.links.new(source.outputs[PASSES[name]], files.inputs[name])
        bpy.ops.render.render()
        return {f"{prefix}_{name}": read(next(Path(folder).glob(f"{name}*.exr"))) for name in wanted}


def read(path: Path) -> Array:
    """An EXR as (H, W, 4) float16."""
    image = bpy.data.images.load(str(path))
    image.colorspace_settings.name = "Non-Color"
    width, height = image.size
    flat = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(flat)
    bpy.data.images.remove(image)
    return flat.reshape(height, width, 4)[::-1].astype(np.float16)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
