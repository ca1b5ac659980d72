"""Between coded colours and light, and through tables of colours: OpenColorIO does the work."""

from functools import cache
from typing import Final, Protocol

import numpy as np
import PyOpenColorIO
from numpy.typing import NDArray

from fenshen.vision.arrays import Floats, floats

LUMINANCE: Final = floats([0.2126, 0.7152, 0.0722])  # of linear sRGB (IEC 61966-2-1)
_CURVE: Final = {"gamma": [2.4, 2.4, 2.4, 1.0], "offset": [0.055, 0.055, 0.055, 0.0]}  # IEC 61966-2-1


class Processor(Protocol):
    """Turns a float32 picture (H, W, 3) into another in place (an OpenColorIO CPU processor)."""

    def applyRGB(self, data: Floats, /) -> None:  # noqa: N802 - the library's name
        """Do it."""


def to_linear(srgb: NDArray[np.uint8] | Floats) -> Floats:
    """sRGB-encoded (uint8 0..255 or float 0..1) to linear float32 0..1 (IEC 61966-2-1), within 3e-5."""
    if srgb.dtype == np.uint8:
        return floats(_table()[srgb])
    light = np.maximum(srgb, np.float32(0))  # a copy, and the only one
    if light.flags.c_contiguous and light.shape[-1:] == (3,) and light.dtype == np.float32:
        _decoder().applyRGB(light.reshape(-1, 1, 3))
        return light
    return through(_decoder(), floats(light))


def to_srgb(linear: Floats) -> Floats:
    """Linear float32 to sRGB-encoded float32 0..1; values outside 0..1 are clipped (IEC 61966-2-1)."""
    return np.minimum(through(_encoder(), floats(np.clip(linear, 0, 1))), 1)


def processor(*steps: object) -> Processor:
    """What applies OpenColorIO's transforms one after the other. Reads no configuration of the machine."""
    whole = PyOpenColorIO.GroupTransform(list(steps))
    ready: Processor = PyOpenColorIO.Config.CreateRaw().getProcessor(whole).getDefaultCPUProcessor()
    return ready


def through(applied: Processor, picture: Floats) -> Floats:
    """A copy of float32 values (..., 3) after a processor; any other shape counts as channels of equal treatment."""
    flat = np.array(picture, np.float32, order="C").reshape(-1)
    padding = -flat.size % 3
    triples = np.pad(flat, (0, padding)) if padding else flat
    applied.applyRGB(triples.reshape(-1, 1, 3))
    return floats(triples[: flat.size].reshape(picture.shape))


@cache
def _decoder() -> Processor:
    return processor(PyOpenColorIO.ExponentWithLinearTransform(**_CURVE))


@cache
def _encoder() -> Processor:
    return processor(
        PyOpenColorIO.ExponentWithLinearTransform(
            **_CURVE, direction=PyOpenColorIO.TransformDirection.TRANSFORM_DIR_INVERSE
        )
    )


@cache
def _table() -> Floats:
    return to_linear(floats(np.arange(256) / 255))
