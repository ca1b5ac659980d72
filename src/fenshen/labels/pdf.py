"""A PDF of one page that holds one JPEG several times at exact places, and cut marks (ISO 32000-1).

Written by hand: it takes five objects, and a library would code the picture anew or round its place to pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

POINT: Final = 72 / 25.4  # points per millimetre
HAIRLINE: Final = 0.1  # mm

Line = tuple[float, float, float, float]  # x, y, x, y in mm from the page's upper left corner


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A sheet of paper, in millimetres; y counts from its upper edge."""

    size: tuple[float, float]  # width, height
    picture: tuple[float, float]  # width, height of each picture on it
    marks: Sequence[Line]  # where to cut


def page_of(
    jpeg: bytes, pixels: tuple[int, int], page: Page, places: Sequence[tuple[float, float]], xmp: bytes
) -> bytes:
    """Write the page. jpeg: of ``pixels`` width and height, copied as it is. places: upper left corners in mm."""
    width, height = page.size
    drawn = _content(page, places)
    box = f"[0 0 {_number(width * POINT)} {_number(height * POINT)}]"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Metadata 6 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Contents 4 0 R"
        " /Resources << /XObject << /P 5 0 R >> >> >>".encode(),
        _stream("", drawn),
        _stream(
            f"/Type /XObject /Subtype /Image /Width {pixels[0]} /Height {pixels[1]}"
            " /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode",
            jpeg,
        ),
        _stream("/Type /Metadata /Subtype /XML", xmp),
    ]
    return _file(objects)


def _content(page: Page, places: Sequence[tuple[float, float]]) -> bytes:
    """Drawing commands. A page of PDF counts from its lower edge, upwards."""
    height = page.size[1]
    w, h = (_number(side * POINT) for side in page.picture)
    pictures = [
        f"q {w} 0 0 {h} {_number(x * POINT)} {_number((height - y - page.picture[1]) * POINT)} cm /P Do Q"
        for x, y in places
    ]
    lines = [
        f"{_number(x0 * POINT)} {_number((height - y0) * POINT)} m"
        f" {_number(x1 * POINT)} {_number((height - y1) * POINT)} l S"
        for x0, y0, x1, y1 in page.marks
    ]
    return "\n".join([*pictures, f"{_number(HAIRLINE * POINT)} w 0.5 G", *lines]).encode()


def _stream(entries: str, data: bytes) -> bytes:
    return f"<< {entries} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def _file(objects: Sequence[bytes]) -> bytes:
    """Number the objects from 1, the first being the catalogue, and add the table of where they are."""
    parts, at, offsets = [b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"], 0, []
    for number, body in enumerate(objects, 1):
        at = sum(map(len, parts))
        offsets.append(at)
        parts.append(f"{number} 0 obj\n".encode() + body + b"\nendobj\n")
    start = sum(map(len, parts))
    table = [f"{offset:010d} 00000 n \n" for offset in offsets]
    parts.append(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{''.join(table)}".encode())
    parts.append(f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    return b"".join(parts)


def _number(value: float) -> str:
    """A length in points, to a ten-thousandth: less than a light wave."""
    return f"{value:.4f}".rstrip("0").rstrip(".")
