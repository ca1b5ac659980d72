"""Silk and gilt throw lamps back; cotton does not."""

import numpy as np

from fenshen.engines.studio.plate import plate, silky
from fenshen.engines.studio.sheen import METAL, mirrored, polished
from fenshen.templates.catalogue import catalogue
from fenshen.templates.recipe import Light, Rig
from fenshen.vision.arrays import Floats, floats

FRONT = Rig(lights=(Light(azimuth=0, elevation=0, intensity=1.0, kelvin=5600),), ambient=0.3)
RED = floats([[[0.3, 0.02, 0.02]]])


def facing(degrees: float) -> Floats:
    """One pixel of cloth, turned aside."""
    return floats([[[np.sin(np.radians(degrees)), 0, np.cos(np.radians(degrees))]]])


def sheen(silk: float = 0.0, metal: float = 0.0) -> Floats:
    return floats([[[silk, metal]]])


def test_a_fold_that_faces_the_lamp_shines_and_one_aside_does_not() -> None:
    straight, aside = (float(mirrored(FRONT, facing(turn)).mean()) for turn in (0, 40))
    assert straight > 10 * aside


def test_a_lamp_behind_the_sitter_is_not_mirrored() -> None:
    behind = FRONT.model_copy(update={"lights": (FRONT.lights[0].model_copy(update={"azimuth": 150.0}),)})
    assert not mirrored(behind, facing(0)).any()


def test_cotton_stays_as_it_was() -> None:
    plain = RED * 0.8
    assert np.array_equal(polished(plain, RED, mirrored(FRONT, facing(0)), sheen()), plain)


def test_silk_is_brighter_where_it_shines_and_darker_where_it_does_not() -> None:
    plain = RED * 0.8
    bright, dark = (
        float(polished(plain, RED, mirrored(FRONT, facing(turn)), sheen(silk=1.0)).sum()) for turn in (0, 60)
    )
    assert bright > plain.sum() > dark


def test_gilt_shines_in_its_own_colour() -> None:
    lit = polished(0 * RED, RED, mirrored(FRONT, facing(0)), sheen(metal=1.0))
    assert np.allclose(lit, METAL * RED * mirrored(FRONT, facing(0)), rtol=1e-4)


def test_cloth_and_trim_are_silk_and_thread_is_gilt() -> None:
    dye = np.zeros((4, 8, 4), np.uint8)
    dye[:, :2, 0], dye[:, 2:4, 1], dye[:, 4:6, 2] = 255, 255, 255
    told = silky(dye, (0.5, 0.2, 1.0))
    assert told[0].tolist() == [[127, 0], [51, 0], [0, 255], [0, 0]]


def test_a_template_without_sheen_costs_and_changes_nothing() -> None:
    assert plate("suit").sheen is None
    recipe = catalogue()["new_year_robe"]
    assert recipe.plate
    assert recipe.dyes
    matt = recipe.dyes.model_copy(update={"sheen": (0.0, 0.0, 0.0)})
    assert plate(recipe.plate, matt).sheen is None
    assert plate(recipe.plate, recipe.dyes).sheen is not None
