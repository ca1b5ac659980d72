"""The sitter's own smile: how their face moves from their calm photos to their smiling ones."""

from typing import Final

import numpy as np

from fenshen.double.take import Take
from fenshen.engines.studio.head import face_width, rotation
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats

STILL: Final = (  # what a smile does not move
    *(33, 133, 362, 263, 168, 6, 8, 9),
    *(10, 151, 127, 356, 234, 454, 162, 389),
)
MIDLINE: Final = (0, 13, 14, 17)  # of the lips
BETWEEN_LIPS: Final = (
    *((13, 14), (82, 87), (312, 317), (81, 178), (311, 402)),
    *((80, 88), (310, 318), (191, 95), (415, 324)),
)
SHOWN: Final = 0.3  # how much calm and smiling photos must differ to know a smile
TURNED: Final = 32.0  # degrees beyond which half the mouth is guessed
NEAR: Final = 0.36  # face widths around the mouth and cheeks that move


def own_smile(takes: tuple[Take, ...]) -> Floats | None:
    """Movement of each vertex per unit of smile, in face widths, (468, 3).

    In the head's own axes: x right, y up, z near. None when the photos show one strength of smile only.
    """
    seen = [take for take in takes if abs(take.yaw) <= TURNED]
    smiles = np.array([take.smile for take in seen])
    if len(seen) < 2 or float(np.ptp(smiles)) < SHOWN:  # noqa: PLR2004 - a difference needs two
        return None
    meshes = [own_axes(take) for take in seen]
    still = list(STILL)
    frame = np.mean([mesh[still] for mesh in meshes], axis=0)
    meshes = [_laid_on(mesh, frame, still) for mesh in meshes]
    apart = smiles - smiles.mean()
    slope = np.tensordot(apart, np.array(meshes), 1) / float((apart**2).sum() + 0.05)
    slope[:, 0] -= slope[list(MIDLINE), 0].mean()  # what drifts sideways is the mesh, not the smile
    middle = meshes[0]
    mouth = middle[list(regions.LIPS)].mean(0)
    across = np.linalg.norm((middle - mouth)[:, :2] * (0.8, 1.0), axis=1)
    slope = slope * np.exp(-((across / NEAR) ** 2))[:, None]
    for upper, lower in BETWEEN_LIPS:  # a closed mouth stays closed: teeth cannot be made from lips
        slope[[upper, lower]] = (slope[upper] + slope[lower]) / 2
    return floats(slope)


def in_picture(movement: Floats, take: Take) -> Floats:
    """A movement in the head's own axes as a shift in the take's pixels, (468, 2) x right, y down."""
    turned = movement @ rotation(take.yaw, take.pitch, take.roll).T * face_width(take)
    return floats(turned[:, :2] * (1, -1))


def own_axes(take: Take) -> Floats:
    """(468, 3) mesh turned to face the viewer, in face widths: x right, y up, z near."""
    points = (take.points[:468] - take.points[:468].mean(0)) * floats([1, -1, -1])
    return floats(points @ rotation(take.yaw, take.pitch, take.roll) / face_width(take))


def _laid_on(mesh: Floats, frame: Floats, still: list[int]) -> Floats:
    """Shift and scale a mesh so that what a smile does not move lies on the frame."""
    own = mesh[still]
    scale = np.linalg.norm(frame - frame.mean(0)) / np.linalg.norm(own - own.mean(0))
    return floats((mesh - own.mean(0)) * scale + frame.mean(0))
