"""`fenshen check --html`: one file for people who would rather look than read; it says that it holds their photos."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fenshen.cli import run

DATA = Path(__file__).parents[2] / "data" / "people"
REACHES_OUT = re.compile(r"(?:src|href|action)=[\"'](?!data:|#)|url\(|@import|<script", re.IGNORECASE)


@pytest.fixture
def folder(tmp_path: Path, home: Path, models: Path) -> Path:
    """Give a folder with two photos of anna, one of omar, and a file that is no photo."""
    assert home.is_dir()
    assert models.is_dir()
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ("00", "01"):
        shutil.copy(DATA / "anna" / f"{name}.jpg", photos)
    shutil.copy(DATA / "omar" / "00.jpg", photos / "<b>omar.jpg")
    (photos / "zzz.jpg").write_text("no photo")
    return photos


def page(folder: Path, language: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FENSHEN_LANG", language)
    target = folder.parent / "sheet.html"
    assert run(["check", str(folder), "--html", str(target)]) == 0
    return target.read_text("utf-8")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_sheet_is_one_whole_file_that_loads_nothing(
    folder: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = page(folder, language, monkeypatch)
    HTMLParser().feed(html)
    assert not REACHES_OUT.search(html)
    assert html.count("data:image/jpeg;base64,") == 3
    assert html.count('class="overlay"') == 3
    assert html.count('class="shot ') == 4


def test_the_sheet_says_that_it_holds_the_photos_and_whose_are_not_usable(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = page(folder, "en", monkeypatch)
    assert "This file holds your photos." in html
    assert "This seems to be somebody else." in html
    assert "This file is not a picture." in html
    assert "&lt;b&gt;omar.jpg" in html
    assert "<b>omar" not in html


def test_the_sheet_is_for_its_owner_alone_and_holds_no_metadata(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page(folder, "en", monkeypatch)
    assert (folder.parent / "sheet.html").stat().st_mode & 0o077 == 0


def test_without_being_asked_for_no_sheet_is_written(folder: Path) -> None:
    before = set(folder.parent.rglob("*"))
    assert run(["check", str(folder)]) == 0
    assert {path for path in folder.parent.rglob("*") if "home" not in path.parts} <= before


def test_a_sheet_that_cannot_be_written_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(folder), "--html", str(folder / "no" / "such" / "sheet.html")]) == 1
    assert "cannot be written" in " ".join(capsys.readouterr().err.split())
