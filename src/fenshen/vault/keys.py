"""One key for each sitter and each use of their data; destroying the key is erasing the data.

On disk, below ``home/keys``::

    kek                 the key-encryption key (or elsewhere: FENSHEN_KEY); see ``providers``
    names, signing …    secrets of the studio itself, wrapped (backup, c2pa-root, c2pa-leaf too)
    people/<name>/<n>   data key number n of one sitter and use, wrapped and bound to sitter, use and n

``<name>`` is the sitter and the use, encrypted (AES-SIV, RFC 5297): the tree tells a thief nothing, yet the
studio can list whose keys it holds without a table that might disagree with the disk. Wrapped keys live in
files of their own, not in the database, because a database keeps old pages and logs.

**What destroying means.** The wrapped key is overwritten, synced and unlinked (NIST SP 800-88r2,
cryptographic erase). A journal, a snapshot, copy-on-write or worn-out flash cells may keep the overwritten
bytes; they are still wrapped, so they open only with the KEK. Whoever must exclude even that rotates the KEK
afterwards and destroys the old one: that is the last resort on which the erasure then rests.

Python cannot wipe the memory of a process that used a key. Keys are therefore unwrapped for one call at a time.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from fenshen.errors import FenshenError, NotFoundError, SealBrokenError
from fenshen.ids import SitterId
from fenshen.settings import Settings
from fenshen.store import disk
from fenshen.vault.kek import KeyProvider
from fenshen.vault.mirror import Mirror, MirrorUnreachableError
from fenshen.vault.providers import open_provider
from fenshen.vault.seal import bind

KEY, KEY_ID, NAMES = 32, 8, 64  # bytes
LABEL = b"fenshen key name 1"


class KeyUse(StrEnum):
    """What a key may open. All but the last are the classes of blobs; see ``vault.DataClass``."""

    PHOTO = "photo"
    DOUBLE = "double"
    PORTRAIT = "portrait"
    RECIPIENT = "recipient"  # one key for each application, not for each sitter
    COMPLAINT = "complaint"  # one key for each complaint
    ARCHIVE = "archive"
    WEBHOOK = "webhook"  # one key for each address
    SUBJECT = "subject"  # makes the pseudonym in a sitter's receipts; no blob is sealed with it


class SitterBusyError(FenshenError):
    """Another run holds this sitter's photos right now."""

    code, retry = "sitter_busy", True


@dataclass(frozen=True, slots=True, kw_only=True)
class DataKey:
    """One unwrapped key. Keep it no longer than one call."""

    id: str  # opaque and random; stands in receipts
    version: int
    secret: bytes = field(repr=False)


class KeyStore:
    """Makes, finds and destroys wrapped keys.

    No unwrapped data key is cached, so a destroyed key is gone at once, for every process.
    """

    def __init__(self, settings: Settings) -> None:
        """Open the key-encryption key, making it on the very first use. Errors: see ``open_provider``."""
        self._home = disk.private_folder(settings.home / "keys")
        self._people = disk.private_folder(self._home / "people")
        is_new = not (self._home / "names").exists() and not any(self._people.iterdir())
        self._provider: KeyProvider = open_provider(settings.key_address, settings, may_create=is_new)
        self.mirror = Mirror(self._home, settings.key_mirror)
        self._names = AESSIV(self.studio_secret("names", NAMES))

    def studio_secret(self, name: str, size: int) -> bytes:
        """Give a secret of the studio itself, made at first use (``size`` random bytes)."""
        path, bound = self._home / name, bound_to_studio(name)
        if not path.exists():
            with self._lock():
                if not path.exists():
                    self.mirror.write(path, self._provider.wrap(secrets.token_bytes(size), bound))
        return bytes(self._provider.unwrap(path.read_bytes(), bound))

    def key(self, sitter: SitterId, use: KeyUse, *, create: bool = False) -> DataKey:
        """Give the newest key of a sitter for one use. Raises NotFoundError unless ``create`` is set."""
        if found := self.keys(sitter, use):
            return found[0]
        if not create:
            raise NotFoundError(kind="key", id=sitter)
        with self._lock():
            found = self.keys(sitter, use)  # another process may have made it while we waited
            return found[0] if found else self._make(sitter, use, 1)

    def succeed(self, sitter: SitterId, use: KeyUse) -> DataKey:
        """Make a newer key beside the present ones, for moving objects away from a key that shall die."""
        with self._lock():
            newest = max((key.version for key in self.keys(sitter, use)), default=0)
            return self._make(sitter, use, newest + 1)

    def keys(self, sitter: SitterId, use: KeyUse) -> list[DataKey]:
        """Give the living keys of a sitter for one use, newest first. Raises SealBrokenError when one is damaged."""
        found = []
        for path in _key_files(self._folder(sitter, use)):
            with suppress(FileNotFoundError):  # destroyed while we looked
                found.append(self._read(path, sitter, use))
        return found

    def older(self, sitter: SitterId, use: KeyUse, before: datetime) -> list[DataKey]:
        """Give the living keys that were made before a moment, as the disk says. Raises SealBrokenError."""
        found = []
        for path in _key_files(self._folder(sitter, use)):
            with suppress(FileNotFoundError):  # destroyed while we looked
                if path.stat().st_mtime < before.timestamp():
                    found.append(self._read(path, sitter, use))
        return found

    def holds(self, sitter: SitterId, use: KeyUse) -> bool:
        """Tell whether there is a key of a sitter for one use, a damaged one included."""
        return bool(_key_files(self._folder(sitter, use)))

    def lives(self, key: DataKey, sitter: SitterId, use: KeyUse) -> bool:
        """Tell whether a key of a sitter, read a moment ago, is still kept. Raises SealBrokenError."""
        try:
            return self._read(self._folder(sitter, use) / str(key.version), sitter, use) == key
        except FileNotFoundError:
            return False

    def people(self, use: KeyUse) -> list[SitterId]:
        """Give every sitter of whom a key for this use is held."""
        owners = (self._owner(folder.name) for folder in self._people.iterdir() if _key_files(folder))
        return sorted(owner[0] for owner in owners if owner and owner[1] is use)

    def destroy(
        self, sitter: SitterId, use: KeyUse, *, before: int | None = None, only: int | None = None
    ) -> list[str]:
        """Destroy the keys of a sitter for one use (older than version ``before``, or ``only`` that one, when given).

        The mirror's copy goes first. 1. take the key out of use by renaming it, so that a run killed in step 2 leaves
        no damaged key, only something for ``tidy`` to finish  2. overwrite and unlink it  3. remove the folder, if
        nothing lives there. Gives the ids of the destroyed keys, a damaged one's excepted; an empty list when there
        were none. See the module's words on what destroying means. Raises MirrorUnreachableError.
        """
        self.mirror.must_be_there()  # nothing is destroyed while a copy may live
        folder, ids = self._folder(sitter, use), []
        for path in _key_files(folder):
            version = int(path.name)
            if (before is None or version < before) and only in {None, version}:
                with suppress(SealBrokenError, FileNotFoundError):
                    ids.append(self._read(path, sitter, use).id)
                self.mirror.destroy(path)
                with suppress(FileNotFoundError):  # another run was quicker
                    path.rename(folder / f".{path.name}.dying.part")  # (1)
        disk.sync_folder(folder)
        for part in folder.glob(".*.dying.part"):
            disk.shred(part)  # (2)
        with suppress(OSError):  # not empty; or never made
            folder.rmdir()  # (3)
            disk.sync_folder(self._people)
        return ids

    @contextmanager
    def lease(self, sitter: SitterId, use: KeyUse) -> Iterator[None]:
        """Hold a sitter's keys for one use as ours while we live; the kernel lets go when the process dies.

        Raises SitterBusyError when another holder lives.
        """
        descriptor = None
        while descriptor is None:
            descriptor = _held(disk.private_folder(self._folder(sitter, use)))
        try:
            yield
        finally:
            os.close(descriptor)

    def tidy(self) -> None:
        """Remove what a killed run left: empty folders and half-made keys. What a living run holds stays.

        The mirror is then made what home is; one that cannot be reached waits.
        """
        with self._lock():
            for folder in self._people.iterdir():
                with suppress(SitterBusyError, OSError):  # held; or not empty; or not a folder of ours
                    if (descriptor := _held(folder)) is not None:
                        try:
                            for part in folder.glob(".*.part"):  # nobody makes a key while we have the lock
                                disk.shred(part)
                            folder.rmdir()
                        finally:
                            os.close(descriptor)
            with suppress(MirrorUnreachableError):
                self.mirror.mend()

    def _make(self, sitter: SitterId, use: KeyUse, version: int) -> DataKey:
        key_id, secret = secrets.token_bytes(KEY_ID), secrets.token_bytes(KEY)
        folder = disk.private_folder(self._folder(sitter, use))
        wrapped = self._provider.wrap(key_id + secret, bound_to_owner(sitter, use, version))
        self.mirror.write(folder / str(version), wrapped)
        disk.sync_folder(self._people)
        return DataKey(id=f"key_{key_id.hex()}", version=version, secret=secret)

    def _read(self, path: Path, sitter: SitterId, use: KeyUse) -> DataKey:
        version = int(path.name)
        opened = self._provider.unwrap(path.read_bytes(), bound_to_owner(sitter, use, version))
        if len(opened) != KEY_ID + KEY:
            raise SealBrokenError
        key = DataKey(id=f"key_{opened[:KEY_ID].hex()}", version=version, secret=bytes(opened[KEY_ID:]))
        opened[:] = bytes(len(opened))  # what Python lets us wipe; the cipher's own copy it does not
        return key

    def _folder(self, sitter: SitterId, use: KeyUse) -> Path:
        return self._people / self._names.encrypt(f"{use} {sitter}".encode(), [LABEL]).hex()

    def _owner(self, name: str) -> tuple[SitterId, KeyUse] | None:
        return owner_of(self._names, name)

    def _lock(self) -> AbstractContextManager[None]:
        return disk.locked(self._home / ".lock")


def _key_files(folder: Path) -> list[Path]:
    """Give the files of living keys, newest first."""
    return sorted(
        (path for path in folder.glob("*") if path.name.isdecimal()), key=lambda path: -int(path.name)
    )


def owner_of(names: AESSIV, folder: str) -> tuple[SitterId, KeyUse] | None:
    """Tell whose keys a folder holds; None when the folder is not of our making."""
    try:
        use, _, sitter = names.decrypt(bytes.fromhex(folder), [LABEL]).decode().partition(" ")
    except (InvalidTag, ValueError):
        return None
    return SitterId(sitter), KeyUse(use)


def bound_to_studio(name: str) -> bytes:
    """Tie a wrapped secret of the studio to its name."""
    return bind("fenshen studio secret", name)


def bound_to_owner(sitter: SitterId, use: KeyUse, version: int) -> bytes:
    """Tie a wrapped key to its owner: in another sitter's folder, or for another use, it does not open."""
    return bind("fenshen data key", sitter, use, str(version))


def _held(folder: Path) -> int | None:
    """Lock a folder and give its descriptor, to be closed by the caller.

    Gives None when a sweeper removed the folder before we had it: make it anew and try again. Raises SitterBusyError.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_ino == folder.stat().st_ino:
            return descriptor
    except BlockingIOError:
        os.close(descriptor)
        raise SitterBusyError from None
    except FileNotFoundError:
        pass
    os.close(descriptor)
    return None
