"""Render a cover under eight plain lights at once (Debevec et al. 2000), what hides a face apart from what lies behind.

Needs ``bpy`` and ``scipy``; neither is a dependency of the studio, and no test runs this.

    python tools/plates/basis.py FACE.npy parka OUT [PERCENT]    writes OUT/parka.npz, which stow.py makes a cover of
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

import bpy  # type: ignore[import-not-found,unused-ignore]
import numpy as np
from covering import Array, Face, head  # type: ignore[import-not-found,unused-ignore]
from mathutils import Vector  # type: ignore[import-not-found,unused-ignore]
from more_covers import COVERS  # type: ignore[import-not-found,unused-ignore]

PIXELS_PER_METRE = 2200
FRAME = (0.46, 0.31, 0.36)  # metres: width, above and below the middle of the face
FRAMES = {"astronaut": (0.50, 0.33, 0.38)}
AWAY = 1.7  # metres from the camera to that middle
COARSE = 14  # percent, of the size in which light on the face is kept
SAMPLES, FACE_SAMPLES = 24, 64
LIGHTS = {  # azimuth (+ from the right of the picture) and elevation, degrees
    "left": (-55, 28), "front": (0, 18), "right": (55, 28), "top": (0, 68),
    "below": (0, -40), "behind_left": (-140, 24), "behind_right": (140, 24),
}  # fmt: skip
GROUPS = (*LIGHTS, "round")  # the last is the light from everywhere
CLEAN = 0.7  # of each light's picture is denoised: what noise is left reads as threads and hairs
SOFT = 30.0  # degrees across, of each


def main(points: Path, name: str, out: Path, percent: int = 100, samples: int = SAMPLES) -> None:
    """Render one cover."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    face = Face(np.load(points))
    frame = FRAMES.get(name, FRAME)
    stage(*frame)
    body = head(face, plain("skin", 0.8))
    front, back = COVERS[name](face)
    layers: dict[str, Array] = {}
    size(percent, samples, *frame)
    seen(shown=front, hidden=[*back, *body])
    layers |= shoot("front", (*GROUPS, "share", "alpha"))
    size(percent // 2, samples, *frame)
    seen(shown=back, hidden=[*front, *body])
    layers |= shoot("back", (*GROUPS, "share", "alpha"))
    size(COARSE, FACE_SAMPLES, *frame)
    seen(shown=body, hidden=[*front, *back])
    layers |= shoot("bounced", (*GROUPS, "alpha"))
    bpy.context.scene.cycles.max_bounces = 0
    layers |= shoot("covered", GROUPS)
    seen(shown=body, hidden=[])
    layers |= shoot("bare", GROUPS)
    np.savez_compressed(out / f"{name}.npz", **layers)


def plain(name: str, tone: float) -> Any:
    """White paper, more or less."""
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    shader = material.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (tone, tone, tone, 1)
    shader.inputs["Specular IOR Level"].default_value = 0
    shader.inputs["Roughness"].default_value = 1
    return material


def stage(wide: float, above: float, below: float) -> None:
    """Camera level with the face; each light in a group of its own; a room bright above."""
    scene, layer = bpy.context.scene, bpy.context.view_layer
    lens = bpy.data.cameras.new("camera")
    camera = bpy.data.objects.new("camera", lens)
    scene.collection.objects.link(camera)
    camera.location, camera.rotation_euler = (0, -AWAY, 0), (np.pi / 2, 0, 0)
    lens.sensor_fit, lens.sensor_width, lens.lens = "HORIZONTAL", 36, 36 * AWAY / wide
    lens.shift_y = (above - (above + below) / 2) / wide
    scene.camera = camera
    for group in GROUPS:
        layer.lightgroups.add().name = group
    for group, (azimuth, elevation) in LIGHTS.items():
        lamp = bpy.data.objects.new(group, bpy.data.lights.new(group, "SUN"))
        lamp.data.energy, lamp.data.angle = np.pi, np.radians(SOFT)
        a, e = np.radians([azimuth, elevation])
        to = Vector((np.cos(e) * np.sin(a), -np.cos(e) * np.cos(a), np.sin(e)))
        lamp.rotation_euler = to.to_track_quat("Z", "Y").to_euler()
        scene.collection.objects.link(lamp)
        lamp.lightgroup = group
    world = bpy.data.worlds.new("world")
    scene.world = world
    world.use_nodes = True
    world.lightgroup = "round"
    tree = world.node_tree
    where, split, ramp = (
        tree.nodes.new(f"ShaderNode{kind}") for kind in ("TexCoord", "SeparateXYZ", "MapRange")
    )
    tree.links.new(where.outputs["Generated"], split.inputs[0])
    tree.links.new(split.outputs["Z"], ramp.inputs["Value"])
    for key, value in (("From Min", -1), ("From Max", 1), ("To Min", 0.5), ("To Max", 1.0)):
        ramp.inputs[key].default_value = value
    tree.links.new(ramp.outputs[0], tree.nodes["Background"].inputs["Color"])
    scene.view_settings.view_transform = "Raw"
    layer.aovs.add().name = "share"
    layer.cycles.denoising_store_passes = True


def size(percent: int, samples: int, wide: float, above: float, below: float) -> None:
    """How large and how clean."""
    render, cycles = bpy.context.scene.render, bpy.context.scene.cycles
    render.engine, cycles.device, cycles.samples = "CYCLES", "CPU", samples
    cycles.use_adaptive_sampling = cycles.use_denoising = False
    cycles.max_bounces, cycles.diffuse_bounces = 4, 3
    cycles.transparent_max_bounces = 8
    cycles.sample_clamp_indirect = 4
    bpy.context.scene.cycles_curves.shape = "RIBBONS"
    render.threads_mode, render.threads = "FIXED", 2
    render.film_transparent = True
    render.resolution_x = round(wide * PIXELS_PER_METRE)
    render.resolution_y = round((above + below) * PIXELS_PER_METRE)
    render.resolution_percentage = percent


def seen(*, shown: list[Any], hidden: list[Any]) -> None:
    """What the camera sees, and what is there without being seen; all else is away."""
    for thing in bpy.context.scene.objects:
        if thing.type in {"MESH", "CURVES"}:
            thing.hide_render = thing not in shown and thing not in hidden
            thing.visible_camera = thing in shown


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
            kept = source.outputs[{"share": "share", "alpha": "Alpha"}.get(name, f"Combined_{name}")]
            if name in GROUPS:
                clean = tree.nodes.new("CompositorNodeDenoise")
                clean.prefilter, clean.quality = "NONE", "FAST"
                for key, found in (("Image", kept), ("Normal", source.outputs["Denoising Normal"]),
                                   ("Albedo", source.outputs["Denoising Albedo"])):  # fmt: skip
                    tree.links.new(found, clean.inputs[key])
                mix = tree.nodes.new("CompositorNodeMixRGB")
                mix.inputs[0].default_value = CLEAN
                tree.links.new(kept, mix.inputs[1])
                tree.links.new(clean.outputs[0], mix.inputs[2])
                kept = mix.outputs[0]
            tree.links.new(kept, files.inputs[name])
        bpy.ops.render.render()
        return {f"{prefix}_{name}": read(next(Path(folder).glob(f"{name}0*.exr"))) for name in wanted}


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
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), *(int(arg) for arg in sys.argv[4:6]))
