"""The bundle a sitter takes away: their photos, sealed so that only they can open them. See docs/the-bundle.md.

Format 1, all numbers big-endian::

    head    magic "FSPHOTOS" (8) | format (1) | opens with (1: 1 code, 2 passphrase)
            | Argon2id passes (2) | memory, KiB (4) | lanes (1) | salt (16) | check of the key (16)
            | SHA-256 of all before, cut to 8                                                        57 bytes
    index   sealed: number of photos (1) | length of each (31 × 4, zero where there is none)
    photos  each sealed, in that order, the frontal first

Index and photos are sealed as in ``seal.py``, each bound to the head and its place. Nothing is compressed, so nothing
can swell; the index says every length before a photo is read; the figures of Argon2id are bounded before they are used.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from hmac import compare_digest
from pathlib import Path
from typing import BinaryIO, Literal

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from fenshen.errors import FenshenError, SealBrokenError
from fenshen.vault.seal import FRAME, HEADER, TAG, bind, sealed_frames, unseal

MAGIC, FORMAT = b"FSPHOTOS", 1
SALT, CHECK, DIGEST, KEY = 16, 16, 8, 32  # bytes
HEAD = len(MAGIC) + 1 + 1 + 2 + 4 + 1 + SALT + CHECK + DIGEST
KINDS: dict[int, Literal["code", "passphrase"]] = {1: "code", 2: "passphrase"}
MOST_PHOTOS, MOST_BYTES = 31, 30 << 20  # a sitting takes no more and no larger ones
INDEX = 1 + 4 * MOST_PHOTOS  # bytes
LEAST_PASSPHRASE = 12  # characters


class BundleUnreadableError(FenshenError):
    """The file is not there, may not be read, or is no bundle of photos."""

    code = "bundle_unreadable"


class BundleDamagedError(FenshenError):
    """The bundle was altered or breaks off; nothing was taken from it."""

    code = "bundle_damaged"


class BundleNewerError(FenshenError):
    """The bundle is in a format that this release does not know. Facts: ``format``."""

    code = "bundle_newer"


class BundleCostlyError(FenshenError):
    """Opening the bundle would take more memory or time than any honest one; it was not tried."""

    code = "bundle_costly"


class BundleLockedError(FenshenError):
    """The bundle opens with another code or passphrase."""

    code = "bundle_locked"


class PassphraseShortError(FenshenError):
    """A passphrase that could be guessed. Facts: ``least``."""

    code = "passphrase_short"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one guess costs: the figures of Argon2id (RFC 9106)."""

    passes: int
    memory: int  # KiB
    lanes: int


COST = Cost(passes=3, memory=64 << 10, lanes=4)  # RFC 9106, section 4: the second recommended option
MOST_COST = Cost(passes=8, memory=256 << 10, lanes=8)  # more is an attack on who opens it


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What opens a bundle."""

    kind: Literal["code", "passphrase"]
    value: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The open part of a bundle: how its key is made. Nothing of the photos."""

    kind: Literal["code", "passphrase"]
    cost: Cost
    salt: bytes
    check: bytes
    data: bytes = field(repr=False)  # as it stands in the file


def write_bundle(file: BinaryIO, photos: Sequence[Callable[[], bytes]], secret: Secret) -> None:
    """Seal photos into a file, one at a time; each is read twice, so that no two are ever in memory together."""
    lengths = [len(photo()) for photo in photos]
    salt = os.urandom(SALT)
    key = _stretch(secret, COST, salt)
    head = _head(secret.kind, COST, salt, _check(key))
    file.write(head)
    index = bytes([len(lengths)]) + b"".join(length.to_bytes(4, "big") for length in lengths)
    index = index.ljust(INDEX, b"\0")
    for number, part in enumerate([lambda: index, *photos]):
        file.writelines(sealed_frames(part(), key, _context(head, number)))


def read_head(path: Path) -> Head:
    """Read how a bundle is opened.

    Raises BundleUnreadableError, BundleDamagedError, BundleNewerError, BundleCostlyError.
    """
    with _opened(path) as file:
        data = file.read(HEAD)
    if not data.startswith(MAGIC):
        raise BundleUnreadableError
    if len(data) > len(MAGIC) and data[len(MAGIC)] != FORMAT:
        raise BundleNewerError(format=data[len(MAGIC)])
    body = data[:-DIGEST]
    if len(data) != HEAD or data[-DIGEST:] != _digest(body) or body[9] not in KINDS:
        raise BundleDamagedError
    cost = Cost(
        passes=int.from_bytes(body[10:12], "big"), memory=int.from_bytes(body[12:16], "big"), lanes=body[16]
    )
    most = MOST_COST
    if cost.passes > most.passes or cost.memory > most.memory or cost.lanes > most.lanes:
        raise BundleCostlyError
    if not cost.passes or not cost.lanes or cost.memory < 8 * cost.lanes:  # RFC 9106, section 3.1
        raise BundleDamagedError
    return Head(kind=KINDS[body[9]], cost=cost, salt=body[17 : 17 + SALT], check=body[17 + SALT :], data=data)


def open_bundle(path: Path, secret: Secret) -> list[Callable[[], bytes]]:
    """Give how to read each photo, the frontal first, having seen that every one of them is whole.

    1. read the head, its figures bounded  2. stretch the secret, compare the check  3. open the index
    4. compare the file's size with what the index says  5. open every photo once, one at a time, and let it go.
    Plaintext stays in memory. Raises BundleLockedError and what ``read_head`` raises.
    """
    head = read_head(path)  # (1)
    key = _stretch(secret, head.cost, head.salt) if secret.kind == head.kind else b""
    if not key or not compare_digest(_check(key), head.check):  # (2)
        raise BundleLockedError
    places = list(_places(path, head, key))  # (3) (4)
    photos: list[Callable[[], bytes]] = [
        partial(_part, path, at, size, key, _context(head.data, n)) for n, at, size in places
    ]
    for photo in photos:  # (5)
        photo()
    return photos


def passphrase(text: str) -> Secret:
    """Take a passphrase as it was typed; line breaks at its end do not count. Raises PassphraseShortError."""
    import unicodedata  # 1 MB of tables that only a passphrase needs

    plain = unicodedata.normalize("NFC", text.rstrip("\r\n"))  # two keyboards may write one é in two ways
    if len(plain) < LEAST_PASSPHRASE:
        raise PassphraseShortError(least=LEAST_PASSPHRASE)
    return Secret(kind="passphrase", value=plain.encode())


def _places(path: Path, head: Head, key: bytes) -> Iterator[tuple[int, int, int]]:
    """Give number, offset and sealed length of each photo. Raises BundleDamagedError."""
    index = _part(path, HEAD, _sealed(INDEX), key, _context(head.data, 0))
    lengths = [int.from_bytes(index[at : at + 4], "big") for at in range(1, 1 + 4 * index[0], 4)]
    at = HEAD + _sealed(INDEX)
    with _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
    if max(lengths, default=0) > MOST_BYTES or size != at + sum(_sealed(length) for length in lengths):
        raise BundleDamagedError
    for number, length in enumerate(lengths, 1):
        yield number, at, _sealed(length)
        at += _sealed(length)


def _part(path: Path, at: int, size: int, key: bytes, context: bytes) -> bytes:
    with _opened(path) as file:
        file.seek(at)
        sealed = file.read(size)
    try:
        return unseal(sealed, key, context)
    except SealBrokenError:
        raise BundleDamagedError from None


def _opened(path: Path) -> BinaryIO:
    """Open an ordinary file; a pipe or a device could keep us waiting for ever."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        raise BundleUnreadableError from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BundleUnreadableError
    return os.fdopen(descriptor, "rb")


def _head(kind: Literal["code", "passphrase"], cost: Cost, salt: bytes, check: bytes) -> bytes:
    number = next(number for number, name in KINDS.items() if name == kind)
    figures = cost.passes.to_bytes(2, "big") + cost.memory.to_bytes(4, "big") + bytes([cost.lanes])
    body = MAGIC + bytes([FORMAT, number]) + figures + salt + check
    return body + _digest(body)


def _stretch(secret: Secret, cost: Cost, salt: bytes) -> bytes:
    """Make the key of a secret: Argon2id, version 1.3."""
    bound = f"fenshen photos {secret.kind}".encode()
    kdf = Argon2id(
        salt=salt, length=KEY, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory, ad=bound
    )
    return kdf.derive(secret.value)


def _check(key: bytes) -> bytes:
    """Tell a wrong code from a damaged file; says no more of the key than a commitment of ``seal.py`` does."""
    return HKDFExpand(SHA256(), CHECK, b"fenshen photos check 1").derive(key)


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()[:DIGEST]


def _context(head: bytes, number: int) -> bytes:
    return bind("fenshen photos 1", head.hex(), str(number))


def _sealed(length: int) -> int:
    """Tell how long something is once it is sealed."""
    return HEADER + length + TAG * max(1, -(-length // FRAME))
