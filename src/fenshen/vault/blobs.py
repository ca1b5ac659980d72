"""Sealed bytes by opaque name. Nothing here can open them.

A name is ``<key id>/<object>``. The local store is obstore's; an S3 bucket fits the same port.
"""

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore

from fenshen.errors import DiskFullError, NotFoundError
from fenshen.store import disk

PART = 1 << 20  # bytes; parts of this size are written while the next is sealed
NO_ROOM = tuple(f"(os error {number})" for number in disk.NO_ROOM)  # obstore tells the cause in its text only


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """One blob as a listing shows it."""

    name: str  # without its folder
    bytes: int
    written_at: datetime  # UTC


class Blobs(Protocol):
    """Keeps sealed bytes.

    ``put`` returns when the bytes would survive a power cut; a reader sees the old blob or the new one, never
    half, and a put that fails leaves nothing new. ``get`` raises NotFoundError. Deleting what is not there
    is fine.
    """

    def put(self, name: str, sealed: Iterable[bytes]) -> None:
        """Keep a blob, given in parts, replacing one of the same name."""
        ...

    def get(self, name: str) -> memoryview:
        """Give a blob back, without copying it."""
        ...

    def listing(self, folder: str) -> list["Blob"]:
        """Give the blobs of one folder, only those written whole."""
        ...

    def folders(self) -> list[str]:
        """Give every folder, also those of dead keys."""
        ...

    def delete(self, name: str) -> None:
        """Forget one blob."""
        ...

    def delete_folder(self, folder: str) -> None:
        """Forget a folder, with whatever a killed writer may have left in it."""
        ...

    def delete_halves(self, before: datetime) -> None:
        """Forget what writers left half-written before a moment."""
        ...


class LocalBlobs:
    """Blobs on this machine's disk."""

    def __init__(self, home: Path) -> None:
        """Keep them below ``home``, which is made if need be (0700)."""
        self._home = disk.private_folder(home)
        self._store = LocalStore(self._home)

    def put(self, name: str, sealed: Iterable[bytes]) -> None:
        """Keep a blob, given in parts, replacing one of the same name. Raises DiskFullError."""
        path = self._home / name
        is_new_folder = not path.parent.exists()
        try:
            obstore.put(
                self._store, name, iter(sealed), use_multipart=True, chunk_size=PART, max_concurrency=2
            )
        except (BaseError, OSError) as error:
            if any(cause in str(error) for cause in NO_ROOM):
                raise DiskFullError from None
            raise
        self._sync(path)
        if is_new_folder:
            disk.sync_folder(self._home)

    def get(self, name: str) -> memoryview:
        """Give a blob back, without copying it. Raises NotFoundError."""
        try:
            return memoryview(obstore.get(self._store, name).bytes())
        except FileNotFoundError:
            raise NotFoundError(kind="blob", id=name.rpartition("/")[2]) from None

    def listing(self, folder: str) -> list[Blob]:
        """Give the blobs of one folder, only those written whole."""
        found = (blob for page in obstore.list(self._store, prefix=folder) for blob in page)
        return [
            Blob(name=blob["path"].rpartition("/")[2], bytes=blob["size"], written_at=blob["last_modified"])
            for blob in found
        ]

    def folders(self) -> list[str]:
        """Give every folder, also those of dead keys."""
        return sorted(path.name for path in self._home.glob("key_*") if path.is_dir())

    def delete(self, name: str) -> None:
        """Forget one blob."""
        try:
            obstore.delete(self._store, name)
        except FileNotFoundError:
            return
        disk.sync_folder((self._home / name).parent)

    def delete_folder(self, folder: str) -> None:
        """Forget a folder, with whatever a killed writer may have left in it (obstore's staged files too)."""
        path = self._home / folder
        with suppress(FileNotFoundError):  # it never was, or another sweeper is at it too
            shutil.rmtree(path)
        disk.sync_folder(self._home)

    def delete_halves(self, before: datetime) -> None:
        """Forget what writers left half-written before a moment (obstore stages a blob as ``name#number``)."""
        for path in self._home.glob("key_*/*#*"):
            with suppress(FileNotFoundError):  # it was whole just now, and took its name
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()

    def _sync(self, path: Path) -> None:
        """Push a blob and its names down to the disk: obstore renames into place but does not fsync."""
        with disk.naming_a_full_disk(), path.open("rb") as file:
            os.fsync(file.fileno())
        disk.sync_folder(path.parent)
