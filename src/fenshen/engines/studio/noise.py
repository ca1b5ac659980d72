"""Smooth noise and the lines of what stands against the sky. Seeded; about mean 0 and deviation 1."""

from typing import Final

import cv2
import numpy as np

from fenshen.vision.arrays import Floats, floats

FINE: Final = 16.0  # pixels: larger clumps are few, so that products of small matrices make them


def clouds(size: tuple[int, int], grain: float, rng: np.random.Generator) -> Floats:
    """Noise in three octaves, (h, w), deviation 1. size: (height, width). grain: pixels of the largest clump."""
    height, width = size
    total = np.zeros(size, np.float32)
    for octave, share in ((1.0, 1.0), (0.5, 0.55), (0.25, 0.3)):
        cell = max(1.0, grain * octave)
        small = (int(np.ceil(height / cell)) + 3, int(np.ceil(width / cell)) + 3)
        grid = rng.standard_normal(small).astype(np.float32)
        grid *= share
        if cell < FINE:
            total += cv2.resize(grid, None, fx=cell, fy=cell, interpolation=cv2.INTER_CUBIC)[:height, :width]
        else:
            total += _cubic(small[0], cell)[:height] @ grid @ _cubic(small[1], cell)[:width].T
    return even(total)


def _cubic(count: int, cell: float) -> Floats:
    """What each of so many clumps gives to each pixel of a line, (at least count * cell, count), as OpenCV has it."""
    return floats(
        cv2.resize(np.eye(count, dtype=np.float32), None, fx=1, fy=cell, interpolation=cv2.INTER_CUBIC)
    )


def even(values: Floats) -> Floats:
    """The same with mean 0 and deviation 1, in place."""
    mean, deviation = (float(found.item()) for found in cv2.meanStdDev(values))
    values -= mean
    values /= deviation + 1e-6
    return values


def line(kind: str, width: int, scale: float, rng: np.random.Generator) -> Floats:
    """Heights along a line, (width,), -1..1. scale: share of the width that one hill, house or tree takes."""
    return {"hills": _hills, "skyline": _houses, "trees": _trees}[kind](width, scale, rng)


def _hills(width: int, scale: float, rng: np.random.Generator) -> Floats:
    row = clouds((1, width), max(2.0, scale * width), rng)[0]
    smooth = cv2.GaussianBlur(row[None], (0, 0), max(1.0, 0.2 * scale * width))[0]
    return floats(np.clip(smooth / (np.abs(smooth).max() + 1e-6), -1, 1))


def _houses(width: int, scale: float, rng: np.random.Generator) -> Floats:
    heights, x = np.zeros(width, np.float32), 0
    while x < width:
        wide = max(1, round(scale * width * float(rng.uniform(0.4, 1.4))))
        heights[x : x + wide] = rng.uniform(-1, 1)
        x += wide
    return heights


def _trees(width: int, scale: float, rng: np.random.Generator) -> Floats:
    rough = clouds((1, width), max(2.0, scale * width), rng)[0] + 0.5 * rng.standard_normal(width)
    return floats(np.clip(rough / 2.2, -1, 1))
