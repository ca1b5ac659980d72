"""Four media. Each takes a sheet and gives coded sRGB (H, W, 3) 0..1 of the same size."""

from typing import Final

import cv2
import numpy as np

from fenshen.engines.studio.bands import per_channel, pointwise
from fenshen.engines.studio.drawn_line import drawn_line
from fenshen.engines.studio.flow_field import along_flow, grey_of
from fenshen.engines.studio.ground import lit, painted_part, paper, weave
from fenshen.engines.studio.kuwahara import kuwahara
from fenshen.engines.studio.noise import clouds
from fenshen.engines.studio.old_light import wide_blur
from fenshen.engines.studio.sheet import Sheet
from fenshen.templates.hand import Hand
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import to_srgb

TONES: Final = (0.0, 0.22, 0.42, 0.62, 0.80, 1.0)
SHADES: Final = (0.04, 0.24, 0.48, 0.74, 1.0, 1.0)
"""Tone to tone: the five shades of ink of Chinese painting (scorched, thick, heavy, light, clear), and bare paper."""


def oil(sheet: Sheet, hand: Hand) -> Floats:
    """Strokes along the flow that end at edges, bristles in relief under a lamp, canvas where paint is thin.

    Anisotropic Kuwahara filtering (Kyprianidis et al. 2009), bristles by line integral convolution of noise and their
    relief as in Hertzmann 2002, "Fast paint texture".
    """
    unit = sheet.unit
    paint = _abstract(sheet, sheet.picture, 1.0)
    bristles = sheet.rng.standard_normal(sheet.size, dtype=np.float32)
    hairs = floats(cv2.GaussianBlur(bristles, (0, 0), max(0.6, 0.14 * unit)))
    bristles = along_flow(hairs, sheet.flow, 5 * unit)
    bristles /= float(cv2.meanStdDev(bristles)[1].item()) + 1e-6
    relief = lit(floats(0.45 * bristles + 0.12 * weave(sheet.size, max(2.0, 0.35 * unit))), 0.55)

    def laid_on(paint: Floats, bristles: Floats, relief: Floats, care: Floats) -> Floats:
        calm = 1 - np.clip(2.3 * care, 0, 0.92)
        strength = hand.texture * calm * (0.3 + 0.7 * np.sqrt(np.clip(grey_of(paint), 0, 1)))
        shine = 1 + strength * (relief - 1)
        streak = 1 + 0.05 * strength * bristles  # a brush carries colour unevenly
        return floats(np.clip(paint * per_channel(floats(shine * streak)), 0, 1))

    return pointwise(laid_on, paint, bristles, relief, sheet.care)


def watercolour(sheet: Sheet, hand: Hand) -> Floats:
    """Flat washes, pigment that gathers at edges and in the tooth, blooms, a bare margin (Bousseau et al. 2006)."""
    height, width = sheet.size
    tooth = paper(sheet.size, max(1.2, 0.3 * sheet.unit), sheet.rng)
    wash = _abstract(sheet, sheet.picture, 1.2)
    grey = grey_of(wash)
    even = cv2.GaussianBlur(grey, (0, 0), max(0.5, 0.35 * sheet.unit))
    dx, dy = (floats(cv2.Sobel(even, cv2.CV_32F, *order)) for order in ((1, 0), (0, 1)))
    turbulence = clouds(sheet.size, 0.12 * height, sheet.rng)
    part = painted_part((height, width), hand.margin, sheet.rng)
    ground = _ground(hand, tooth)

    def washed(
        wash: Floats,
        dx: Floats,
        dy: Floats,
        run: Floats,
        tooth: Floats,
        care: Floats,
        part: Floats,
        ground: Floats,
    ) -> Floats:
        edge = np.clip(np.hypot(dx, dy) * 1.6, 0, 1)  # wet-on-dry: pigment wanders to the edge of a wash
        calm = 1 - np.clip(1.8 * care, 0, 0.85)
        thick = (
            1 + calm * (0.28 * run + 0.9 * edge) * (0.5 + hand.texture) + 0.13 * hand.texture * tooth * calm
        )
        pigment = _denser(_screened(wash), floats(thick))
        rim = np.clip(1 - np.abs(part - 0.55) / 0.35, 0, 1) * (part < 1)
        pigment = _denser(pigment, floats(1 + 0.5 * rim))
        painted = per_channel(part)
        return floats(np.clip((1 - painted) * ground + painted * pigment * _tint(hand), 0, 1))

    return pointwise(washed, wash, dx, dy, turbulence, tooth, sheet.care, part, ground)


def pencil(sheet: Sheet, hand: Hand) -> Floats:
    """Lines along the flow and soft shading that catches on the paper's tooth (XDoG: Winnemöller et al. 2012)."""
    tooth = paper(sheet.size, max(1.1, 0.25 * sheet.unit), sheet.rng)
    grey = _grey(sheet)
    lines = _lines(sheet, grey, 0.16 * sheet.unit)
    hatch = sheet.rng.standard_normal(sheet.size, dtype=np.float32)
    hatch = _slanted(hatch, max(3.0, 4.5 * sheet.unit), max(0.6, 0.12 * sheet.unit))
    even = floats(cv2.GaussianBlur(grey, (0, 0), max(0.6, 0.2 * sheet.unit)))
    around = wide_blur(grey, 6 * sheet.unit)
    part = painted_part(sheet.size, hand.margin, sheet.rng)

    def shaded(
        grey: Floats, even: Floats, around: Floats, care: Floats, tooth: Floats, hatch: Floats, lines: Floats
    ) -> Floats:
        fine = np.clip(2.5 * care, 0, 1)
        form = grey - around  # what tells this face from another
        tone = even * (1 - fine) + (grey + 0.7 * form) * fine
        dark = np.clip(1 - tone * 1.12, 0, 1) ** 1.15
        calm = (1 - np.clip(1.7 * care, 0, 0.65)) * (1 - 0.75 * dark * fine)
        catch = np.clip(1 + hand.texture * calm * (0.5 * tooth + 0.55 * hatch), 0, 2)
        drawn = 0.62 * (1 - lines) * np.clip(1 + 0.2 * tooth, 0, 1.3)
        return floats(np.clip(0.86 * dark * catch + drawn, 0, 1))

    graphite = pointwise(shaded, grey, even, around, sheet.care, tooth, hatch, lines)
    return _inked(hand, floats(graphite * part), tooth)


def ink(sheet: Sheet, hand: Hand) -> Floats:
    """Five shades of ink that run into each other on soft paper, and brush lines over them (after Chu & Tai 2005)."""
    tooth = paper(sheet.size, max(1.2, 0.35 * sheet.unit), sheet.rng)
    grey = _abstract(sheet, grey_of(sheet.picture), 1.1)
    run = clouds(sheet.size, 0.05 * sheet.size[0], sheet.rng)
    plain = _grey(sheet)
    lines = _lines(sheet, plain, 0.22 * sheet.unit)
    part = painted_part(sheet.size, hand.margin, sheet.rng)

    def soaked(
        grey: Floats, run: Floats, tooth: Floats, care: Floats, plain: Floats, lines: Floats, part: Floats
    ) -> Floats:
        calm = 1 - 0.85 * care
        wet = np.clip(grey + calm * (0.035 * run + 0.012 * tooth) * (0.4 + hand.texture), 0, 1)
        shades = np.interp(wet, TONES, SHADES).astype(np.float32)
        shades = shades * calm + np.interp(plain, (0, 0.75, 1), (0, 0.92, 1)) * (1 - calm)
        return floats((1 - shades * (0.25 + 0.75 * lines)) * part)

    return _inked(hand, pointwise(soaked, grey, run, tooth, sheet.care, plain, lines, part), tooth)


def _abstract(sheet: Sheet, picture: Floats, size: float) -> Floats:
    """A sheet's picture, (H, W, 3) or grey (H, W), in strokes, finer where care is due."""
    paint = kuwahara(picture, sheet.flow, size * sheet.unit, floats(1 - sheet.care))

    def kept(paint: Floats, picture: Floats, care: Floats) -> Floats:
        keep = floats(np.clip(care * 1.1 - 0.3, 0, 0.75))
        keep = per_channel(keep) if paint.ndim > keep.ndim else keep
        return floats(paint * (1 - keep) + picture * keep)

    return pointwise(kept, paint, picture, sheet.care)


def _lines(sheet: Sheet, grey: Floats, width: float) -> Floats:
    """Lines of two widths: thin where care is due."""
    broad = drawn_line(grey, sheet.flow, width, least=0.010)
    fine = drawn_line(grey, sheet.flow, 0.6 * width, press=12, least=0.009)

    def chosen(broad: Floats, fine: Floats, care: Floats) -> Floats:
        share = np.clip(1.6 * care, 0, 1)
        return floats(broad * (1 - share) + fine * share)

    return pointwise(chosen, broad, fine, sheet.care)


def _grey(sheet: Sheet) -> Floats:
    return floats(cv2.transform(sheet.picture, floats([[0.30, 0.59, 0.11]])))


def _slanted(values: Floats, length: float, width: float) -> Floats:
    """Noise drawn out into slanting strokes, deviation 1. length, width: pixels."""
    side = 2 * int(length / 2) + 1
    kernel = np.zeros((side, side), np.float32)
    cv2.line(kernel, (0, side - 1), (side - 1, round(0.25 * side)), 1.0, 1)
    soft = cv2.GaussianBlur(values, (0, 0), width)
    drawn = floats(cv2.filter2D(soft, cv2.CV_32F, kernel / kernel.sum()))
    drawn /= float(cv2.meanStdDev(drawn)[1].item()) + 1e-6
    return drawn


def _screened(picture: Floats) -> Floats:
    """Lighter, as transparent paint on white is: black cannot be had."""
    return floats(0.06 + 0.94 * np.clip(picture, 0, 1) ** 0.92)


def _denser(colour: Floats, density: Floats) -> Floats:
    """Pigment density d on a colour: C (1 - (1 - C)(d - 1)) (Bousseau et al. 2006, eq. 1)."""
    return floats(np.clip(colour * (1 - (1 - colour) * per_channel(floats(density - 1))), 0, 1))


def _tint(hand: Hand) -> Floats:
    """The ground seen through transparent paint, as factors."""
    return to_srgb(floats(hand.paper))


def _ground(hand: Hand, tooth: Floats) -> Floats:
    """The bare sheet, (H, W, 3) coded."""
    tint = _tint(hand)
    return pointwise(lambda light: floats(per_channel(light) * tint), lit(tooth, 0.07 * hand.texture))


def _inked(hand: Hand, cover: Floats, tooth: Floats) -> Floats:
    """One ink on the sheet. cover: (H, W) 0..1."""
    ink = to_srgb(floats(hand.ink))

    def covered(ground: Floats, cover: Floats) -> Floats:
        return floats(ground + per_channel(floats(np.clip(cover, 0, 1))) * (ink - ground))

    return pointwise(covered, _ground(hand, tooth), cover)
