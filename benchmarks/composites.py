"""Pictures whose alpha is known: people rendered with transparency, laid on places in linear light.

The people and the places lie in ``benchmarks/data/matte`` (its README says how they were made and under which licence).
A composite is the person over the place, with sensor noise and as a JPEG, as a telephone would have sent it.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from PIL import Image

from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.colour import to_linear, to_srgb

DATA: Final = Path(__file__).parent / "data" / "matte"
GROUPS: Final = {
    "anna_long": "long",
    "lin_long": "long",
    "anna_curly": "large, curly",
    "omar_afro": "large, curly",
    "mei_white_curls": "light curls",
    "wei_short": "short",
    "omar_short": "short",
    "mei_earrings": "glasses, rings, cap",
    "lin_glasses": "glasses, rings, cap",
    "wei_cap": "glasses, rings, cap",
}
NOISE: Final = 2.0  # standard deviation, of 255: a telephone indoors
JPEG_QUALITY: Final = 90
PLACES_EACH: Final = 4  # of the eight, another four for each person


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """A picture and the truth about it."""

    person: str
    place: str
    rgb: RGB
    alpha: Floats  # (H, W) 0..1
    foreground: Floats  # (H, W, 3) linear sRGB: the person's colours wherever alpha > 0

    @property
    def group(self) -> str:
        """What kind of outline it is."""
        return GROUPS[self.person]


def composites(*, most: int | None = None) -> Iterator[Composite]:
    """Every person on PLACES_EACH places; `most` stops early."""
    places = [*sorted(file.stem for file in (DATA / "places").glob("*.webp")), "bricks", "leaves"]
    done = 0
    for turn, name in enumerate(sorted(GROUPS)):
        if not (DATA / "people" / f"{name}.webp").is_file():
            continue
        for step in range(PLACES_EACH):
            if most is not None and done >= most:
                return
            yield composite(name, places[(turn + 2 * step + step // 2) % len(places)])
            done += 1


def composite(person: str, place: str) -> Composite:
    """One person before one place."""
    rgba = np.asarray(Image.open(DATA / "people" / f"{person}.webp").convert("RGBA"))
    alpha = floats(rgba[..., 3] / 255)
    foreground = to_linear(np.ascontiguousarray(rgba[..., :3]))
    seed = sorted(GROUPS).index(person) * 100 + len(place)
    mixed = alpha[..., None] * foreground + (1 - alpha[..., None]) * backdrop(place, alpha.shape, seed)
    noise = np.random.default_rng(seed).normal(0, NOISE, mixed.shape)
    noisy = np.asarray(np.clip(255 * to_srgb(floats(mixed)) + noise + 0.5, 0, 255), np.uint8)
    _, sent = cv2.imencode(".jpg", noisy[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    rgb = np.array(Image.open(io.BytesIO(sent.tobytes())), np.uint8)
    return Composite(person=person, place=place, rgb=rgb, alpha=alpha, foreground=foreground)


def backdrop(place: str, shape: tuple[int, ...], seed: int) -> Floats:
    """A place as (H, W, 3) linear sRGB: a file of that name, or drawn, a little out of focus."""
    height, width = shape[:2]
    rng = np.random.default_rng(seed)
    file = DATA / "places" / f"{place}.webp"
    if file.is_file():
        picture = np.asarray(Image.open(file).convert("RGB"))
        if rng.random() < 0.5:  # noqa: PLR2004
            picture = picture[:, ::-1]
        drawn = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    else:
        drawn = {"bricks": _bricks, "leaves": _leaves}[place](height, width, rng)
    linear = to_linear(np.asarray(drawn, np.uint8))
    return floats(cv2.GaussianBlur(linear, (0, 0), float(rng.uniform(0.6, 2.5))))


def _bricks(height: int, width: int, rng: np.random.Generator) -> RGB:
    picture = np.full((height, width, 3), 190, np.uint8)
    for row, top in enumerate(range(0, height, 34)):
        for left in range(-40 * (row % 2), width, 80):
            colour = [int(v) for v in np.array([150, 80, 60]) + rng.normal(0, 22, 3)]
            cv2.rectangle(picture, (left + 3, top + 3), (left + 76, top + 30), colour, -1)
    return picture


def _leaves(height: int, width: int, rng: np.random.Generator) -> RGB:
    picture = np.full((height, width, 3), (225, 235, 240), np.uint8)
    for _ in range(900):
        x, y, long, turn = rng.integers(width), rng.integers(height), rng.integers(6, 26), rng.integers(360)
        colour = [int(v) for v in np.array([70, 110, 40]) * rng.uniform(0.2, 2.0)]
        cv2.ellipse(picture, (int(x), int(y)), (int(long), int(long) // 3), int(turn), 0, 360, colour, -1)
    return picture
