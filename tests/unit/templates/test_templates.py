"""A template is data, and the studio says which part of it it does not understand."""

import re
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenshen.errors import NotFoundError
from fenshen.templates.catalogue import (
    TemplateInvalidError,
    catalogue,
    chosen,
    for_everybody,
    read,
    showcase,
    tags,
    template,
)
from fenshen.templates.recipe import Template

NAMES = list(catalogue())
PACKS = resources.files("fenshen.templates") / "packs"
FILES = {
    f.name: f.read_text("utf-8")
    for pack in PACKS.iterdir()
    for f in pack.iterdir()
    if f.name.endswith(".toml")
}
GOOD = next(text for name, text in FILES.items() if "butterfly" in name)


def test_there_are_at_least_eight_and_each_file_is_one() -> None:
    assert len(NAMES) == len(FILES) >= 8
    assert {re.sub(r"^\d+_|\.toml$", "", name) for name in FILES} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_template_speaks_both_languages_and_says_whose_it_is(name: str) -> None:
    recipe = template(name)
    for words in (recipe.title, recipe.description):
        assert re.search(r"[\u4e00-\u9fff]", words.zh)
        assert re.search(r"[A-Za-z]", words.en)
        assert not re.search(r"[\u4e00-\u9fff]", words.en)
    assert recipe.licence == "Apache-2.0"
    assert len(recipe.source) > 10
    assert recipe.suits
    assert recipe.tags
    assert recipe.rig.lights


def test_no_two_templates_look_alike_in_a_list() -> None:
    for language in ("zh", "en"):
        titles = [getattr(recipe.title, language) for recipe in catalogue().values()]
        assert len(set(titles)) == len(titles)


def test_there_is_something_for_men_for_women_and_for_children() -> None:
    for whom in ("man", "woman"):
        assert len(chosen((), whom)) >= 0.45 * len(NAMES)
    assert sum(recipe.child_safe for recipe in catalogue().values()) >= 8
    assert all(recipe.child_safe for recipe in chosen((), "child"))


def test_no_two_templates_are_the_same_picture() -> None:
    """Between any two, garment, light, backdrop, look or hand differ."""
    drawn = [(r.plate, r.rig, r.backdrop, r.look, r.hand) for r in catalogue().values()]
    assert all(one != other for n, one in enumerate(drawn) for other in drawn[:n])


def test_templates_are_found_by_all_their_tags_and_by_whom_they_suit() -> None:
    found = {recipe.name for recipe in chosen(("outdoor", "season"), None)}
    assert {"autumn", "blossom", "snow"} <= found
    assert "sea_dusk" not in found
    assert chosen(("outdoor", "black and white"), None) == []
    assert {recipe.name for recipe in chosen((), None)} == set(NAMES)
    assert {recipe.name for recipe in chosen((), "child")} < {recipe.name for recipe in chosen((), "anyone")}
    assert tags() == sorted(set(tags()))


def test_a_demonstration_shows_a_pack_that_refuses_nobody() -> None:
    assert 8 <= len(showcase()) <= 20
    assert set(showcase()) <= set(for_everybody())
    assert showcase()[0] == NAMES[0]


def test_a_list_shows_what_the_command_line_promises() -> None:
    shown = template("butterfly").summary()
    assert {"name", "title", "tags", "suits", "mode", "licence"} <= set(shown)


def test_a_template_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFoundError) as refused:
        template("nosuch")
    assert refused.value.facts == {"kind": "template", "id": "nosuch"}


def field_of(text: str) -> object:
    with pytest.raises(TemplateInvalidError) as refused:
        read(text, "mine.toml")
    assert refused.value.facts["template"] == "mine.toml"
    return refused.value.facts["field"]


def test_a_file_that_is_no_toml_is_refused() -> None:
    assert field_of("name = ") == "TOML"
    assert field_of("\x00") == "TOML"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('name = "butterfly"', 'name = "But terfly!"', "name"),
        ('name = "butterfly"\n', "", "name"),
        ("face_height = 0.34", "face_height = 3.4", "framing.face_height"),
        ("face_height = 0.34", "face_hight = 0.34", "framing.face_hight"),
        ("azimuth = 0\nelevation = 42", 'azimuth = "left"\nelevation = 42', "rig.lights.0.azimuth"),
        ('mode = "own body"', 'mode = "any body"', "mode"),
        ('licence = "Apache-2.0"\n', "", "licence"),
        ('zh = "蝴蝶光", ', "", "title.zh"),
        ('zh = "蝴蝶光"', 'zh = ""', "title.zh"),
        ("[look]", "[looks]", "looks"),
        ("vignette = 0.35", "vignette = nan", "lens.vignette"),
    ],
)
def test_what_a_template_says_wrong_is_named(old: str, new: str, field: str) -> None:
    assert old in GOOD
    assert field_of(GOOD.replace(old, new, 1)) == field


def test_an_empty_file_names_the_first_thing_it_lacks() -> None:
    assert field_of("") == "name"


@given(st.text(max_size=60))
def test_no_text_at_all_makes_the_reader_stumble(text: str) -> None:
    with pytest.raises(TemplateInvalidError):
        read(text, "mine.toml")


def test_a_template_cannot_be_changed_while_it_is_used() -> None:
    recipe: Template = template("butterfly")
    with pytest.raises(ValueError, match="frozen"):
        recipe.look.exposure = 2.0
