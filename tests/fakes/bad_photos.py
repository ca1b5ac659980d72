"""What people send instead of photos."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

from tests.fakes.sitting import shot


def encoded(pixels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]", kind: str = "JPEG") -> bytes:
    """A picture (H, W, 3) as a file."""
    sink = io.BytesIO()
    Image.fromarray(pixels).save(sink, kind)
    return sink.getvalue()


def huge_png() -> bytes:
    """A PNG whose header announces 50,000 x 50,000 pixels and whose body has a few."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(200_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def two_people() -> bytes:
    """Anna and omar side by side."""
    pair = [np.asarray(Image.open(io.BytesIO(shot(0, name))).convert("RGB")) for name in ("anna", "omar")]
    return encoded(np.concatenate(pair, axis=1))


def wall() -> bytes:
    """A picture of nobody."""
    grain = np.random.default_rng(1).integers(90, 130, (400, 300, 3), dtype=np.uint8)
    return encoded(grain)


BAD: dict[str, bytes] = {
    "photo_not_a_picture": b"Dear studio, my photos are in the other folder.\n" * 40,
    "photo_too_small": encoded(np.full((1, 1, 3), 200, np.uint8)),
    "photo_truncated": shot(3)[: len(shot(3)) // 2],
    "photo_too_many_pixels": huge_png(),
    "photo_empty": b"",
    "photo_unsupported": b"GIF89a" + bytes(64),
    "no_face": wall(),
    "several_faces": two_people(),
}
"""Files by the code of what is wrong with them."""
