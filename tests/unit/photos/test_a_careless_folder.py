"""What people really hand over: five hundred files, films, archives, panoramas, locked files, links in circles."""

import io
import os
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image
from tests.unit.photos.conftest import code, person

from fenshen.photos.folder import MOST, list_photos
from fenshen.photos.inspect import SetReport, inspect_set
from fenshen.rights.consent import Permit


def judged(folder: Path, permit: Permit, models: Path) -> tuple[dict[str, tuple[str, ...]], SetReport]:
    """Give the reasons of every listed file, and the report."""
    files = list_photos(folder)
    report = inspect_set([file.read for file in files], permit, models)
    return {files[p.index].name: p.verdict.reasons for p in report.photos}, report


def jpeg_header(width: int, height: int) -> bytes:
    """Begin a JPEG that announces a size and breaks off."""
    frame = struct.pack(">BHHBBBB", 8, height, width, 1, 1, 0x11, 0)
    return b"\xff\xd8\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame + bytes(64)


def png_of_zeros(width: int, height: int) -> bytes:
    """Code a whole black PNG without ever holding its pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    packer = zlib.compressobj(9)
    rows = [packer.compress(bytes(1 + width)) for _ in range(height)]
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = b"".join([*rows, packer.flush()])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def zipped() -> bytes:
    """Put a photo into an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("00.jpg", person("anna/00"))
    return out.getvalue()


STRAY = {
    "empty.jpg": (b"", "photo_empty"),
    "letter.jpg": (b"Dear studio, my photos are in the other folder.", "photo_not_a_picture"),
    "album.zip": (zipped(), "photo_unsupported"),
    "album.jpg": (zipped() + b"other", "photo_unsupported"),
    "wave.mp4": (b"\0\0\0\x18ftypisom" + bytes(2000), "photo_unsupported"),
    "wave.jpg": (b"\0\0\0\x14ftypqt  " + bytes(2000), "photo_unsupported"),
    "wave.webm": (b"\x1aE\xdf\xa3" + bytes(2000), "photo_unsupported"),
    "dance.gif": (code(Image.new("P", (300, 300)), "GIF"), "photo_unsupported"),
    "half.jpg": (person("anna/01")[:9000], "photo_truncated"),
    "panorama.jpg": (jpeg_header(20_000, 10_000), "photo_too_many_pixels"),
    "panorama.png": (png_of_zeros(20_000, 10_000), "photo_too_many_pixels"),
}
"""Stray files and the reason each must be given."""


def test_stray_files_are_named_one_by_one_and_never_stop_the_photos(
    tmp_path: Path, permit: Permit, models: Path
) -> None:
    for name, (content, _) in STRAY.items():
        (tmp_path / name).write_bytes(content)
    for name, photo in (
        ("正面照 😀.jpg", "anna/00"),
        ("ünïcode\nline.JPEG", "anna/01"),
        ("no-extension", "anna/03"),
    ):
        (tmp_path / name).write_bytes(person(photo))
    (tmp_path / "a.png").write_bytes(person("anna/11"))
    reasons, report = judged(tmp_path, permit, models)
    assert {name: reasons[name] for name in STRAY} == {name: (why,) for name, (_, why) in STRAY.items()}
    assert report.accepted == 4
    assert {p.same_person for p in report.photos if p.verdict.is_usable} == {"frontal", "same"}


def test_names_that_are_no_text_are_read_too(tmp_path: Path, permit: Permit, models: Path) -> None:
    try:
        Path(os.fsdecode(bytes(tmp_path) + b"/\xff\xfe.jpg")).write_bytes(person("anna/00"))
    except OSError:
        pytest.skip("this file system takes text names only")
    reasons, report = judged(tmp_path, permit, models)
    assert len(reasons) == report.accepted == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_locked_file_is_named_and_the_others_go_on(tmp_path: Path, permit: Permit, models: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(person("anna/00"))
    (tmp_path / "locked.jpg").write_bytes(person("anna/01"))
    (tmp_path / "locked.jpg").chmod(0)
    reasons, report = judged(tmp_path, permit, models)
    assert reasons["locked.jpg"] == ("photo_unreadable",)
    assert report.accepted == 1


def test_links_in_circles_and_folders_in_folders_harm_nobody(
    tmp_path: Path, permit: Permit, models: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(person("anna/00"))
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    (tmp_path / "here").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "deep" / "deeper").mkdir(parents=True)
    (tmp_path / "deep" / "deeper" / "b.jpg").write_bytes(person("anna/01"))
    reasons, report = judged(tmp_path, permit, models)
    assert reasons["loop.jpg"] == ("photo_unreadable",)
    assert "deep" not in reasons
    assert report.accepted == 1


def test_a_file_that_vanishes_between_listing_and_reading_is_named(
    tmp_path: Path, permit: Permit, models: Path
) -> None:
    for name, photo in (("a.jpg", "anna/00"), ("b.jpg", "anna/01")):
        (tmp_path / name).write_bytes(person(photo))
    files = list_photos(tmp_path)
    (tmp_path / "b.jpg").unlink()
    report = inspect_set([file.read for file in files], permit, models)
    assert [photo.verdict.reasons for photo in report.photos] == [(), ("photo_unreadable",)]


def test_five_hundred_files_of_which_two_are_photos(tmp_path: Path, permit: Permit, models: Path) -> None:
    for number in range(MOST - 2):
        (tmp_path / f"{number:03d}.jpg").write_bytes(b"" if number % 2 else b"no photo")
    (tmp_path / "x.jpg").write_bytes(person("anna/00"))
    (tmp_path / "y.jpg").write_bytes(person("anna/01"))
    reasons, report = judged(tmp_path, permit, models)
    assert len(reasons) == MOST
    assert report.accepted == 2
