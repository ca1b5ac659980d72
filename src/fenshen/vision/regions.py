"""Parts of the face as vertex lists of the 478-point mesh (MediaPipe face mesh topology)."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

OVAL: Final = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148,
               176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)  # fmt: skip
LIPS: Final = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
INNER_LIPS: Final = (
    78,
    191,
    80,
    81,
    82,
    13,
    312,
    311,
    310,
    415,
    308,
    324,
    318,
    402,
    317,
    14,
    87,
    178,
    88,
    95,
)
RIGHT_EYE: Final = (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246)
LEFT_EYE: Final = (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466)
RIGHT_BROW: Final = (70, 63, 105, 66, 107, 55, 65, 52, 53, 46)
LEFT_BROW: Final = (300, 293, 334, 296, 336, 285, 295, 282, 283, 276)
RIGHT_IRIS: Final = (469, 470, 471, 472)
LEFT_IRIS: Final = (474, 475, 476, 477)
RIGHT_PUPIL: Final = 468
LEFT_PUPIL: Final = 473
CHIN: Final = 152
FOREHEAD: Final = 10
NOSE_TIP: Final = 1
RIGHT_JAW: Final = 172  # the sitter's right corner of the jaw
LEFT_JAW: Final = 397


def fill(points: NDArray[np.float32], region: tuple[int, ...], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Mask (H, W) uint8 0 or 1 of one region. points: (478, 3) in pixels of a picture of size (H, W)."""
    mask = np.zeros(size, np.uint8)
    cv2.fillPoly(mask, [np.round(points[list(region), :2]).astype(np.int32)], 1)
    return mask


def bare_skin(points: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Mask (H, W) of the face without its rim, eyes, brows and lips: where light can be read. uint8 0 or 1."""
    width = float(np.ptp(points[list(OVAL), 0]))
    skin = cv2.erode(fill(points, OVAL, size), _square(0.06 * width))
    features = np.zeros(size, np.uint8)
    for region in (LIPS, RIGHT_EYE, LEFT_EYE, RIGHT_BROW, LEFT_BROW):
        features |= fill(points, region, size)
    near = np.asarray(cv2.dilate(features, _square(0.03 * width)), np.uint8)
    return np.asarray((np.asarray(skin) > 0) & (near == 0), np.uint8)


def _square(radius: float) -> NDArray[np.uint8]:
    size = 2 * max(1, round(radius)) + 1
    return np.ones((size, size), np.uint8)
