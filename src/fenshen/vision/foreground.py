"""The person's own colours where hair and background mix: blur-fusion, twice (Forte 2021)."""

from typing import Final

import cv2
import numpy as np

from fenshen.vision.arrays import RGB, Floats, floats

CERTAIN: Final = 0.97  # alpha from which a pixel is inside for sure
ROW: Final = 1024
SHRUNK: Final = 2  # times on a side: means over many pixels need no more


def foreground_of(rgb: Floats, alpha: Floats, *, radius: int) -> RGB:
    """Clean colours everywhere, also where alpha is 0. rgb: (H, W, 3) 0..1, alpha: (H, W) 0..1. (H, W, 3) uint8."""
    fore = back = rgb
    for r in (radius, max(2, radius // 8)):
        fore, back, _ = _fuse(rgb, alpha[..., None], fore, back, r)
    near, is_near = _inside(rgb, alpha, radius)
    clean = np.where(alpha[..., None] >= 1, rgb, _led(fore, near, is_near, alpha[..., None]))
    return np.asarray(np.clip(clean * 255 + 0.5, 0, 255), np.uint8)


def foreground_near(rgb: RGB, alpha: Floats, *, radius: int) -> RGB:
    """Clean colours where alpha is between 0 and 1 only: for who paints something else where it is 0.

    rgb: (H, W, 3) uint8 sRGB, alpha: (H, W) 0..1. A fifth of the time of `foreground_of`: means are taken on a quarter
    of the pixels, and only the band is mixed.
    """
    height, width = alpha.shape
    size = (max(1, width // SHRUNK), max(1, height // SHRUNK))
    small = floats(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)) / np.float32(255)
    thin = floats(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA))
    fore = back = mean = small
    for r in (radius, max(2 * SHRUNK, radius // 8)):
        fore, back, mean = _fuse(small, thin[..., None], fore, back, max(1, r // SHRUNK))
    near, is_near = _inside(small, thin, max(4, radius // SHRUNK))
    ys, xs = np.nonzero((alpha > 0) & (alpha < 1))
    picture = rgb.copy()
    if xs.size:
        share, seen = alpha[ys, xs][:, None], floats(rgb[ys, xs]) / np.float32(255)
        where = floats((xs + 0.5) * (size[0] / width) - 0.5), floats((ys + 0.5) * (size[1] / height) - 0.5)
        means, behind, inner, certain = (_at(each, *where) for each in (mean, back, near, is_near))
        clean = _led(_mixed(seen, share, means, behind), inner, certain, share)
        picture[ys, xs] = np.asarray(np.clip(clean * 255 + 0.5, 0, 255), np.uint8)
    return picture


def _fuse(
    rgb: Floats, alpha: Floats, fore: Floats, back: Floats, radius: int
) -> tuple[Floats, Floats, Floats]:
    """One pass: colours of the person, mean colours of what is behind, mean colours of the person."""
    inside = _blurred(alpha, radius)
    mean_fore = _blurred(floats(fore * alpha), radius) / (inside + 1e-5)
    mean_back = _blurred(floats(back * (1 - alpha)), radius) / (1 - inside + 1e-5)
    return _mixed(rgb, alpha, floats(mean_fore), floats(mean_back)), floats(mean_back), floats(mean_fore)


def _mixed(rgb: Floats, alpha: Floats, mean_fore: Floats, mean_back: Floats) -> Floats:
    return floats(np.clip(mean_fore + alpha * (rgb - alpha * mean_fore - (1 - alpha) * mean_back), 0, 1))


def _inside(rgb: Floats, alpha: Floats, radius: int) -> tuple[Floats, Floats]:
    """Colours of the nearest pixels that are the person for sure, and how many there are, 0..1."""
    certain = floats(alpha > CERTAIN)[..., None]
    share = _blurred(certain, radius // 4)
    return floats(_blurred(floats(rgb * certain), radius // 4) / (share + 1e-4)), share


def _led(fore: Floats, near: Floats, is_near: Floats, alpha: Floats) -> Floats:
    """The thinner a strand, the less its own colour is known."""
    share = np.clip(alpha * 1.25, 0, 1)
    inner = np.where(is_near > 0.02, near, fore)  # noqa: PLR2004
    return floats(share * fore + (1 - share) * inner)


def _at(picture: Floats, xs: Floats, ys: Floats) -> Floats:
    """A picture's values between its pixels, (n, c)."""
    rows = -(-xs.size // ROW)  # what OpenCV samples is a picture, no side of which is longer than 32,767
    across, down = (floats(np.resize(each, (rows, ROW))) for each in (xs, ys))
    values = cv2.remap(picture, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return floats(values.reshape(rows * ROW, -1)[: xs.size])


def _blurred(picture: Floats, radius: int) -> Floats:
    """Box blur of (H, W, c) that keeps a channel axis of one."""
    out = cv2.blur(picture, (2 * radius + 1, 2 * radius + 1))
    return floats(out.reshape(picture.shape))
