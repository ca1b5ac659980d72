"""Does the invisible mark survive, stay unseen, and never speak where nobody wrote it?

Marked: portraits of the bundled people in every template, at 1024 pixels, and, where folders of photos are given, those
photos at 1024 pixels as further faces. Each is spoilt in each way once, by a seeded lot, and read.
Unmarked: crops of the same sources and of drawn patterns, periodic ones among them, at many sizes and qualities.

    python -m benchmarks.watermark [FOLDER...] [-n 10000] [-o FILE.json]
"""

import argparse
import io
import json
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
from benchmarks import register
from benchmarks.gate.table import wilson
from numpy.typing import NDArray
from PIL import Image

from fenshen.labels import watermark
from fenshen.people import NAMES, photos_of

Picture = NDArray[np.uint8]
Attack = Callable[[Picture, random.Random], Picture]
RESULTS = Path(__file__).parent / "results" / "watermark.json"
SHORT = 1024  # pixels
PHONE = 1080  # pixels across
MORTAR = 0.06  # of a brick
DARK, LIGHT = 60, 170  # mean grey that makes a picture low-key or high-key
TARGETS = {"alone": 95.0, "in a row": 90.0}  # percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A picture to be marked, and the groups it counts in."""

    pixels: Picture
    groups: tuple[str, ...]


def jpeg(rgb: Picture, quality: int) -> Picture:
    """Code and decode."""
    sink = io.BytesIO()
    Image.fromarray(rgb).save(sink, "JPEG", quality=quality)
    return np.asarray(Image.open(sink))


def resized(rgb: Picture, scale: float) -> Picture:
    """Resample."""
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BICUBIC))


def cropped(rgb: Picture, rng: random.Random) -> Picture:
    """Cut a fifth off both sides, at a place by lot; saved as JPEG q92."""
    height, width = rgb.shape[:2]
    y, x = int(rng.uniform(0, 0.2) * height), int(rng.uniform(0, 0.2) * width)
    return jpeg(np.ascontiguousarray(rgb[y : y + int(0.8 * height), x : x + int(0.8 * width)]), 92)


def screenshot(rgb: Picture, rng: random.Random) -> Picture:
    """Shown on a telephone at some width, photographed by its own screenshot, sent on as JPEG q70."""
    return jpeg(resized(rgb, rng.uniform(0.7, 1.0) * PHONE / rgb.shape[1]), 70)


def turned(rgb: Picture, degrees: float) -> Picture:
    """Turn a little and cut the corners off."""
    height, width = rgb.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    whole = cv2.warpAffine(rgb, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    cut = 0.05
    part = whole[int(cut * height) : int((1 - cut) * height), int(cut * width) : int((1 - cut) * width)]
    return jpeg(np.ascontiguousarray(part, np.uint8), 92)


ALONE: dict[str, Attack] = {
    "JPEG q50": lambda rgb, _: jpeg(rgb, 50),
    "resize 50 %": lambda rgb, _: jpeg(resized(rgb, 0.5), 92),
    "crop 20 %": cropped,
    "screenshot": screenshot,
}
SHAPE: dict[str, Attack] = {
    "as exported": lambda rgb, _: jpeg(rgb, 92),
    "mirror": lambda rgb, _: jpeg(np.ascontiguousarray(rgb[:, ::-1]), 92),
    "quarter turn": lambda rgb, _: jpeg(np.ascontiguousarray(np.rot90(rgb)), 92),
    "turn by up to 2 degrees": lambda rgb, rng: turned(rgb, rng.uniform(-2, 2)),
}


def in_a_row() -> dict[str, Attack]:
    """Give every ordered pair of those alone."""

    def both(first: Attack, second: Attack) -> Attack:
        return lambda rgb, rng: second(first(rgb, rng), rng)

    return {f"{a}, then {b}": both(ALONE[a], ALONE[b]) for a, b in permutations(ALONE, 2)}


def sources(folders: list[Path]) -> Iterator[Source]:
    """Give portraits of the bundled people, then the photos of the folders."""
    with tempfile.TemporaryDirectory() as home:
        desk = register.studio(Path(home))
        for name in NAMES:
            for recipe, made in register.portraits(desk, name, short_side=SHORT, each=1):
                yield Source(pixels=made.pixels, groups=(name, *_groups(made.pixels, recipe.name)))
    for folder in folders:
        for file in sorted(folder.rglob("*.jpg")):
            rgb = np.asarray(Image.open(file).convert("RGB"))
            if min(rgb.shape[:2]) >= SHORT // 2:
                whole = resized(rgb, SHORT / min(rgb.shape[:2]))
                yield Source(pixels=whole, groups=(f"photos: {folder.name}", *_groups(whole, "")))


def _groups(rgb: Picture, template: str) -> tuple[str, ...]:
    mean = float(rgb.mean())
    tone = "low-key" if mean < DARK else "high-key" if mean > LIGHT else "middle tones"
    is_grey = int(np.ptp(rgb[::7, ::7].astype(int), axis=2).max()) < 12  # noqa: PLR2004
    return (tone, *(["black and white"] if is_grey else []), *([f"template {template}"] if template else []))


def survival(given: list[Source]) -> dict[str, Any]:
    """Mark, spoil, read; count by attack and by group, and measure what the mark changes."""
    rng = random.Random(11)  # noqa: S311
    attacks = {**SHAPE, **ALONE, **in_a_row()}
    hits: dict[str, list[bool]] = defaultdict(list)
    groups: dict[str, list[bool]] = defaultdict(list)
    psnr, ssim, spent, reading = [], [], [], []
    for source in given:
        number = rng.getrandbits(48)
        start = time.perf_counter()
        marked = watermark.embed(source.pixels, number)
        spent.append(1000 * (time.perf_counter() - start))
        psnr.append(float(cv2.PSNR(source.pixels, marked)))
        ssim.append(similarity(source.pixels, marked))
        for name, attack in attacks.items():
            spoilt = attack(marked, rng)
            start = time.perf_counter()
            found = watermark.find(spoilt)
            reading.append(1000 * (time.perf_counter() - start))
            hit = found is not None and found.mark == number
            hits[name].append(hit)
            for group in source.groups:
                groups[group].append(hit)
    return {
        "pictures": len(given),
        "by attack": {name: _rate(each) for name, each in hits.items()},
        "by group, all attacks": {name: _rate(each) for name, each in groups.items()},
        "psnr": {"worst": min(psnr), "median": median(psnr)},
        "ssim": {"worst": min(ssim), "median": median(ssim)},
        "embed ms": median(spent),
        "find ms": median(reading),
    }


def similarity(a: Picture, b: Picture) -> float:
    """SSIM of the luminance (Wang et al. 2004): Gaussian window of 1.5 pixels, K1 .01, K2 .03."""
    x, y = (cv2.cvtColor(each, cv2.COLOR_RGB2GRAY).astype(np.float64) for each in (a, b))

    def blurred(z: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(cv2.GaussianBlur(z, (11, 11), 1.5))

    mx, my = blurred(x), blurred(y)
    vx, vy, c = blurred(x * x) - mx * mx, blurred(y * y) - my * my, blurred(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float(np.mean((2 * mx * my + c1) * (2 * c + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2))))


def unmarked(given: list[Source], n: int) -> dict[str, Any]:
    """Read pictures that nobody marked; every number that is read is a false one."""
    rng = random.Random(23)  # noqa: S311
    bundled = [
        np.asarray(Image.open(io.BytesIO(p.read())).convert("RGB")) for m in NAMES for p in photos_of(m)
    ]
    stock = [source.pixels for source in given] + bundled
    false = 0
    for _ in range(n):
        rgb = patterned(rng) if rng.random() < 0.3 else _piece(rng.choice(stock), rng)  # noqa: PLR2004
        false += watermark.find(rgb) is not None
    return {
        "pictures": n,
        "sources": {"pictures": len(stock), "drawn patterns": "3 in 10"},
        "false": false,
        "95 % interval, percent": wilson(false, n),
        "analytic bound": watermark.TRIED * 2.0**-24,
        "bound is": f"at most {watermark.TRIED} numbers are decoded of a picture; each passes by chance 1 in 2^24",
    }


def _piece(rgb: Picture, rng: random.Random) -> Picture:
    """Give a part of a picture, at some size, perhaps mirrored, as a JPEG of some quality."""
    height, width = rgb.shape[:2]
    share = rng.uniform(0.4, 1)
    y, x = int(rng.uniform(0, 1 - share) * height), int(rng.uniform(0, 1 - share) * width)
    part = rgb[y : y + int(share * height), x : x + int(share * width)]
    if rng.random() < 0.5:  # noqa: PLR2004
        part = part[:, ::-1]
    part = resized(np.ascontiguousarray(part), rng.uniform(280, 900) / min(part.shape[:2]))
    return jpeg(part, rng.choice((40, 60, 75, 85, 92, 97)))


def patterned(rng: random.Random) -> Picture:
    """Draw bricks, stripes, dots, checks, screens or noise: what repeats could be taken for a tile."""
    size, period = rng.randrange(300, 800), rng.uniform(4, 140)
    y, x = np.mgrid[0:size, 0 : int(size * rng.uniform(1, 1.5))].astype(np.float32)
    turn = rng.uniform(0, np.pi)
    u, v = (x * np.cos(turn) + y * np.sin(turn)) / period, (y * np.cos(turn) - x * np.sin(turn)) / period
    row = np.floor(v)
    drawn = {
        "stripes": np.sin(2 * np.pi * u),
        "checks": np.sign(np.sin(2 * np.pi * u) * np.sin(2 * np.pi * v)),
        "dots": (np.hypot(u % 1 - 0.5, v % 1 - 0.5) < rng.uniform(0.1, 0.45)) * 2.0 - 1,
        "bricks": (((u / 2 + row / 2) % 1 > MORTAR) & (v % 1 > MORTAR)) * 2.0 - 1,
        "screen": np.sin(2 * np.pi * u * 3) + np.sin(2 * np.pi * v * 3.02),
        "noise": np.zeros_like(u),
    }[rng.choice(("stripes", "checks", "dots", "bricks", "screen", "noise"))]
    grain = np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(0, 12), u.shape)
    grey = np.clip(128 + rng.uniform(2, 90) * drawn + grain, 0, 255)
    return jpeg(np.repeat(grey[..., None].astype(np.uint8), 3, axis=2), rng.choice((50, 75, 92)))


def _rate(hits: list[bool]) -> dict[str, Any]:
    low, high = wilson(sum(hits), len(hits))
    return {
        "hits": sum(hits),
        "n": len(hits),
        "percent": 100 * sum(hits) / len(hits),
        "interval": (low, high),
    }


def measure(folders: list[Path] | None = None, *, n: int = 200) -> dict[str, Any]:
    """Give every figure, with n and Wilson intervals, for JSON. n: unmarked pictures."""
    given = list(sources(folders or []))
    return {"survival": survival(given), "unmarked": unmarked(given, n)}


def show(told: dict[str, Any]) -> None:
    """Print the tables."""
    survived, clean = told["survival"], told["unmarked"]
    for title in ("by attack", "by group, all attacks"):
        print(f"\n{title} ({survived['pictures']} pictures)")
        for name, rate in survived[title].items():
            low, high = rate["interval"]
            print(
                f"  {name:<34}{rate['hits']:>6} of {rate['n']:<6}{rate['percent']:6.1f} %  [{low:.1f}, {high:.1f}]"
            )
    for name in ("psnr", "ssim"):
        print(f"{name}: worst {survived[name]['worst']:.4g}, median {survived[name]['median']:.4g}")
    print(
        f"embed {survived['embed ms']:.0f} ms, find {survived['find ms']:.0f} ms (medians, 1024 pixels across)"
    )
    low, high = clean["95 % interval, percent"]
    print(f"unmarked: {clean['false']} of {clean['pictures']} gave a number [{low:.3f}, {high:.3f}] %")
    print(f"  {clean['bound is']}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("-n", type=int, default=10_000)
    parser.add_argument("-o", type=Path, default=RESULTS)
    asked = parser.parse_args()
    told = measure(asked.folders, n=asked.n)
    show(told)
    asked.o.parent.mkdir(exist_ok=True)
    asked.o.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
