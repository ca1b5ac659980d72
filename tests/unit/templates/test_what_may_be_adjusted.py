"""What a template lets a sitter change: within its range the recipe stays sound, at the default it stays itself."""

import math
from pathlib import Path

import pytest
from tests.unit.templates.test_templates import FILES

from fenshen.templates.adjust import Choice, Dial
from fenshen.templates.adjusted import (
    AdjustOptionError,
    AdjustRangeError,
    AdjustUnknownError,
    AdjustUnreadableError,
    adjusted,
    differing,
    read,
    standing,
)
from fenshen.templates.catalogue import shipped, template
from fenshen.templates.reading import parsed
from fenshen.templates.recipe import Template
from fenshen.templates.writing import as_toml

PLAIN = FILES["01_butterfly.toml"].partition("\n[adjust.")[0]
OFFERING = [name for name, recipe in shipped().items() if recipe.adjust]
DIAL = """
[adjust.light]
kind = "dial"
label = { zh = "光", en = "Light" }
minimum = -1
maximum = 1
step = 0.5
default = 0
drives = [{ field = "rig.lights.0.intensity", low = 0.5, high = 2 }]
"""
CHOICE = """
[adjust.colourway]
kind = "choice"
label = { zh = "配色", en = "Colourway" }
[[adjust.colourway.options]]
name = "grey"
label = { zh = "灰", en = "grey" }
[[adjust.colourway.options]]
name = "red"
label = { zh = "红", en = "red" }
puts = [
    { field = "backdrop.colour", value = [0.5, 0.01, 0.01] },
    { field = "look.monochrome", value = [0.3, 0.6, 0.1] },
]
"""


def offering(*blocks: str) -> Template:
    recipe, wrong = parsed("".join([PLAIN, *blocks]))
    assert recipe is not None, wrong
    return recipe


def faults(*blocks: str) -> list[tuple[str, str]]:
    recipe, wrong = parsed("".join([PLAIN, *blocks]))
    assert recipe is None
    return [(each.code, each.at) for each in wrong]


def test_at_its_default_a_template_is_itself() -> None:
    recipe = offering(DIAL, CHOICE)
    assert adjusted(recipe, {}) is recipe
    assert adjusted(recipe, {"light": 0, "colourway": "grey"}) is recipe
    for name in OFFERING:
        here = template(name)
        assert adjusted(here, standing(here, {})) is here


def test_between_default_and_end_a_dial_moves_evenly() -> None:
    recipe = offering(DIAL)
    assert recipe.rig.lights[0].intensity == 1
    shown = [adjusted(recipe, {"light": at}).rig.lights[0].intensity for at in (-1, -0.5, 0, 0.5, 1)]
    assert shown == [0.5, 0.75, 1, 1.5, 2]


def test_a_dial_moves_nothing_but_what_it_drives() -> None:
    recipe = offering(DIAL)
    turned = adjusted(recipe, {"light": 1})
    same = {"rig", "adjust"}
    assert turned.model_dump(exclude=same) == recipe.model_dump(exclude=same)
    assert turned.rig.lights[1:] == recipe.rig.lights[1:]


def test_a_field_in_its_own_unit_needs_no_ends() -> None:
    lens = """
[adjust.aperture]
kind = "dial"
label = { zh = "光圈", en = "Aperture" }
minimum = 1.4
maximum = 5.6
step = 0.1
default = 2.8
drives = [{ field = "lens.aperture" }]
"""
    recipe = offering(lens)
    assert adjusted(recipe, {"aperture": 4.0}).lens.aperture == pytest.approx(4.0)
    assert ("adjust_own", "adjust.aperture.drives.0") in faults(lens.replace("2.8", "3.5"))


def test_a_whole_number_stays_whole() -> None:
    dial = DIAL.replace("rig.lights.0.intensity", "lens.blades").replace(
        "low = 0.5, high = 2", "low = 0, high = 9"
    )
    assert adjusted(offering(dial), {"light": 0.26}).lens.blades == 2


def test_an_option_puts_several_fields_at_once() -> None:
    recipe = offering(CHOICE)
    red = adjusted(recipe, {"colourway": "red"})
    assert red.backdrop.colour == (0.5, 0.01, 0.01)
    assert red.look.monochrome == (0.3, 0.6, 0.1)
    assert recipe.look.monochrome is None


def test_what_was_adjusted_keeps_its_folder_and_offers_nothing_more(tmp_path: Path) -> None:
    turned = adjusted(offering(DIAL).lying_in(tmp_path), {"light": 1})
    assert turned.folder == tmp_path
    assert turned.adjust == {}


@pytest.mark.parametrize("value", [-1.001, 1.001, math.inf, math.nan, "red"])
def test_a_number_out_of_range_is_refused_with_the_range(value: float | str) -> None:
    with pytest.raises(AdjustRangeError) as refused:
        adjusted(offering(DIAL), {"light": value})
    assert refused.value.facts == {"template": "butterfly", "name": "light", "minimum": "-1", "maximum": "1"}


def test_an_option_that_is_none_is_refused_with_the_options() -> None:
    for value in ("green", 1.0):
        with pytest.raises(AdjustOptionError) as refused:
            adjusted(offering(CHOICE), {"colourway": value})
        assert refused.value.facts["options"] == "grey, red"


def test_a_name_that_is_not_offered_is_refused_with_those_that_are() -> None:
    with pytest.raises(AdjustUnknownError) as refused:
        adjusted(offering(DIAL, CHOICE), {"\x1b[31m": 1})
    assert refused.value.facts["offered"] == "light, colourway"
    assert "\x1b" not in str(refused.value.facts["name"])


def test_what_is_typed_is_a_name_and_a_number_or_a_name() -> None:
    assert read(["warmth=0.3", " wall = red ", "warmth=-1"]) == {"warmth": -1.0, "wall": "red"}
    for wrong in ("warmth", "=1", "warmth="):
        with pytest.raises(AdjustUnreadableError):
            read([wrong])


def test_a_page_that_sends_every_dial_asks_only_for_what_differs() -> None:
    recipe = offering(DIAL, CHOICE)
    assert differing(recipe, {"light": 0.0, "colourway": "red", "strange": 1.0}) == {
        "colourway": "red",
        "strange": 1.0,
    }


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        ("rig.lights.0.intensity", "rig.lights.9.intensity", "adjust_field", "drives.0.field"),
        ("rig.lights.0.intensity", "rig.lights.first", "adjust_field", "drives.0.field"),
        ("rig.lights.0.intensity", "name", "adjust_field", "drives.0.field"),
        ("rig.lights.0.intensity", "licence", "adjust_field", "drives.0.field"),
        ("rig.lights.0.intensity", "rig.mirrors", "adjust_kind", "drives.0.field"),
        ("rig.lights.0.intensity", "wish.smile.x", "adjust_field", "drives.0.field"),
        ("low = 0.5", "low = [1, 1, 1]", "adjust_kind", "drives.0.low"),
        ("high = 2", "high = 9", "adjust_spoils", "maximum"),
        ("low = 0.5", "low = -0.5", "adjust_spoils", "minimum"),
        ("default = 0", "default = 2", "adjust_default", "default"),
        ("maximum = 1", "maximum = -1", "adjust_default", "default"),
        ("step = 0.5", "step = 0.3", "adjust_step", "default"),
    ],
)  # fmt: skip
def test_a_dial_that_does_not_fit_is_a_fault_with_its_field(old: str, new: str, code: str, at: str) -> None:
    assert old in DIAL
    assert (code, f"adjust.light.{at}") in faults(DIAL.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        ("backdrop.colour", "backdrop.color", "adjust_field", "options.1.puts.0.field"),
        ("backdrop.colour", "private", "adjust_field", "options.1.puts.0.field"),
        ("[0.5, 0.01, 0.01]", "true", "adjust_spoils", "options.1"),
        ("[0.5, 0.01, 0.01]", '"0.5"', "adjust_spoils", "options.1"),
        ('name = "red"', 'name = "grey"', "adjust_twice", "options"),
        ('{ zh = "灰", en = "grey" }', '{ zh = "灰", en = "grey" }\nputs = [{ field = "look.grain", value = 0.01 }]',
         "adjust_first", "options.0.puts"),
    ],
)  # fmt: skip
def test_a_choice_that_does_not_fit_is_a_fault_with_its_field(old: str, new: str, code: str, at: str) -> None:
    assert old in CHOICE
    assert (code, f"adjust.colourway.{at}") in faults(CHOICE.replace(old, new))


def test_one_field_is_driven_by_one_dial() -> None:
    assert ("adjust_twice", "adjust.more") in faults(DIAL, DIAL.replace("adjust.light", "adjust.more"))


def test_all_that_is_wrong_is_told_at_once() -> None:
    wrong = faults(DIAL.replace("intensity", "nosuch"), CHOICE.replace("backdrop.colour", "nosuch"))
    assert wrong == [
        ("adjust_field", "adjust.light.drives.0.field"),
        ("adjust_field", "adjust.colourway.options.1.puts.0.field"),
    ]


def test_a_recipe_with_dials_can_be_written_and_read_again() -> None:
    recipe = offering(DIAL, CHOICE)
    assert parsed(as_toml(recipe))[0] == recipe


def test_more_than_half_of_the_templates_offer_something_in_both_languages() -> None:
    assert len(OFFERING) > len(shipped()) / 2
    for name in OFFERING:
        for what in template(name).adjust.values():
            labels = (
                [what.label, *(each.label for each in what.options)]
                if isinstance(what, Choice)
                else [what.label]
            )
            assert all(not label.zh.isascii() and label.en.isascii() for label in labels)


@pytest.mark.parametrize("name", OFFERING)
def test_everything_a_shipped_template_offers_can_be_turned_to_both_ends(name: str) -> None:
    recipe = template(name)
    for key, what in recipe.adjust.items():
        ends = (
            [what.minimum, what.maximum] if isinstance(what, Dial) else [each.name for each in what.options]
        )
        turned = [adjusted(recipe, {key: end}) for end in ends]
        assert turned[0] != turned[-1]


def test_a_list_tells_what_is_offered_and_not_which_fields_it_drives() -> None:
    shown = str(offering(DIAL, CHOICE).summary()["adjust"])
    assert "minimum" in shown
    assert "colourway" in shown
    assert "rig.lights" not in shown
    assert "backdrop" not in shown
