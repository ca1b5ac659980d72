"""The mean mesh of the bundled people, who do not exist, as a face for covers to be made round.

.venv/bin/python tools/plates/nobodys_face.py MODELS FACE.npy
"""

import sys
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from fenshen import people
from fenshen.vision import faces, mesh, regions

STRAIGHT = (8.0, 6.0)  # degrees of yaw and roll within which a photo counts


def main(models: Path, out: Path) -> None:
    """Write (478, 3): face widths from the middle of the outline, y down, z away from us, zero level with the ears."""
    found = []
    for name in people.NAMES:
        for photo in people.photos_of(name):
            rgb = np.asarray(Image.open(BytesIO(photo.read())).convert("RGB"), np.uint8)
            seen = [mesh.fit(rgb, face, models) for face in faces.detect(rgb, models)[:1]]
            for each in seen:
                if abs(each.pose.yaw) < STRAIGHT[0] and abs(each.pose.roll) < STRAIGHT[1]:
                    rim = each.points[list(regions.OVAL)]
                    low, high = rim.min(0), rim.max(0)
                    middle = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, high[2]])
                    found.append((each.points - middle) / (high[0] - low[0]))
    np.save(out, np.mean(found, 0))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
