"""Write ``src/fenshen/people/<name>/double.bin``: small doubles of the bundled people, for previews of templates.

    .venv/bin/python tools/models_of_nobody.py

A sitting with each person in an empty studio, of which the frontal and the best smile are kept, at half size. Run it
again when the format of doubles changes; ``tests/flow/test_previews_of_packs.py`` says when.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from fenshen import people, settings
from fenshen.double import codec
from fenshen.double.double import OpenDouble
from fenshen.double.take import Take
from fenshen.flow.sit import sit
from fenshen.ids import SitterId, new_id
from fenshen.progress import Silent
from fenshen.rights import consent
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import open_desk
from fenshen.vault.vault import DataClass

ROOT = Path(__file__).resolve().parents[1]
SCALE = 0.5


def main() -> None:
    """Make one file for each person."""
    for name in people.NAMES:
        with tempfile.TemporaryDirectory() as scratch:
            chosen = {"FENSHEN_HOME": scratch, "FENSHEN_MODELS": str(settings.load().models)}
            desk = open_desk(settings.load(chosen))
            sitter = SitterId(new_id("sitter"))
            consent.grant(desk, sitter, list(Purpose), adult=True, is_self=True, language="en")
            double = sit(people.photos_of(name), sitter, desk=desk, progress=Silent()).double
            whole = codec.unpack(desk.vault.get(sitter, DataClass.DOUBLE, double))
        packed = codec.pack(small(whole))
        (ROOT / "src" / "fenshen" / "people" / name / "double.bin").write_bytes(packed)
        print(f"{name}: {len(packed)} bytes")


def small(double: OpenDouble) -> OpenDouble:
    """The frontal, and the take that smiles most without turning far, at half size."""
    frontal = double.takes[0]
    others = [take for take in double.takes[1:] if abs(take.yaw) < 15 and abs(take.pitch) < 12]  # noqa: PLR2004
    kept = [frontal, *sorted(others, key=lambda take: -take.smile)[:1]]
    return replace(double, takes=tuple(halved(take) for take in kept))


def halved(take: Take) -> Take:
    """A take on a quarter of the pixels."""
    height, width = take.alpha.shape
    size = (round(width * SCALE), round(height * SCALE))
    foreground, alpha = (
        np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        for picture in (take.foreground, take.alpha)
    )
    coarse = (round(take.depth.shape[1] * SCALE), round(take.depth.shape[0] * SCALE))
    normals, depth = (
        np.asarray(cv2.resize(shape, coarse, interpolation=cv2.INTER_AREA), np.float32)
        for shape in (take.normals, take.depth)
    )
    points = np.asarray(take.points * SCALE, np.float32)
    return replace(take, foreground=foreground, alpha=alpha, points=points, normals=normals, depth=depth)


if __name__ == "__main__":
    main()
