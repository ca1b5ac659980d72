"""JPEG, PNG and WebP as files: what decides the picture, what is metadata, and where a packet goes.

Whatever can change what a viewer sees (coded data, colour profile, frames, bytes after the end) counts as
picture; only the known homes of metadata do not. So C2PA, XMP or EXIF may be added later and the picture
stays the same, while any other change of a byte makes it another picture.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from fenshen.errors import FenshenError

Kind = Literal["JPEG", "PNG", "WEBP", "OTHER"]

_PNG = b"\x89PNG\r\n\x1a\n"
_XMP_JPEG, _EXIF_JPEG = b"http://ns.adobe.com/xap/1.0/\0", b"Exif\0\0"
_XMP_PNG = b"XML:com.adobe.xmp"
_C2PA_BOX = (
    b"jumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71"  # head of a store (C2PA 2.x, 11.1.4.2)
)
_METADATA = {
    "JPEG": {0xE1: "EXIF, XMP", 0xEB: "C2PA", 0xED: "Photoshop", 0xFE: "comment"},
    "PNG": {b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"caBX"},
    "WEBP": {b"XMP ", b"EXIF", b"C2PA"},
}
_WEBP_METADATA_FLAGS = 0x0C  # VP8X: EXIF and XMP are present
_WEBP_XMP_FLAG = 0x04
_LARGEST_TEXT = 1 << 20  # bytes of an unpacked PNG text
_LARGEST_TEXTS = 16 << 20  # bytes of all of them together: no honest picture holds as much
_APP0, _APP11, _SOS, _BARE = 0xE0, 0xEB, 0xDA, {0x01, *range(0xD0, 0xD8)}
_JUMBF_SEGMENT = b"JP\x02\x11"  # common identifier, and the number the C2PA library gives its box
_LARGEST_SEGMENT = 0xFFFD  # bytes of a JPEG segment without its length field


MIMES: dict[Kind, str] = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_OTHER_MIMES = {b"GIF8": "image/gif", b"II*\0": "image/tiff", b"MM\0*": "image/tiff"}


class PictureUnreadableError(FenshenError):
    """The file is no picture, or a damaged one."""

    code = "picture_unreadable"


@dataclass(slots=True)
class Container:
    """A picture file taken apart."""

    kind: Kind
    mime: str = ""
    digest: bytes = b""  # SHA-256 of everything that decides the picture
    xmp: list[bytes] = field(default_factory=list)
    exif: list[bytes] = field(default_factory=list)  # TIFF structures, without the "Exif" prefix
    texts: list[tuple[str, str]] = field(default_factory=list)  # PNG keywords and texts, XMP excepted
    c2pa_parts: list[bytes] = field(default_factory=list)  # of the C2PA manifest store, in order
    is_c2pa_plain: bool = True  # whether the store's wrapping has the only values it can have

    @property
    def c2pa(self) -> bytes:
        """The C2PA manifest store; empty when there is none."""
        return b"".join(self.c2pa_parts)


def take_apart(data: bytes) -> Container:
    """Read a file's structure; no pixel is decoded. Raises PictureUnreadableError."""
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data.startswith(_PNG):
            return _png(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except (struct.error, IndexError, ValueError, zlib.error) as error:
        raise PictureUnreadableError from error
    if data[4:8] == b"ftyp" or data[:4] in {b"GIF8", b"II*\0", b"MM\0*"} or data[:2] == b"BM":
        return _other(data)
    raise PictureUnreadableError


def with_xmp(data: bytes, packet: bytes) -> bytes:
    """Put an XMP packet into a file that has none; the coded picture is copied, not coded again.

    The file is JPEG, PNG, or WebP with a VP8X header (that is: with a colour profile). ValueError otherwise.
    """
    if data.startswith(b"\xff\xd8\xff") and len(packet) + len(_XMP_JPEG) <= _LARGEST_SEGMENT:
        at = 4 + int.from_bytes(data[4:6]) if data[3] == _APP0 else 2  # JFIF wants to be first
        body = _XMP_JPEG + packet
        return b"".join((data[:at], b"\xff\xe1", struct.pack(">H", len(body) + 2), body, data[at:]))
    if data.startswith(_PNG):
        body = b"iTXt" + _XMP_PNG + b"\0\0\0\0\0" + packet
        chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        return data[:33] + chunk + data[33:]  # after the header chunk
    if data[8:16] == b"WEBPVP8X":
        flags = bytes([data[20] | _WEBP_XMP_FLAG])
        chunk = b"XMP " + struct.pack("<I", len(packet)) + packet + b"\0" * (len(packet) % 2)
        size = struct.pack("<I", len(data) - 8 + len(chunk))
        return b"".join((b"RIFF", size, data[8:20], flags, data[21:], chunk))
    raise ValueError("no place for a packet")


def _jpeg(data: bytes) -> Container:
    found, picture, at = Container("JPEG", MIMES["JPEG"]), sha256(), 2
    while True:
        marker = data[at + 1]
        if data[at] != 0xFF:  # noqa: PLR2004
            raise PictureUnreadableError
        if marker == 0xFF or marker in _BARE:  # noqa: PLR2004  (fill byte, or a marker without a body)
            at += 1 if marker == 0xFF else 2  # noqa: PLR2004
            continue
        if marker == _SOS:
            break
        size = int.from_bytes(data[at + 2 : at + 4])
        segment, body = data[at : at + 2 + size], data[at + 4 : at + 2 + size]
        if size < 2 or len(segment) < 2 + size:  # noqa: PLR2004
            raise PictureUnreadableError
        if marker in _METADATA["JPEG"]:
            _note(found, marker, body)
        else:
            picture.update(segment)
        at += 2 + size
    if data.rfind(b"\xff\xd9") < at:
        raise PictureUnreadableError
    picture.update(memoryview(data)[at:])
    found.digest = picture.digest()
    return found


def _note(found: Container, marker: int, body: bytes) -> None:
    if marker == _APP11:
        _gather(found, body)
    elif body.startswith(_XMP_JPEG):
        found.xmp.append(body[len(_XMP_JPEG) :])
    elif body.startswith(_EXIF_JPEG):
        found.exif.append(body[len(_EXIF_JPEG) :])


def _gather(found: Container, body: bytes) -> None:
    """Add an APP11 segment to the manifest store: numbered, each repeating its box's head (ISO/IEC 19566-5, D.2)."""
    if body[:2] != _JUMBF_SEGMENT[:2]:
        return
    number = len(found.c2pa_parts) + 1
    first = found.c2pa_parts[0] if found.c2pa_parts else body[8:]
    found.is_c2pa_plain &= body[:8] == _JUMBF_SEGMENT + struct.pack(">I", number)
    found.is_c2pa_plain &= body[8:16] == first[:8]
    found.c2pa_parts.append(body[16 if number > 1 else 8 :])


def _put(found: Container, store: bytes, *, is_plain: bool) -> None:
    """Note a manifest store; a second one is not how we write."""
    found.is_c2pa_plain &= is_plain and not found.c2pa_parts
    found.c2pa_parts.append(store)


def _png(data: bytes) -> Container:
    found, picture, name, at, told = Container("PNG", MIMES["PNG"]), sha256(), b"", len(_PNG), 0
    while name != b"IEND":
        size, name = struct.unpack(">I4s", data[at : at + 8])
        end = at + 12 + size
        if end > len(data):
            raise PictureUnreadableError
        if name not in _METADATA["PNG"]:
            picture.update(memoryview(data)[at:end])
        elif name == b"eXIf":
            found.exif.append(data[at + 8 : end - 4])
        elif name == b"caBX":
            checked = zlib.crc32(data[at + 4 : end - 4]) == int.from_bytes(data[end - 4 : end])
            _put(found, data[at + 8 : end - 4], is_plain=checked)
        elif name != b"tIME":
            keyword, text = _png_text(name, data[at + 8 : end - 4])
            told += len(text)
            if told > _LARGEST_TEXTS:
                raise PictureUnreadableError
            if keyword == _XMP_PNG:
                found.xmp.append(text)
            else:
                found.texts.append((_decoded(keyword), _decoded(text)))
        at = end
    picture.update(data[at:])
    found.digest = picture.digest()
    return found


def _png_text(name: bytes, body: bytes) -> tuple[bytes, bytes]:
    """Give keyword and text of a textual chunk; a text that unpacks to more than it should is cut."""
    keyword, _, rest = body.partition(b"\0")
    if name == b"tEXt":
        return keyword, rest
    packed = name == b"zTXt" or rest[:1] == b"\1"
    text = rest[1:] if name == b"zTXt" else rest[2:].split(b"\0", 2)[2]
    return keyword, zlib.decompressobj().decompress(text, _LARGEST_TEXT) if packed else text


def _decoded(text: bytes) -> str:
    """Text as UTF-8 when it is, else as Latin-1 (which the format prescribes and writers ignore)."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _webp(data: bytes) -> Container:
    found, picture = Container("WEBP", MIMES["WEBP"]), sha256()
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise PictureUnreadableError
    for name, body in _riff(data[:end]):
        if name == b"XMP ":
            found.xmp.append(body)
        elif name == b"EXIF":
            found.exif.append(body.removeprefix(_EXIF_JPEG))
        elif name == b"C2PA":
            _put(found, body, is_plain=True)
        elif name == b"VP8X":
            picture.update(name + bytes([body[0] & ~_WEBP_METADATA_FLAGS]) + body[1:])
        elif name not in _METADATA["WEBP"]:
            picture.update(name + struct.pack("<I", len(body)) + body)
    picture.update(data[end:])
    found.digest = picture.digest()
    return found


def _riff(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at < len(data):
        name, size = struct.unpack("<4sI", data[at : at + 8])
        if at + 8 + size > len(data):
            raise PictureUnreadableError
        yield name, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _other(data: bytes) -> Container:
    """A picture in a format we never write: its packet is found by looking for it."""
    start, end = data.find(b"<x:xmpmeta"), data.find(b"</x:xmpmeta>")
    packets = [data[start : end + len(b"</x:xmpmeta>")]] if 0 <= start < end else []
    found = Container("OTHER", _mime(data), digest=sha256(data).digest(), xmp=packets)
    if (at := data.find(_C2PA_BOX)) >= 0:
        _put(found, data[at : at + len(_C2PA_BOX)], is_plain=False)  # where it ends is the library's business
    return found


def _mime(data: bytes) -> str:
    if data[4:8] == b"ftyp":
        return "image/avif" if data[8:12] in {b"avif", b"avis"} else "image/heic"
    return _OTHER_MIMES.get(data[:4], "")
