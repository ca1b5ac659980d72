"""What lies before a face: a hand, a thing, glass, hair, cloth. Seen by a small net of our own inside the mesh's net.

The mesh's net looks at the face anyway; what its inner layers know of each place is read out and told by 32 neurons
(40 kB, ``hidden.npz``) into how likely something lies there. They were taught on people who do not exist, with things
drawn before them (``benchmarks/gate/learn.py``, decision 0056).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.vision.arrays import Floats
from fenshen.vision.regions import OVAL

TENSORS = (345, 377, 408, 439)
"""Numbers of the layers of ``face_landmarks_detector.tflite`` that are read, fine to coarse."""

SHAPES = ((1, 32, 32, 64), (1, 16, 16, 128), (1, 8, 8, 128), (1, 4, 4, 128))
CELLS, CELL = 16, 16  # the face is judged in 16 x 16 cells of 16 px of the net's square
MOST = 6.0  # spreads; what goes beyond tells no more
BROWS, EYES = (105, 334), ((33, 133), (362, 263))
NEAR_EYE, BESIDE_EYE = 14.0, 18.0  # px of the net's square from the middle of an eye
WEIGHT = Path(__file__).with_name("hidden.npz")

Inner = Mapping[tuple[int, ...], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """How much of a face something lies before, 0..1."""

    face: float  # share of the face below the brows and beside the eyes
    forehead: float  # mean likelihood from the brows to the mesh's upper edge
    eyes: float  # mean likelihood around the eye that is freer


def prepare() -> None:
    """Read the numbers of the net before they are needed."""
    _taught()


def look(inner: Inner, points: Floats) -> Hidden:
    """Tell what is hidden of a face. points: (478, 2) mesh in px of the net's (256, 256) square, levelled."""
    likely = likelihood(inner)
    face = _inside(points)
    middles = np.stack(np.meshgrid(np.arange(CELLS), np.arange(CELLS)), -1) * CELL + CELL / 2
    below = middles[..., 1] >= points[list(BROWS), 1].mean()
    away = [np.hypot(*(middles - points[list(corners)].mean(0)).transpose(2, 0, 1)) for corners in EYES]
    beside = np.minimum(*away) > BESIDE_EYE
    return Hidden(
        face=_mean((likely > 0.5)[face & below & beside]),  # noqa: PLR2004
        forehead=_mean(likely[face & ~below]),
        eyes=min(_mean(likely[eye < NEAR_EYE]) for eye in away),
    )


def likelihood(inner: Inner) -> Floats:
    """(16, 16) float32 0..1: how likely something lies before each cell of the net's square."""
    taught = _taught()
    into = np.zeros((CELLS, CELLS, len(taught["bias"])), np.float32)
    for number, layer in enumerate(layers(inner)):
        apart = (layer - taught[f"mean{number}"]) / taught[f"spread{number}"]
        told = np.clip(apart, -MOST, MOST) @ taught[f"into{number}"]
        into += cv2.resize(told, (CELLS, CELLS), interpolation=cv2.INTER_LINEAR)
    answer = np.maximum(into + taught["bias"], 0) @ taught["out"] + taught["out_bias"]
    return np.asarray(1 / (1 + np.exp(-answer)), np.float32)


def layers(inner: Inner) -> list[Floats]:
    """(side, side, channels) of each layer; of the finest, four places in one, as their mean and their greatest."""
    fine, *others = (inner[shape][0] for shape in SHAPES)
    fours = fine.reshape(CELLS, 2, CELLS, 2, -1)
    return [np.concatenate([fours.mean((1, 3)), fours.max((1, 3))], -1), *others]


def _inside(points: Floats) -> NDArray[np.bool_]:
    """(16, 16) cells of which more than half lie inside the face's outline."""
    mask = np.zeros((CELLS * CELL, CELLS * CELL), np.float32)
    cv2.fillPoly(mask, [np.round(points[list(OVAL)]).astype(np.int32)], 1.0)
    return np.asarray(cv2.resize(mask, (CELLS, CELLS), interpolation=cv2.INTER_AREA) > 0.5)  # noqa: PLR2004


def _mean(values: Floats | NDArray[np.bool_]) -> float:
    return float(values.mean()) if values.size else 0.0


@lru_cache(maxsize=1)
def _taught() -> dict[str, Floats]:
    with np.load(WEIGHT, allow_pickle=False) as file:
        return {name: file[name].astype(np.float32) for name in file.files}
