"""The seam to the invisible mark: 48 bits in the pixels themselves, which outlive every stripping of metadata."""

from typing import Protocol

from fenshen.labels.visible import RGB8


class Found(Protocol):
    """A mark read out of a picture."""

    @property
    def mark(self) -> int:
        """The 48 bits."""
        ...

    @property
    def score(self) -> float:
        """How surely it was read; what counts as read is the reader's own business."""
        ...


class Watermark(Protocol):
    """Writes a number into pixels that nobody sees, and reads it from what became of them."""

    def embed(self, rgb: RGB8, mark: int, /) -> RGB8:
        """Give a copy that carries the mark. rgb: (H, W, 3) uint8, sRGB."""
        ...

    def find(self, rgb: RGB8, /) -> Found | None:
        """Give the mark of a picture, None when there is none to be read."""
        ...


def installed() -> Watermark:
    """Give this studio's watermark."""
    from fenshen.labels import watermark

    return watermark
