"""Take the nearness of the camera out of a selfie: what a lens at arm's length makes large is made smaller again.

Perspective alone tells how near a camera was, but every face has proportions of its own that look like nearness or
distance: among 36 people photographed from afar the estimate reads 49 cm to 245 cm. So only that counts by which a
photo exceeds the sitter's farther ones. The limits are drawn where 1 in 100 photos from afar passes for a selfie; half
of the selfies do not pass, and stay as they are. Where the camera said what lens it had, the distance is known, and
nothing of this doubt is left.
"""

from typing import Final

import numpy as np

from fenshen.double.take import Edge, Take
from fenshen.engines.studio.head import level
from fenshen.engines.studio.relief import Relief
from fenshen.vision.arrays import Floats, floats

PROPORTIONS: Final = 1 / 3.2  # inverse face widths that a face of 36 may read from afar (95th percentile)
FARTHER: Final = 0.25  # of a sitter's readings: where their farther photos end
TURNED, NODDED = (
    20.0,
    12.0,
)  # degrees of yaw, and of pitch beside the usual, within which perspective can be told
SURE: Final = 0.16  # inverse face widths beyond the farther photos from which a photo is a selfie
SHARE: Final = (
    0.7  # of the nearness found that is taken out: better too little than a face that is not theirs
)
PORTRAIT: Final = 9.8  # face widths: 1.5 m
EARS_BEHIND: Final = 0.6  # face widths from the eyes, to which a lens tells the distance, back to the ears
SURE_BY_LENS: Final = 0.06  # inverse face widths beside a portrait's: nearer than 90 cm
SHARE_BY_LENS: Final = 0.4  # as much as makes selfies most like their sitters' farther photos: decision 0019


def nearness(take: Take, takes: tuple[Take, ...]) -> float:
    """Inverse face widths by which a take is nearer than the sitter's farther photos; 0 when that is not sure.

    takes: all of the double.
    """
    usual = level(takes)
    if take.by_lens:
        return _by_lens(take, usual)
    if not _readable(take, usual) or Edge.TOP in take.cut:
        return 0.0  # a crown that is cut would have to be continued
    far = float(np.quantile([1 / other.distance for other in takes if _readable(other, usual)], FARTHER))
    found = 1 / take.distance - min(PROPORTIONS, far)
    return SHARE * found if found >= SURE else 0.0


def _by_lens(take: Take, usual: float) -> float:
    """The same where the lens is known: then only the head has to be seen whole, and not from far beside."""
    if abs(take.yaw) > TURNED or abs(take.pitch - usual) > NODDED or Edge.TOP in take.cut:
        return 0.0
    found = 1 / (take.distance + EARS_BEHIND) - 1 / PORTRAIT
    return SHARE_BY_LENS * found if found >= SURE_BY_LENS else 0.0


def _readable(take: Take, usual: float) -> bool:
    return abs(take.yaw) <= TURNED and abs(take.pitch - usual) <= NODDED and take.distance > 0


def receded(head: Relief, depth: Floats, nearer: float, face_width: float) -> Floats:
    """How far each cell moves when the camera steps back to 1.5 m, the ears staying as large. (h, w, 2) take pixels.

    depth: (h, w) take pixels before the plane of the ears. nearer: inverse face widths of `nearness`.
    """
    z = depth / face_width
    scale = (1 - z * (nearer + 1 / PORTRAIT)) / (1 - z / PORTRAIT)
    return floats((head.positions() - head.middle) * (scale - 1)[..., None])
