"""Every template once on one sitter: small, labelled, entered as one, and stopped by a withdrawal."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.fakes.rights import take_back
from tests.fakes.sitting import ANNA, Sat, snapshot
from tests.scan import faces_in

from fenshen.double.double import OpenDouble
from fenshen.engines.engine import RenderedPortrait, RenderOptions
from fenshen.engines.studio.engine import StudioEngine
from fenshen.engines.studio.workbench import Workbench
from fenshen.errors import ConsentRequiredError, NotFoundError, PermitRefusedError
from fenshen.flow.portray import Skipped
from fenshen.flow.preview import Preview, previews
from fenshen.labels import register
from fenshen.labels.trace import Evidence, trace, watermark_reader
from fenshen.labels.verify import State, verify
from fenshen.rights import consent
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk
from fenshen.store import audit, doubles, exports, issued
from fenshen.templates.recipe import Template

pytestmark = pytest.mark.xdist_group("sitting")
NAMES = ("butterfly", "boardroom", "noir", "daylight")  # corner, a garment, film, caption


def shown(studio: Desk, anna: Sat, *names: str, short_side: int = 240) -> list[Preview | Skipped]:
    engine = StudioEngine(Workbench())
    return list(
        previews(anna.sitting.double, names or NAMES, desk=studio, engine=engine, short_side=short_side)
    )


def pictures(given: list[Preview | Skipped]) -> list[Preview]:
    return [each for each in given if isinstance(each, Preview)]


@pytest.mark.usefixtures("scarf")
def test_every_preview_carries_every_label_and_what_does_not_suit_says_why(
    studio: Desk, anna: Sat, home: Path
) -> None:
    given = shown(studio, anna)
    assert [each.template for each in given] == list(NAMES)
    assert [(each.template, each.why.code) for each in given if isinstance(each, Skipped)] == [
        ("boardroom", "head_not_bare")
    ]
    key = (home / "keys" / "studio.pub").read_bytes()
    for each in pictures(given):
        found = verify(each.picture.data, public_key=key, producer="fenshen-studio")
        states = {mark.mark: mark.state for mark in found.marks}
        assert found.ours
        assert states["visible"] is states["tc260"] is states["signature"] is State.VALID
        assert states["iptc"] is State.PRESENT
        with Image.open(io.BytesIO(each.picture.data)) as image:
            assert image.format == "WEBP"
            assert min(image.size) >= 240
        for secret in (anna.sitting.double, ANNA, "sitter_", each.template):
            assert secret.encode() not in each.picture.data


def test_a_run_is_one_export_and_one_entry_which_number_and_mark_find_and_looks_do_not(
    studio: Desk, anna: Sat
) -> None:
    given = pictures(shown(studio, anna))
    with studio.store.begin() as connection:
        (export,), (row,) = exports.every(connection, ANNA), issued.every(connection)
    assert (export.kind, export.count) == ("previews", len(NAMES))
    assert (row.kind, row.export, row.template) == ("preview", export.id, None)
    assert {each.picture.produce_id for each in given} == {row.id}
    whole = trace(studio, [each.picture.data for each in given], reader=watermark_reader)
    assert {(tie.evidence, tie.export) for tie in whole.ties} == {(Evidence.SIGNATURE, export.id)}
    stripped = [register.pixels(each.picture.data) for each in given]
    assert [register.near(studio, rgb) for rgb in stripped] == [[]] * len(given)
    assert int(row.mark, 16) in {watermark_reader(rgb) for rgb in stripped}


def test_the_entry_is_there_before_the_first_picture_is_rendered(studio: Desk, anna: Sat) -> None:
    class Looking(StudioEngine):
        entries = 0

        def render(
            self, double: OpenDouble, template: Template, options: RenderOptions, /
        ) -> RenderedPortrait:
            with studio.store.begin() as connection:
                Looking.entries = len(issued.every(connection))
            return super().render(double, template, options)

    run = previews(anna.sitting.double, NAMES, desk=studio, engine=Looking(), short_side=240)
    assert isinstance(next(run), Preview)
    assert Looking.entries == 1


def test_a_preview_is_the_portrait_made_small(studio: Desk, anna: Sat) -> None:
    """Lamps out of focus and grain apart, which are drawn in pixels of their own picture."""
    small, large = (pictures(shown(studio, anna, "butterfly", short_side=side))[0] for side in (240, 720))
    assert small.photo == large.photo
    less, more = (
        np.asarray(Image.open(io.BytesIO(each.picture.data)).convert("RGB").resize((60, 90)), float)
        for each in (small, large)
    )
    assert np.abs(less - more)[:72].mean() < 4  # of 255; the words below are set to the pixel


def test_nothing_is_written_but_register_and_log_and_looking_does_not_prolong_a_double(
    studio: Desk, anna: Sat, home: Path
) -> None:
    shown(studio, anna, "noir")  # the first labels make the studio's certificates
    with studio.store.begin() as connection:
        before = doubles.get(connection, anna.sitting.double)
        entries = len(audit.every_entry(connection))
    files = set(snapshot(home))
    shown(studio, anna, "noir")
    assert set(snapshot(home)) <= files
    assert faces_in(home) == []
    with studio.store.begin() as connection:
        assert doubles.get(connection, anna.sitting.double) == before
        assert len(audit.every_entry(connection)) == entries + 1


def test_a_minor_is_shown_plain_templates_only(studio: Desk, anna: Sat) -> None:
    consent.grant(
        studio, ANNA, list(Purpose), adult=False, minor=consent.AgeBand.UNDER_14, is_self=False, language="en"
    )
    assert [each.template for each in shown(studio, anna)] == ["butterfly", "daylight"]
    assert shown(studio, anna, "noir") == []


def test_without_consent_there_is_no_preview_and_no_entry(studio: Desk, anna: Sat) -> None:
    take_back(studio, ANNA, Purpose.RENDER_PORTRAIT)
    with pytest.raises(ConsentRequiredError):
        shown(studio, anna)
    with studio.store.begin() as connection:
        assert issued.every(connection) == []


def test_consent_taken_back_meanwhile_ends_the_run(studio: Desk, anna: Sat) -> None:
    run = previews(anna.sitting.double, NAMES, desk=studio, engine=StudioEngine(), short_side=240)
    assert isinstance(next(run), Preview)
    take_back(studio, ANNA, Purpose.RENDER_PORTRAIT)
    with pytest.raises(PermitRefusedError):
        next(run)


def test_an_unknown_template_is_refused(studio: Desk, anna: Sat) -> None:
    with pytest.raises(NotFoundError):
        shown(studio, anna, "nosuch")


def test_a_template_is_shown_once_however_often_it_is_asked_for(studio: Desk, anna: Sat) -> None:
    """So a run is as long as the catalogue at most, and no data set."""
    assert [each.template for each in shown(studio, anna, *["daylight"] * 61)] == ["daylight"]
