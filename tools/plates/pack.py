"""Turn a render (see render.py) into a plate: three small pictures, a map of depths and a card.

.venv/bin/python tools/plates/pack.py RAW.npz MODELS src/fenshen/templates/plates/suit
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from weaving import dyed  # type: ignore[import-not-found,unused-ignore]

from fenshen.vision import faces, mesh
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import to_srgb

PIXELS_PER_METRE, AWAY = 2200, 1.7  # as in render.py
DEEP = 0.6  # metres that the depth map spans, from 0.2 m before the chin's plane
MARGIN = 6  # pixels kept around
WEAVE = 0.09  # standard deviation of the cloth's colour, sRGB, relative
WHITER = 0.6  # a white shirt is whiter than the texture has it
LINEN = 0.50  # linear albedo of what no template dyes: an inner collar
OWN_COLOURS = {"gown"}  # garments with a part that was photographed, not dyed
RAISED, COARSE = 0.05, 0.12  # how much threads of a motif, and those of the weave, bend the light
SMALL = 4  # depth is kept at a quarter
BARE = 0.115  # metres from the middle
COLLAR = 0.085  # metres below the chin, where a buttoned collar shows no skin any more
CHIN = 152  # vertex of the mesh
RIM = (234, 454)  # the oval's points beside the ears: depth is counted from them
SCENE = floats([[1, 0, 0], [0, 0, 1], [0, -1, 0]])  # Blender's axes to the camera's


def main(source: Path, models: Path, out: Path) -> None:
    """Pack one plate."""
    raw = {name: floats(values) for name, values in np.load(source).items()}
    points = _points(raw["head_image"], models)
    rim = _depth_at(raw["head_depth"], points[list(RIM)])
    ys, xs = np.nonzero(np.maximum(raw["cloth_alpha"], raw["skin_alpha"])[..., 0] > 0.01)  # noqa: PLR2004
    left, top = max(0, int(xs.min()) - MARGIN), max(0, int(ys.min()) - MARGIN)
    raw = {name: values[top:, left:] for name, values in raw.items()}
    points = points - floats([left, top, 0])
    cloth = raw["cloth_alpha"][..., 0]
    skin = floats(cv2.morphologyEx(raw["skin_alpha"][..., 0], cv2.MORPH_CLOSE, np.ones((61, 61), np.uint8)))
    if "cut_colour" in raw:
        skin = skin * _beside(skin.shape, float(points[CHIN, 0]))
    front = _whole(raw["front_alpha"][..., 0], cloth)
    if out.name in OWN_COLOURS:  # a shirt that lies so close that the body shows through
        low = round(float(points[CHIN, 1]) + COLLAR * PIXELS_PER_METRE)
        front[low:], skin[low:] = cloth[low:], 0
    out.mkdir(parents=True, exist_ok=True)
    normals = _normals(raw["cloth_normal"], cloth)
    if "cut_colour" in raw:
        normals = _woven(raw, cloth, normals, out)
    else:
        albedo = _filled(raw["cloth_colour"][..., :3], cloth)
        colour = to_srgb(floats(albedo * (1 + WHITER * albedo)))
        _write(out / "colour.webp", colour * weave(colour), cloth, 88)
    _write(out / "cloth.webp", normals, front, 92)
    _write(out / "skin.webp", _normals(raw["skin_normal"], raw["skin_alpha"][..., 0]), skin, 90)
    depth = [
        _near(raw[f"{kind}_depth"][..., 0], rim, alpha)
        for kind, alpha in (("cloth", cloth), ("skin", raw["skin_alpha"][..., 0]))
    ]
    shade = _small(
        floats(cv2.GaussianBlur(_filled(raw["cloth_occlusion"][..., :1], cloth)[..., 0], (0, 0), 3))
    )
    deep = np.asarray(np.clip(np.dstack([shade, *depth[::-1]]) * 65535, 0, 65535), np.uint16)
    cv2.imwrite(str(out / "depth.png"), deep, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    (out / "points.csv").write_text(
        "".join(f"{x:.1f},{y:.1f},{z:.1f}\n" for x, y, z in points.tolist()), "utf-8"
    )


def _woven(raw: dict[str, Floats], cloth: Floats, normals: Floats, out: Path) -> Floats:
    """Write colour and dye of a garment that a template dyes; its normals with the threads in them."""
    solid = cloth > 0.95  # noqa: PLR2004
    parts = _filled(floats(raw["cloth_colour"][..., :3] / np.maximum(cloth, 1e-3)[..., None]), cloth)
    where = _filled(raw["cut_colour"][..., :3], cloth)
    rest = np.clip(1 - parts.sum(-1), 0, 1)
    own = np.full_like(where, LINEN)
    if out.name in OWN_COLOURS:
        own = np.clip(_filled(where, floats(rest * solid)), 0, 1)
    threads = weave(np.full((*cloth.shape, 3), 0.2, np.float32))
    dye, height = dyed(out.name, parts, where[..., :2] - 1, threads[..., 0])
    _write(out / "colour.webp", to_srgb(floats(own * (1 + WHITER * own))) * weave(to_srgb(own)), cloth, 88)
    _write(out / "dye.webp", dye[..., :3], dye[..., 3], 90, 50)
    high = cv2.GaussianBlur(RAISED * height + COARSE * (threads[..., 0] - 1), (0, 0), 0.8)
    slope = np.dstack([cv2.Sobel(high, cv2.CV_32F, 1, 0), -cv2.Sobel(high, cv2.CV_32F, 0, 1), 0 * high])
    bent = normals * 2 - 1 - slope
    return floats(bent / np.linalg.norm(bent, axis=-1, keepdims=True) * 0.5 + 0.5)


def weave(colour: Floats) -> Floats:
    """Threads, (H, W, 1) around 1: noise drawn out along the diagonal of a twill, with a cross thread.

    colour: (H, W, 3) sRGB. Wool is dark and coarse; a white shirt is finely woven.
    """
    rng, size = np.random.default_rng(7), colour.shape[:2]
    total = np.zeros(size, np.float32)
    for along, power in ((np.eye(5, dtype=np.float32), 1.0), (np.fliplr(np.eye(3, dtype=np.float32)), 0.5)):
        drawn = cv2.filter2D(rng.standard_normal(size).astype(np.float32), cv2.CV_32F, along)
        total += power * drawn / drawn.std()
    coarse = WEAVE * (1 - 0.98 * cv2.GaussianBlur(colour, (0, 0), 3).max(-1))
    return floats(1 + coarse * cv2.GaussianBlur(total, (0, 0), 0.6))[..., None]


def _points(image: Floats, models: Path) -> Floats:
    """The mesh of the head, (478, 3), in the render's pixels."""
    rgb = np.asarray(to_srgb(image[..., :3] + 0.5 * (1 - image[..., 3:4])) * 255, np.uint8)
    (face, *_) = faces.detect(rgb, models)
    return mesh.fit(rgb, face, models).points


def _beside(size: tuple[int, int], chin: float) -> Floats:
    """(H, W) 1 as far from the middle as a collar can show skin, 0 on the shoulders: cloth lies close on those."""
    far = np.abs(np.arange(size[1], dtype=np.float32) - chin) / PIXELS_PER_METRE
    return floats(np.repeat(np.clip((BARE - far) / 0.01, 0, 1)[None], size[0], 0))


def _whole(front: Floats, cloth: Floats) -> Floats:
    """What lies before the neck, without the specks that shine through where the body under a garment is open."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(np.asarray(front > 0.02, np.uint8))  # noqa: PLR2004
    main_part = 1 + int(np.argmax(stats[1:count, cv2.CC_STAT_AREA]))
    return floats(np.minimum(front * (labels == main_part), cloth))


def _filled(values: Floats, alpha: Floats) -> Floats:
    """Colours of the edge carried outwards, so that no dark fringe is sampled."""
    known = values * 0 + 1
    solid = (alpha > 0.95).astype(np.float32)[..., None]  # noqa: PLR2004
    result, weight = values * solid, known * solid
    out = result.copy()
    for sigma in (1.5, 4, 12, 40):
        spread = cv2.GaussianBlur(result, (0, 0), sigma).reshape(values.shape)
        share = cv2.GaussianBlur(weight, (0, 0), sigma).reshape(values.shape)
        fresh = (weight <= 0) & (share > 1e-3)  # noqa: PLR2004
        out = np.where(fresh, spread / np.maximum(share, 1e-6), out)
        result, weight = out * np.maximum(weight, fresh), np.maximum(weight, fresh).astype(np.float32)
    return floats(out)


def _normals(normals: Floats, alpha: Floats) -> Floats:
    """World normals to the camera's, coded 0..1."""
    camera = _filled(floats(normals[..., :3] @ SCENE.T), alpha)
    camera = camera / (np.linalg.norm(camera, axis=-1, keepdims=True) + 1e-6)
    return floats(camera * 0.5 + 0.5)


def _depth_at(depth: Floats, points: Floats) -> float:
    """Median distance of the head near some points of its outline, metres."""
    found = [depth[int(y) - 20 : int(y) + 20, int(x) - 20 : int(x) + 20, 0] for x, y, _ in points.tolist()]
    values = np.concatenate([patch[np.isfinite(patch) & (patch < 10)] for patch in found])  # noqa: PLR2004
    return float(np.median(values))


def _near(depth: Floats, rim: float, alpha: Floats) -> Floats:
    """Nearness 0..1 at a quarter: DEEP metres, 0.5 = as far as the rim of the face; carried on beyond the edge."""
    seen = floats(np.where(np.isfinite(depth) & (depth < 10), depth, rim))  # noqa: PLR2004
    near = _filled(0.5 + (rim - seen)[..., None] / DEEP, alpha)[..., 0]
    return _small(floats(cv2.bilateralFilter(near, 9, 0.02, 4)))


def _small(values: Floats) -> Floats:
    size = (values.shape[1] // SMALL, values.shape[0] // SMALL)
    return floats(cv2.resize(values, size, interpolation=cv2.INTER_AREA))


def _write(path: Path, rgb: Floats, alpha: Floats, quality: int, fine: int = 100) -> None:
    """WebP, 8 bit."""
    pixels = np.asarray(np.clip(np.round(np.dstack([rgb, alpha]) * 255), 0, 255), np.uint8)
    Image.fromarray(pixels, "RGBA").save(path, quality=quality, alpha_quality=fine, method=6, exact=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
