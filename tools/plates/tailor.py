"""Make a garment of draped cloth (see drape.py) and bands, and take it apart into what a plate is made of.

Needs the ``bpy`` package and MakeHuman's data folder; neither is a dependency of the studio, and no test runs this.

    python tools/plates/tailor.py MAKEHUMAN_DATA ruqun OUT    reads OUT/robe.npz, writes OUT/ruqun.npz for pack.py
"""

import sys
from pathlib import Path
from typing import Any

import bpy  # type: ignore[import-not-found,unused-ignore]
import numpy as np
from drape import CUTS, anybody  # type: ignore[import-not-found,unused-ignore]
from makehuman import Array, Body, garment, posed  # type: ignore[import-not-found,unused-ignore]
from render import (  # type: ignore[import-not-found,unused-ignore]
    build,
    chin_of,
    heads,
    plain,
    relaxed,
    see,
    shoot,
    stage,
    textured,
    worn,
)
from sewing import inside  # type: ignore[import-not-found,unused-ignore]
from wardrobe import GARMENTS, WHITE  # type: ignore[import-not-found,unused-ignore]

SHOWN = np.array([[-0.095, 0.70], [0.095, 0.70], [0.095, 0.55], [0.0, 0.36], [-0.095, 0.55]])  # of the shirt


def show_cut(materials: list[Any], *, on: bool) -> None:
    """Between the two passes."""
    for material in materials:
        tree = material.node_tree
        colour = tree.nodes["Principled BSDF"].inputs["Base Color"]
        if on and "cut" in tree.nodes:
            outputs = tree.nodes["cut"].outputs
            tree.links.new(outputs.get("Vector") or outputs["Color"], colour)
        elif colour.is_linked and "cut" in tree.nodes:
            tree.links.remove(colour.links[0])


def main(data: Path, name: str, out: Path, share: int = 100) -> None:
    """Render one garment, at `share` percent of its size."""
    cut, make = GARMENTS[name]
    person = anybody(data)
    moves = person.moves(relaxed(CUTS[cut].arms))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    figures, chin = figure(data, person, moves)
    whole = figures.pop("whole")
    beneath, paints = ([], []) if name != "gown" else ([each] for each in shirt(data, person, moves))
    parts, materials = make(out, [whole, *beneath])
    bpy.data.objects.remove(whole)
    parts |= {f"beneath{number}": thing for number, thing in enumerate(beneath)}
    materials += paints
    stage(chin)
    bpy.context.scene.render.resolution_percentage = share
    everything = figures | parts
    worn_parts = tuple(parts)
    layers: dict[str, Array] = {}
    see(everything, shown=worn_parts, hidden=("head", "neck"))
    layers |= shoot("cloth", ("image", "colour", "normal", "depth", "occlusion", "alpha"))
    show_cut(materials, on=True)
    layers |= shoot("cut", ("colour",))
    show_cut(materials, on=False)
    layers |= bare(everything, out / f"figure{share}.npz")
    see(everything, shown=(*worn_parts, "neck"), hidden=())
    figures["neck"].is_holdout = True
    layers |= shoot("front", ("alpha",))
    np.savez_compressed(out / f"{name}.npz", **layers)


def shirt(data: Path, person: Body, moves: Array) -> tuple[Any, Any]:
    """Collar, shirt and tie of a suit, as much as an open gown shows."""
    folder = data / "clothes/male_elegantsuit01"
    item = garment(folder / "male_elegantsuit01.mhclo")
    points, shares = person.worn(item)
    points = posed(points, shares, moves)
    middle = (
        np.array([points[[v for v, _ in face]].mean(0) for face in item.mesh.faces]) * 0.1
    )  # MakeHuman's axes
    seen = inside(middle[:, :2], SHOWN) & (middle[:, 2] > -0.08)  # noqa: PLR2004
    faces = [face for face, near in zip(item.mesh.faces, seen, strict=True) if near]
    material = textured(folder / "male_elegantsuit01_diffuse.png", None)
    material.node_tree.nodes["Image Texture"].name = "cut"
    show_cut([material], on=False)
    material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (*WHITE, 1)
    return build("shirt", points, item.mesh.texture, faces, material, smooth=2), material


def bare(everything: dict[str, Any], kept: Path) -> dict[str, Array]:
    """Head and neck without clothes: the same for all garments, so they are rendered once."""
    if not kept.exists():
        see(everything, shown=("head", "neck", "eyes"), hidden=())
        layers = shoot("head", ("image", "depth"))
        see(everything, shown=("neck",), hidden=("head",))
        layers |= shoot("skin", ("normal", "depth", "occlusion", "alpha"))
        np.savez_compressed(kept, **layers)
    return dict(np.load(kept))


def figure(data: Path, person: Body, moves: Array) -> tuple[dict[str, Any], Array]:
    """Head, eyes, the rest, and all of the body in one; and where the chin is."""
    skin = posed(person.rest, person.shares, moves)
    faces = [f for f, g in zip(person.mesh.faces, person.mesh.groups, strict=True) if g == "body"]
    on_head = person.shares[:, [person.names.index(b) for b in heads(person)]].sum(1)
    head = [f for f in faces if np.mean([on_head[v] for v, _ in f]) > 0.5]  # noqa: PLR2004
    rest = [f for f in faces if np.mean([on_head[v] for v, _ in f]) <= 0.5]  # noqa: PLR2004
    hue = plain((0.5, 0.35, 0.28))
    uv = person.mesh.texture
    made = {
        name: build(name, skin, uv, these, hue, smooth=2) for name, these in (("head", head), ("neck", rest))
    }
    made["whole"] = build("whole", skin, uv, faces, hue, smooth=1)
    made["eyes"] = worn(
        "eyes",
        person,
        moves,
        data / "eyes/high-poly/high-poly.mhclo",
        textured(data / "eyes/materials/brown_eye.png", None),
    )
    return made, chin_of(skin, head)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), *(int(x) for x in sys.argv[4:]))
