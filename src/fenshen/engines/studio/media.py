"""Four media. Each takes a sheet and gives coded sRGB (H, W, 3) 0..1 of the same size."""

from typing import Final

import cv2
import numpy as np

from fenshen.engines.studio.drawn_line import drawn_line
from fenshen.engines.studio.flow_field import along_flow, grey_of
from fenshen.engines.studio.ground import lit, painted_part, paper, weave
from fenshen.engines.studio.kuwahara import kuwahara
from fenshen.engines.studio.noise import clouds
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
    paint = _abstract(sheet, 1.0)
    bristles = sheet.rng.standard_normal(sheet.size, dtype=np.float32)
    hairs = floats(cv2.GaussianBlur(bristles, (0, 0), max(0.6, 0.14 * unit)))
    bristles = along_flow(hairs, sheet.flow, 5 * unit)
    bristles = floats(bristles / (bristles.std() + 1e-6))
    relief = 0.45 * bristles + 0.12 * weave(sheet.size, max(2.0, 0.35 * unit))
    calm = 1 - np.clip(2.3 * sheet.care, 0, 0.92)
    strength = hand.texture * calm * (0.3 + 0.7 * np.sqrt(np.clip(grey_of(paint), 0, 1)))
    shine = 1 + strength * (lit(floats(relief), 0.55) - 1)
    streak = 1 + 0.05 * strength * bristles  # a brush carries colour unevenly
    return floats(np.clip(paint * (shine * streak)[..., None], 0, 1))


def watercolour(sheet: Sheet, hand: Hand) -> Floats:
    """Flat washes, pigment that gathers at edges and in the tooth, blooms, a bare margin (Bousseau et al. 2006)."""
    height, width = sheet.size
    tooth = paper(sheet.size, max(1.2, 0.3 * sheet.unit), sheet.rng)
    wash = _abstract(sheet, 1.2)
    light = _screened(wash)
    grey = grey_of(wash)
    even = cv2.GaussianBlur(grey, (0, 0), max(0.5, 0.35 * sheet.unit))
    dx, dy = cv2.Sobel(even, cv2.CV_32F, 1, 0), cv2.Sobel(even, cv2.CV_32F, 0, 1)
    edge = np.clip(np.hypot(dx, dy) * 1.6, 0, 1)  # wet-on-dry: pigment wanders to the edge of a wash
    turbulence = clouds(sheet.size, 0.12 * height, sheet.rng)
    calm = 1 - np.clip(1.8 * sheet.care, 0, 0.85)
    density = (
        1
        + calm * (0.28 * turbulence + 0.9 * edge) * (0.5 + hand.texture)
        + 0.13 * hand.texture * tooth * calm
    )
    pigment = _denser(light, floats(density))
    part = painted_part((height, width), hand.margin, sheet.rng)
    rim = np.clip(1 - np.abs(part - 0.55) / 0.35, 0, 1) * (part < 1)
    pigment = _denser(pigment, floats(1 + 0.5 * rim))
    ground = _ground(hand, tooth)
    return floats(np.clip((1 - part[..., None]) * ground + part[..., None] * pigment * _tint(hand), 0, 1))


def pencil(sheet: Sheet, hand: Hand) -> Floats:
    """Lines along the flow and soft shading that catches on the paper's tooth (XDoG: Winnemöller et al. 2012)."""
    tooth = paper(sheet.size, max(1.1, 0.25 * sheet.unit), sheet.rng)
    grey = _grey(sheet)
    lines = _lines(sheet, grey, 0.16 * sheet.unit)
    hatch = sheet.rng.standard_normal(sheet.size, dtype=np.float32)
    hatch = _slanted(hatch, max(3.0, 4.5 * sheet.unit), max(0.6, 0.12 * sheet.unit))
    care = np.clip(2.5 * sheet.care, 0, 1)
    tone = cv2.GaussianBlur(grey, (0, 0), max(0.6, 0.2 * sheet.unit))
    form = grey - cv2.GaussianBlur(grey, (0, 0), 6 * sheet.unit)  # what tells this face from another
    tone = tone * (1 - care) + (grey + 0.7 * form) * care
    dark = np.clip(1 - tone * 1.12, 0, 1) ** 1.15
    calm = (1 - np.clip(1.7 * sheet.care, 0, 0.65)) * (1 - 0.75 * dark * care)
    catch = np.clip(1 + hand.texture * calm * (0.5 * tooth + 0.55 * hatch), 0, 2)
    part = painted_part(sheet.size, hand.margin, sheet.rng)
    graphite = (
        np.clip(0.86 * dark * catch + 0.62 * (1 - lines) * np.clip(1 + 0.2 * tooth, 0, 1.3), 0, 1) * part
    )
    return _inked(hand, floats(graphite), tooth)


def ink(sheet: Sheet, hand: Hand) -> Floats:
    """Five shades of ink that run into each other on soft paper, and brush lines over them (after Chu & Tai 2005)."""
    tooth = paper(sheet.size, max(1.2, 0.35 * sheet.unit), sheet.rng)
    grey = grey_of(_abstract(sheet, 1.1))
    run = clouds(sheet.size, 0.05 * sheet.size[0], sheet.rng)
    calm = 1 - 0.85 * sheet.care
    wet = np.clip(grey + calm * (0.035 * run + 0.012 * tooth) * (0.4 + hand.texture), 0, 1)
    shades = np.interp(wet, TONES, SHADES).astype(np.float32)
    shades = shades * calm + np.interp(_grey(sheet), (0, 0.75, 1), (0, 0.92, 1)) * (1 - calm)
    lines = _lines(sheet, _grey(sheet), 0.22 * sheet.unit)
    part = painted_part(sheet.size, hand.margin, sheet.rng)
    return _inked(hand, floats((1 - shades * (0.25 + 0.75 * lines)) * part), tooth)


def _abstract(sheet: Sheet, size: float) -> Floats:
    """The picture in strokes, finer where care is due."""
    reach = floats(1 - sheet.care)
    paint = kuwahara(sheet.picture, sheet.flow, size * sheet.unit, reach)
    keep = np.clip(sheet.care * 1.1 - 0.3, 0, 0.75)[..., None]
    return floats(paint * (1 - keep) + sheet.picture * keep)


def _lines(sheet: Sheet, grey: Floats, width: float) -> Floats:
    """Lines of two widths: thin where care is due."""
    broad = drawn_line(grey, sheet.flow, width, least=0.010)
    fine = drawn_line(grey, sheet.flow, 0.6 * width, press=12, least=0.009)
    care = np.clip(1.6 * sheet.care, 0, 1)
    return floats(broad * (1 - care) + fine * care)


def _grey(sheet: Sheet) -> Floats:
    return floats(cv2.transform(sheet.picture, floats([[0.30, 0.59, 0.11]])))


def _slanted(values: Floats, length: float, width: float) -> Floats:
    """Noise drawn out into slanting strokes, deviation 1. length, width: pixels."""
    side = 2 * int(length / 2) + 1
    kernel = np.zeros((side, side), np.float32)
    cv2.line(kernel, (0, side - 1), (side - 1, round(0.25 * side)), 1.0, 1)
    drawn = cv2.filter2D(cv2.GaussianBlur(values, (0, 0), width), cv2.CV_32F, kernel / kernel.sum())
    return floats(drawn / (drawn.std() + 1e-6))


def _screened(picture: Floats) -> Floats:
    """Lighter, as transparent paint on white is: black cannot be had."""
    return floats(0.06 + 0.94 * np.clip(picture, 0, 1) ** 0.92)


def _denser(colour: Floats, density: Floats) -> Floats:
    """Pigment density d on a colour: C (1 - (1 - C)(d - 1)) (Bousseau et al. 2006, eq. 1)."""
    return floats(np.clip(colour * (1 - (1 - colour) * (density - 1)[..., None]), 0, 1))


def _tint(hand: Hand) -> Floats:
    """The ground seen through transparent paint, as factors."""
    return to_srgb(floats(hand.paper))


def _ground(hand: Hand, tooth: Floats) -> Floats:
    """The bare sheet, (H, W, 3) coded."""
    return floats(_tint(hand) * lit(tooth, 0.07 * hand.texture)[..., None])


def _inked(hand: Hand, cover: Floats, tooth: Floats) -> Floats:
    """One ink on the sheet. cover: (H, W) 0..1."""
    ground = _ground(hand, tooth)
    return floats(ground + np.clip(cover, 0, 1)[..., None] * (to_srgb(floats(hand.ink)) - ground))
