"""Turn a render (see basis.py) into a cover: tone, dyes, what each light does to the mean of all, shade on the face.

.venv/bin/python tools/plates/stow.py RAW.npz FACE.npy src/fenshen/templates/covers/parka
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats

GROUPS = ("left", "front", "right", "top", "below", "behind_left", "behind_right", "round")
BRIGHTEST = 2.0  # mean of all lights that white stands for, as in cover.py
FACE, AWAY = 0.14, 1.7  # metres: the face's width, and to the camera
BURIED = (0.03, 0.13)  # of what white paper gets: less reaches only what is inside a cheek
FRAMES = {"astronaut": (0.50, 0.33, 0.38)}
FRAME = (0.46, 0.31, 0.36)


def main(source: Path, face: Path, out: Path) -> None:
    """Stow one cover."""
    raw = {name: floats(values) for name, values in np.load(source).items()}
    out.mkdir(parents=True, exist_ok=True)
    alpha, back = raw["front_alpha"][..., 0], raw["back_alpha"][..., 0]
    wide, above, _ = FRAMES.get(out.name, FRAME)
    scale = alpha.shape[1] / wide
    mesh = np.load(face) * FACE * AWAY / (AWAY + FACE * np.load(face)[:, 2:])
    points = mesh * scale + [0.5 * wide * scale, above * scale, 0]
    seen = _not_buried(raw, alpha, floats(points), scale)
    raw |= {name: values * seen[..., None] for name, values in raw.items() if name.startswith("front")}
    alpha = alpha * seen
    size = (alpha.shape[1], alpha.shape[0])
    half, quarter = (size[0] // 2, size[1] // 2), (size[0] // 4, size[1] // 4)
    tone = _stow(raw, "front", alpha, size, half, out / "lights.webp")
    _write(out / "tone.webp", np.repeat(tone[..., None], 3, 2), alpha, 88)
    share = np.clip(_filled(raw["front_share"][..., :3], alpha), 0, 1)
    _write(out / "dye.webp", floats(cv2.resize(share, half, interpolation=cv2.INTER_AREA)), None, 88)
    tone = _stow(raw, "back", back, half, quarter, out / "back_lights.webp")
    _write(
        out / "back.webp",
        np.repeat(tone[..., None], 3, 2),
        floats(cv2.resize(back, half, interpolation=cv2.INTER_AREA)),
        80,
    )
    there = floats(raw["bounced_alpha"][..., 0] > 0.98)  # noqa: PLR2004
    inside = _inside(there)
    bare, covered, bounced = (
        [raw[f"{kind}_{group}"][..., 0] for group in GROUPS] for kind in ("bare", "covered", "bounced")
    )
    kept = [_spread(c * there, b * there) for c, b in zip(covered, bare, strict=True)]
    extra = sum(np.maximum(b - c, 0) for b, c in zip(bounced, covered, strict=True)) / sum(
        float((b * inside).sum() / inside.sum()) for b in bare
    )
    kept.append(np.clip(4 * _spread(floats(extra) * there, there), 0, 1))
    _write(out / "face.webp", np.repeat(np.vstack(kept)[..., None], 3, 2), None, 92)
    means = [float((b * inside).sum() / inside.sum()) for b in bare]
    (out / "points.csv").write_text(
        "".join(f"{x:.1f},{y:.1f},{z:.1f}\n" for x, y, z in points.tolist()), "utf-8"
    )
    print("bare = [" + ", ".join(f"{mean:.3f}" for mean in means) + "]", size)


def _not_buried(raw: dict[str, Floats], alpha: Floats, points: Floats, scale: float) -> Floats:
    """(H, W) 0 where an edge lies inside the head that it was made round: no light reaches it there."""
    mean = sum(raw[f"front_{group}"][..., :3].mean(-1) for group in GROUPS) / len(GROUPS)
    bright = cv2.GaussianBlur(floats(mean / np.maximum(alpha, 0.05)), (0, 0), 0.7)
    face = regions.fill(points, regions.OVAL, alpha.shape)
    near = cv2.dilate(face, np.ones((2 * round(0.006 * scale) + 1,) * 2, np.uint8)) > 0
    lit = np.clip((bright - BURIED[0]) / (BURIED[1] - BURIED[0]), 0, 1)
    return floats(cv2.GaussianBlur(floats(np.where(near, lit, 1)), (0, 0), 1.2))


def _stow(
    raw: dict[str, Floats],
    kind: str,
    alpha: Floats,
    size: tuple[int, int],
    small: tuple[int, int],
    path: Path,
) -> Floats:
    """Write what each light does, as a share of the mean of all; give that mean, (H, W) as it is kept."""
    lights = [
        _filled(raw[f"{kind}_{group}"][..., :3].mean(-1, keepdims=True), alpha)[..., 0] for group in GROUPS
    ]
    mean = floats(sum(lights) / len(lights))
    solid = cv2.resize(mean, small, interpolation=cv2.INTER_AREA)
    ratios = [
        cv2.resize(light, small, interpolation=cv2.INTER_AREA) / np.maximum(solid, 1e-3) for light in lights
    ]
    tiles = np.sqrt(np.clip(np.vstack(ratios) / len(GROUPS), 0, 1))
    _write(path, np.repeat(floats(tiles)[..., None], 3, 2), None, 90)
    mean = floats(cv2.resize(mean, size, interpolation=cv2.INTER_AREA))
    return floats(np.sqrt(np.clip(mean / BRIGHTEST, 0, 1)))


def _filled(values: Floats, alpha: Floats) -> Floats:
    """Colours without their alpha, (H, W, C), carried on a little to where nothing is."""
    total, weight = values.copy(), alpha[..., None].copy()
    for sigma in (1.5, 4.0, 12.0, 40.0):
        blur = [cv2.GaussianBlur(a, (0, 0), sigma).reshape(*alpha.shape, -1) for a in (values, alpha)]
        lack = np.clip(1 - 4 * weight, 0, 1)
        total, weight = total + lack * blur[0], weight + lack * blur[1]
    return floats(total / np.maximum(weight, 1e-4))


def _inside(there: Floats) -> Floats:
    """The middle of the face."""
    height, width = there.shape
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    return floats(((xs / width - 0.5) ** 2 + (ys / height - 0.46) ** 2 < 0.1**2) & (there > 0))


def _spread(above: Floats, below: Floats) -> Floats:
    """A quotient of two maps, smooth, carried on beyond where they are known."""
    total, weight = np.zeros_like(above), np.full_like(below, 1e-5)
    for share, sigma in ((1.0, 0.9), (0.02, 3.0), (0.001, 12.0)):
        total = total + share * cv2.GaussianBlur(above, (0, 0), sigma)
        weight = weight + share * cv2.GaussianBlur(below, (0, 0), sigma)
    return floats(np.clip(total / weight, 0, 1))


def _write(path: Path, colour: Floats, alpha: Floats | None, quality: int) -> None:
    layers = colour if alpha is None else np.dstack([colour, alpha])
    image = Image.fromarray(np.asarray(np.clip(layers * 255 + 0.5, 0, 255), np.uint8))
    image.save(path, "WEBP", quality=quality, alpha_quality=90, method=6, exact=True)


if __name__ == "__main__":
    main(*(Path(arg) for arg in sys.argv[1:4]))
