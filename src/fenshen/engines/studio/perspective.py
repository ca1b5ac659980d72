"""Take the nearness of the camera out of a selfie: what a lens at arm's length makes large is made smaller again.

Perspective alone tells how near a camera was, but every face has proportions of its own that look like nearness or
distance: among 36 people photographed from afar the estimate reads 49 cm to 245 cm. So only that nearness counts which
exceeds the sitter's own farther photos and which nobody's proportions explain.
"""

from typing import Final

from fenshen.double.take import Take
from fenshen.engines.studio.relief import Relief
from fenshen.vision.arrays import Floats, floats

PROPORTIONS: Final = (
    1 / 3.2
)  # inverse face widths that a face of 36 may read without any nearness (5th percentile)
READABLE: Final = 20.0  # degrees of yaw within which perspective can be told
WORTH: Final = 0.08  # inverse face widths below which nobody sees a difference
SHARE: Final = (
    0.7  # of the nearness found that is taken out: better too little than a face that is not theirs
)
PORTRAIT: Final = 9.8  # face widths: 1.5 m


def nearness(take: Take, takes: tuple[Take, ...]) -> float:
    """Inverse face widths by which a take is nearer than the sitter's farther photos; 0 when that is not sure."""
    if abs(take.yaw) > READABLE or take.distance <= 0:
        return 0.0
    seen = [other.distance for other in takes if abs(other.yaw) <= READABLE]
    own = min(PROPORTIONS, 1 / max(seen))
    found = 1 / take.distance - own
    return SHARE * found if found * SHARE >= WORTH else 0.0


def receded(head: Relief, depth: Floats, nearer: float, face_width: float) -> Floats:
    """How far each cell moves when the camera steps back to 1.5 m, the ears staying as large. (h, w, 2) take pixels.

    depth: (h, w) take pixels before the plane of the ears. nearer: inverse face widths of `nearness`.
    """
    z = depth / face_width
    scale = (1 - z * (nearer + 1 / PORTRAIT)) / (1 - z / PORTRAIT)
    return floats((head.positions() - head.middle) * (scale - 1)[..., None])
