"""The photos that a sitter takes away: a free redo, and nothing of it stays in the studio."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.sitting import ANNA, GOOD_SHOTS, Sat, put, shot, shots, watched_writing
from tests.scan import faces_in

from fenshen.cli import run
from fenshen.flow.take_away import photos_in
from fenshen.rights.desk import Desk
from fenshen.vault.bundle import Secret
from fenshen.vault.recovery_code import new_code, read_code
from fenshen.vault.vault import DataClass

pytestmark = pytest.mark.xdist_group("sitting")
AGREED = ("--adult", "--consent", "--confirm-adult", "--json")


def answer(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    assert run(list(arguments)) == code
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 1) -> str:
    name = answer(capsys, *arguments, code=code)["error"]["code"]
    assert isinstance(name, str)
    return name


def test_a_redo_from_the_bundle_works_when_the_photos_are_gone_and_the_studio_keeps_nothing(
    home: Path, tmp_path: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "photos", shots() | {"omar.jpg": shot(0, "omar")})
    bundle, paper = tmp_path / "mine.fenshen-photos", tmp_path / "code.txt"
    away = ("--take-away", str(bundle), "--code-file", str(paper))
    with watched_writing() as written:
        made = answer(capsys, "double", "create", str(folder), *away, *AGREED)
    assert {path.parent for path in written.outside(home, Path("/dev"))} <= {tmp_path}
    assert made["take_away"] == {
        "file": str(bundle),
        "photos": len(GOOD_SHOTS),  # the stranger's is not among them
        "bytes": bundle.stat().st_size,
        "opens_with": "code",
    }
    code = paper.read_text().strip()
    assert code not in json.dumps(made)
    assert paper.stat().st_mode & 0o077 == bundle.stat().st_mode & 0o077 == 0
    sealed = bundle.read_bytes()
    secrets = [code.encode(), read_code(code), sealed[:57], sealed[2000:2064], shot(0)[200:264]]
    assert faces_in(home, secrets) == []
    for file in folder.iterdir():
        file.unlink()  # the sitter has nothing any more but the bundle

    redone = answer(capsys, "double", "redo", made["double"], str(bundle), "--code-file", str(paper), *AGREED)

    assert redone["takes"] == made["takes"]
    assert redone["accepted"] == len(GOOD_SHOTS)
    assert [each["double"] for each in answer(capsys, "double", "list", "--json")] == [redone["double"]]
    assert faces_in(home, secrets) == []


def test_a_bundle_gives_the_photos_as_they_were_in_any_studio_the_frontal_first(
    home: Path,
    tmp_path: Path,
    models: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = put(tmp_path / "photos", {f"{9 - n}.jpg": shot(n) for n in GOOD_SHOTS[:2]})
    bundle, words = tmp_path / "mine", tmp_path / "words"
    words.write_text("three 只 quiet oranges\n")
    options = ("--few", "--passphrase-file", str(words), *AGREED)
    answer(
        capsys, "double", "create", str(folder), "--frontal", "9.jpg", "--take-away", str(bundle), *options
    )
    photos = photos_in(bundle, Secret(kind="passphrase", value="three 只 quiet oranges".encode()))
    assert [photo.read() for photo in photos] == [shot(0), shot(1)]
    another = tmp_path / "another"
    monkeypatch.setenv("FENSHEN_HOME", str(another))
    assert answer(capsys, "double", "create", str(bundle), *options)["accepted"] == 2
    assert faces_in(another, [shot(0)[200:264]]) == []


def test_the_bundle_of_another_person_is_refused_and_the_double_stays(
    studio: Desk, anna: Sat, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, words = put(tmp_path / "photos", {"omar.jpg": shot(0, "omar")}), tmp_path / "words"
    words.write_text("three quiet oranges")
    with (bundle := tmp_path / "omars").open("wb") as file:
        from fenshen.vault.bundle import passphrase, write_bundle

        write_bundle(file, [(folder / "omar.jpg").read_bytes], passphrase("three quiet oranges"))
    given = ("double", "redo", anna.sitting.double, str(bundle), "--few", "--passphrase-file", str(words))
    assert refused(capsys, *given, *AGREED) == "another_person"
    assert studio.vault.objects(ANNA, DataClass.DOUBLE) == [anna.sitting.double]
    assert studio.vault.objects(ANNA, DataClass.PHOTO) == []


@pytest.mark.usefixtures("studio")
def test_a_wrong_a_missing_and_a_mistyped_code_are_told_apart(
    anna: Sat, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from fenshen.vault.bundle import write_bundle

    code, bundle, paper = new_code(), tmp_path / "mine", tmp_path / "paper"
    with bundle.open("wb") as file:
        write_bundle(file, [lambda: shot(0)], Secret(kind="code", value=read_code(code)))
    redo = ("double", "redo", anna.sitting.double, str(bundle))
    assert refused(capsys, *redo, *AGREED) == "secret_needed"
    paper.write_text(new_code())
    assert refused(capsys, *redo, "--code-file", str(paper), *AGREED) == "bundle_locked"
    paper.write_text(("1" if code[0] != "1" else "2") + code[1:])
    assert refused(capsys, *redo, "--code-file", str(paper), *AGREED) == "code_mistyped"
    paper.write_text(code)
    bundle.write_bytes(bundle.read_bytes()[:-1])
    assert refused(capsys, *redo, "--code-file", str(paper), *AGREED) == "bundle_damaged"
    (tmp_path / "text").write_text("no bundle")
    text = ("double", "redo", anna.sitting.double, str(tmp_path / "text"))
    assert refused(capsys, *text, *AGREED) == "bundle_unreadable"


def test_no_bundle_is_begun_that_nobody_could_open_or_that_would_replace_a_file(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "photos", shots())
    create = ("double", "create", str(folder), "--take-away")
    assert refused(capsys, *create, str(tmp_path / "mine"), *AGREED, code=2) == "code_nowhere"
    (tmp_path / "mine").write_bytes(b"holiday")
    assert refused(capsys, *create, str(tmp_path / "mine"), *AGREED) == "file_exists"
    assert (tmp_path / "mine").read_bytes() == b"holiday"
    nowhere = str(tmp_path / "nowhere" / "mine")
    assert refused(capsys, *create, nowhere, *AGREED) == "file_unwritable"


def test_a_sitting_that_is_refused_leaves_neither_bundle_nor_code(
    home: Path, tmp_path: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "photos", {"0.jpg": shot(0)})
    bundle, paper = tmp_path / "mine", tmp_path / "code"
    away = ("--take-away", str(bundle), "--code-file", str(paper))
    assert refused(capsys, "double", "create", str(folder), *away, *AGREED) == "too_few_photos"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "photos"]
