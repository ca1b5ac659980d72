"""A folder is read without trusting it."""

import os
from pathlib import Path

import pytest

from fenshen.photos.container import MAX_BYTES, PhotoTooLargeError
from fenshen.photos.folder import (
    MOST,
    FolderEmptyError,
    FolderMissingError,
    FolderTooFullError,
    FrontalMissingError,
    find_frontal,
    list_photos,
)


def test_files_come_in_the_order_of_names_and_are_read_only_when_asked(tmp_path: Path) -> None:
    for name in ("b.jpg", "a.jpg", "宝宝.jpg"):
        (tmp_path / name).write_bytes(name.encode())
    listed = list_photos(tmp_path)
    assert [file.name for file in listed] == ["a.jpg", "b.jpg", "宝宝.jpg"]
    (tmp_path / "a.jpg").write_bytes(b"later")
    assert listed[0].read() == b"later"


def test_hidden_files_folders_and_pipes_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    (tmp_path / ".DS_Store").write_bytes(b"x")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "deep.jpg").write_bytes(b"x")
    os.mkfifo(tmp_path / "pipe")
    assert [file.name for file in list_photos(tmp_path)] == ["a.jpg"]


def test_a_link_in_circles_is_listed_and_unreadable(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(OSError, match="loop"):
        list_photos(tmp_path)[0].read()


def test_a_link_to_its_own_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    (tmp_path / "here").symlink_to(tmp_path)
    assert [file.name for file in list_photos(tmp_path)] == ["a.jpg"]


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FolderEmptyError):
        list_photos(tmp_path)


def test_a_folder_that_is_not_there_or_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    for wrong in ("nowhere", "file"):
        with pytest.raises(FolderMissingError):
            list_photos(tmp_path / wrong)


def test_five_hundred_files_are_looked_at_and_one_more_is_too_many(tmp_path: Path) -> None:
    for number in range(MOST):
        (tmp_path / f"{number}.jpg").touch()
    assert len(list_photos(tmp_path)) == MOST
    (tmp_path / "more.jpg").touch()
    with pytest.raises(FolderTooFullError) as refusal:
        list_photos(tmp_path)
    assert dict(refusal.value.facts) == {"files": MOST + 1, "limit": MOST}


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "film.jpg").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(PhotoTooLargeError):
        list_photos(tmp_path)[0].read()


def test_the_frontal_photo_must_be_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    (tmp_path / "b.jpg").touch()
    files = list_photos(tmp_path)
    assert find_frontal(files, "b.jpg") == 1
    with pytest.raises(FrontalMissingError):
        find_frontal(files, "c.jpg")
