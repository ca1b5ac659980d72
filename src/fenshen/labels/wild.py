"""Every claim about AI a file makes, wherever its maker put it (TC260-PG-20259A, Annex B, and beyond)."""

import struct

from PIL import Image

from fenshen.labels import xmp
from fenshen.labels.container import Container

_IMAGE_DESCRIPTION, _EXIF_FOLDER, _USER_COMMENT = 0x010E, 0x8769, 0x9286
_CHARSET = 8  # bytes before a UserComment that name its characters

MOST_PACKETS = 16  # of a file that are read; two are one too many already


def claims(file: Container) -> xmp.Claims:
    """Collect labels and source types from XMP, EXIF and PNG texts; what is written twice is there twice."""
    packets = [xmp.read(packet) for packet in file.xmp[:MOST_PACKETS]]
    texts = [text for keyword, text in file.texts if "AIGC" in keyword]
    comments = [
        text for exif in file.exif for text in _exif_texts(exif) if '"Label"' in text or "AIGC" in text
    ]
    return xmp.Claims(
        aigc=(*(label for packet in packets for label in packet.aigc), *texts, *comments),
        source_types=tuple(source for packet in packets for source in packet.source_types),
    )


def _exif_texts(tiff: bytes) -> list[str]:
    """Give ImageDescription and UserComment; nothing when the EXIF is damaged."""
    exif = Image.Exif()
    try:
        exif.load(b"Exif\0\0" + tiff)
        found = [exif.get(_IMAGE_DESCRIPTION), exif.get_ifd(_EXIF_FOLDER).get(_USER_COMMENT)]
    except (OSError, SyntaxError, ValueError, KeyError, TypeError, struct.error):
        return []
    return [_text(value) for value in found if value]


def _text(value: object) -> str:
    if not isinstance(value, bytes):
        return str(value)
    charset, text = value[:_CHARSET], value[_CHARSET:]
    if charset == b"UNICODE\0":
        return text.decode("utf-16-le" if text[1:2] == b"\0" else "utf-16-be", "replace").lstrip("\ufeff")
    known = charset in {b"ASCII\0\0\0", bytes(_CHARSET)}
    return (text if known else value).decode("utf-8", "replace").strip("\0 ")
