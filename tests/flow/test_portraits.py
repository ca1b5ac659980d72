"""A double and templates go in, labelled portraits come out; and nothing else does."""

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.fakes.progress import Heard
from tests.fakes.rights import take_back
from tests.fakes.sitting import ANNA, Sat, shot, snapshot, watched_writing
from tests.fakes.small_disk import small_disk
from tests.fakes.takes import a_double, a_take
from tests.scan import faces_in

from fenshen.cli import run
from fenshen.cli.portrait import remarks
from fenshen.double import codec
from fenshen.double.double import OpenDouble
from fenshen.engines.engine import EngineCard, Origin, RenderedPortrait, RenderOptions
from fenshen.engines.studio.engine import StudioEngine
from fenshen.errors import ConsentRequiredError, FenshenError, PermitRefusedError
from fenshen.flow.likest import FaceLostError
from fenshen.flow.portray import Order, Skipped, portray
from fenshen.labels import watermark
from fenshen.labels.verify import State, verify
from fenshen.portrait.likeness import LikenessMeter, mesh_of, on_grey
from fenshen.rights import consent, erasure
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk
from fenshen.rights.erasure import Reason
from fenshen.store import doubles
from fenshen.templates.adjusted import adjusted
from fenshen.templates.catalogue import catalogue, template
from fenshen.templates.recipe import Template, Wish
from fenshen.vault.vault import DataClass

pytestmark = pytest.mark.xdist_group("sitting")
SMALL = Order(templates=("butterfly", "noir"), short_side=400)


def portraits(studio: Desk, anna: Sat, folder: Path, order: Order = SMALL) -> list[Path]:
    made = portray(anna.sitting.double, order, folder, desk=studio, engine=StudioEngine(), progress=Heard())
    return [each.file for each in made]


def test_a_dial_changes_the_picture_and_at_its_default_changes_no_pixel(
    studio: Desk, anna: Sat, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def made(folder: str, *options: str) -> bytes:
        asked = [
            "portrait",
            anna.sitting.double,
            "-t",
            "id_blue",
            "-o",
            str(tmp_path / folder),
            "--short-side",
            "400",
        ]
        assert run([*asked, *options]) == 0
        with Image.open(tmp_path / folder / "id_blue.jpg") as picture:
            return picture.convert("RGB").crop((0, 0, 60, 60)).resize((1, 1)).tobytes()

    assert made("default", "--set", "wall=blue")[2] > 180  # blue
    red = made("red", "--set", "wall=red")
    assert red[0] > 180 > red[2]
    capsys.readouterr()
    assert run(["portrait", anna.sitting.double, "-t", "noir", "-o", str(tmp_path), "--set", "grain=3"]) == 1
    assert "-1" in capsys.readouterr().err
    recipe, double = template("rembrandt"), opened_double(studio, anna)
    options = RenderOptions(short_side=400)
    plain, turned = (
        StudioEngine().render(double, adjusted(recipe, asked), options).pixels
        for asked in ({"warmth": 0.0}, {"warmth": 1.0})
    )
    assert np.array_equal(plain, StudioEngine().render(double, recipe, options).pixels)
    assert np.ptp(turned.astype(int) - plain) > 0


def opened_double(studio: Desk, anna: Sat) -> OpenDouble:
    return codec.unpack(studio.vault.get(ANNA, DataClass.DOUBLE, anna.sitting.double))


@pytest.fixture(scope="module")
def double(anna: Sat) -> OpenDouble:
    return codec.unpack(anna.desk().vault.get(ANNA, DataClass.DOUBLE, anna.sitting.double))


def test_every_portrait_carries_every_label_and_they_hold(
    studio: Desk, anna: Sat, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, key = tmp_path / "out", (home / "keys" / "studio.pub").read_bytes()
    asked = [
        "portrait",
        anna.sitting.double,
        "-t",
        "butterfly",
        "-t",
        "gels",
        "-o",
        str(out),
        "--short-side",
        "400",
    ]
    with watched_writing() as written:
        assert run([*asked, "--json"]) == 0
    made = json.loads(capsys.readouterr().out)["portraits"]
    assert [each["template"] for each in made] == ["butterfly", "gels"]
    assert written.outside(home, out, Path("/dev")) == set()
    assert sorted(snapshot(out)) == ["butterfly.jpg", "gels.jpg"]
    for each in made:
        assert {"file", "template", "likeness", "likeness_percentile", "seconds", "seed"} <= set(each)
        assert each["likeness"] > 0.4
        assert 0 <= each["likeness_percentile"] <= 100
        file = Path(each["file"]).read_bytes()
        found = verify(file, public_key=key, producer="fenshen-studio")
        states = {mark.mark: mark.state for mark in found.marks}
        assert found.ours
        assert states["visible"] is states["tc260"] is states["signature"] is State.VALID
        assert states["iptc"] is State.PRESENT
        assert each["produce_id"].encode() in file
        assert Image.open(io.BytesIO(file)).size == (400, 600)
        for secret in (anna.sitting.double, ANNA, "sitter"):
            assert secret.encode() not in file
        assert b"Exif" not in file
    assert faces_in(home) == []
    assert run(["verify", made[0]["file"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ours"] is True


def test_more_like_me_keeps_its_word_and_the_steps_of_the_work_are_labelled(
    studio: Desk, anna: Sat, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, key = tmp_path / "out", (home / "keys" / "studio.pub").read_bytes()
    asked = ["portrait", anna.sitting.double, "-t", "noir", "-o", str(out), "--short-side", "400"]
    assert run([*asked, "--more-like-me", "2", "--explain", "--beautify", "off", "--json"]) == 0
    (made,) = json.loads(capsys.readouterr().out)["portraits"]
    pressed = made["more_like_me"]
    assert pressed["asked"] == 2
    assert pressed["taken"] == 2 or pressed["limit_reached"]
    assert pressed["likeness_after"] >= pressed["likeness_before"]
    names = ["1-take", "2-light", "3-retouch", "4-backdrop", "5-composed"]
    assert [Path(file).stem for file in made["layers"]] == names
    assert sorted(snapshot(out)) == [*(f"noir-layers/{name}.jpg" for name in names), "noir.jpg"]
    for file in made["layers"]:
        assert verify(Path(file).read_bytes(), public_key=key, producer="fenshen-studio").ours
    assert faces_in(home) == []
    assert run([*asked, "--more-like-me", "4", "--replace"]) == 0
    said = capsys.readouterr().out
    assert "made from your photo" in " ".join(said.split())
    assert "more like you" in said or "as like you as this template allows" in said


@pytest.mark.parametrize("given", ["much", "1.5", "-0.1", "nan"])
def test_a_way_to_beautify_that_nobody_knows_is_refused(
    given: str, studio: Desk, anna: Sat, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [
        "portrait",
        anna.sitting.double,
        "-t",
        "noir",
        "-o",
        str(tmp_path / "out"),
        f"--beautify={given}",
    ]
    assert run([*asked, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "beautify_unreadable"
    assert studio.settings.home.exists()


def test_where_another_pose_was_asked_a_photo_again_is_called_that(
    studio: Desk, anna: Sat, tmp_path: Path
) -> None:
    order = replace(SMALL, templates=("butterfly",), wish=Wish(yaw=0.0))
    (made,) = portray(
        anna.sitting.double, order, tmp_path / "out", desk=studio, engine=Unmoved(), progress=Heard()
    )
    assert made.copied is not None
    assert made.copied.photo == made.photo
    assert made.copied.again
    lines = remarks(made)
    assert len(lines) == 1
    assert str(made.photo) in lines[0]


class Unmoved:
    """The studio engine, deaf to wishes: it takes a photo and lights it."""

    card = StudioEngine.card

    def render(self, double: OpenDouble, template: Template, options: RenderOptions, /) -> RenderedPortrait:
        return StudioEngine().render(double, template, replace(options, wish=None))


def test_the_same_seed_gives_the_same_picture_but_for_its_own_mark(
    studio: Desk, anna: Sat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = 1
    embed = watermark.embed
    monkeypatch.setattr(watermark, "embed", lambda rgb, _: embed(rgb, mark))

    def pixels(folder: str, seed: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
        order = replace(SMALL, templates=("noir",), seed=seed, format="PNG")
        (file,) = portraits(studio, anna, tmp_path / folder, order)
        return np.asarray(Image.open(file).convert("RGB"))

    first = pixels("a", 7)
    assert np.array_equal(first, pixels("b", 7))
    assert not np.array_equal(first, pixels("c", 8))
    mark = 2
    marked_anew = pixels("d", 7)
    assert 0 < np.abs(first.astype(int) - marked_anew).max() < 16


def test_embeddings_that_are_measured_with_are_not_written(
    studio: Desk, anna: Sat, home: Path, tmp_path: Path
) -> None:
    portraits(studio, anna, tmp_path / "out")
    rows = [embedding.tobytes()[:16] for embedding in anna.embeddings]
    assert faces_in(home, [*rows, b"\x93NUMPY"]) == []
    files = [path.read_bytes() for path in (tmp_path / "out").iterdir()]
    assert not any(row in file for row in rows for file in files)


def test_its_use_is_noted_and_puts_the_end_of_the_double_off(studio: Desk, anna: Sat, tmp_path: Path) -> None:
    with studio.store.begin() as connection:
        before = doubles.get(connection, anna.sitting.double)
    portraits(studio, anna, tmp_path / "out")
    with studio.store.begin() as connection:
        after = doubles.get(connection, anna.sitting.double)
    assert after.last_used_at > before.last_used_at
    assert after.expires_at > before.expires_at


def test_a_consent_taken_back_makes_no_portrait(
    studio: Desk, anna: Sat, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take_back(studio, ANNA, Purpose.RENDER_PORTRAIT)
    with pytest.raises(ConsentRequiredError):
        portraits(studio, anna, tmp_path / "out")
    asked = ["portrait", anna.sitting.double, "-t", "noir", "-o", str(tmp_path / "out"), "--json"]
    assert run(asked) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "consent_required"
    assert not (tmp_path / "out").exists()


def test_a_minor_is_offered_plain_templates_only(studio: Desk, anna: Sat, tmp_path: Path) -> None:
    consent.grant(
        studio, ANNA, list(Purpose), adult=False, minor=consent.AgeBand.UNDER_14, is_self=False, language="en"
    )
    skipped: list[Skipped] = []
    order = Order(templates=["noir", "daylight"], short_side=400)
    made = list(
        portray(
            anna.sitting.double, order, tmp_path / "out", desk=studio, engine=StudioEngine(),
            progress=Heard(), skipped=skipped,
        )
    )  # fmt: skip
    assert [each.template for each in made] == ["daylight"]
    assert [(each.template, each.why.code) for each in skipped] == [("noir", "not_for_minors")]


def test_at_least_eight_templates_are_plain_enough_for_a_minor_and_none_dresses_them() -> None:
    plain = [recipe for recipe in catalogue().values() if recipe.child_safe]
    assert len(plain) >= 8
    assert {recipe.mode for recipe in plain} == {"own body"}


class TakingBack:
    """An engine during whose work the sitter takes consent back."""

    card = StudioEngine.card

    def __init__(self, studio: Desk, engine: StudioEngine) -> None:
        self.studio, self.engine = studio, engine

    def render(self, double: OpenDouble, template: Template, options: RenderOptions, /) -> RenderedPortrait:
        rendered = self.engine.render(double, template, options)
        erasure.withdraw(self.studio, ANNA, [Purpose.RENDER_PORTRAIT])
        return rendered


def test_consent_taken_back_while_a_portrait_is_made_keeps_it_from_leaving(
    studio: Desk, anna: Sat, tmp_path: Path
) -> None:
    order = Order(templates=["noir", "daylight"], short_side=400)
    engine = TakingBack(studio, StudioEngine())
    with pytest.raises(PermitRefusedError):
        list(
            portray(
                anna.sitting.double, order, tmp_path / "out", desk=studio, engine=engine, progress=Heard()
            )
        )
    assert not (tmp_path / "out").exists()


def test_an_erased_sitter_has_no_more_portraits(
    studio: Desk, anna: Sat, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    erasure.erase(studio, ANNA, reason=Reason.ASKED)
    assert run(["portrait", anna.sitting.double, "-t", "noir", "-o", str(tmp_path / "out"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "not_found"
    assert not (tmp_path / "out").exists()
    assert [path for path in (home / "blobs").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["double_0000000000000000", "-t", "noir"], "not_found"),
        (["DOUBLE", "-t", "nosuch"], "not_found"),
    ],
)
def test_what_is_not_there_is_named(
    options: list[str], code: str, studio: Desk, anna: Sat, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [anna.sitting.double if option == "DOUBLE" else option for option in options]
    for flags in ([], ["--json"]):
        assert run(["portrait", *asked, "-o", str(tmp_path / "out"), *flags]) == 1
        out, err = capsys.readouterr()
        assert code in out + err
        assert "Traceback" not in out + err
    assert not (tmp_path / "out").exists()


def test_an_earlier_portrait_is_not_overwritten_unasked(
    studio: Desk, anna: Sat, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "noir.jpg").write_bytes(b"mine")
    asked = [
        "portrait",
        anna.sitting.double,
        "-t",
        "noir",
        "-o",
        str(folder),
        "--short-side",
        "400",
        "--json",
    ]
    assert run(asked) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "target_exists"
    assert (folder / "noir.jpg").read_bytes() == b"mine"
    assert run([*asked, "--replace"]) == 0
    assert (folder / "noir.jpg").read_bytes() != b"mine"


class Fake:
    """An engine that gives what it is told, or breaks."""

    card = EngineCard(name="fake", version=1, origin=Origin.OWN_PIXELS, device="none")

    def __init__(self, answer: Callable[[], RenderedPortrait]) -> None:
        self._answer = answer

    def render(
        self, _double: OpenDouble, _template: Template, _options: RenderOptions, /
    ) -> RenderedPortrait:
        return self._answer()


def broken() -> RenderedPortrait:
    raise MemoryError


def faceless() -> RenderedPortrait:
    grey = np.full((600, 400, 3), 128, np.uint8)
    return RenderedPortrait(pixels=grey, faces=((150, 200, 100, 130),), photo=1, origin=Origin.OWN_PIXELS)


@pytest.mark.parametrize(("answer", "error"), [(broken, MemoryError), (faceless, FaceLostError)])
def test_when_an_engine_fails_no_file_leaves(
    answer: Callable[[], RenderedPortrait],
    error: type[Exception],
    studio: Desk,
    anna: Sat,
    home: Path,
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    with pytest.raises(error):
        list(portray(anna.sitting.double, SMALL, out, desk=studio, engine=Fake(answer), progress=Heard()))
    assert not out.exists() or list(out.iterdir()) == []
    assert faces_in(home) == []


@pytest.mark.usefixtures("scarf")
def test_what_does_not_suit_a_sitter_is_told_and_the_rest_is_made(
    studio: Desk, anna: Sat, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A scarf covers the throat: anna cannot be dressed."""
    assert studio.settings.home.exists()
    asked = ["portrait", anna.sitting.double, "-t", "boardroom", "-t", "noir", "--short-side", "400", "-o"]
    assert run([*asked, str(tmp_path / "one"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [each["template"] for each in answer["portraits"]] == ["noir"]
    assert [(each["template"], each["code"]) for each in answer["skipped"]] == [
        ("boardroom", "head_not_bare")
    ]
    assert run([*asked, str(tmp_path / "two")]) == 0
    assert "head_not_bare" in "".join(capsys.readouterr())
    alone = ["portrait", anna.sitting.double, "-t", "boardroom", "--short-side", "400", "--json", "-o"]
    assert run([*alone, str(tmp_path / "three")]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "head_not_bare"
    assert not (tmp_path / "three").exists()


def test_a_full_disk_leaves_no_half_portrait(studio: Desk, anna: Sat, tmp_path: Path) -> None:
    with small_disk(tmp_path / "out", 1) as out:
        (out / "ballast").write_bytes(bytes(2**20 - 24 * 1024))
        with pytest.raises(FenshenError) as refused:
            portraits(studio, anna, out)
        assert refused.value.code == "disk_full"
        assert [path.name for path in out.iterdir()] == ["ballast"]


def test_a_portrait_of_somebody_else_ranks_below_the_sitters_own(anna: Sat, double: OpenDouble) -> None:
    meter = LikenessMeter(double, anna.models)
    own = on_grey(double.takes[0])
    seen = meter.measure(own, double.takes[0].photo)
    assert seen is not None
    assert seen.value > 0.5
    assert seen.percentile is not None
    omar = meter.measure(np.asarray(Image.open(io.BytesIO(shot(0, "omar"))).convert("RGB")), 1)
    assert omar is not None
    assert omar.value < 0.4
    assert omar.percentile == 0


def test_in_a_picture_without_a_face_there_is_no_likeness(anna: Sat, double: OpenDouble) -> None:
    assert LikenessMeter(double, anna.models).measure(faceless().pixels, 1) is None


def test_a_take_before_grey_is_what_it_is_inside_and_grey_outside() -> None:
    take = a_take(1, reaches=False)
    picture = on_grey(take)
    assert np.array_equal(picture[take.alpha == 255], take.foreground[take.alpha == 255])
    assert (picture[take.alpha == 0] == 128).all()
    mesh = mesh_of(a_double(take).takes[0])
    assert np.array_equal(mesh.points, take.points)


def test_a_double_altered_on_the_disk_opens_no_more(
    studio: Desk, anna: Sat, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (blob,) = [path for path in (home / "blobs").rglob("*") if path.is_file()]
    content = bytearray(blob.read_bytes())
    content[len(content) // 2] ^= 1
    blob.write_bytes(bytes(content))
    shutil.rmtree(tmp_path / "out", ignore_errors=True)
    assert run(["portrait", anna.sitting.double, "-t", "noir", "-o", str(tmp_path / "out"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "seal_broken"
    assert not (tmp_path / "out").exists()
