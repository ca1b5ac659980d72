"""The steps of the work as pictures, for who asked to see them."""

from typing import Final

import numpy as np

from fenshen.double.take import Take
from fenshen.engines.engine import Layer
from fenshen.engines.studio.framing import Window, view
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import to_linear, to_srgb

WALL: Final = 0.216  # linear: the grey behind a sitter who stands before nothing yet


class Steps:
    """Collects layers while a portrait is made. Unless they are wanted it does nothing and costs nothing."""

    def __init__(self, *, wanted: bool) -> None:
        """Start with none."""
        self._wanted = wanted
        self.layers: tuple[Layer, ...] = ()

    def take(self, take: Take, window: Window, size: tuple[int, int]) -> None:
        """Note the sitter as the photo has them, cut out. size: (width, height)."""
        if self._wanted:
            seen = floats(np.clip(view(take.foreground, window, size) / 255, 0, 1))
            self.note("layer_take", to_linear(seen), floats(view(take.alpha, window, size) / 255))

    def note(self, name: str, linear: Floats, alpha: Floats | None = None) -> None:
        """Note a step. linear: (H, W, 3) light. alpha: (H, W), of who stands before nothing yet."""
        if self._wanted:
            if alpha is not None:
                share = np.clip(alpha, 0, 1)[..., None]
                linear = floats(linear * share + WALL * (1 - share))
            pixels = np.asarray(np.round(to_srgb(floats(np.clip(linear, 0, 1))) * 255), np.uint8)
            self.layers += (Layer(name=name, pixels=pixels),)
