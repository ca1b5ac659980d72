"""Names for the arrays that travel through the house.

Pictures in memory are RGB and sRGB-encoded; a net that wants another order converts inside its own file.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

RGB = NDArray[np.uint8]
"""(H, W, 3) uint8, sRGB-encoded, 0..255."""

Floats = NDArray[np.float32]
"""float32 of the shape the docstring beside it names."""

Ints = NDArray[np.int32]
"""int32 indices of the shape the docstring beside it names."""


def floats(values: ArrayLike) -> Floats:
    """Make a float32 array of anything that looks like one."""
    return np.asarray(values, np.float32)
