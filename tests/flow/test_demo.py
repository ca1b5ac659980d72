"""The demo: the whole journey, its folder, and a page that tells the truth about it."""

import json
import re
import shutil
from contextlib import redirect_stdout
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from tests.fakes.sitting import GOOD_SHOTS, put, shot, shots, snapshot
from tests.scan import faces_in

from fenshen import people, settings
from fenshen.cli import run
from fenshen.labels.verify import verify
from fenshen.rights import receipt_check
from fenshen.rights.desk import open_desk
from fenshen.store import doubles
from fenshen.templates.catalogue import catalogue
from fenshen.words import codes, languages

pytestmark = pytest.mark.xdist_group("demo")
QUICK = ["-t", "butterfly", "-t", "noir", "--short-side", "400"]
PAGES = ("index.html", "index.zh.html")
EXCUSED = {"models"}
PLANTED = [shot(number)[1000:1200] for number in GOOD_SHOTS]


@dataclass(frozen=True)
class Ran:
    home: Path
    out: Path
    said: dict[str, Any]  # what --json printed

    def page(self, name: str = "index.html") -> str:
        return (self.out / name).read_text("utf-8")


@dataclass(frozen=True)
class Own:
    ran: Ran
    folder: Path
    before: dict[str, tuple[str, int]]


class Links(HTMLParser):
    """Collects every address a page names, and every tag it uses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: set[str] = set()
        self.pictures: list[str] = []
        self.without_words: list[str] = []
        self.text = ""
        self._inside: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._inside.append(tag)
        named = {name: value or "" for name, value in attrs}
        self.addresses += [
            named[name] for name in ("src", "href", "srcset", "data", "action") if name in named
        ]
        if tag == "img":
            self.pictures.append(named["src"])
            self.without_words += [] if named.get("alt") else [named["src"]]

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" not in self._inside:
            self.text += data

    @property
    def files(self) -> set[str]:
        return {unquote(address) for address in self.addresses if not address.startswith("#")}


def demo(*arguments: str | Path) -> tuple[int, dict[str, Any]]:
    with redirect_stdout(StringIO()) as heard:
        code = run(["demo", *map(str, arguments), "--json"])
    return code, json.loads(heard.getvalue())


def run_once(root: Path, models: Path, *arguments: str | Path) -> Ran:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FENSHEN_HOME", str(root / "home"))
        patch.setenv("FENSHEN_MODELS", str(models))
        patch.setenv("FENSHEN_LANG", "en")
        code, said = demo(*arguments, "-o", root / "demo", *QUICK)
    assert code == 0, said
    return Ran(home=root / "home", out=root / "demo", said=said)


@pytest.fixture(scope="module")
def ran(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Run it once on a person who does not exist, as `make demo` does but for the number of templates."""
    return run_once(tmp_path_factory.mktemp("demo"), models, "--person", "omar")


@pytest.fixture(scope="module")
def own(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Own:
    """Run it once on a folder of one's own, in which one file is no photo."""
    root = tmp_path_factory.mktemp("own")
    folder = put(root / "my photos" / "2026", shots())
    (folder / "<b>a&c.jpg").write_bytes(b"no picture at all")
    before = snapshot(folder)
    ran = run_once(root, models, "--photos", folder, "--adult", "--consent")
    return Own(ran=ran, folder=folder, before=before)


@pytest.mark.slow
def test_the_demo_leaves_portraits_sheets_receipts_and_two_pages(ran: Ran) -> None:
    left = {path.relative_to(ran.out).as_posix() for path in ran.out.rglob("*") if path.is_file()}
    opened = {f"photos/{each['file']}" for each in ran.said["photos"] if "not_needed" not in each["reasons"]}
    assert len(opened) == ran.said["photos_destroyed"]
    assert left == opened | {
        "portraits/butterfly.jpg",
        "portraits/noir.jpg",
        "contact.jpg",
        "double.jpg",
        "receipts/photos-destroyed.json",
        "receipts/studio.pub",
        ".fenshen-demo",
        *PAGES,
    }


@pytest.mark.slow
def test_what_it_tells_a_program_is_what_check_and_portrait_tell(ran: Ran) -> None:
    said = ran.said
    assert {"out", "double", "photos", "portraits", "seconds", "photos_destroyed", "receipt", "index"} <= set(
        said
    )
    assert len(said["photos"]) == len(people.photos_of("omar"))
    assert said["photos_destroyed"] + said["not_needed"] == len(said["photos"])
    assert said["not_needed"] > 0  # they are enough before all are opened
    assert {"file", "role", "verdict", "reasons", "same_person"} <= set(said["photos"][0])
    assert [each["template"] for each in said["portraits"]] == ["butterfly", "noir"]
    assert all(Path(each["file"]).is_file() for each in said["portraits"])
    assert {"likeness", "likeness_percentile", "seconds", "seed"} <= set(said["portraits"][0])


@pytest.mark.slow
def test_every_picture_the_studio_made_is_labelled_and_ours(ran: Ran) -> None:
    key = (ran.out / "receipts" / "studio.pub").read_bytes()
    made = [*(ran.out / "portraits").iterdir(), ran.out / "contact.jpg", ran.out / "double.jpg"]
    found = {picture.name: verify(picture.read_bytes(), public_key=key) for picture in made}
    assert all(each.ours for each in found.values())
    assert all(
        {mark.mark: mark.state for mark in each.marks}["visible"] == "valid" for each in found.values()
    )


@pytest.mark.slow
def test_nothing_of_a_face_lies_open_in_the_house(ran: Ran) -> None:
    photos = [photo.read()[2000:2200] for photo in people.photos_of("omar")]
    assert not faces_in(ran.home, photos, except_below=EXCUSED)


@pytest.mark.slow
def test_the_receipt_beside_the_page_holds_without_a_studio(ran: Ran) -> None:
    receipts = ran.out / "receipts"
    found = receipt_check.verify(
        (receipts / "photos-destroyed.json").read_bytes(), (receipts / "studio.pub").read_bytes()
    )
    assert found.body["objects"][0]["n"] == ran.said["photos_destroyed"]
    assert "photos-destroyed.json" in ran.page()


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_the_page_reaches_for_nothing_outside(ran: Ran, name: str) -> None:
    page = ran.page(name)
    links = Links(page)
    assert not re.search(r"https?:|@import|url\(", page)
    assert not [address for address in links.addresses if ":" in address or address.startswith("/")]
    assert not links.tags & {"script", "iframe", "form", "object", "link", "audio", "video"}
    assert "default-src 'none'" in page
    assert not {file for file in links.files if not (ran.out / file).is_file()}


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_every_picture_on_the_page_is_told_in_words_too(ran: Ran, name: str) -> None:
    links = Links(ran.page(name))
    assert len(links.pictures) > ran.said["photos_destroyed"]
    assert not links.without_words


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_no_word_of_the_page_is_missing(ran: Ran, name: str) -> None:
    text = Links(ran.page(name)).text
    assert not re.findall(r"\b(?:demo|verdict|mark|holding|purpose|next)_[a-z_]+", text)
    assert "…" not in text
    assert not re.search(r"\{[a-z_]+\}", text)  # a fact that nobody gave


def test_every_word_the_templates_ask_for_exists_in_both_languages() -> None:
    folder = Path(people.__file__).parent.parent / "cli" / "page"
    asked = {
        c for f in folder.glob("*.jinja") for c in re.findall(r't\("([a-z_]+)"[,)]', f.read_text("utf-8"))
    }
    assert len(asked) > 60
    assert not {(code, each) for each in languages() for code in asked - codes(each)}


@pytest.mark.slow
def test_the_figures_on_the_page_are_those_of_the_run(ran: Ran) -> None:
    text = Links(ran.page()).text
    words = re.sub(r"\s+", " ", text)
    for portrait in ran.said["portraits"]:
        rank = round(portrait["likeness_percentile"])
        assert rank in {0, 100} or f"closer than {rank} % of" in words
        assert f"from photo {portrait['made_from_photo']} " in words
    assert f"fenshen rights erase {ran.said['double']}" in words
    opened = ran.said["photos_destroyed"]
    assert f"{ran.said['accepted']} of {opened} can be used" in words
    assert f"{opened} photos in." in words
    assert f"{ran.said['not_needed']} more photos were left closed" in words
    assert "not usable" not in words  # what nobody opened nobody judged
    assert catalogue()["butterfly"].title.en in words


@pytest.mark.slow
def test_the_page_says_that_the_person_does_not_exist_and_who_consented(ran: Ran) -> None:
    words = re.sub(r"\s+", " ", unescape(ran.page()))
    assert "does not exist" in words
    assert "the demo recorded the consent in their place" in words


@pytest.mark.slow
def test_with_photos_of_ones_own_the_folder_is_only_read(own: Own) -> None:
    assert snapshot(own.folder) == own.before
    assert own.ran.said["accepted"] == len(shots())


@pytest.mark.slow
def test_no_photo_of_ones_own_is_copied_the_page_points_to_where_they_lie(own: Own) -> None:
    out = own.ran.out
    assert not (out / "photos").exists()
    assert not [found for found in faces_in(out, PLANTED) if found.startswith("planted")]
    assert "../my photos/2026/00.jpg" in Links(own.ran.page()).files
    assert all((out / file).exists() for name in PAGES for file in Links(own.ran.page(name)).files)
    assert "No copy of them was written" in own.ran.page()


@pytest.mark.slow
def test_a_file_name_cannot_write_into_the_page(own: Own) -> None:
    assert "<b>a" not in own.ran.page()
    assert "&lt;b&gt;a&amp;c.jpg" in own.ran.page()


@pytest.mark.slow
def test_a_second_run_erases_the_first_double_only_when_asked_to(
    own: Own, home: Path, tmp_path: Path
) -> None:
    shutil.copytree(own.ran.home, home, dirs_exist_ok=True)
    out = Path(shutil.copytree(own.ran.out, tmp_path / "out"))
    (out / "portraits" / "note.txt").write_text("mine")
    asked = ("--photos", own.folder, "--adult", "--consent", "-o", out, "-t", "film", "--short-side", "400")
    before = snapshot(out)
    code, refused = demo(*asked)
    assert (code, refused["error"]["code"]) == (1, "already_made")  # nothing is erased unasked
    assert snapshot(out) == before
    code, again = demo(*asked, "--again")
    assert code == 0
    assert again["erased"] == own.ran.said["double"] != again["double"]
    assert {path.name for path in (out / "portraits").iterdir()} == {"film.jpg", "note.txt"}
    earlier, key = (out / "receipts" / name for name in ("earlier-double-erased.json", "studio.pub"))
    assert receipt_check.verify(earlier.read_bytes(), key.read_bytes()).body["type"] == "erasure"
    assert again["erased"] in (out / "index.html").read_text("utf-8")
    with open_desk(settings.load()).store.begin() as connection:
        assert [row.id for row in doubles.every(connection)] == [again["double"]]
    assert not faces_in(home, PLANTED, except_below=EXCUSED)


def test_photos_of_ones_own_are_not_opened_without_consent(home: Path, tmp_path: Path) -> None:
    own = put(tmp_path / "own", shots(0, 1))
    code, said = demo("--photos", own, "-o", tmp_path / "out")
    assert (code, said["error"]["code"]) == (1, "consent_required")
    assert not (tmp_path / "out").exists()


def test_a_set_that_is_refused_leaves_nothing_half_written(
    home: Path, models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = put(tmp_path / "own", shots(0, 1))
    code = run(["demo", "--photos", str(own), "--adult", "--consent", "-o", str(tmp_path / "out")])
    shown = capsys.readouterr()
    assert code == 1
    assert "too_few_photos" in shown.err
    assert "00.jpg" in shown.out  # the verdicts are shown before the refusal
    assert not (tmp_path / "out").exists()
    assert not faces_in(home, except_below=EXCUSED)


def test_a_file_of_somebody_elses_is_never_replaced(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "portraits").mkdir(parents=True)
    (out / "portraits" / "butterfly.jpg").write_bytes(b"mine")
    before = snapshot(out)
    code, said = demo("-o", out)
    assert (code, said["error"]["code"]) == (1, "target_exists")
    assert snapshot(out) == before


def test_nothing_is_written_into_the_folder_of_the_photos(home: Path, tmp_path: Path) -> None:
    own = put(tmp_path / "own", shots(0))
    before = snapshot(own)
    code, said = demo("--photos", own, "--adult", "--consent", "-o", own)
    assert (code, said["error"]["code"]) == (1, "demo_into_photos")
    assert snapshot(own) == before
