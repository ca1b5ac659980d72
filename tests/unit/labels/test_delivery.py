"""The door: whole files, nothing overwritten, nothing unlabelled."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fenshen.errors import DiskFullError, FenshenError
from fenshen.labels import deliver as door
from fenshen.labels.deliver import TargetExistsError, TargetNotWritableError, deliver
from fenshen.labels.write import LabelledPicture

Make = Callable[..., NDArray[np.uint8]]
Label = Callable[..., LabelledPicture]


@pytest.fixture
def portrait(backdrop: Make, labelled: Label) -> LabelledPicture:
    return labelled(backdrop(200, 260))


def test_a_portrait_arrives_whole_and_alone(portrait: LabelledPicture, tmp_path: Path) -> None:
    deliver(portrait, tmp_path / "new" / "folder" / "portrait.jpg")
    assert (tmp_path / "new" / "folder" / "portrait.jpg").read_bytes() == portrait.data
    assert len(list((tmp_path / "new" / "folder").iterdir())) == 1


def test_nothing_is_overwritten_unless_told(portrait: LabelledPicture, tmp_path: Path) -> None:
    target = tmp_path / "portrait.jpg"
    target.write_bytes(b"the only copy of something")
    with pytest.raises(TargetExistsError):
        deliver(portrait, target)
    assert target.read_bytes() == b"the only copy of something"
    assert list(tmp_path.iterdir()) == [target]
    deliver(portrait, target, replace=True)
    assert target.read_bytes() == portrait.data
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("thing", [b"\xff\xd8\xff", None, "portrait.jpg"])
def test_only_a_labelled_picture_leaves(thing: object, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="LabelledPicture"):
        deliver(thing, tmp_path / "portrait.jpg")  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("number", "error"),
    [(errno.ENOSPC, DiskFullError), (errno.EDQUOT, DiskFullError), (errno.EIO, TargetNotWritableError)],
)
def test_a_disk_that_fails_half_way_leaves_nothing_behind(
    number: int,
    error: type[FenshenError],
    portrait: LabelledPicture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(error):
        deliver(portrait, tmp_path / "portrait.jpg")
    assert not list(tmp_path.iterdir())


def test_a_file_system_without_links_still_overwrites_nothing(
    portrait: LabelledPicture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    deliver(portrait, tmp_path / "portrait.jpg")
    assert (tmp_path / "portrait.jpg").read_bytes() == portrait.data
    with pytest.raises(TargetExistsError):
        deliver(portrait, tmp_path / "portrait.jpg")


def test_a_folder_that_is_a_file_is_refused_with_a_name(portrait: LabelledPicture, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(TargetNotWritableError):
        deliver(portrait, tmp_path / "file" / "portrait.jpg")


def test_the_refusal_says_nothing_about_where(portrait: LabelledPicture, tmp_path: Path) -> None:
    (tmp_path / "portrait.jpg").touch()
    with pytest.raises(TargetExistsError) as refusal:
        deliver(portrait, tmp_path / "portrait.jpg")
    assert str(refusal.value) == door.TargetExistsError.code
