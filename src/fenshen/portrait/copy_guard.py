"""Is it a portrait, or one of the photos again? Asked where another pose or expression is claimed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from fenshen.double.take import Take
from fenshen.portrait.likeness import on_grey
from fenshen.vision import regions
from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.faces import detect
from fenshen.vision.identity import MESH_ANCHORS, aligned, similarity
from fenshen.vision.mesh import fit

MOVED: Final = 0.015  # face widths: portraits of one take measured .003 to .011, of two takes .022 and more
DIFFERENT: Final = 0.15  # 1 - correlation: portraits of one take measured up to .05, of two takes .05 to .9
COARSE: Final = 1.2  # pixels of the aligned face: what is finer is grain and sharpness


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """How a portrait differs from the photo it was made from."""

    photo: int
    moved: float  # face widths by which the tenth of the mesh that moved most lies elsewhere, once both are aligned
    different: float  # 0 = the same picture but for brightness .. 1 = nothing in common
    again: bool  # whether it is only that photo again


def same_photo_again(portrait: RGB, take: Take, models: Path) -> Copied | None:
    """Compare a portrait (H, W, 3) with the take it was made from; None when no face can be read in it."""
    faces = detect(portrait, models)
    if not faces:
        return None
    points = fit(portrait, faces[0], models).points
    moved = moved_by(points, take.points)
    different = difference(aligned(portrait, _anchors(points)), aligned(on_grey(take), _anchors(take.points)))
    return Copied(
        photo=take.photo,
        moved=moved,
        different=different,
        again=moved < MOVED and different < DIFFERENT,
    )


def moved_by(one: Floats, other: Floats) -> float:
    """Distance that nine in ten points of two meshes, (478, 3) each, keep within, in face widths of the other one.

    Shift, scale and a turn in the picture's plane are no other pose: they are taken out first.
    """
    onto = similarity(one[:, :2], other[:, :2])
    laid = one[:, :2] @ onto[:, :2].T + onto[:, 2]
    width = max(1e-6, float(np.ptp(other[list(regions.OVAL), 0])))
    return float(np.quantile(np.linalg.norm(laid - other[:, :2], axis=1), 0.9) / width)


def difference(one: RGB, other: RGB) -> float:
    """1 - correlation of two aligned faces (112, 112, 3) within their middle, brightness and contrast apart."""
    first, second = (_middle(each) for each in (one, other))
    first, second = first - first.mean(), second - second.mean()
    scale = max(1e-6, float(np.linalg.norm(first) * np.linalg.norm(second)))
    return float(np.clip(1 - (first * second).sum() / scale, 0, 1))


def _middle(face: RGB) -> Floats:
    """Eyes, nose and mouth in grey, without what is slow (light) and what is quick (grain)."""
    grey = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY).astype(np.float32)
    band = cv2.GaussianBlur(grey, (0, 0), COARSE) - cv2.GaussianBlur(grey, (0, 0), 10)
    return floats(band[34:102, 24:88])


def _anchors(points: Floats) -> Floats:
    return floats(points[list(MESH_ANCHORS), :2])
