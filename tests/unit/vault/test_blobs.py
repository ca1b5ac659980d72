"""Blobs are kept whole or not at all."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fakes.small_disk import files_in, small_disk

from fenshen.errors import DiskFullError, NotFoundError
from fenshen.vault.blobs import LocalBlobs


def test_a_blob_comes_back_and_can_be_replaced(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    blobs.put("key_1/a", [b"one"])
    blobs.put("key_1/a", [b"another"])
    assert bytes(blobs.get("key_1/a")) == b"another"
    assert [(blob.name, blob.bytes) for blob in blobs.listing("key_1")] == [("a", 7)]


def test_what_is_not_there_is_named_and_forgetting_it_is_fine(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    with pytest.raises(NotFoundError):
        blobs.get("key_1/a")
    blobs.delete("key_1/a")
    blobs.delete_folder("key_1")
    assert blobs.listing("key_1") == []


def test_folders_whose_names_begin_alike_are_not_mixed_up(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    blobs.put("key_1/a", [b"one"])
    blobs.put("key_11/b", [b"eleven"])
    assert [blob.name for blob in blobs.listing("key_1")] == ["a"]
    blobs.delete_folder("key_1")
    assert blobs.folders() == ["key_11"]


def test_a_half_written_blob_of_a_killed_run_is_neither_listed_nor_left_behind(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    blobs.put("key_1/a", [b"one"])
    (tmp_path / "key_1" / ".b.0f0f0f0f.part").write_bytes(b"half")  # how a blob is staged
    assert [blob.name for blob in blobs.listing("key_1")] == ["a"]
    blobs.delete_folder("key_1")
    assert list(tmp_path.iterdir()) == []


def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path / "blobs")
    for name in ("../escaped", "key_1/../../escaped", "/key_1/escaped", "key_1/a/b", "key_1/..", "key_1"):
        with pytest.raises(ValueError, match="folder/name"):
            blobs.put(name, [b"x"])
    assert files_in(tmp_path) == []


def test_a_writer_that_breaks_off_leaves_neither_half_nor_new(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    blobs.put("key_1/a", [b"older"])

    def breaking_off() -> Iterator[bytes]:
        yield os.urandom(1 << 20)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        blobs.put("key_1/a", breaking_off())
    assert bytes(blobs.get("key_1/a")) == b"older"
    assert files_in(tmp_path) == ["key_1/a"]


def test_a_full_disk_is_named_and_nothing_half_written_stays(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 2) as disk:
        blobs = LocalBlobs(disk / "blobs")
        blobs.put("key_1/a", [os.urandom(1 << 20)])
        with pytest.raises(DiskFullError):
            blobs.put("key_1/b", [os.urandom(4 << 20)])
        assert files_in(disk) == ["blobs/key_1/a"]
        blobs.delete("key_1/a")
        blobs.put("key_1/b", [os.urandom(1 << 20)])


def test_a_full_disk_leaves_the_older_blob_of_that_name_as_it_was(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 2) as disk:
        blobs = LocalBlobs(disk)
        blobs.put("key_1/a", [b"older"])
        with pytest.raises(DiskFullError):
            blobs.put("key_1/a", [os.urandom(4 << 20)])
        assert bytes(blobs.get("key_1/a")) == b"older"
