"""A folder from a stranger is read as data: nothing in it is believed, followed or run."""

import os
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest
from tests.fakes.packs import picture, put_pack, recipe, with_picture

from fenshen.errors import NotFoundError
from fenshen.templates import packs
from fenshen.templates.catalogue import catalogue, left_out, shipped, template
from fenshen.templates.packs import MAX_ASSET, MAX_RECIPE, PackMissingError, read_asset, read_pack
from fenshen.templates.plates import plates


def codes(folder: Path, taken: frozenset[str] = frozenset()) -> set[str]:
    return {fault.code for fault in read_pack(folder, taken).faults}


def test_a_pack_in_the_home_is_in_the_catalogue_at_once_and_gone_when_it_is_gone(home: Path) -> None:
    assert "mine" not in catalogue()
    put_pack(home / "templates" / "one", recipe())
    assert list(catalogue())[-1] == "mine"
    assert template("mine").summary()["own"] is True
    assert template("butterfly").summary()["own"] is False
    (home / "templates" / "one" / "template.toml").unlink()
    with pytest.raises(NotFoundError):
        template("mine")


def test_packs_may_lie_where_a_setting_says(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_pack(tmp_path / "elsewhere" / "one", recipe())
    monkeypatch.setenv("FENSHEN_TEMPLATES", str(tmp_path / "elsewhere"))
    assert "mine" in catalogue()
    assert not (home / "templates").exists()


def test_no_pack_hides_a_built_in_template(home: Path) -> None:
    put_pack(home / "templates" / "one", recipe("butterfly"))
    assert catalogue() == shipped()
    assert left_out() == 1
    assert codes(home / "templates" / "one", frozenset(shipped())) == {"pack_name_taken"}


def test_of_two_packs_with_one_name_the_first_counts(home: Path) -> None:
    put_pack(home / "templates" / "a", recipe(more='tags = ["first"]'))
    put_pack(home / "templates" / "b", recipe(more='tags = ["second"]'))
    assert template("mine").tags == ("first",)
    assert left_out() == 1


def test_a_pack_with_one_fault_is_left_out_whole_and_leaves_the_others_alone(home: Path) -> None:
    bad = put_pack(home / "templates" / "bad", recipe("bad"))
    (bad / "second.toml").write_text(recipe("second", more="aspect = 9"))
    put_pack(home / "templates" / "good", recipe())
    assert set(catalogue()) - set(shipped()) == {"mine"}
    assert left_out() == 1


def test_a_pack_brings_its_picture(home: Path) -> None:
    folder = put_pack(home / "templates" / "one", with_picture(), wall_webp=picture())
    assert template("mine").folder == folder
    assert read_asset(folder, "wall.webp") == picture()


def test_every_fault_is_told_at_once_with_file_and_field(tmp_path: Path) -> None:
    text = recipe(more='aspect = 9\ncolour = 1\nmode = "any"').replace(', en = "A try"', "")
    pack = read_pack(put_pack(tmp_path / "p", text))
    told = {(fault.code, fault.at) for fault in pack.faults}
    assert told == {
        ("field_range", "aspect"),
        ("field_unknown", "colour"),
        ("field_choice", "mode"),
        ("field_missing", "description.en"),
    }
    assert {fault.file for fault in pack.faults} == {"template.toml"}


@pytest.mark.parametrize(
    "name",
    ["../wall.webp", "/etc/hostname.png", "a/b.webp", "..\\wall.webp", "wall.webp\n", ".wall.webp", "wall.svg",
     "wall.toml", "\u202egpj.webp", "wall", "WALL.webp", "w" * 99 + ".webp", "wall.webp\0.png"],
)  # fmt: skip
def test_an_asset_lies_in_the_pack_itself_and_has_a_plain_name(tmp_path: Path, name: str) -> None:
    escaped = name.encode("unicode_escape").decode().replace("\\x0", "\\u000").replace("\\\\", "\\u005c")
    folder = put_pack(tmp_path / "p", with_picture(file=escaped), wall_webp=picture())
    (tmp_path / "wall.webp").write_bytes(picture())
    pack = read_pack(folder)
    assert not pack.templates
    assert not pack.assets
    assert {fault.code for fault in pack.faults} <= {"field_form", "field_range", "field_toml"}
    assert pack.faults


def linked(folder: Path) -> None:
    (folder / "wall.webp").symlink_to(folder.parent / "secret.webp")


def piped(folder: Path) -> None:
    os.mkfifo(folder / "wall.webp")  # reading it would wait for ever


def a_folder(folder: Path) -> None:
    (folder / "wall.webp").mkdir()


@pytest.mark.parametrize("place", [linked, piped, a_folder])
def test_what_is_no_ordinary_file_is_not_opened(tmp_path: Path, place: Callable[[Path], None]) -> None:
    (tmp_path / "secret.webp").write_bytes(picture())
    folder = put_pack(tmp_path / "p", with_picture())
    place(folder)
    assert "pack_no_file" in codes(folder)
    assert not read_pack(folder).assets
    with pytest.raises(PackMissingError):
        read_asset(folder, "wall.webp")


def test_a_link_that_takes_the_place_of_a_checked_asset_is_not_followed(tmp_path: Path) -> None:
    folder = put_pack(tmp_path / "p", with_picture(), wall_webp=picture())
    assert codes(folder) == set()
    (folder / "wall.webp").unlink()
    linked(folder)
    (tmp_path / "secret.webp").write_bytes(picture())
    with pytest.raises(PackMissingError):
        read_asset(folder, "wall.webp")


def test_a_pack_that_is_a_link_is_no_pack(home: Path, tmp_path: Path) -> None:
    put_pack(tmp_path / "far", recipe())
    (home / "templates").mkdir()
    (home / "templates" / "near").symlink_to(tmp_path / "far")
    assert catalogue() == shipped()
    with pytest.raises(PackMissingError):
        read_pack(home / "templates" / "near")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"\xff\xfe\x00n", "pack_not_text"),
        (b"name = " + b"9" * 5000, "field_toml"),
        (b"name = " + b"[" * 20_000, "field_toml"),
        (b"name = ", "field_toml"),
        (b"#" * (MAX_RECIPE + 1), "pack_file_too_large"),
        (b"", "field_missing"),
    ],
)
def test_a_recipe_that_is_none_is_named_and_stops_nothing(home: Path, text: bytes, code: str) -> None:
    folder = put_pack(home / "templates" / "p", text)
    assert codes(folder) == {code}
    assert catalogue() == shipped()


@pytest.mark.parametrize(
    "more",
    [
        'tags = ["\\u001b[2J"]',
        'tags = ["a\\u202eb"]',
        'tags = ["' + "x" * 41 + '"]',
        "tags = [" + '"a", ' * 30 + "]",
    ],
)
def test_words_of_a_stranger_cannot_play_with_the_screen(tmp_path: Path, more: str) -> None:
    assert codes(put_pack(tmp_path / "p", recipe(more=more))) <= {"field_form", "field_range"}
    assert codes(tmp_path / "p")


def test_a_file_name_is_told_without_what_is_in_it_for_the_screen(tmp_path: Path) -> None:
    folder = put_pack(tmp_path / "p", recipe())
    (folder / ("\x1b[31m" + "x" * 90)).write_bytes(b"")
    (fault,) = read_pack(folder).faults
    assert fault.code == "pack_unlisted"
    assert fault.file.isprintable()
    assert len(fault.file) <= packs.SHOWN


def test_too_much_of_anything_is_refused(tmp_path: Path) -> None:
    big = put_pack(tmp_path / "big", with_picture(), wall_webp=b"\0" * (MAX_ASSET + 1))
    assert codes(big) == {"pack_file_too_large"}
    many = put_pack(tmp_path / "many", recipe())
    for number in range(packs.MOST_FILES + 1):
        (many / f"{number}.webp").write_bytes(b"")
    assert "pack_too_many" in codes(many)
    lamps = "\n".join("[[rig.lights]]\nazimuth = 1\nelevation = 1\nintensity = 1" for _ in range(13))
    text = recipe().replace("lights = [{ azimuth = -30, elevation = 30, intensity = 0.9 }]", "")
    assert codes(put_pack(tmp_path / "lamps", text + lamps)) == {"field_range"}


def test_a_file_that_no_recipe_lists_is_a_fault_and_so_is_a_listed_one_that_is_not_there(
    tmp_path: Path,
) -> None:
    assert codes(put_pack(tmp_path / "a", recipe(), wall_webp=picture())) == {"pack_unlisted"}
    assert codes(put_pack(tmp_path / "b", with_picture())) == {"pack_file_missing"}


def test_a_picture_behind_the_sitter_must_be_listed(tmp_path: Path) -> None:
    folder = put_pack(tmp_path / "a", recipe(backdrop='picture = "wall.webp"'), wall_webp=picture())
    assert codes(folder) == {"field_assets"}


def test_an_empty_folder_and_none_at_all_are_no_packs(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert codes(tmp_path / "empty") == {"pack_no_recipe"}
    with pytest.raises(PackMissingError):
        read_pack(tmp_path / "none")


def test_every_file_that_is_shipped_with_a_template_is_listed_with_licence_and_source() -> None:
    """Recipes bring nothing along; garments are their card and five files, for which the card speaks."""
    house = resources.files("fenshen.templates")
    brought = {file.name for pack in (house / "packs").iterdir() if pack.is_dir() for file in pack.iterdir()}
    assert {name for name in brought if not name.endswith(".toml")} == set()
    for name, card in plates().items():
        there = {file.name for file in (house / "plates" / name).iterdir()}
        assert there == {"plate.toml", *card.files}
        assert card.licence
        assert card.source
        assert card.model_release == "none needed"
