"""The key in a file that opens with a passphrase only: who steals disk and key file still has to guess.

One line of parameters, one of the sealed keys::

    fenshen-kek-2 argon2id m=65536 t=3 p=4 salt=<32 hex digits>
    <hex: nonce (12) | AES-256-GCM of the keys, newest first, with the first line as associated data>

Argon2id with RFC 9106's second recommended parameters (64 MiB, 3 passes, 4 lanes), above the least that OWASP's
Password Storage Cheat Sheet names (19 MiB, 2 passes). They stand in the file, so that later files may ask more.
The passphrase comes from a file (FENSHEN_PASSPHRASE_FILE; a systemd credential or a container's secret) or from the
terminal; never from an environment variable, which every child process and crash report inherits.
"""

import os
import re
import sys
from collections.abc import Callable
from getpass import getpass
from pathlib import Path
from typing import ClassVar, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from fenshen import words
from fenshen.errors import FenshenError
from fenshen.settings import Settings
from fenshen.vault.kek import (
    KEY,
    NONCE,
    KeyFile,
    KeyFileExposedError,
    KeyFileInvalidError,
    KeyFileMissingError,
    KeyRing,
    read_private,
)

MEMORY, PASSES, LANES, SALT = 65_536, 3, 4, 16  # KiB, iterations, lanes, bytes (RFC 9106, section 4)
MOST_MEMORY, MOST_PASSES, MOST_LANES = 1 << 20, 64, 64  # a file may not ask for more: it could be a trap
SHORTEST: Final = 15  # characters, NIST SP 800-63B-4, 3.1.1.2: a password that is the only factor
HEAD = re.compile(rb"fenshen-kek-2 argon2id m=(\d{1,8}) t=(\d{1,3}) p=(\d{1,3}) salt=([0-9a-f]{32})")
Ask = Callable[[bool], str]  # given whether it is a new passphrase, gives it


class PassphraseMissingError(FenshenError):
    """The key file needs a passphrase, but there is neither a file that holds it nor a terminal to ask on."""

    code = "passphrase_missing"


class PassphraseExposedError(FenshenError):
    """Others on this machine may read the file with the passphrase. Facts: ``mode``."""

    code = "passphrase_exposed"


class PassphraseWeakError(FenshenError):
    """A new passphrase is too short to guard every face that is kept. Facts: ``shortest``."""

    code = "passphrase_weak"


class PassphraseDiffersError(FenshenError):
    """The new passphrase was not typed the same way twice."""

    code = "passphrase_differs"


class PassphraseWrongError(FenshenError):
    """This passphrase does not open the key file, or the file was altered: the two cannot be told apart."""

    code = "passphrase_wrong"


class PassphraseFile(KeyFile):
    """A key file whose keys are sealed under a passphrase, which is asked for once."""

    kind: ClassVar[str] = "passphrase"

    def __init__(self, path: Path, ask: Ask, *, may_create: bool) -> None:
        """Read the key, or make it where none may be missed.

        Raises PassphraseWrongError, PassphraseMissingError, PassphraseWeakError, and what ``KeyFile`` raises.
        """
        self._ask = ask
        self._head = b""
        self._cipher: AESGCM | None = None
        super().__init__(path, may_create=may_create)

    def _decoded(self, content: bytes) -> KeyRing:
        head, _, sealed = content.rstrip(b"\n").partition(b"\n")
        cipher = self._cipher if head == self._head else None
        cipher = cipher or _cipher(head, self._ask(False))  # noqa: FBT003  (it is not new)
        try:
            body = bytes.fromhex(sealed.decode("ascii"))
            opened = cipher.decrypt(body[:NONCE], body[NONCE:], head)
        except InvalidTag:
            raise PassphraseWrongError from None
        except ValueError:  # no hex, or shorter than a nonce
            raise KeyFileInvalidError from None
        self._head, self._cipher = head, cipher
        return KeyRing(*(opened[start : start + KEY] for start in range(0, len(opened), KEY)))

    def _encoded(self, ring: KeyRing) -> bytes:
        if self._cipher is None:
            passphrase = self._ask(True)  # noqa: FBT003  (it is new)
            if len(passphrase) < SHORTEST:
                raise PassphraseWeakError(shortest=SHORTEST)
            salt = os.urandom(SALT).hex()
            self._head = f"fenshen-kek-2 argon2id m={MEMORY} t={PASSES} p={LANES} salt={salt}".encode()
            self._cipher = _cipher(self._head, passphrase)
        nonce = os.urandom(NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, b"".join(ring.keys), self._head)
        return self._head + b"\n" + sealed.hex().encode() + b"\n"


def asked(settings: Settings) -> Ask:
    """Give the way to the passphrase: the file the settings name, else the terminal."""

    def ask(is_new: bool) -> str:  # noqa: FBT001
        if settings.passphrase_file:
            return _from_file(settings.passphrase_file)
        if not sys.stdin.isatty():
            raise PassphraseMissingError
        typed = getpass(words.say("passphrase_prompt", settings.language))
        if is_new and getpass(words.say("passphrase_again", settings.language)) != typed:
            raise PassphraseDiffersError
        return typed

    return ask


def _from_file(path: Path) -> str:
    try:
        return read_private(path).decode().rstrip("\r\n")
    except KeyFileExposedError as error:
        raise PassphraseExposedError(**error.facts) from None
    except (KeyFileMissingError, UnicodeDecodeError):
        raise PassphraseMissingError from None


def _cipher(head: bytes, passphrase: str) -> AESGCM:
    """Derive the cipher of a file from its first line and a passphrase. Raises KeyFileInvalidError."""
    found = HEAD.fullmatch(head)
    if not found:
        raise KeyFileInvalidError
    memory, passes, lanes = (int(number) for number in found.groups()[:3])
    if not (8 * lanes <= memory <= MOST_MEMORY and 0 < passes <= MOST_PASSES and 0 < lanes <= MOST_LANES):
        raise KeyFileInvalidError
    salt = bytes.fromhex(found[4].decode())
    derived = Argon2id(salt=salt, length=KEY, iterations=passes, lanes=lanes, memory_cost=memory)
    return AESGCM(derived.derive(passphrase.encode()))
