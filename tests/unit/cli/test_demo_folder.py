"""A demo's folder: all of a run or nothing, and nobody else's file is touched."""

from pathlib import Path

import pytest

from fenshen.cli.demo_folder import LIST, STAGE, DemoIntoPhotosError, staged
from fenshen.labels.deliver import TargetExistsError, TargetNotWritableError


def fill(target: Path, *names: str) -> None:
    with staged(target) as stage:
        for name in names:
            (stage / name).parent.mkdir(parents=True, exist_ok=True)
            (stage / name).write_text(name)


def fail_halfway(target: Path) -> None:
    with staged(target) as stage:
        (stage / "index.html").write_text("half")
        raise ZeroDivisionError


def left(target: Path) -> set[str]:
    return {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()} - {LIST}


def test_files_take_their_places_when_the_run_ends_well(tmp_path: Path) -> None:
    fill(tmp_path / "a" / "demo", "index.html", "portraits/noir.jpg")
    assert left(tmp_path / "a" / "demo") == {"index.html", "portraits/noir.jpg"}


def test_a_run_that_fails_leaves_the_earlier_one_whole(tmp_path: Path) -> None:
    fill(tmp_path, "index.html", "portraits/noir.jpg")
    with pytest.raises(ZeroDivisionError):
        fail_halfway(tmp_path)
    assert left(tmp_path) == {"index.html", "portraits/noir.jpg"}
    assert (tmp_path / "index.html").read_text() == "index.html"


def test_a_run_that_fails_leaves_no_folder_that_was_not_there(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_halfway(tmp_path / "demo")
    assert not (tmp_path / "demo").exists()


def test_a_new_run_takes_away_what_the_earlier_one_wrote_and_nothing_else(tmp_path: Path) -> None:
    fill(tmp_path, "index.html", "photos/00.jpg", "portraits/noir.jpg")
    (tmp_path / "portraits" / "mine.jpg").write_text("mine")
    fill(tmp_path, "index.html", "portraits/film.jpg")
    assert left(tmp_path) == {"index.html", "portraits/film.jpg", "portraits/mine.jpg"}
    assert not (tmp_path / "photos").exists()


def test_a_list_that_leads_out_of_the_folder_is_not_believed(tmp_path: Path) -> None:
    out, outside = tmp_path / "demo", tmp_path / "letter.txt"
    outside.write_text("mine")
    fill(out, "index.html")
    (out / LIST).write_text("../letter.txt\n/etc/hostname\n\nindex.html\n")
    fill(out, "index.html")
    assert outside.read_text() == "mine"


def test_what_a_killed_run_left_behind_is_cleared(tmp_path: Path) -> None:
    (tmp_path / STAGE).mkdir()
    (tmp_path / STAGE / "half.jpg").write_text("half")
    fill(tmp_path, "index.html")
    assert left(tmp_path) == {"index.html"}


@pytest.mark.parametrize("name", ["portraits", "photos", "index.html", "contact.jpg"])
def test_a_name_that_somebody_else_uses_is_refused_before_anything_happens(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(TargetExistsError), staged(tmp_path):
        pytest.fail("nothing may run")


def test_the_photos_own_folder_is_refused_under_any_name(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    with pytest.raises(DemoIntoPhotosError), staged(link, tmp_path):
        pytest.fail("nothing may run")


def test_a_place_where_no_folder_can_be_is_a_clear_refusal(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(TargetNotWritableError), staged(tmp_path / "file" / "demo"):
        pytest.fail("nothing may run")
