"""Look for faces where none may lie: image headers and planted bytes in every file below a folder."""

import re
from collections.abc import Collection
from pathlib import Path

# Long enough that sealed bytes, which are random, do not match by chance: three bytes of a JPEG would, in one
# of every 16 MB.
INSIDE = {
    "JPEG": re.compile(
        rb"\xff\xd8\xff(?:\xe0\x00\x10JFIF\x00|\xe1..Exif\x00|\xe2..ICC_|\xdb\x00[\x43\x84]|\xee..Adobe)",
        re.DOTALL,
    ),
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "WebP": re.compile(rb"RIFF....WEBPVP8", re.DOTALL),
    "HEIC": re.compile(rb"ftyp(?:heic|heix|hevc|mif1|avif)"),
    "TIFF": re.compile(rb"(?:II\*\x00|MM\x00\*)(?=[\x00-\x08])\x08?\x00\x00"),
}
AT_START = {"JPEG": b"\xff\xd8\xff", "GIF": b"GIF8", "BMP": b"BM6"}


def faces_in(
    folder: Path, planted: Collection[bytes] = (), *, except_below: Collection[str] = ()
) -> list[str]:
    """Give ``what in file`` for every image header and every planted byte string found below a folder.

    Every file is read whole: databases and their logs, hidden and half-written files too. ``except_below`` names
    folders that hold no personal data by design, such as ``models``.
    """
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if not path.is_file() or name.parts[0] in except_below:
            continue
        found += [f"{what} in {name}" for what in faces_within(path.read_bytes(), planted)]
    return found


def faces_within(content: bytes, planted: Collection[bytes] = ()) -> list[str]:
    """Give every image header and every planted byte string in some bytes: a file, a stream, a process's memory."""
    found = [kind for kind, header in INSIDE.items() if header.search(content)]
    found += [f"the start of a {kind}" for kind, magic in AT_START.items() if content.startswith(magic)]
    return found + ["planted bytes" for secret in planted if secret in content]
