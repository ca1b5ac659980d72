"""The darkroom: exposure, contrast, colour, film. From linear light to a picture."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.templates.recipe import Look
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import to_srgb

LUMINANCE: Final = floats([0.2126, 0.7152, 0.0722])
MIDDLE_GREY: Final = 0.18


def develop(linear: Floats, look: Look, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Linear sRGB (H, W, 3) float32 to a finished picture, uint8 sRGB."""
    light = linear * np.float32(2.0**look.exposure)
    if look.vignette:
        light = light * vignette(light.shape[:2], look.vignette)[..., None]
    if look.bloom:
        light = light + look.bloom * glow(light)
    light = tone(light, look.contrast)
    if look.monochrome is not None:
        grey = light @ (floats(look.monochrome) / sum(look.monochrome))
        light = np.repeat(grey[..., None], 3, axis=2)
    elif look.saturation != 1.0:
        grey = (light @ LUMINANCE)[..., None]
        light = np.maximum(grey + (light - grey) * look.saturation, 0)
    light = split_tone(light, look.shadows, look.highlights)
    picture = look.fade + (1 - look.fade) * to_srgb(floats(light))
    if look.grain:
        picture = picture + grain(picture, look.grain, look.grain_size, rng)
    return np.asarray(np.clip(picture * 255 + dither(picture.shape, rng), 0, 255), np.uint8)


def tone(linear: Floats, contrast: float) -> Floats:
    """Contrast around middle grey in log light, with a film-like shoulder so that highlights never clip hard.

    The curve is applied to the brightest channel and the colour scaled with it, which keeps hues.
    """
    peak = np.maximum(linear.max(-1, keepdims=True), 1e-5)
    curved = MIDDLE_GREY * (peak / MIDDLE_GREY) ** contrast
    knee = 0.62
    over = np.maximum(curved - knee, 0)
    curved = np.minimum(curved, knee) + (1 - knee) * over / (over + (1 - knee))
    return floats(linear * (curved / peak))


def split_tone(
    linear: Floats, shadows: tuple[float, float, float], highlights: tuple[float, float, float]
) -> Floats:
    """Tint the dark and the bright parts separately; luminance decides which is which."""
    if shadows == highlights == (1.0, 1.0, 1.0):
        return linear
    share = np.clip((linear @ LUMINANCE) / 0.6, 0, 1)[..., None] ** 0.5
    return floats(linear * ((1 - share) * floats(shadows) + share * floats(highlights)))


def glow(linear: Floats) -> Floats:
    """Light that spills around highlights in glass and film (H, W, 3)."""
    small = cv2.resize(
        linear, (max(1, linear.shape[1] // 4), max(1, linear.shape[0] // 4)), interpolation=cv2.INTER_AREA
    )
    bright = np.maximum(small - 0.35, 0)
    spread = cv2.GaussianBlur(bright, (0, 0), 0.02 * small.shape[0])
    return floats(cv2.resize(spread, linear.shape[1::-1], interpolation=cv2.INTER_LINEAR))


def vignette(size: tuple[int, int], stops: float) -> Floats:
    """Fall-off to the corners as cos⁴ of the field angle, scaled to `stops` in the corner. (H, W) float32."""
    height, width = size
    ys, xs = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    away = (xs**2 + ys**2) / 2
    return floats(2.0 ** (-stops * away**1.2))


def grain(picture: Floats, amount: float, size: float, rng: np.random.Generator) -> Floats:
    """Film grain, strongest in the middle tones (H, W, 1); one layer over the whole picture binds its parts."""
    height, width = picture.shape[:2]
    noise = rng.standard_normal((height, width), dtype=np.float32)
    sigma = 0.5 * size * height / 1536
    noise = floats(cv2.GaussianBlur(noise, (0, 0), max(0.35, sigma)))
    noise /= float(noise.std()) + 1e-6
    middle = picture.mean(-1)
    return floats((amount * noise * (0.35 + 2.6 * middle * (1 - middle)))[..., None])


def dither(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Rounding noise 0..1 that keeps smooth backdrops free of bands."""
    return rng.random(shape, dtype=np.float32)
