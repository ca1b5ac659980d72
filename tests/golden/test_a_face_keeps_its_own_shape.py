"""In a cover a sitter keeps their own face: not its colours alone, its shape."""

from pathlib import Path

import numpy as np
import pytest

from fenshen.double.double import OpenDouble
from fenshen.engines.engine import RenderOptions
from fenshen.engines.studio.cover import cover
from fenshen.engines.studio.engine import StudioEngine
from fenshen.templates.catalogue import catalogue
from fenshen.vision import faces, mesh, regions
from fenshen.vision.arrays import Floats, floats

pytestmark = pytest.mark.xdist_group("sitting")
FACED = [name for name, recipe in catalogue().items() if recipe.mode == "face"]
INSIDE = sorted(set(range(468)) - set(regions.OVAL))  # what no edge of a cover comes near


def shape(points: Floats) -> Floats:
    """A mesh (478, 3) without its place, size and turn: (n, 2)."""
    flat = points[INSIDE, :2] - points[INSIDE, :2].mean(0)
    eyes = points[regions.LEFT_PUPIL, :2] - points[regions.RIGHT_PUPIL, :2]
    turn = np.arctan2(eyes[1], eyes[0])
    level = flat @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return floats(level / np.sqrt((level**2).sum(1).mean()))


def unlike(one: Floats, other: Floats) -> float:
    """How far two meshes' shapes are apart on average."""
    return float(np.linalg.norm(shape(one) - shape(other), axis=1).mean())


@pytest.mark.parametrize("name", FACED)
def test_a_face_in_a_cover_has_the_sitters_shape_and_not_the_covers(
    name: str, double: OpenDouble, models: Path
) -> None:
    recipe = catalogue()[name]
    made = StudioEngine().render(double, recipe, RenderOptions(short_side=640))
    (found, *_) = faces.detect(made.pixels, models)
    seen = mesh.fit(made.pixels, found, models).points
    (take,) = (take for take in double.takes if take.photo == made.photo)
    own, others = unlike(seen, floats(take.points)), unlike(seen, cover(recipe.plate or "").points)
    assert own < 0.6 * others
    assert own < 0.03
