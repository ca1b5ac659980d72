"""From a photo to an ID photo: permit first, reasons at once, the whole way out by the door, nothing kept."""

import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.fakes.bad_photos import wall
from tests.fakes.id_photos import file_of, permit
from tests.fakes.rights import unsafe_permit

from fenshen.cli import run
from fenshen.clock import SystemClock
from fenshen.errors import PermitRefusedError
from fenshen.flow.make_id_photo import IdPhotoNotJpegError, IdPhotoUnfitError, Order, Taken, make_id_photo
from fenshen.labels import iptc, wild, xmp
from fenshen.labels.container import take_apart, with_xmp
from fenshen.labels.deliver import TargetExistsError
from fenshen.labels.edited import EDITED
from fenshen.photos.inspect import PhotoUnreadableError
from fenshen.portrait.id_photo import Wanted
from fenshen.portrait.id_sizes import size, sizes
from fenshen.rights.consent import Purpose

WHITE = (255, 255, 255)


def order(name: str = "id_card", **changes: Any) -> Order:
    return Order(wanted=Wanted(size=size(name), background=WHITE), **changes)


def leave(models: Path, target: Path, data: bytes | None = None, asked: Order | None = None) -> Taken:
    photo = data or file_of("anna", 0)
    return make_id_photo(
        lambda: photo, permit(), asked or order(), target, models=models, clock=SystemClock()
    )


def never_read() -> bytes:
    raise AssertionError("the photo was read")


@pytest.mark.parametrize("purpose", [Purpose.RENDER_PORTRAIT, Purpose.KEEP_DOUBLE])
def test_a_photo_is_not_even_read_without_the_right_permit(
    models: Path, tmp_path: Path, purpose: Purpose
) -> None:
    wrong = unsafe_permit(purpose)
    with pytest.raises(PermitRefusedError):
        make_id_photo(never_read, wrong, order(), tmp_path / "id.jpg", models=models, clock=SystemClock())
    late = unsafe_permit(Purpose.INSPECT_PHOTOS, now=SystemClock().now() - timedelta(days=2))
    with pytest.raises(PermitRefusedError):
        make_id_photo(never_read, late, order(), tmp_path / "id.jpg", models=models, clock=SystemClock())


def test_the_file_has_the_size_the_dpi_and_the_kilobytes_of_its_rule(models: Path, tmp_path: Path) -> None:
    taken = leave(models, tmp_path / "id.jpg")
    data = (tmp_path / "id.jpg").read_bytes()
    image = Image.open(io.BytesIO(data))
    assert (image.size, image.info["dpi"], image.format) == ((358, 441), (350, 350), "JPEG")
    assert 14 * 1024 <= len(data) <= 20 * 1000
    assert taken.length == len(data)
    assert taken.faults == ()


@pytest.mark.parametrize("each", sizes(), ids=lambda each: each.name)
def test_every_size_can_be_made(models: Path, tmp_path: Path, each: Any) -> None:
    taken = leave(models, tmp_path / "id.jpg", asked=order(each.name))
    assert Image.open(tmp_path / "id.jpg").size == each.px
    assert taken.faults == ()
    assert any(code.startswith("id_edits_") for code in taken.warnings)
    assert ("id_size_doubtful" in taken.warnings) == (each.evidence != "secondary")


def test_it_says_that_it_was_edited_and_drops_what_the_photo_said_of_its_place(
    models: Path, tmp_path: Path
) -> None:
    picture = Image.open(io.BytesIO(file_of("anna", 0)))
    exif = Image.Exif()
    exif[0x010F], exif[0x8825] = "A Camera", {1: "N", 2: (31.0, 14.0, 3.0)}
    sink = io.BytesIO()
    picture.save(sink, "JPEG", exif=exif, quality=95, comment=b"at home")
    leave(models, tmp_path / "id.jpg", sink.getvalue())
    data = (tmp_path / "id.jpg").read_bytes()
    assert b"A Camera" not in data
    assert b"at home" not in data
    assert not Image.open(io.BytesIO(data)).getexif()
    assert wild.claims(take_apart(data)) == xmp.Claims(source_types=(EDITED,))


def test_a_photo_that_says_ai_made_it_is_refused_and_one_that_ai_edited_goes_on_saying_so(
    models: Path, tmp_path: Path
) -> None:
    made, edited = (
        with_xmp(file_of("anna", 0), xmp.packet(None, iptc.VOCABULARY + term))
        for term in ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia")
    )
    with pytest.raises(IdPhotoUnfitError) as refusal:
        leave(models, tmp_path / "id.jpg", made)
    assert refusal.value.reasons == ("ai_made",)
    assert not list(tmp_path.iterdir())
    taken = leave(models, tmp_path / "id.jpg", edited)
    assert "ai_edited" in taken.warnings
    assert taken.source_type.endswith("compositeWithTrainedAlgorithmicMedia")


def test_a_background_the_size_does_not_know_is_told(models: Path, tmp_path: Path) -> None:
    red = Order(wanted=Wanted(size=size("id_card"), background=(255, 0, 0)))
    assert "id_background_other" in leave(models, tmp_path / "red.jpg", asked=red).warnings
    assert "id_background_other" not in leave(models, tmp_path / "white.jpg").warnings


def test_a_large_photo_is_decoded_again_only_when_the_size_needs_it(models: Path, tmp_path: Path) -> None:
    sink = io.BytesIO()
    picture = Image.open(io.BytesIO(file_of("omar", 0)))
    picture.resize((2304, 3072), Image.Resampling.LANCZOS).save(sink, "JPEG", quality=92)
    small = leave(models, tmp_path / "small.jpg", sink.getvalue(), order("one_inch"))
    large = leave(models, tmp_path / "large.jpg", sink.getvalue(), order("five_inch"))
    assert small.photo.scale < 0.2
    assert 0.4 < large.photo.scale < 1
    assert "id_enlarged" not in large.warnings


def test_a_sheet_leaves_as_a_picture_and_as_a_page(models: Path, tmp_path: Path) -> None:
    taken = leave(models, tmp_path / "id.jpg", asked=order("one_inch", paper="6inch"))
    assert [f.name for f in taken.sheet_files] == ["id-6inch.jpg", "id-6inch.pdf"]
    picture, page = (f.read_bytes() for f in taken.sheet_files)
    image = Image.open(io.BytesIO(picture))
    assert (image.size, image.info["dpi"]) == ((1200, 1800), (300, 300))
    assert wild.claims(take_apart(picture)) == xmp.Claims(source_types=(EDITED,))
    box = re.search(rb"/MediaBox \[(.*?)\]", page)
    assert box is not None
    assert box[1] == b"0 0 288 432"
    assert page.count(b"/P Do") == 12
    own = Image.open(io.BytesIO(page[page.index(b"\xff\xd8\xff") :]))
    assert own.size == (295, 413)


def test_the_photo_on_the_sheet_is_the_photo(models: Path, tmp_path: Path) -> None:
    taken = leave(models, tmp_path / "id.jpg", asked=order("one_inch", paper="5inch"))
    sheet = taken.sheet
    assert sheet is not None
    page = np.asarray(Image.open(taken.sheet_files[0]), np.float32)
    for x, y in sheet.places:
        left, top = round(x / 25.4 * 300), round(y / 25.4 * 300)
        assert np.abs(page[top : top + 413, left : left + 295] - taken.photo.pixels).mean() < 2


def test_nothing_is_overwritten_and_nothing_else_is_written(models: Path, tmp_path: Path) -> None:
    target = tmp_path / "id.jpg"
    leave(models, target)
    before = target.read_bytes()
    with pytest.raises(TargetExistsError):
        leave(models, target)
    assert target.read_bytes() == before
    leave(models, target, asked=replace(order(), replace=True))
    assert [f.name for f in tmp_path.iterdir()] == ["id.jpg"]


def test_what_cannot_be_read_or_is_no_jpeg_s_name_is_refused(models: Path, tmp_path: Path) -> None:
    def gone() -> bytes:
        raise FileNotFoundError

    with pytest.raises(PhotoUnreadableError):
        make_id_photo(gone, permit(), order(), tmp_path / "id.jpg", models=models, clock=SystemClock())
    with pytest.raises(IdPhotoNotJpegError):
        leave(models, tmp_path / "id.png")
    with pytest.raises(IdPhotoUnfitError) as refusal:
        leave(models, tmp_path / "id.jpg", wall())
    assert refusal.value.reasons == ("no_face",)


# ---- the verb


@pytest.fixture
def photo(tmp_path: Path, home: Path, models: Path) -> Path:
    """A photo of anna in a folder of its own."""
    assert home.is_dir()
    assert models.is_dir()
    file = tmp_path / "in" / "anna.jpg"
    file.parent.mkdir()
    file.write_bytes(file_of("anna", 0))
    return file


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_the_json_has_its_shape(photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "id.jpg"
    assert run(["idphoto", str(photo), "--size", "护照", "-o", str(out), "--sheet", "A4", "--json"]) == 0
    answer = told(capsys)
    assert answer["size"] == "passport"
    assert answer["passes"] is True
    assert answer["edits"] == "forbidden"
    assert "id_edits_forbidden" in {each["code"] for each in answer["warnings"]}
    assert {each["measure"] for each in answer["measures"] if each["keeps"]} == {
        "head_height", "head_width", "crown_to_top", "chin_to_bottom",
    }  # fmt: skip
    assert 20 * 1024 <= answer["bytes"] <= 80 * 1000
    assert answer["asks"] == []
    assert answer["sheet"]["photos"] == 32
    assert all(Path(f).exists() for f in (answer["file"], *answer["sheet"]["files"]))


def test_nothing_of_the_photo_is_kept(photo: Path, home: Path, tmp_path: Path) -> None:
    before = {f for f in home.rglob("*") if f.is_file()}
    assert run(["idphoto", str(photo), "--size", "one_inch", "-o", str(tmp_path / "id.jpg")]) == 0
    assert {f for f in home.rglob("*") if f.is_file()} == before


@pytest.mark.parametrize("language", ["en", "zh"])
def test_people_are_told_what_was_measured_and_that_edits_may_be_forbidden(
    photo: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    monkeypatch.setenv("FENSHEN_LANG", language)
    assert run(["idphoto", str(photo), "--size", "id_card", "-o", str(tmp_path / "id.jpg")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "Offices generally forbid edited photos" if language == "en" else "办证机关一般不收修改过的照片"
    ) in said
    assert ("top of the hair" if language == "en" else "头发最高处") in said


@pytest.mark.parametrize(
    ("arguments", "code", "status"),
    [
        (["--double", "double_1", "--size", "one_inch", "-o", "x.jpg"], "id_photo_of_double", 1),
        (["--size", "one_inch", "-o", "x.jpg"], "id_photo_incomplete", 2),
        (["PHOTO", "-o", "x.jpg"], "id_photo_incomplete", 2),
        (["PHOTO", "--size", "huge", "-o", "x.jpg"], "id_size_unknown", 2),
        (["PHOTO", "--size", "one_inch", "--background", "sky", "-o", "x.jpg"], "id_background_unknown", 2),
        (["PHOTO", "--size", "one_inch", "--kb", "80-20", "-o", "x.jpg"], "kilobytes_unreadable", 2),
        (["PHOTO", "--size", "one_inch", "--kb", "a", "-o", "x.jpg"], "kilobytes_unreadable", 2),
        (["PHOTO", "--size", "one_inch", "--sheet", "A9", "-o", "x.jpg"], "paper_unknown", 2),
        (["PHOTO", "--size", "five_inch", "--sheet", "5inch", "-o", "x.jpg"], "paper_too_small", 2),
        (["nobody.jpg", "--size", "one_inch", "-o", "x.jpg"], "photo_unreadable", 1),
    ],
)
def test_every_refusal_has_its_code(
    photo: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: str, status: int
) -> None:
    given = [str(photo) if each == "PHOTO" else each for each in arguments]
    assert run(["idphoto", *given, "--json"]) == status
    assert told(capsys)["error"]["code"] == code


def test_an_unfit_photo_is_refused_with_every_reason(
    tmp_path: Path, home: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert home.is_dir()
    assert models.is_dir()
    nobody = tmp_path / "wall.jpg"
    nobody.write_bytes(wall())
    given = ["idphoto", str(nobody), "--size", "one_inch", "-o", str(tmp_path / "id.jpg")]
    assert run([*given, "--json"]) == 1
    assert told(capsys)["reasons"] == ["no_face"]
    assert run(given) == 1
    assert "no_face" in capsys.readouterr().err
    assert not (tmp_path / "id.jpg").exists()


def test_a_file_that_breaks_its_rule_is_written_and_said_to(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "id.jpg"
    given = ["idphoto", str(photo), "--size", "one_inch", "--kb", "900-1000", "-o", str(out), "--json"]
    assert run(given) == 1
    answer = told(capsys)
    assert [each["code"] for each in answer["faults"]] == ["id_file_small"]
    assert out.exists()


def test_the_sizes_are_shown(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert home.is_dir()
    assert run(["idphoto", "--sizes", "--json"]) == 0
    answer = told(capsys)
    assert len(answer["sizes"]) >= 21
    assert answer["recorded"] == "2026-11-22"
    assert run(["idphoto", "--sizes"]) == 0
    assert "driving_licence" in capsys.readouterr().out
