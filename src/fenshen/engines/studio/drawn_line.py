"""Lines as a hand draws them: extended difference of gaussians along the flow (Winnemöller et al. 2012)."""

import cv2
import numpy as np

from fenshen.engines.studio.bands import pointwise
from fenshen.engines.studio.flow_field import Flow, along_flow
from fenshen.vision.arrays import Floats, floats

WIDER = 1.6  # the second gaussian, after Marr & Hildreth 1980


def drawn_line(grey: Floats, flow: Flow, width: float, *, press: float = 18.0, least: float = 0.0) -> Floats:
    """Where a pencil or a brush draws, (H, W): 0 = a full line .. 1 = none.

    grey: (H, W) coded 0..1. width: pixels, sigma of the thinner gaussian. press: how fast a line fills. least: how much
    darker than its surroundings something must be to be drawn.
    """
    thin = cv2.GaussianBlur(grey, (0, 0), max(0.5, width))
    wide = cv2.GaussianBlur(grey, (0, 0), max(0.5, width) * WIDER)
    across = along_flow(floats(cv2.subtract(thin, wide)), flow, 6 * width)

    def drawn(across: Floats) -> Floats:
        return floats(1 + np.tanh(press * 4 * np.minimum(across + least + 0.004, 0)))

    return pointwise(drawn, across)
