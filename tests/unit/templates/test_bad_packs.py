"""What a stranger may send, one after the other: each has a name, a file, a line and a field, and harms no other."""

import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from pydantic import ValidationError
from tests.fakes.packs import picture, put_pack, recipe, with_picture
from tests.unit.templates.test_templates import FILES

from fenshen.cli import run
from fenshen.clock import SystemClock
from fenshen.flow.check_pack import check_pack
from fenshen.flow.keep_template import LicenceForbidsError, check_licence
from fenshen.rights.consent import Purpose, for_this_run
from fenshen.templates.catalogue import catalogue, shipped
from fenshen.templates.group import GroupTemplate, groups
from fenshen.templates.lines import line_of
from fenshen.templates.packs import PackMissingError, forbids_derivatives, read_pack
from fenshen.templates.reading import TemplateFault

LONG = FILES["28_campus.toml"].replace('name = "campus"', 'name = "lawn"')


def written(old: str, new: str) -> str:
    assert old in LONG
    return LONG.replace(old, new, 1)


BAD = {
    "malformed TOML": (written("eye_line = 0.4\n", "eye_line = 0.4.1\n"), "field_toml", "TOML"),
    "an unknown operator": (written('kind = "foliage"', 'kind = "volcano"'), "field_choice", "backdrop.scene.3"),
    "an unknown field": (written("[look]", "[look]\nsparkle = 1"), "field_unknown", "look.sparkle"),
    "a lamp too strong": (written("intensity = 0.6", "intensity = 60"), "field_range", "rig.lights.1.intensity"),
    "a number in quotes": (written("mirrors = false", 'mirrors = "false"'), "field_type", "rig.mirrors"),
    "a plate that there is not": (written('mode = "own body"', 'mode = "head"\nplate = "toga"'), "field_plate", "file"),
    "a path that leads out": (written("[look]", "[look]").replace("wrap = 0.14", 'picture = "../../x.webp"'),
                              "field_form", "backdrop.picture"),
    "a dial that drives nothing": (written('field = "lens.aperture"', 'field = "lens.apertur"'), "adjust_field",
                                   "adjust.aperture.drives.0.field"),
    "a licence that forbids derivatives": (written('licence = "Apache-2.0"', 'licence = "CC-BY-ND-4.0"'),
                                           "licence_no_derivatives", "licence"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_each_bad_recipe_is_named_with_its_line_and_field_and_breaks_no_catalogue(
    home: Path, what: str
) -> None:
    text, code, at = BAD[what]
    good = put_pack(home / "templates" / "good", recipe("sound"))
    bad = put_pack(home / "templates" / "bad", text)
    (fault,) = read_pack(bad).faults
    assert (fault.code, fault.file, fault.at) == (code, "template.toml", at)
    changed = [
        n for n, (a, b) in enumerate(zip(LONG.splitlines(), text.splitlines(), strict=False), 1) if a != b
    ]
    if at != "file":
        assert changed[0] - 1 <= fault.line <= changed[0] + 1
    assert not read_pack(good).faults
    assert set(catalogue()) - set(shipped()) == {"sound"}


def test_a_person_reads_file_line_and_field(
    home: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del models
    put_pack(home / "templates" / "bad", BAD["a lamp too strong"][0])
    assert run(["templates", "check", "bad"]) == 1
    shown = capsys.readouterr()
    line = next(n for n, each in enumerate(BAD["a lamp too strong"][0].splitlines(), 1) if "= 60" in each)
    assert f"template.toml:{line}: rig.lights.1.intensity" in (shown.out + shown.err).replace("\n", "")


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("name", 'name = "lawn"'),
        ("lens.focal", "focal = 105"),
        ("rig.lights.1.azimuth", "azimuth = 150"),
        ("rig.lights.0.nosuch", "[[rig.lights]] # open sky"),
        ("backdrop.scene.1.skyline.foot", "foot = [0.22, 0.1, 0.07]"),
        ("backdrop.scene.0.gradient.stops.2.colour.1", "stops = ["),
        ("adjust.aperture.dial.step", "step = 0.1"),
    ],
)
def test_a_field_is_found_on_its_line(at: str, shown: str) -> None:
    assert LONG.splitlines()[line_of(LONG, at) - 1] == shown


def test_a_field_of_nowhere_has_no_line() -> None:
    assert line_of(LONG, "nosuch") == 0
    assert line_of("", "name") == 0


@pytest.mark.parametrize(
    "licence", ["CC-BY-ND-4.0", "CC-BY-NC-ND-3.0", "no derivatives", "LicenseRef-NoDerivs"]
)
def test_what_may_not_be_altered_is_no_template(tmp_path: Path, licence: str) -> None:
    assert forbids_derivatives(licence)
    with pytest.raises(LicenceForbidsError):
        check_licence(licence)
    text = with_picture().replace('webp", licence = "CC0-1.0"', f'webp", licence = "{licence}"')
    (fault,) = read_pack(put_pack(tmp_path / "p", text, wall_webp=picture())).faults
    assert (fault.code, fault.at, fault.facts["licence"]) == (
        "licence_no_derivatives", "assets.0.licence", licence
    )  # fmt: skip
    assert fault.line > 0


@pytest.mark.parametrize("licence", ["CC0-1.0", "CC-BY-SA-4.0", "OFL-1.1", "LicenseRef-Wonderland"])
def test_what_may_be_altered_is_one(licence: str) -> None:
    assert not forbids_derivatives(licence)


def test_an_archive_is_no_pack_and_is_not_unpacked(tmp_path: Path) -> None:
    """A pack is a folder: there is nothing to unpack, so no bomb goes off and no name leads out of it."""
    archive = tmp_path / "pack.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("template.toml", recipe())
        made.writestr("../out.toml", recipe())
        made.writestr("bomb.webp", b"\0" * 50_000_000)
    with pytest.raises(PackMissingError):
        read_pack(archive)
    inside = put_pack(tmp_path / "p", recipe())
    archive.rename(inside / "more.zip")
    assert [each.code for each in read_pack(inside).faults] == ["pack_unlisted"]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["p"]


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it is 50,000 pixels wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000))


@pytest.mark.parametrize("data", [bomb(), b"GIF89a" + b"\0" * 64, picture()[:40], b""])
def test_a_picture_that_is_a_bomb_or_none_is_named_and_not_unpacked(
    tmp_path: Path, models: Path, data: bytes
) -> None:
    folder = put_pack(tmp_path / "p", with_picture(file="wall.png"), wall_png=data)
    clock = SystemClock()
    permit = for_this_run(Purpose.INSPECT_PHOTOS, clock)
    checked = check_pack(folder, permit, packs=tmp_path, models=models, clock=clock)
    faults: list[TemplateFault] = [each for each in checked.faults if each.file == "wall.png"]
    assert [each.code for each in faults] == ["asset_unreadable"]


def test_seats_left_empty_are_no_group() -> None:
    couple = groups()["couple"].model_dump()
    one = couple["layouts"][0]["seats"][:1]
    for seats in (one[:0], one):
        with pytest.raises(ValidationError) as refused:
            GroupTemplate.model_validate({**couple, "layouts": [{**couple["layouts"][0], "seats": seats}]})
        assert refused.value.errors()[0]["loc"][:3] == ("layouts", 0, "seats")
