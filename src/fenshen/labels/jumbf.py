"""Is there one byte in our manifest that could change unseen?

A C2PA validator proves the picture, the claim and the assertions. It does not look at what lies between them:
ten kilobytes of padding beside the signature, and the names and switches of the boxes. A manifest of ours has
one store, one manifest in it and three parts in that, with nothing but zeros for padding; what differs from
this was changed after signing, and could carry a message that no validator shows.
JUMBF is ISO/IEC 19566-5, COSE is RFC 9052.
"""

import struct
from collections.abc import Iterator
from typing import Final

_HEADER: Final = 8  # bytes: length, type
_UUID_END: Final = bytes.fromhex("00110010800000aa00389b71")
_SWITCHES: Final = b"\x03"  # requestable, with a label
_PARTS: Final = ((b"c2as", b"c2pa.assertions"), (b"c2cl", b"c2pa.claim.v2"), (b"c2cs", b"c2pa.signature"))
_BYTES, _TEXT = 2, 3  # major types of CBOR (RFC 8949)
_IN_TWO, _IN_FOUR = 25, 26  # how a length is given


def is_tight(store: bytes) -> bool:
    """Tell whether every byte of a manifest store is either signed or has the one value it can have.

    1. one store, one manifest, three parts in order  2. the claim is one CBOR box (signed)  3. every assertion
    is hashed into the claim, its box included  4. the signature is COSE_Sign1 with zeros for padding.
    """
    try:
        (manifest,) = _inside(store, b"c2pa", b"c2pa")
        label = manifest[_HEADER + _HEADER + 17 :].partition(b"\0")[0]
        parts = _inside(manifest, b"c2ma", label)  # (1) the label is in the claim's own references
        opened = [list(_inside(part, *names)) for part, names in zip(parts, _PARTS, strict=True)]
        _, (claim,), (signature,) = opened  # (2, 3)
        return _type(claim) == _type(signature) == b"cbor" and _is_sign1(signature[_HEADER:])  # (4)
    except (ValueError, IndexError, struct.error):
        return False


def _inside(box: bytes, kind: bytes, label: bytes) -> list[bytes]:
    """Give what a superbox holds after its description. ValueError when that is not exactly as expected."""
    description, *content = _boxes(box[_HEADER:])
    wanted = b"jumd" + kind + _UUID_END + _SWITCHES + label + b"\0"
    if _type(box) != b"jumb" or description[4:] != wanted or len(box) != struct.unpack(">I", box[:4])[0]:
        raise ValueError("another box")
    return content


def _boxes(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        if size < _HEADER or at + size > len(data):
            raise ValueError("a box that leaves its parent")
        yield data[at : at + size]
        at += size


def _type(box: bytes) -> bytes:
    return box[4:_HEADER]


def _is_sign1(data: bytes) -> bool:
    """Tell whether this is [protected, {"pad": zeros}, nil, signature] and no more."""
    if data[:2] != b"\xd2\x84":
        return False
    _, at = _string(data, 2, _BYTES)
    entries = data[at] - 0xA0  # a map with so many entries
    at += 1
    for _ in range(entries):
        key, at = _string(data, at, _TEXT)
        padding, at = _string(data, at, _BYTES)
        if key not in {b"pad", b"pad2"} or any(padding):
            return False
    if data[at] != 0xF6:  # noqa: PLR2004  (nil: the payload is the claim box)
        return False
    _, end = _string(data, at + 1, _BYTES)
    return end == len(data)


def _string(data: bytes, at: int, major: int) -> tuple[bytes, int]:
    """Read a byte or text string whose length is written in the shortest way; give it and what follows."""
    kind, short = data[at] >> 5, data[at] & 31
    size = {24: 1, _IN_TWO: 2, _IN_FOUR: 4}.get(short, 0)
    length = int.from_bytes(data[at + 1 : at + 1 + size]) if size else short
    start = at + 1 + size
    shortest = (0, 24, 1 << 8, 0, 1 << 16)[size]
    if kind != major or length < shortest or start + length > len(data) or (not size and short > 23):  # noqa: PLR2004
        raise ValueError("another string")
    return data[start : start + length], start + length
