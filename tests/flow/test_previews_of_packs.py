"""A template is shown before anybody's face is in it: on a person who does not exist, small, with every label."""

import json
from pathlib import Path

import pytest
from PIL import Image
from tests.fakes.packs import put_pack, with_picture
from tests.fakes.sitting import shot

from fenshen.cli import run
from fenshen.engines.studio.dressing import HeadNotBareError
from fenshen.engines.studio.engine import StudioEngine
from fenshen.errors import NotFoundError
from fenshen.flow.portray import Skipped
from fenshen.flow.try_template import PreviewNotPictureError, check_preview, modelled, try_templates
from fenshen.labels.deliver import TargetExistsError
from fenshen.labels.verify import verify
from fenshen.people import NAMES, double_of
from fenshen.rights.desk import Desk
from fenshen.store import issued
from fenshen.templates.catalogue import template

pytestmark = pytest.mark.xdist_group("sitting")


def is_ours(file: Path, home: Path) -> bool:
    key = (home / "keys" / "studio.pub").read_bytes()
    return verify(file.read_bytes(), public_key=key, producer="fenshen-studio").ours


@pytest.mark.parametrize("name", NAMES)
def test_bundled_people_have_a_small_double_of_todays_format(name: str) -> None:
    """If this fails: .venv/bin/python tools/models_of_nobody.py."""
    double = double_of(name)
    assert double.takes[0].photo == 1
    assert len(double.takes) == 2
    assert max(double.takes[0].alpha.shape) <= 640
    with pytest.raises(NotFoundError):
        double_of("somebody")


def test_a_template_is_shown_on_whom_it_is_for() -> None:
    suit = template("boardroom")
    assert modelled(suit, StudioEngine()).faces
    for_her = template("butterfly")
    assert min(modelled(for_her, StudioEngine()).pixels.shape[:2]) == 320


def test_previews_are_labelled_entered_and_of_nobody(studio: Desk, home: Path, tmp_path: Path) -> None:
    recipes = [template("butterfly"), template("noir")]
    tried = list(try_templates(recipes, tmp_path / "shown", desk=studio, engine=StudioEngine()))
    assert sorted(file.name for file in (tmp_path / "shown").iterdir()) == [
        "butterfly.jpg",
        "contact-sheet.jpg",
        "noir.jpg",
    ]
    assert all(is_ours(file, home) for file in (tmp_path / "shown").iterdir())
    assert [each.template for each in tried] == ["butterfly", "noir"]
    with studio.store.begin() as connection:
        rows = list(issued.every(connection))
    assert {row.kind for row in rows} == {"preview", "sheet"}


def test_a_template_that_suits_neither_person_is_told_and_the_others_are_shown(
    studio: Desk, tmp_path: Path
) -> None:
    class Choosy(StudioEngine):
        def render(self, double, recipe, options, /):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            if recipe.name == "noir":
                raise HeadNotBareError(template="noir", turned=1, hair=0, covered=0, poor=0)
            return super().render(double, recipe, options)

    recipes = [template("noir"), template("butterfly")]
    first, second = try_templates(recipes, tmp_path / "shown", desk=studio, engine=Choosy())
    assert isinstance(first, Skipped)
    assert second.template == "butterfly"
    assert [file.name for file in (tmp_path / "shown").iterdir()] == ["butterfly.jpg"]


def test_a_preview_is_named_like_a_picture_and_replaces_nothing(tmp_path: Path) -> None:
    with pytest.raises(PreviewNotPictureError):
        check_preview(tmp_path / "look.pdf")
    (tmp_path / "look.png").write_bytes(b"mine")
    with pytest.raises(TargetExistsError):
        check_preview(tmp_path / "look.png")
    assert check_preview(tmp_path / "look.png", replace=True) == "PNG"


@pytest.mark.usefixtures("models")
def test_an_import_shows_what_became_of_the_picture(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = tmp_path / "portrait.jpg"
    photo.write_bytes(shot(1, "omar"))
    assert run(["templates", "import", str(photo), "--name", "mine", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    shown = Path(told["preview"])
    assert shown == home / "templates" / "mine" / "preview.webp"
    assert is_ours(shown, home)
    assert min(Image.open(shown).size) >= 320
    assert run(["templates", "check", "mine", "--json"]) == 0  # a preview is no fault of a pack
    own = tmp_path / "look.png"
    asked = ["templates", "import", str(photo), "--name", "other", "--preview", str(own), "--json"]
    assert run(asked) == 0
    assert is_ours(own, home)
    capsys.readouterr()
    assert run([*asked[:4], "third", *asked[5:]]) == 1  # the picture is there
    assert not (home / "templates" / "third").exists()


@pytest.mark.usefixtures("home", "models")
def test_a_faulty_pack_is_not_shown(tmp_path: Path) -> None:
    pack = put_pack(tmp_path / "pack", with_picture())  # and no picture
    assert run(["templates", "check", str(pack), "--preview", str(tmp_path / "shown")]) == 1
    assert not (tmp_path / "shown").exists()
