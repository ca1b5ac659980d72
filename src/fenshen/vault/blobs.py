"""Sealed bytes by opaque name. Nothing here can open them.

A name is ``<key id>/<object>``. Stores are obstore's, on this disk or in a bucket; only the write to this disk is our
own (``disk.write_parts_durably``), because obstore names a blob before its bytes are on the platter.
"""

import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import obstore
from obstore.store import LocalStore

from fenshen.errors import NotFoundError
from fenshen.store import disk

NAME = re.compile(r"[\w-]+/[\w-]+")


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

    def put(self, name: str, sealed: Iterable[bytes | memoryview]) -> None:
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

    def put(self, name: str, sealed: Iterable[bytes | memoryview]) -> None:
        """Keep a blob, given in parts, replacing one of the same name.

        Raises DiskFullError, ValueError for another kind of name, NotFoundError when its folder is deleted meanwhile.
        """
        if not NAME.fullmatch(name):
            raise ValueError("a blob is named folder/name")  # a name must not lead out of here
        path = self._home / name
        if is_new_folder := not path.parent.exists():
            disk.private_folder(path.parent)
        try:
            disk.write_parts_durably(path, sealed)
        except FileNotFoundError:
            raise NotFoundError(kind="blob", id=path.name) from None
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
        found = [blob for page in obstore.list(self._store, prefix=folder) for blob in page]
        every = [
            Blob(name=blob["path"].rpartition("/")[2], bytes=blob["size"], written_at=blob["last_modified"])
            for blob in found
        ]
        return [blob for blob in every if not blob.name.startswith(".")]  # half-written: `.name.lot.part`

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
        """Forget a folder, with whatever a killed writer may have left in it."""
        path = self._home / folder
        with suppress(FileNotFoundError):  # it never was, or another sweeper is at it too
            shutil.rmtree(path)
        disk.sync_folder(self._home)

    def delete_halves(self, before: datetime) -> None:
        """Forget what writers left half-written before a moment."""
        for folder in self._home.glob("key_*"):
            disk.forget_parts(folder, before)
