"""Files are written whole, privately and durably, and destroyed before they are unlinked."""

import os
import stat
import threading
from pathlib import Path

import pytest
from tests.fakes.small_disk import files_in, small_disk

from fenshen.errors import DiskFullError
from fenshen.store import disk


def test_a_file_is_replaced_whole_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    disk.write_durably(path, b"one")
    disk.write_durably(path, b"another")
    assert path.read_bytes() == b"another"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert files_in(tmp_path) == ["file"]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1) as small:
        disk.write_durably(small / "file", b"old")
        with pytest.raises(DiskFullError):
            disk.write_durably(small / "file", os.urandom(3 << 20))
        assert (small / "file").read_bytes() == b"old"
        assert files_in(small) == ["file"]


def test_a_write_that_breaks_off_leaves_no_part(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()  # a folder cannot be replaced by a file
    with pytest.raises(OSError, match="directory"):
        disk.write_durably(tmp_path / "file", b"new")
    assert files_in(tmp_path) == []


def test_shredding_overwrites_before_it_unlinks_and_may_be_repeated(tmp_path: Path) -> None:
    path = tmp_path / "file"
    disk.write_durably(path, b"secret" * 10)
    with path.open("rb") as held_open:
        disk.shred(path)
        left = held_open.read()
    assert len(left) == 60
    assert b"secret" not in left
    assert not path.exists()
    disk.shred(path)


def test_other_troubles_than_a_full_disk_keep_their_own_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        disk.write_durably(tmp_path / "nowhere" / "file", b"x")


def test_a_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        with disk.locked(tmp_path / "lock"):
            inside += 1
            most = max(most, inside)
            inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
