"""What kind of file this is, by its first bytes and never by its name; and what is refused before any decoding.

Limits follow OWASP ASVS 5.0, 5.2.1 (size), 5.2.2 (content, not extension) and 5.2.6 (pixel flood).
"""

from typing import Literal

from fenshen.errors import FenshenError

Kind = Literal["JPEG", "PNG", "WEBP", "HEIF"]

MAX_BYTES = 30 * 2**20
MAX_PIXELS = 64_000_000
MAX_EDGE = 16_384
MIN_EDGE = 200  # px; a face in less holds nothing a portrait could use

LIMITS = {
    "limit_mb": MAX_BYTES // 2**20,
    "limit_megapixels": MAX_PIXELS // 10**6,
    "limit_edge": MAX_EDGE,
    "least_edge": MIN_EDGE,
}
"""The limits as facts for the words."""


class PhotoRefusedError(FenshenError):
    """A file that cannot become a photo; each subclass says why. Nothing of it was kept. Facts: ``LIMITS``."""


class PhotoEmptyError(PhotoRefusedError):
    """The file has no bytes."""

    code = "photo_empty"


class PhotoNotAPictureError(PhotoRefusedError):
    """The bytes are no picture, whatever the file is called."""

    code = "photo_not_a_picture"


class PhotoUnsupportedError(PhotoRefusedError):
    """A file of a known kind that the studio does not open. Facts: ``kind``."""

    code = "photo_unsupported"


class PhotoTruncatedError(PhotoRefusedError):
    """The picture breaks off or is damaged inside."""

    code = "photo_truncated"


class PhotoTooLargeError(PhotoRefusedError):
    """More bytes than the studio reads."""

    code = "photo_too_large"


class PhotoTooManyPixelsError(PhotoRefusedError):
    """The header announces more pixels than the studio decodes."""

    code = "photo_too_many_pixels"


class PhotoTooSmallError(PhotoRefusedError):
    """Too few pixels for a face."""

    code = "photo_too_small"


_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")

_ELSE: tuple[tuple[int, bytes, str], ...] = (
    (0, b"GIF8", "GIF"),
    (0, b"BM", "BMP"),
    (0, b"II*\0", "TIFF / RAW"),
    (0, b"MM\0*", "TIFF / RAW"),
    (0, b"II+\0", "TIFF / RAW"),
    (0, b"8BPS", "PSD"),
    (0, b"%PDF", "PDF"),
    (0, b"PK\x03\x04", "ZIP"),
    (0, b"Rar!", "RAR"),
    (0, b"7z\xbc\xaf", "7Z"),
    (0, b"\x1f\x8b", "GZIP"),
    (0, b"\x1aE\xdf\xa3", "WEBM / MKV"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\0\0\0\x0cJXL ", "JPEG XL"),
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (8, b"avif", "AVIF"),
    (8, b"avis", "AVIF"),
    (8, b"AVI ", "AVI"),
    (4, b"ftyp", "MP4 / MOV"),
)
"""What people send besides photos: (place, bytes, name)."""


def kind_of(data: bytes) -> Kind:
    """Tell the kind of picture. Raises the refusals for size, for other kinds of file and for no picture at all."""
    if not data:
        raise PhotoEmptyError
    if len(data) > MAX_BYTES:
        raise PhotoTooLargeError(**LIMITS)
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF:
        return "HEIF"
    for place, signature, name in _ELSE:
        if data[place : place + len(signature)] == signature:
            raise PhotoUnsupportedError(kind=name)
    if b"<svg" in data[:1024].lower():
        raise PhotoUnsupportedError(kind="SVG")
    raise PhotoNotAPictureError


def check_size(width: int, height: int) -> None:
    """Refuse by the size in the header, before a pixel is decoded."""
    if width * height > MAX_PIXELS or max(width, height) > MAX_EDGE:
        raise PhotoTooManyPixelsError(**LIMITS)
    if min(width, height) < MIN_EDGE:
        raise PhotoTooSmallError(**LIMITS)
