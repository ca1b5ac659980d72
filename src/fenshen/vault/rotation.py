"""Exchange the key-encryption key, or move it elsewhere, without touching a blob.

Every wrapped secret is opened with the old key and wrapped with the new one, each file replaced whole. Killed
anywhere, it is run again: what the new key knows is passed over. The old key is destroyed last, when nothing needs it.
"""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from fenshen.progress import Progress
from fenshen.settings import Settings
from fenshen.store import disk
from fenshen.vault.kek import KeyFileMissingError, KeyProvider
from fenshen.vault.keys import bound_to_owner, bound_to_studio, owner_of
from fenshen.vault.mirror import Mirror, wrapped_files
from fenshen.vault.providers import open_provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What was done."""

    keys: int  # wrapped secrets that there are
    rewrapped: int  # of them, by this run
    address: str  # where the key-encryption key is now
    old_is_ours: bool  # and so was destroyed; else the operator retires it in its service


def rotate(settings: Settings, to: str | None, progress: Progress) -> Rotated:
    """1. alone with the keys  2. open old and new  3. wrap each secret anew  4. destroy the old key.

    to: the address of another provider; None makes a new key where it is. Readers go on meanwhile. Raises what
    ``open_provider`` raises, KeyElsewhereError when a secret is wrapped by neither, MirrorUnreachableError.
    """
    home = settings.home / "keys"
    with disk.locked(home / ".lock"):  # (1)
        address = to or settings.key_address
        is_move = address != settings.key_address
        new = open_provider(address, settings, may_create=is_move)  # (2)
        old = _old(settings) if is_move else new
        if not is_move:
            new.renew()
        mirror, done = Mirror(home, settings.key_mirror), 0
        files = list(wrapped_files(home))
        names = AESSIV(bytes(_opened(home / "names", bound_to_studio("names"), old, new)))
        for number, path in enumerate(files):
            progress.step("progress_rotating", number, len(files))
            wrapped = path.read_bytes()
            if new.knows(wrapped) and (is_move or new.is_newest(wrapped)):
                continue
            bound = _bound(path, names)
            if bound is None:
                continue  # what others left in our folders
            mirror.write(path, new.wrap(bytes(_opened(path, bound, old, new)), bound))  # (3)
            done += 1
        progress.step("progress_rotating", len(files), len(files))
        if not is_move:
            new.retire()  # (4)
        elif old is not None:
            old.destroy()
    return Rotated(keys=len(files), rewrapped=done, address=address, old_is_ours=old is None or old.is_ours)


def _old(settings: Settings) -> KeyProvider | None:
    """Open the key that is to go; None when an earlier run destroyed it and was killed then."""
    try:
        return open_provider(settings.key_address, settings, may_create=False)
    except KeyFileMissingError:
        return None


def _opened(path: Path, bound: bytes, old: KeyProvider | None, new: KeyProvider) -> bytearray:
    wrapped = path.read_bytes()
    if old is None or new.knows(wrapped):
        return new.unwrap(wrapped, bound)
    return old.unwrap(wrapped, bound)


def _bound(path: Path, names: AESSIV) -> bytes | None:
    """Tell what a wrapped secret is bound to, from where it lies; None when it is not of our making."""
    if path.parent.parent.name != "people":
        return bound_to_studio(path.name)
    owner = owner_of(names, path.parent.name)
    return None if owner is None else bound_to_owner(*owner, int(path.name))
