"""A small JPEG of a photo, without metadata, for a page that its owner asked for."""

import cv2
import numpy as np

from fenshen.vision.arrays import RGB

QUALITY = 82


def jpeg(rgb: RGB) -> bytes:
    """Code a picture (H, W, 3), sRGB, as a JPEG file."""
    _, coded = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return np.asarray(coded).tobytes()
