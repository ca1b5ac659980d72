"""Ways to spoil a good photo, one fault each. Pictures are (H, W, 3) uint8 sRGB."""

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def _back(values: NDArray[np.floating]) -> Picture:
    return np.clip(np.round(values), 0, 255).astype(np.uint8)


def blurred(picture: Picture, sigma: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def moved(picture: Picture, length: int) -> Picture:
    kernel = np.full((1, length), 1 / length, np.float32)
    return np.asarray(cv2.filter2D(picture, -1, kernel), np.uint8)


def grainy(picture: Picture, strength: float) -> Picture:
    grain = np.random.default_rng(3).normal(0, strength, picture.shape)
    return _back(picture + grain)


def brighter(picture: Picture, gain: float) -> Picture:
    return _back(picture.astype(np.float32) * gain)


def grey(picture: Picture) -> Picture:
    return np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2).astype(np.uint8)


def shrunk(picture: Picture, height: int) -> Picture:
    width = round(picture.shape[1] * height / picture.shape[0])
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def on_a_wall(picture: Picture, height: int, wall: tuple[int, int]) -> Picture:
    """Hang the picture, shrunk to a height, in the middle of a grey wall of (height, width)."""
    small = shrunk(picture, height)
    big = np.full((*wall, 3), 128, np.uint8)
    y, x = (wall[0] - small.shape[0]) // 2, (wall[1] - small.shape[1]) // 2
    big[y : y + small.shape[0], x : x + small.shape[1]] = small
    return big


def beside(picture: Picture, other: Picture) -> Picture:
    """Put another picture to the right, its top level with this one."""
    tall = max(picture.shape[0], other.shape[0])
    wide = np.full((tall, picture.shape[1] + other.shape[1], 3), 128, np.uint8)
    wide[: picture.shape[0], : picture.shape[1]] = picture
    wide[: other.shape[0], picture.shape[1] :] = other
    return wide


def shaded(picture: Picture, share: float) -> Picture:
    """Darken the right half of the picture to a share of its values, softly."""
    x = np.linspace(-1, 1, picture.shape[1], dtype=np.float32)
    veil = 1 - (1 - share) / (1 + np.exp(-x / 0.04))
    return _back(picture * veil[None, :, None])


def tilted(picture: Picture, degrees: float) -> Picture:
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    turned = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


def painted(picture: Picture, outline: NDArray[np.floating], colour: tuple[int, int, int]) -> Picture:
    """Fill an outline of (n, 2) points with a colour."""
    canvas = picture.copy()
    cv2.fillPoly(canvas, [np.round(outline).astype(np.int32)], colour)
    return canvas


def lamp(picture: Picture, colour: tuple[float, float, float]) -> Picture:
    """Light the picture with a coloured lamp, given as gains of red, green and blue."""
    return _back(picture.astype(np.float32) * np.array(colour, np.float32))
