"""What leaves is in the register before it leaves; without the visible words only who applied gets it."""

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.fakes.progress import Heard
from tests.fakes.sitting import ANNA, Sat

from fenshen import cli
from fenshen.cli import run
from fenshen.double.double import OpenDouble
from fenshen.engines.engine import EngineCard, Origin, RenderedPortrait, RenderOptions
from fenshen.engines.studio.engine import StudioEngine
from fenshen.errors import DiskFullError
from fenshen.flow import send
from fenshen.flow.portray import Order, portray
from fenshen.flow.send import MOST_AT_ONCE, ExportTooLargeError
from fenshen.labels import register
from fenshen.labels.deliver import TargetExistsError
from fenshen.labels.verify import State, verify
from fenshen.rights import erasure, label_free
from fenshen.rights.desk import Desk
from fenshen.rights.label_free import LabelFreeNotAgreedError, LabelFreePurpose
from fenshen.store import exports, issued
from fenshen.templates.catalogue import catalogue
from fenshen.templates.recipe import Template

pytestmark = pytest.mark.xdist_group("sitting")
SMALL = Order(templates=("noir", "daylight"), short_side=400)


def everything(studio: Desk) -> tuple[list[exports.ExportRow], list[issued.IssuedRow]]:
    with studio.store.begin() as connection:
        return exports.every(connection, ANNA), issued.every(connection)


def test_each_portrait_is_registered_with_what_was_done_and_one_run_is_one_export(
    studio: Desk, anna: Sat, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["portrait", anna.sitting.double, "-t", "noir", "-t", "butterfly", "--short-side", "400"]
    assert run([*asked, "--beautify", "0.4", "-o", str(tmp_path / "out"), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)["portraits"]
    (export,), rows = everything(studio)
    assert (export.count, export.kind, export.double) == (2, "portraits", anna.sitting.double)
    assert {each["export"] for each in made} == {export.id} == {row.export for row in rows}
    assert [each["label"] for each in made] == [row.label for row in rows] == ["film", "corner"]
    assert [each["produce_id"] for each in made] == [row.id for row in rows]
    assert {(row.engine, row.beautify, row.kind) for row in rows} == {
        (StudioEngine.card.name, 40, "portrait")
    }
    assert len({row.mark for row in rows}) == 2
    for each, row in zip(made, rows, strict=True):
        with Image.open(each["file"]) as image:
            assert image.size == (row.width, row.height)
            assert register.near(studio, np.asarray(image.convert("RGB")))[0].row == row


def test_the_layers_of_the_work_are_registered_too(studio: Desk, anna: Sat, tmp_path: Path) -> None:
    order = replace(SMALL, templates=("noir",), explain=True)
    (made,) = portray(
        anna.sitting.double, order, tmp_path, desk=studio, engine=StudioEngine(), progress=Heard()
    )
    _, rows = everything(studio)
    assert sorted(row.kind for row in rows) == ["layer"] * len(made.layers) + ["portrait"]


@pytest.mark.parametrize("fault", [TargetExistsError, DiskFullError])
def test_a_file_that_does_not_leave_leaves_an_entry_and_never_the_other_way(
    fault: type[Exception], studio: Desk, anna: Sat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def seen_by_then(*_: object, **__: object) -> None:
        assert len(everything(studio)[1]) == 1
        raise fault

    monkeypatch.setattr(send, "deliver", seen_by_then)
    with pytest.raises(fault):
        list(
            portray(
                anna.sitting.double, SMALL, tmp_path, desk=studio, engine=StudioEngine(), progress=Heard()
            )
        )
    assert len(everything(studio)[1]) == 1


class Unasked:
    """An engine that must not be asked."""

    card = EngineCard(name="unasked", version=1, origin=Origin.OWN_PIXELS, device="none")

    def render(
        self, _double: OpenDouble, _template: Template, _options: RenderOptions, /
    ) -> RenderedPortrait:
        raise AssertionError("nothing was to be rendered")


def test_nobody_takes_a_data_set_of_one_face_away(studio: Desk, anna: Sat, tmp_path: Path) -> None:
    order = replace(SMALL, each=MOST_AT_ONCE // 2 + 1)
    with pytest.raises(ExportTooLargeError) as refused:
        list(portray(anna.sitting.double, order, tmp_path, desk=studio, engine=Unasked(), progress=Heard()))
    assert refused.value.facts == {"asked": MOST_AT_ONCE + 2, "limit": MOST_AT_ONCE}
    assert everything(studio) == ([], [])


def test_every_template_once_is_an_order_and_no_data_set() -> None:
    assert len(catalogue()) <= MOST_AT_ONCE


def test_without_an_application_no_portrait_leaves_without_visible_words(
    studio: Desk, anna: Sat, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = replace(SMALL, label_free=True)
    with pytest.raises(LabelFreeNotAgreedError):
        list(portray(anna.sitting.double, order, tmp_path, desk=studio, engine=Unasked(), progress=Heard()))
    asked = [
        "portrait",
        anna.sitting.double,
        "-t",
        "noir",
        "--label-free",
        "-o",
        str(tmp_path / "out"),
        "--json",
    ]
    assert run(asked) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "label_free_not_agreed"
    assert not (tmp_path / "out").exists()


def test_who_applied_gets_the_picture_without_words_and_with_every_other_mark(
    studio: Desk,
    anna: Sat,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(cli, "VERBS", (*cli.VERBS, "label_free"))
    (tmp_path / "who.txt").write_text("Gallery Nine")
    asked = ["label_free", "apply", anna.sitting.double, "--purpose", "print", "--json"]
    told = ["--recipient", str(tmp_path / "who.txt")]
    assert run([*asked, *told]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "label_free_not_agreed"
    assert run([*asked, "--accept-duty"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "recipient_missing"
    assert run(["label_free", "apply", anna.sitting.double, "--purpose", "fun", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "label_free_purpose_unknown"
    assert run([*asked, *told, "--accept-duty"]) == 0
    applied = json.loads(capsys.readouterr().out)
    assert run(["label_free", "list", "--json"]) == 0
    logged = capsys.readouterr().out
    assert applied["application"] in logged
    assert "Gallery" not in logged
    assert run(["label_free", "duty"]) == 0
    assert "Article 9" in capsys.readouterr().out

    out = tmp_path / "out"
    make = ["portrait", anna.sitting.double, "-t", "noir", "--short-side", "400", "-o", str(out), "--json"]
    assert run([*make, "--label-free", "--explain"]) == 0
    (made,) = json.loads(capsys.readouterr().out)["portraits"]
    assert made["label"] == "none"
    file = Path(made["file"]).read_bytes()
    assert Image.open(io.BytesIO(file)).size == (400, 600)
    found = verify(file, public_key=studio.signer.public_pem(), producer="fenshen-studio")
    states = {mark.mark: mark.state for mark in found.marks}
    assert found.ours
    assert states["visible"] is State.ABSENT
    assert states["tc260"] is states["signature"] is State.VALID
    assert states["iptc"] is State.PRESENT
    layer = verify(Path(made["layers"][0]).read_bytes(), public_key=studio.signer.public_pem())
    assert {mark.mark: mark.state for mark in layer.marks}["visible"] is State.VALID
    (export,), rows = everything(studio)
    assert export.application == applied["application"]
    assert {row.label for row in rows if row.kind == "portrait"} == {"none"}


def test_an_erased_sitters_portraits_lead_to_an_export_that_names_nobody(
    studio: Desk, anna: Sat, tmp_path: Path
) -> None:
    order = replace(SMALL, templates=("noir",), label_free=True)
    label_free.apply(
        studio, ANNA, purpose=LabelFreePurpose.PRINT, recipient="a gallery", language="en", duty_accepted=True
    )
    (made,) = portray(
        anna.sitting.double, order, tmp_path, desk=studio, engine=StudioEngine(), progress=Heard()
    )
    receipt = erasure.erase(studio, ANNA)
    assert json.loads(receipt.data)["kept"][0]["law"] == label_free.ARTICLE
    row = register.by_produce_id(studio, made.sent.produce_id)
    assert row is not None
    with studio.store.begin() as connection:
        export = exports.get(connection, row.export)
    assert export is not None
    assert (export.sitter, export.double) == (None, None)
    assert export.count == 1
