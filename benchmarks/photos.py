"""Photos as telephones make them, from those of a bundled person: enlarged, a little noisy, JPEG. Always the same."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from fenshen.people import photos_of

MEGAPIXELS = (1, 2, 4, 8, 12)
NOISE = 2.0  # standard deviation of a good sensor in daylight, 0..255
QUALITY = 92


def write_photos(
    folder: Path, *, count: int = 24, person: str = "anna", megapixels: tuple[int, ...] = MEGAPIXELS
) -> dict[str, object]:
    """Write ``count`` photos of these megapixels in turn; every fourth as HEIC where something here can code it.

    Gives what was written: how many, how many of them HEIC, megapixels and megabytes in all.
    """
    heic = _heic_writer()
    pixels = written = heics = 0
    for number, photo in enumerate(photos_of(person)[:count]):
        picture = _enlarged(photo.read(), megapixels[number % len(megapixels)], number)
        pixels += picture.width * picture.height
        as_heic = heic and number % 4 == 3  # noqa: PLR2004
        file = folder / f"{number:02}.{'heic' if as_heic else 'jpg'}"
        picture.save(file, "HEIF" if as_heic else "JPEG", quality=QUALITY)
        heics += bool(as_heic)
        written += file.stat().st_size
    return {
        "photos": count,
        "heic": heics,
        "megapixels": round(pixels / 1e6, 1),
        "megabytes": round(written / 1e6, 1),
    }


def _enlarged(content: bytes, megapixels: int, seed: int) -> Image.Image:
    small = Image.open(io.BytesIO(content)).convert("RGB")
    factor = (megapixels * 1e6 / (small.width * small.height)) ** 0.5
    size = (round(small.width * factor), round(small.height * factor))
    large = np.asarray(small.resize(size, Image.Resampling.LANCZOS), np.float32)
    noise = np.random.default_rng(seed).standard_normal(large.shape, np.float32)
    return Image.fromarray(np.clip(large + NOISE * noise, 0, 255).astype(np.uint8))


def _heic_writer() -> bool:
    """What the studio depends on can only decode HEIC; somebody's machine may hold an encoder."""
    try:
        from pillow_heif import register_heif_opener  # type: ignore[import-not-found]
    except ImportError:
        return False
    register_heif_opener()
    return True
