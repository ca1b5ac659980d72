"""What of somebody's portrait is a recipe: frame, pose, light and development, as numbers. Nothing of who it is."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import nnls

from fenshen.engines.studio.behind import Crop
from fenshen.engines.studio.grain import noise_of
from fenshen.engines.studio.lamp import daylight, towards
from fenshen.engines.studio.rig import lambert
from fenshen.templates.recipe import DAYLIGHT, Framing, Lens, Light, Look, Rig, Wish
from fenshen.vision import regions
from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.colour import LUMINANCE, to_linear, to_srgb
from fenshen.vision.light import shade
from fenshen.vision.mesh import FaceMesh

ASPECTS: Final = (0.62, 0.82)  # narrower and wider pictures are cut: photos of a sitter hold no more of them
NEAREST: Final = 0.31  # of the height: smaller faces are come closer to, or bodies would end in the air
EYES: Final = (0.3, 0.5)  # of the height
SIDES: Final = (0.4, 0.6)  # of the width
AZIMUTHS, ELEVATIONS, SIZES = range(-80, 81, 10), range(-20, 76, 10), (0.4, 0.65, 0.95)  # small lamps glare
SKIN: Final = 2.4  # red over blue of skin in neutral light, linear: very fair 1.7, very dark 4.8
BELIEVED: Final = 0.4  # of the colour of a light as skin tells it: the rest may be the skin's own
KELVINS: Final = np.geomspace(3000, 7500, 60)
FLAT: Final = 0.06  # saturation below which a picture is black and white
GLARE: Final = 1.3  # stops by which hair outshines a face when light comes from behind
DARK: Final = (
    0.25  # linear luminance that the brightest twentieth of a picture reaches, unless it was meant dark
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was measured on the picture."""

    rgb: RGB  # (H, W, 3) sRGB
    mesh: FaceMesh  # in its pixels
    smile: float  # 0..1
    light: Floats  # (9, 3) harmonics of light x skin, linear
    skin: tuple[float, float, float]  # median of the face, linear
    glare: float  # stops by which hair outshines it
    behind: Floats  # (H, W) 0..1, 1 where nobody is


def crop_of(seen: Seen) -> Crop:
    """The frame: the whole picture where it can be, else the part around the face that is a portrait."""
    height, width = seen.rgb.shape[:2]
    tall, x, eyes = _face(seen.mesh)
    high = min(height, tall / NEAREST)
    wide = min(float(width), high * ASPECTS[1])
    high = min(high, wide / ASPECTS[0])
    wide = max(min(wide, high * ASPECTS[1]), min(float(width), high * ASPECTS[0]))
    top = _placed(eyes, high, height, EYES)
    left = _placed(x, wide, width, SIDES)
    return Crop(left=round(left), top=round(top), width=max(1, int(wide)), height=max(1, int(high)))


def framing_of(seen: Seen, crop: Crop) -> Framing:
    """Where the camera stood."""
    tall, x, eyes = _face(seen.mesh)
    crown = eyes - crop.top - 0.95 * tall  # a head with its hair reaches about so far above the eyes
    return Framing(
        face_height=_rounded(np.clip(tall / crop.height, 0.2, 0.62)),
        eye_line=_rounded(np.clip((eyes - crop.top) / crop.height, 0.2, 0.6)),
        centre=_rounded(np.clip((x - crop.left) / crop.width, 0.25, 0.75)),
        whole_head=bool(crown > 0),
    )


def wish_of(seen: Seen) -> Wish:
    """How the head was held."""
    pose = seen.mesh.pose
    yaw, roll = (float(np.clip(round(v), -40, 40)) for v in (pose.yaw, pose.roll))
    return Wish(yaw=yaw, roll=None if abs(roll) < 4 else roll, smile=_rounded(np.clip(seen.smile, 0, 1)))  # noqa: PLR2004


def rig_of(seen: Seen) -> Rig:
    """The lamp that explains the light on a face best, light from everywhere, and a lamp from behind if one shone.

    The harmonics of the face are fitted by the studio's own lamp (non-negative least squares over a grid of places and
    sizes), so that what was read is what will be thrown. Colours are ratios: skin cancels out of those between lamps.
    """
    normals = _hemisphere()
    target = shade(normals, seen.light)
    bright = floats(target @ LUMINANCE)
    up = 0.75 + 0.25 * normals[:, 1]
    best = min(
        (_tried(normals, up, bright, azimuth, elevation, size) for azimuth in AZIMUTHS for elevation in ELEVATIONS
         for size in SIZES), key=lambda tried: tried[0],
    )  # fmt: skip
    _, key, (ambient, strength) = best
    total = max(1e-6, ambient + 0.7 * strength)
    warm, ambient_warm = _colours(target, up, normals, key, seen.skin)
    lights = [
        key.model_copy(update={"intensity": _rounded(np.clip(1.15 * strength / total, 0, 4)), "kelvin": warm})
    ]
    if seen.glare > GLARE:
        lights.append(_from_behind(seen, warm))
    return Rig(
        lights=tuple(lights),
        ambient=_rounded(np.clip(0.95 * ambient / total, 0.08, 2)),
        ambient_kelvin=ambient_warm,
        strength=0.85,
    )


def look_of(seen: Seen) -> Look:
    """How the picture was developed: colour or none, how deep its black is, its grain, whether it was meant dark."""
    linear = to_linear(seen.rgb[::2, ::2])
    coded = floats(seen.rgb[::2, ::2]) / 255
    vivid = float(np.quantile((coded.max(-1) - coded.min(-1)) / np.maximum(coded.max(-1), 0.1), 0.97))
    black = float(np.quantile(coded.max(-1), 0.005))
    bright = float(np.quantile(linear @ LUMINANCE, 0.95))  # not of the face: dark skin is no dark picture
    green = floats(np.log(linear[..., 1] + 0.01))
    grain = noise_of(floats(np.ascontiguousarray(green)), floats(np.ascontiguousarray(seen.behind[::2, ::2])))
    return Look(
        monochrome=(0.3, 0.55, 0.15) if vivid < FLAT else None,
        fade=_rounded(np.clip(black - 0.02, 0, 0.08)),
        exposure=_rounded(np.clip(np.log2(max(bright, 1e-3) / DARK), -0.9, 0)),
        grain=_rounded(np.clip(0.4 * grain, 0.003, 0.03)),
    )


def undeveloped(rgb: RGB, look: Look) -> RGB:
    """A plate (h, w, 3) sRGB before the development that `look_of` read, because it will be developed again."""
    coded = floats(np.clip((floats(rgb) / 255 - look.fade) / (1 - look.fade), 0, 1))
    linear = to_linear(coded) * np.float32(2.0**-look.exposure)
    return np.asarray(np.round(to_srgb(floats(linear)) * 255), np.uint8)


def lens_of(crop: Crop) -> Lens:
    """A portrait lens, open as far as a plate with a filled hole needs."""
    return Lens(focal=85 if crop.height >= crop.width else 70, aperture=2.2)


def _face(mesh: FaceMesh) -> tuple[float, float, float]:
    """Height of the face, its middle and the line of its eyes, in pixels."""
    oval = mesh.points[list(regions.OVAL), :2]
    eyes = mesh.points[[regions.RIGHT_PUPIL, regions.LEFT_PUPIL], 1].mean()
    return float(np.ptp(oval[:, 1])), float(oval[:, 0].min() + oval[:, 0].max()) / 2, float(eyes)


def _placed(at: float, length: float, whole: int, share: tuple[float, float]) -> float:
    """Where a window of some length begins, so that a place lies in it as it did in the whole, within limits."""
    part = float(np.clip(at / whole, *share))
    return float(np.clip(at - part * length, 0, whole - length))


def _hemisphere() -> Floats:
    """Normals that a face shows, (n, 3), evenly spread (Fibonacci)."""
    k = np.arange(400) + 0.5
    z = 1 - 0.85 * k / 400  # up to 81 degrees from the viewer
    turn = np.pi * (1 + 5**0.5) * k
    ring = np.sqrt(1 - z * z)
    return floats(np.stack([ring * np.cos(turn), ring * np.sin(turn), z], -1))


def _tried(
    normals: Floats, up: Floats, bright: Floats, azimuth: float, elevation: float, size: float
) -> tuple[float, Light, tuple[float, float]]:
    """How badly one lamp and an ambient light explain a brightness (n,), and their strengths."""
    lamp = Light(
        azimuth=azimuth, elevation=elevation, intensity=1, size=size, shadow=_rounded(0.75 - 0.4 * size)
    )
    lit = lambert(floats(normals @ towards(lamp)), size) @ LUMINANCE
    weight = normals[:, 2]
    (ambient, strength), error = nnls(np.stack([up * weight, lit * weight], -1), bright * weight)
    return float(error), lamp, (float(ambient), float(strength))


def _colours(
    target: Floats, up: Floats, normals: Floats, key: Light, skin: tuple[float, float, float]
) -> tuple[float, float]:
    """Kelvins of the lamp and of the light from everywhere."""
    lit = lambert(floats(normals @ towards(key)), key.size) @ LUMINANCE
    basis = np.stack([up, lit], -1)
    parts = np.stack([nnls(basis, target[:, c].astype(np.float64))[0] for c in range(3)], -1) + 1e-4
    skin_warm = (skin[0] / max(skin[2], 1e-3)) / SKIN
    whole = BELIEVED * float(np.log(np.clip(skin_warm, 0.3, 4)))
    apart = float(np.log(np.clip((parts[1, 0] / parts[1, 2]) / (parts[0, 0] / parts[0, 2]), 0.5, 2)))
    share = float(parts[1].sum() / parts.sum())
    return _kelvin(whole + (1 - share) * apart), _kelvin(whole - share * apart)


def _kelvin(log_ratio: float) -> float:
    """The black body whose red over blue is so far, in logarithms, from daylight's."""
    neutral = daylight(DAYLIGHT)
    ratios = [
        float(np.log(colour[0] / colour[2] / (neutral[0] / neutral[2]))) for colour in map(daylight, KELVINS)
    ]
    return float(round(float(KELVINS[int(np.argmin(np.abs(floats(ratios) - log_ratio)))]), -2))


def _from_behind(seen: Seen, kelvin: float) -> Light:
    """Sun or a lamp behind the sitter, on the side on which the background is brighter."""
    coded = seen.rgb.mean(-1) * seen.behind
    middle = coded.shape[1] // 2
    left, right = (float(part.sum()) for part in (coded[:, :middle], coded[:, middle:]))
    side = 1 if right > left else -1
    strength = _rounded(np.clip(0.5 * (seen.glare - GLARE + 1), 0.4, 1.4))
    return Light(azimuth=150 * side, elevation=25, intensity=strength, size=0.3, kelvin=kelvin, shadow=0)


def _rounded(value: float | np.floating) -> float:
    return round(float(value), 3)
