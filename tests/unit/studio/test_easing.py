"""More like me, on the template's side."""

from dataclasses import replace
from itertools import pairwise

import pytest
from tests.fakes.takes import a_double, a_take

from fenshen.engines.engine import MOST_PRESSES
from fenshen.engines.studio.casting import rank_takes
from fenshen.engines.studio.easing import eased
from fenshen.templates.catalogue import catalogue
from fenshen.templates.recipe import Template, Wish


@pytest.mark.parametrize("template", catalogue().values(), ids=catalogue())
def test_each_press_takes_light_and_drama_back_and_leaves_frame_and_backdrop(template: Template) -> None:
    steps = [eased(template, presses) for presses in range(MOST_PRESSES + 1)]
    assert steps[0] is template
    for before, after in pairwise(steps):
        assert after.rig.strength < before.rig.strength or not before.rig.strength
        assert abs(after.look.contrast - 1) <= abs(before.look.contrast - 1)
        assert abs(after.look.saturation - 1) <= abs(before.look.saturation - 1)
        assert abs(after.wish.yaw) <= abs(before.wish.yaw)
        assert after.look.grain <= before.look.grain
        assert after.framing == before.framing
        assert after.backdrop == before.backdrop
        assert after.look.monochrome == before.look.monochrome
    assert steps[-1].look.grain == 0
    Template.model_validate(steps[-1].model_dump())


def test_more_presses_than_there_are_do_no_more() -> None:
    template = catalogue()["noir"]
    assert eased(template, MOST_PRESSES + 3) == eased(template, MOST_PRESSES)


def test_who_wants_to_be_more_like_themselves_is_cast_from_a_typical_photo() -> None:
    odd = replace(a_take(1), typical=0.68, smile=0.9)
    usual = replace(a_take(2), typical=0.75, smile=0.3)
    double = a_double(odd, usual, a_take(3, typical=0.5, yaw=30.0))
    wish = Wish(smile=0.9)
    assert rank_takes(double, wish)[0].photo == 1
    assert rank_takes(double, wish, closer=MOST_PRESSES)[0].photo == 2
