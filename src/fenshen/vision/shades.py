"""The luma of one picture at every size that is asked for, each made once: who looks around a face shares them."""

import cv2
import numpy as np

from fenshen.vision.arrays import RGB


class Shades:
    """Luma of a picture (H, W, 3), sRGB-encoded. Not for several threads at once."""

    def __init__(self, rgb: RGB) -> None:
        """Make the first one, in full size."""
        self._rgb = rgb
        self.whole: RGB = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
        self._halves = [self.whole]
        self._made: dict[int, RGB] = {}

    def at(self, longest: int) -> RGB:
        """(h, w) uint8 luma, shrunk to ``longest`` px or as it is when smaller.

        Halved by area as often as it goes, which is quick and exact, then by the areas of what is left.
        """
        if longest not in self._made:
            self._made[longest] = self._shrunk(longest)
        return self._made[longest]

    def in_colour(self, longest: int) -> RGB:
        """(h, w, 3) uint8, the picture itself at the size of ``at``; halved by area, the rest between pixels."""
        size = self._size(longest)
        colour = self._rgb
        while colour.shape[0] >= 2 * size[1] and colour.shape[1] >= 2 * size[0]:
            colour = _half(colour)
        if size == colour.shape[1::-1]:
            return colour
        return np.asarray(cv2.resize(colour, size, interpolation=cv2.INTER_LINEAR), np.uint8)

    def _size(self, longest: int) -> tuple[int, int]:
        height, width = self.whole.shape
        scale = min(1.0, longest / max(height, width))
        return max(1, round(width * scale)), max(1, round(height * scale))

    def _shrunk(self, longest: int) -> RGB:
        height, width = self.whole.shape
        size = self._size(longest)
        number = 0
        while height >= 2 ** (number + 1) * size[1] and width >= 2 ** (number + 1) * size[0]:
            number += 1
            if len(self._halves) == number:
                self._halves.append(_half(self._halves[-1]))
        nearest = self._halves[number]
        if nearest.shape[::-1] == size:
            return nearest
        return np.asarray(cv2.resize(nearest, size, interpolation=cv2.INTER_AREA), np.uint8)


def _half(picture: RGB) -> RGB:
    size = (picture.shape[1] // 2, picture.shape[0] // 2)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
