"""From a portrait to a template: the background, numbers, and nothing of the face; and marks of AI go on."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.architecture.source import ROOT
from tests.fakes.bad_photos import BAD, encoded
from tests.fakes.packs import picture, put_pack, with_picture
from tests.fakes.rights import unsafe_permit
from tests.fakes.sitting import Sat, shot

from fenshen.cli import run
from fenshen.clock import SystemClock
from fenshen.double import codec
from fenshen.engines.engine import Origin, RenderOptions
from fenshen.engines.studio import scenery
from fenshen.engines.studio.engine import StudioEngine
from fenshen.engines.studio.scenery import SceneryUnreadableError
from fenshen.errors import FenshenError, PermitRefusedError
from fenshen.flow.import_template import (
    ImportAiLabelledError,
    Imported,
    ImportFaceSmallError,
    ImportNoFaceError,
    ImportPersonLeftError,
    ImportSeveralFacesError,
    Named,
    import_template,
)
from fenshen.flow.keep_template import TemplateNameTakenError, keep_template
from fenshen.flow.portray import Order, portray
from fenshen.ids import SitterId
from fenshen.labels import iptc, tc260, visible, xmp
from fenshen.labels.carry import marks_of
from fenshen.labels.container import with_xmp
from fenshen.photos.container import PhotoRefusedError
from fenshen.progress import Silent
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk
from fenshen.settings import Settings
from fenshen.templates.catalogue import catalogue, template
from fenshen.templates.recipe import Words
from fenshen.vault.vault import DataClass
from fenshen.vision import faces

pytestmark = pytest.mark.xdist_group("sitting")
NAMED = Named(name="mine", title=Words(zh="窗", en="Window"), description=Words(zh="窗边", en="By a window"))
LABEL = tc260.AigcLabel(
    label="1", content_producer="somebody", produce_id="number-1", content_propagator="somebody"
)
TRAINED = iptc.VOCABULARY + "trainedAlgorithmicMedia"


def taken_from(data: bytes, models: Path, named: Named = NAMED) -> Imported:
    permit = unsafe_permit(Purpose.INSPECT_PHOTOS)
    return import_template(lambda: data, permit, named, models=models, clock=SystemClock())


def ai_made(data: bytes, label: tc260.AigcLabel | None = LABEL, term: str | None = TRAINED) -> bytes:
    return with_xmp(data, xmp.packet(label, term))


@pytest.fixture(scope="module")
def imported(models: Path) -> Imported:
    return taken_from(shot(1, "omar"), models)


def never_read() -> bytes:
    raise AssertionError("the picture was read")


@pytest.mark.parametrize("purpose", [Purpose.RENDER_PORTRAIT, Purpose.KEEP_DOUBLE])
def test_a_picture_is_not_even_read_without_the_right_permit(models: Path, purpose: Purpose) -> None:
    with pytest.raises(PermitRefusedError):
        import_template(never_read, unsafe_permit(purpose), NAMED, models=models, clock=SystemClock())


def test_nobody_is_on_the_plate(imported: Imported, models: Path) -> None:
    assert faces.detect(np.asarray(Image.open(io.BytesIO(shot(1, "omar")))), models, sure=0.35)
    assert not faces.detect(imported.plate, models, sure=0.7)


def test_what_is_kept_is_a_recipe_and_a_background(imported: Imported, chosen: Settings) -> None:
    folder = keep_template(imported, settings=chosen, clock=SystemClock())
    assert folder == chosen.template_folder / "mine"
    assert sorted(file.name for file in folder.iterdir()) == ["behind.webp", "template.toml"]
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    assert template("mine") == imported.template.lying_in(folder)
    assert sum(file.stat().st_size for file in folder.iterdir()) < 400_000
    assert not [each for each in chosen.template_folder.iterdir() if each.name.startswith(".")]
    with Image.open(folder / "behind.webp") as plate:
        assert not plate.getexif()


def test_without_a_release_it_is_private_and_with_one_it_is_not(models: Path, imported: Imported) -> None:
    assert imported.template.private
    assert not taken_from(shot(1, "omar"), models, replace(NAMED, release="yes")).template.private


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (BAD["no_face"], ImportNoFaceError),
        (BAD["several_faces"], ImportSeveralFacesError),
        (BAD["photo_not_a_picture"], PhotoRefusedError),
        (BAD["photo_too_many_pixels"], PhotoRefusedError),
        (BAD["photo_truncated"], PhotoRefusedError),
        (BAD["photo_too_small"], PhotoRefusedError),
        (BAD["photo_empty"], PhotoRefusedError),
        (BAD["photo_unsupported"], PhotoRefusedError),
    ],
)
def test_what_cannot_become_a_template_is_refused_by_name(
    models: Path, data: bytes, error: type[FenshenError]
) -> None:
    with pytest.raises(error):
        taken_from(data, models)


def test_a_tiny_face_is_refused(models: Path) -> None:
    wide = Image.new("RGB", (1280, 960), (120, 130, 140))
    wide.paste(Image.open(io.BytesIO(shot(0))).resize((72, 96)), (600, 500))
    with pytest.raises((ImportFaceSmallError, ImportNoFaceError)) as refused:
        taken_from(encoded(np.asarray(wide)), models)
    assert refused.type is ImportFaceSmallError


def test_a_face_that_nobody_counted_does_not_stay_on_the_plate(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A passer-by is taken out; if one could not be, nothing would be kept."""
    pair = np.asarray(Image.open(io.BytesIO(shot(0)))).copy()
    small = np.asarray(Image.open(io.BytesIO(shot(0, "omar"))).resize((81, 108)))
    pair[20:128, 8:89] = small
    made = taken_from(encoded(pair), models)
    assert not faces.detect(made.plate, models)
    monkeypatch.setattr("fenshen.flow.import_template.plate_behind", lambda rgb, *_: rgb)
    with pytest.raises(ImportPersonLeftError):
        taken_from(encoded(pair), models)


def test_a_photo_of_a_telephone_will_do(models: Path) -> None:
    heic = (ROOT / "tests" / "data" / "heic" / "anna.heic").read_bytes()
    assert taken_from(heic, models).template.backdrop.picture


def with_visible_words(data: bytes) -> bytes:
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    return encoded(visible.draw(pixels, language="zh", faces=[(110, 150, 200, 260)], design="caption"))


@pytest.mark.parametrize(
    "mark",
    [
        ai_made,
        lambda data: ai_made(data, term=None),
        lambda data: ai_made(data, label=None),
        with_visible_words,
    ],
    ids=["both", "tc260", "iptc", "visible words alone"],
)
def test_a_picture_that_says_ai_made_it_is_refused_and_with_its_marks_carried_is_not(
    models: Path, mark: Callable[[bytes], bytes]
) -> None:
    data = mark(shot(1, "omar"))
    with pytest.raises(ImportAiLabelledError):
        taken_from(data, models)
    ai = taken_from(data, models, replace(NAMED, carry_marks=True)).template.assets[0].ai
    assert ai is not None
    assert scenery.by_a_model(ai)


def test_carried_marks_are_in_the_plates_own_file_with_their_makers_number(
    models: Path, chosen: Settings
) -> None:
    made = taken_from(ai_made(shot(1, "omar")), models, replace(NAMED, carry_marks=True))
    folder = keep_template(made, settings=chosen, clock=SystemClock())
    carried = marks_of((folder / "behind.webp").read_bytes())
    assert carried.source_type == TRAINED
    assert carried.label is not None
    assert (carried.label.content_producer, carried.label.produce_id) == ("somebody", "number-1")
    assert carried.label.content_propagator == chosen.producer


def test_a_portrait_before_an_ai_made_background_says_so(
    models: Path, studio: Desk, anna: Sat, tmp_path: Path
) -> None:
    made = taken_from(ai_made(shot(1, "omar")), models, replace(NAMED, carry_marks=True))
    keep_template(made, settings=studio.settings, clock=SystemClock())
    order = Order(templates=("mine", "butterfly"), short_side=400)
    out = [
        marks_of(each.file.read_bytes()).source_type
        for each in portray(
            anna.sitting.double, order, tmp_path, desk=studio, engine=StudioEngine(), progress=Silent()
        )
    ]
    assert out == [
        iptc.VOCABULARY + "compositeWithTrainedAlgorithmicMedia", iptc.VOCABULARY + "compositeSynthetic"
    ]  # fmt: skip


def test_a_portrait_shows_the_imported_background(
    studio: Desk, anna: Sat, imported: Imported, chosen: Settings
) -> None:
    keep_template(imported, settings=chosen, clock=SystemClock())
    double = codec.unpack(studio.vault.get(SitterId("sitter_anna"), DataClass.DOUBLE, anna.sitting.double))
    made = StudioEngine().render(double, template("mine"), RenderOptions(short_side=400))
    assert made.origin is Origin.OWN_PIXELS
    corner, kept = (
        p[: p.shape[0] // 8, : p.shape[1] // 8].mean((0, 1)) for p in (made.pixels, imported.plate)
    )
    assert np.abs(corner - kept).max() < 25
    again = StudioEngine().render(double, template("mine"), RenderOptions(short_side=400))
    assert np.array_equal(made.pixels, again.pixels)
    closer = StudioEngine().render(double, template("mine"), RenderOptions(short_side=400, closer=2))
    assert np.abs(closer.pixels[:50, :50].mean((0, 1)) - made.pixels[:50, :50].mean((0, 1))).max() < 12


@pytest.mark.parametrize(
    "data",
    [b"no picture", BAD["photo_too_many_pixels"], picture()[:200], encoded(np.zeros((9, 9, 3), np.uint8), "GIF")],
)  # fmt: skip
def test_a_background_that_is_no_picture_is_refused_when_it_is_to_be_hung(home: Path, data: bytes) -> None:
    put_pack(home / "templates" / "p", with_picture(), wall_webp=data)
    with pytest.raises(SceneryUnreadableError):
        scenery.hung(template("mine"), (60, 90))


def test_a_name_is_taken_once(imported: Imported, chosen: Settings) -> None:
    keep_template(imported, settings=chosen, clock=SystemClock())
    for name in ("mine", "butterfly"):
        again = replace(imported, template=imported.template.model_copy(update={"name": name}))
        with pytest.raises(TemplateNameTakenError):
            keep_template(again, settings=chosen, clock=SystemClock())
    assert [each.name for each in chosen.template_folder.iterdir()] == ["mine"]


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = run(["templates", *words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_verb_imports_and_the_check_says_what_keeps_it_at_home(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = tmp_path / "lin.jpg"
    photo.write_bytes(shot(1, "omar"))
    code, made = told(capsys, "import", str(photo))
    assert code == 0
    assert (made["template"], made["private"], made["ai"]) == ("own_1", True, None)
    code, checked = told(capsys, "check", "own_1")
    assert code == 0
    assert not checked["publishable"]
    assert {each["code"] for each in checked["not_publishable"]} == {
        "publish_private", "publish_no_release", "publish_no_licence"
    }  # fmt: skip
    rights = ("--licence", "CC0-1.0", "--source", "rendered", "--release", "none-needed", "--tag", "mine")
    assert told(capsys, "import", str(photo), *rights)[1]["template"] == "own_2"
    assert told(capsys, "check", str(home / "templates" / "own_2"))[1]["publishable"]
    assert list(catalogue())[-2:] == ["own_1", "own_2"]
    assert "lin.jpg" not in "".join(file.read_text("utf-8") for file in (home / "templates").rglob("*.toml"))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--name", "../out"), 2),
        (("--name", "Big"), 2),
        (("--title-en", "a\x1b[31m"), 2),
        (("--name", "noir"), 1),
    ],
)
def test_words_that_cannot_stand_in_a_recipe_are_refused_before_the_picture_is_opened(
    home: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int
) -> None:
    assert told(capsys, "import", str(home / "nothing.jpg"), *words)[0] == code
    assert not (home / "templates").exists()


def test_a_pack_is_checked_with_every_fault_and_exit_code_one(
    home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bad = put_pack(tmp_path / "bad", with_picture(), wall_webp=b"no picture", left_webp=picture())
    code, checked = told(capsys, "check", str(bad))
    assert code == 1
    assert {(f["code"], f["file"]) for f in checked["faults"]} == {
        ("pack_unlisted", "left.webp"), ("asset_unreadable", "wall.webp")
    }  # fmt: skip
    assert all(each["fix"] for each in checked["faults"])
    assert run(["templates", "check", str(bad)]) == 1
    assert "left.webp" in capsys.readouterr().out
    assert run(["templates", "check", str(tmp_path / "none")]) == 1


def test_an_asset_with_a_face_and_one_that_hides_that_ai_made_it_are_noticed(
    home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    put_pack(tmp_path / "face", with_picture(file="wall.jpg"), wall_jpg=shot(0))
    code, checked = told(capsys, "check", str(tmp_path / "face"))
    assert (code, [f["code"] for f in checked["not_publishable"]]) == (0, ["asset_shows_a_face"])
    put_pack(
        tmp_path / "ai",
        with_picture(file="wall.jpg"),
        wall_jpg=ai_made(encoded(np.full((300, 300, 3), 9, np.uint8))),
    )
    code, checked = told(capsys, "check", str(tmp_path / "ai"))
    assert (code, [f["code"] for f in checked["faults"]]) == (1, ["asset_marks_dropped"])
    ai = ', ai = { source_type = "trainedAlgorithmicMedia" }'
    (tmp_path / "ai" / "template.toml").write_text(with_picture(file="wall.jpg", ai=ai))
    assert told(capsys, "check", str(tmp_path / "ai"))[0] == 0
