"""A rig is turned round when its key would fight the light that the photo already has."""

import numpy as np
import pytest

from fenshen.engines.studio.lamp import towards
from fenshen.engines.studio.rig import turned_to
from fenshen.templates.catalogue import catalogue, template
from fenshen.vision.arrays import Floats


def light_from(side: float) -> Floats:
    """Harmonics of a light from the left (-1) or the right (+1) of the picture, and from the front."""
    light = np.zeros((9, 3), np.float32)
    light[0], light[1], light[3] = 0.5, 0.3 * side, 0.3
    return light


def key_side(name: str, side: float) -> float:
    lamps = turned_to(template(name).rig, light_from(side)).lights
    return float(towards(max(lamps, key=lambda lamp: lamp.intensity * (towards(lamp)[2] > 0)))[0])


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_the_key_comes_from_where_the_photos_light_came(side: float) -> None:
    for name, recipe in catalogue().items():
        if recipe.rig.mirrors:
            assert key_side(name, side) * side > -0.1, name


def test_a_set_whose_colours_have_sides_stays_as_it_is() -> None:
    rig = template("gels").rig
    assert turned_to(rig, light_from(-1)) == turned_to(rig, light_from(1)) == rig


def test_a_set_turned_twice_is_the_same_set() -> None:
    rig = template("rembrandt").rig
    assert turned_to(turned_to(rig, light_from(1)), light_from(-1)) == rig
