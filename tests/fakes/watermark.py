"""An invisible mark that anybody can see: 48 grey squares and a row to know them by. It survives compression."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

SIDE: Final = 8  # pixels of a square
DARK, PALE, SLACK = 64, 192, 40
KNOWN: Final = (0, 1, 0, 1, 1, 0, 1, 0)
MARK: Final = 0x5EA1_0F7A_2B3C  # the one the tests use


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was read."""

    mark: int
    score: float = 1.0


class FakeWatermark:
    """Keeps the promise of `labels.invisible.Watermark`, but for being invisible."""

    def embed(self, rgb: Picture, mark: int, /) -> Picture:
        """Paint the squares into the upper left corner of a copy."""
        marked = rgb.copy()
        bits = [*KNOWN, *(mark >> place & 1 for place in range(48))]
        for place, bit in enumerate(bits):
            row, column = divmod(place, 8)
            square = np.s_[row * SIDE : (row + 1) * SIDE, column * SIDE : (column + 1) * SIDE]
            marked[square] = PALE if bit else DARK
        return marked

    def find(self, rgb: Picture, /) -> Read | None:
        """Read the squares, when they are there."""
        corner = rgb[: 7 * SIDE, : 8 * SIDE].astype(np.float32).mean(axis=2)
        if corner.shape != (7 * SIDE, 8 * SIDE):
            return None
        means = corner.reshape(7, SIDE, 8, SIDE).mean(axis=(1, 3)).ravel()
        bits = means > (DARK + PALE) / 2
        clear = np.abs(means - np.where(bits, PALE, DARK)) < SLACK
        if not clear.all() or tuple(bits[:8].astype(int)) != KNOWN:
            return None
        return Read(mark=sum(int(bit) << place for place, bit in enumerate(bits[8:])))
