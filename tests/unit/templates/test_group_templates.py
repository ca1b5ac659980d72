"""Seats are data: at least four templates, for two to six people, each with room for every head."""

from itertools import combinations

import pytest
from pydantic import ValidationError

from fenshen.errors import NotFoundError
from fenshen.templates.catalogue import TemplateInvalidError, catalogue
from fenshen.templates.group import GroupTemplate, Layout, _read, group_template, groups

LAYOUTS = [(name, layout) for name, t in groups().items() for layout in t.layouts]


def test_there_are_templates_for_every_number_of_people_from_two_to_six() -> None:
    assert len(groups()) >= 4
    assert {len(layout.seats) for _, layout in LAYOUTS} == {2, 3, 4, 5, 6}


def test_families_are_for_children_too_and_no_name_is_taken() -> None:
    assert groups()["parent_and_child"].child_safe
    assert groups()["family"].child_safe
    assert not set(groups()) & set(catalogue())


@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_every_head_is_inside_and_no_face_before_another(name: str, layout: Layout) -> None:
    half = layout.tall * layout.aspect / 2
    for seat in layout.seats:
        assert abs(seat.x) + 1.3 * seat.size < half, name
        assert seat.y > 2.0 * seat.size, name
    for one, other in combinations(layout.seats, 2):
        assert ((one.x - other.x) ** 2 + (one.y - other.y) ** 2) ** 0.5 > 2.2 * max(one.size, other.size)


def test_an_unknown_template_is_named() -> None:
    with pytest.raises(NotFoundError):
        group_template("nosuch")


def test_a_seat_that_says_something_unknown_is_refused_by_its_field() -> None:
    with pytest.raises(TemplateInvalidError) as refusal:
        _read("name = 3", "mine.toml")
    assert refusal.value.facts["template"] == "mine.toml"
    with pytest.raises(TemplateInvalidError):
        _read("= broken", "mine.toml")


def test_two_layouts_for_as_many_people_are_refused() -> None:
    couple = groups()["couple"]
    with pytest.raises(ValidationError):
        GroupTemplate.model_validate({**couple.model_dump(), "layouts": [couple.layouts[0].model_dump()] * 2})


def test_a_group_hangs_up_only_what_it_lists_and_knows_where_it_lies() -> None:
    couple = groups()["couple"]
    assert couple.folder is not None
    picture = {**couple.backdrop.model_dump(), "picture": "sea.png"}
    with pytest.raises(ValidationError):
        GroupTemplate.model_validate({**couple.model_dump(), "backdrop": picture})


def test_a_summary_says_how_many_seats_there_are() -> None:
    assert groups()["family"].summary()["seats"] == [3, 4]
    assert groups()["family"].layout(5) is None
