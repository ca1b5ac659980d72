"""Large pictures in bands of rows: several hands at once, and each band lies in the processor's own memory.

numpy, OpenCV and OpenColorIO let go of the interpreter while they work, so threads are enough. A band is a function of
the pictures it reads and of its own rows alone; who works at which band when does not show in the result.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from math import ceil
from typing import Final, TypeVar

import cv2
import numpy as np

from fenshen.vision.arrays import Floats, floats

ROWS: Final = 32  # of a band: a few layers of 1024 pixels across stay within a megabyte
Made = TypeVar("Made")

HANDS: Final = 4  # at most; OpenCV's own number of threads may be lower, and then counts


def in_bands(rows: int, work: Callable[[slice], None]) -> None:
    """Call `work` with every band of a picture with so many rows.

    work: writes only rows of its band, and reads nothing that another band writes. The caller works along, so that a
    busy house is waited for by nobody. The first error of a band is raised after the others have ended.
    """
    left = deque(slice(top, min(top + ROWS, rows)) for top in range(0, rows, ROWS))

    def hand() -> None:
        while left:
            try:
                band = left.popleft()
            except IndexError:  # another hand was faster
                return
            work(band)

    helpers = [_hands().submit(hand) for _ in range(min(HANDS, cv2.getNumThreads(), len(left)) - 1)]
    try:
        hand()
    finally:
        late = [helper for helper in helpers if not helper.cancel()]
        for helper in late:
            helper.result()


def meanwhile(make: Callable[[], Made]) -> Callable[[], Made]:
    """Begin to make something that nothing else waits for yet; the function given waits for it, or makes it now."""
    if cv2.getNumThreads() < 2:  # noqa: PLR2004 - there is no other hand
        return make
    begun = _hands().submit(make)
    return lambda: make() if begun.cancel() else begun.result()


def pointwise(work: Callable[..., Floats], *layers: Floats) -> Floats:
    """What `work` makes of layers of one height, band by band: of rows it makes as many rows, each by itself."""
    rows = len(layers[0])
    first = work(*(layer[:1] for layer in layers))
    whole = np.empty((rows, *first.shape[1:]), np.float32)

    def one(band: slice) -> None:
        whole[band] = work(*(layer[band] for layer in layers))

    in_bands(rows, one)
    return whole


def blurred_rows(picture: Floats, band: slice, sigma: float) -> Floats:
    """The rows of a band of `cv2.GaussianBlur(picture, (0, 0), sigma)`, bit by bit."""
    reach = ceil(4 * sigma) + 1  # OpenCV's kernel for float pictures
    top, bottom = max(0, band.start - reach), min(len(picture), band.stop + reach)
    soft = cv2.GaussianBlur(picture[top:bottom], (0, 0), sigma)
    return floats(soft[band.start - top : band.stop - top])


def per_channel(values: Floats, channels: int = 3) -> Floats:
    """(H, W) as (H, W, channels): what a product with a picture needs; far faster than numpy's own spreading."""
    return floats(cv2.merge([values] * channels))


@cache
def _hands() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(HANDS - 1, thread_name_prefix="band")
