"""Packs of one's own, good ones and those that a stranger would send."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

RECIPE = """
name = "{name}"
title = {{ zh = "试", en = "Try" }}
description = {{ zh = "试一试", en = "A try" }}
licence = "CC0-1.0"
source = "drawn for this test"
{more}
[rig]
ambient = 0.4
lights = [{{ azimuth = -30, elevation = 30, intensity = 0.9 }}]
[backdrop]
colour = [0.2, 0.2, 0.2]
{backdrop}
"""
ASSET = 'assets = [{{ file = "{file}", licence = "CC0-1.0", source = "drawn", model_release = "none needed"{ai} }}]'


def recipe(name: str = "mine", more: str = "", backdrop: str = "") -> str:
    """A recipe that is sound."""
    return RECIPE.format(name=name, more=more, backdrop=backdrop)


def with_picture(name: str = "mine", file: str = "wall.webp", ai: str = "") -> str:
    """A recipe that hangs a picture of its own behind the sitter."""
    return recipe(name, ASSET.format(file=file, ai=ai), f'picture = "{file}"')


def picture(size: tuple[int, int] = (320, 480), kind: str = "WEBP") -> bytes:
    """Sky above, grass below, nobody between. size: (width, height)."""
    rows = np.linspace(0, 1, size[1])[:, None, None]
    pixels = np.where(rows < 0.5, np.array([120, 160, 220]), np.array([70, 110, 40]))
    pixels = np.broadcast_to(pixels, (size[1], size[0], 3)).astype(np.uint8)
    sink = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(sink, kind)
    return sink.getvalue()


def put_pack(folder: Path, text: str | bytes, **files: bytes) -> Path:
    """Write a pack: template.toml and what else it holds (names with _ for the last dot)."""
    folder.mkdir(parents=True)
    (folder / "template.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    for name, data in files.items():
        (folder / ".".join(name.rsplit("_", 1))).write_bytes(data)
    return folder
