"""Put a face in, get it back, destroy it. The only door to ``home/blobs``.

Every object is sealed with its sitter's key for its class before anything is written, bound to sitter, class,
object id and the version of that key. The photos' key cannot open a double: that is arithmetic, not an ``if``.
"""

from collections.abc import Collection
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from threading import Lock

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from fenshen.errors import FenshenError, NotFoundError, SealBrokenError
from fenshen.ids import SitterId
from fenshen.settings import Settings
from fenshen.vault.blobs import Blobs
from fenshen.vault.keys import DataKey, KeyStore, KeyUse, SitterBusyError
from fenshen.vault.s3 import open_blobs
from fenshen.vault.seal import bind, sealed_frames, unseal

LABEL = b"fenshen object name 1"


class DataClass(StrEnum):
    """The kinds of blobs about people; each has its line in ``rights/holdings.py``."""

    PHOTO = "photo"
    DOUBLE = "double"
    PORTRAIT = "portrait"
    RECIPIENT = "recipient"  # who was given portraits without visible label: words, no picture
    COMPLAINT = "complaint"  # what somebody wrote to the studio, and the answer: words, no picture
    ARCHIVE = "archive"  # a copy of all that is kept of somebody, waiting to be taken away
    WEBHOOK = "webhook"  # where a program wants to be told, and what signs it: no picture


COPIED = frozenset({DataClass.PHOTO, DataClass.DOUBLE, DataClass.PORTRAIT})
"""What an archive holds copies of: it dies with any of them."""


class ErasureFailedError(FenshenError):
    """Something could still be read after it was to be destroyed. No receipt is given. Facts: ``kind``."""

    code = "erasure_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One object in the vault, without its content."""

    object_id: str
    bytes: int  # on disk, sealed
    key_id: str
    written_at: datetime  # UTC, as the disk says


@dataclass(frozen=True, slots=True, kw_only=True)
class Destroyed:
    """What was destroyed. Nothing was there when ``count`` is 0."""

    count: int  # objects
    bytes: int  # on disk, sealed
    key_ids: tuple[str, ...]


class Vault:
    """Keeps sealed objects of sitters. Make one for each run; it may be used from any thread.

    A photo lives no longer than the Vault that took it in: the first ``put`` of a sitter's photo takes a
    lease that ends with ``destroy`` or with the process, however it dies, and ``take_over`` finds photos
    without one.
    """

    def __init__(self, settings: Settings, *, blobs: Blobs | None = None) -> None:
        """Open the keys and the blobs below ``settings.home``; ``blobs`` may live elsewhere."""
        self.keys = KeyStore(settings)
        self._blobs = blobs or open_blobs(settings)
        self._leases: dict[SitterId, ExitStack] = {}
        self._leasing = Lock()

    @property
    def blobs(self) -> Blobs:
        """The sealed bytes, for who copies them without opening them: a backup."""
        return self._blobs

    def put(self, sitter: SitterId, data_class: DataClass, object_id: str, plain: bytes) -> None:
        """Seal and keep an object, replacing one of the same id.

        Raises DiskFullError having kept nothing new, SitterBusyError when another run holds this sitter's
        photos, and NotFoundError when the sitter's keys were destroyed meanwhile.
        """
        if data_class is DataClass.PHOTO:
            self.hold(sitter)
        key = self.keys.key(sitter, KeyUse(data_class), create=True)
        self._write(key, sitter, data_class, object_id, plain)
        if not self.keys.lives(key, sitter, KeyUse(data_class)):  # erased while we wrote: leave no orphan
            self._blobs.delete_folder(key.id)
            raise NotFoundError(kind="key", id=sitter)

    def get(self, sitter: SitterId, data_class: DataClass, object_id: str) -> bytes:
        """Open an object. Raises NotFoundError, or SealBrokenError when it was altered or is not this one."""
        for key in self.keys.keys(sitter, KeyUse(data_class)):
            try:
                sealed = self._blobs.get(_name(key, object_id))
            except NotFoundError:
                continue
            return unseal(sealed, key.secret, _context(sitter, data_class, object_id, key.version))
        raise NotFoundError(kind=data_class.value, id=object_id)

    def kept(self, sitter: SitterId, data_class: DataClass) -> list[Kept]:
        """Tell what the vault holds of a sitter in one class, by object id."""
        found = {}
        for key in reversed(self.keys.keys(sitter, KeyUse(data_class))):  # newest last: it wins
            for blob in self._blobs.listing(key.id):
                if object_id := _object_id(key, blob.name):
                    found[object_id] = Kept(
                        object_id=object_id, bytes=blob.bytes, key_id=key.id, written_at=blob.written_at
                    )
        return [found[object_id] for object_id in sorted(found)]

    def objects(self, sitter: SitterId, data_class: DataClass) -> list[str]:
        """Give the ids of a sitter's objects in one class."""
        return [kept.object_id for kept in self.kept(sitter, data_class)]

    def people(self, data_class: DataClass) -> list[SitterId]:
        """Give every sitter of whom a key of this class is held."""
        return self.keys.people(KeyUse(data_class))

    def delete(self, sitter: SitterId, data_class: DataClass, object_id: str) -> Destroyed:
        """Destroy one object of several, beyond recovery.

        1. when it is the only one, its key dies with it  2. else the others move to a new key
        3. the old keys are destroyed, and with them the object. A crash in between loses nothing; repeating
        is safe. Raises NotFoundError, ErasureFailedError.
        """
        kept = {each.object_id: each for each in self.kept(sitter, data_class)}
        if object_id not in kept:
            raise NotFoundError(kind=data_class.value, id=object_id)
        if len(kept) == 1:
            return self.destroy(sitter, data_class)  # (1)
        plain = {other: self.get(sitter, data_class, other) for other in kept if other != object_id}
        old = self.keys.keys(sitter, KeyUse(data_class))
        new = self.keys.succeed(sitter, KeyUse(data_class))
        for other, content in plain.items():  # (2)
            self._write(new, sitter, data_class, other, content)
        dead = self.keys.destroy(sitter, KeyUse(data_class), before=new.version)  # (3)
        for key in old:
            self._blobs.delete_folder(key.id)
        self._destroy_copies(sitter, data_class)
        self._prove_gone(sitter, data_class, object_id)
        return Destroyed(count=1, bytes=kept[object_id].bytes, key_ids=tuple(dead))

    def destroy(self, sitter: SitterId, data_class: DataClass) -> Destroyed:
        """Destroy all objects of a sitter in one class.

        The keys go first, then the blobs; then we look whether they are gone. Raises ErasureFailedError if
        not, and SitterBusyError when these are photos and another run holds them.
        """
        if data_class is DataClass.PHOTO:
            self.hold(sitter)
        kept: list[Kept] = []
        with suppress(
            SealBrokenError
        ):  # a damaged key can still be destroyed, only its objects not be counted
            kept = self.kept(sitter, data_class)
        key_ids = self.keys.destroy(sitter, KeyUse(data_class))
        for key_id in key_ids:
            self._blobs.delete_folder(key_id)
        self._destroy_copies(sitter, data_class)
        if data_class is DataClass.PHOTO:
            self.let_go(sitter)
        for each in kept:
            self._prove_gone(sitter, data_class, each.object_id)
        return Destroyed(count=len(kept), bytes=sum(each.bytes for each in kept), key_ids=tuple(key_ids))

    def hold(self, sitter: SitterId) -> None:
        """Make this sitter's photos ours until ``destroy`` or the end of the process; again is fine.

        Raises SitterBusyError when another run holds them.
        """
        with self._leasing:
            if sitter not in self._leases:
                lease = ExitStack()
                lease.enter_context(self.keys.lease(sitter, KeyUse.PHOTO))
                self._leases[sitter] = lease

    def take_over(self) -> list[SitterId]:
        """Give the sitters whose photos were left behind by a run that no longer lives.

        Their leases pass to this Vault, so that nobody begins anew with them before they are destroyed.
        """
        orphans = []
        for sitter in self.people(DataClass.PHOTO):
            if sitter not in self._leases:
                with suppress(SitterBusyError):
                    self.hold(sitter)
                    orphans.append(sitter)
        return orphans

    def bury(self, before: datetime) -> int:
        """Delete what killed runs left: blobs of dead keys, and blobs and keys half-written before a moment.

        Keys go, too, that were made before it and have nothing to open. Gives how many folders of dead keys went. Blobs
        are listed before keys, so that a key made meanwhile is not missed. Raises SealBrokenError, having buried
        nothing, when a key is damaged: it may be mended from a backup.
        """
        folders = self._blobs.folders()
        owners = [(sitter, KeyUse(kind)) for kind in DataClass for sitter in self.people(kind)]
        alive = {key.id for sitter, use in owners for key in self.keys.keys(sitter, use)}
        dead = [folder for folder in folders if folder not in alive]
        for folder in dead:
            self._blobs.delete_folder(folder)
        self._blobs.delete_halves(before)
        for sitter, use in owners:
            self._drop_empty(sitter, use, before, full=folders)
        self.keys.tidy()
        return len(dead)

    def _drop_empty(self, sitter: SitterId, use: KeyUse, before: datetime, *, full: Collection[str]) -> None:
        """Destroy keys of a run that was killed between making one and writing what it was for.

        A photo's key goes with its lease. Who writes with such an old key at this very moment is refused, as if it had
        been erased, and makes a new one the next time.
        """
        if use is KeyUse.PHOTO:
            return
        for key in self.keys.older(sitter, use, before):
            if key.id not in full and not self._blobs.listing(key.id):
                self.keys.destroy(sitter, use, only=key.version)

    def _write(
        self, key: DataKey, sitter: SitterId, data_class: DataClass, object_id: str, plain: bytes
    ) -> None:
        context = _context(sitter, data_class, object_id, key.version)
        self._blobs.put(_name(key, object_id), sealed_frames(plain, key.secret, context))

    def let_go(self, sitter: SitterId) -> None:
        """Give a sitter's photos up, as they are: whoever has a right to them may hold them now."""
        with self._leasing:
            if lease := self._leases.pop(sitter, None):
                lease.close()

    def _destroy_copies(self, sitter: SitterId, data_class: DataClass) -> None:
        """Destroy the archives of a sitter, which hold copies of what has just been destroyed.

        After it, not before: who packs an archive looks last of all whether what is in it is still there.
        """
        if data_class in COPIED:
            for key_id in self.keys.destroy(sitter, KeyUse.ARCHIVE):
                self._blobs.delete_folder(key_id)

    def _prove_gone(self, sitter: SitterId, data_class: DataClass, object_id: str) -> None:
        try:
            self.get(sitter, data_class, object_id)
        except NotFoundError:
            return
        raise ErasureFailedError(kind=data_class.value)


def _context(sitter: SitterId, data_class: DataClass, object_id: str, version: int) -> bytes:
    """Bind an object to whose it is, what for, which one, and which of the sitter's keys seals it."""
    return bind("fenshen object 2", sitter, data_class, object_id, str(version))


def _name(key: DataKey, object_id: str) -> str:
    """Name a blob: its key's id, and the object's id, encrypted (AES-SIV) so that it can be listed."""
    return f"{key.id}/{_namer(key).encrypt(object_id.encode(), [LABEL]).hex()}"


def _object_id(key: DataKey, name: str) -> str | None:
    """Tell which object a blob is; None when the file is not of our making."""
    try:
        return _namer(key).decrypt(bytes.fromhex(name), [LABEL]).decode()
    except (InvalidTag, ValueError):
        return None


def _namer(key: DataKey) -> AESSIV:
    return AESSIV(HKDFExpand(SHA256(), 64, LABEL).derive(key.secret))
