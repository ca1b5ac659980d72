"""The rights desk: the few tools that consent, receipts, holdings and retention share, opened together."""

from dataclasses import dataclass

from fenshen.clock import Clock, SystemClock
from fenshen.settings import Settings
from fenshen.store import disk
from fenshen.store.database import Store, open_store
from fenshen.vault import core_files
from fenshen.vault.signing import Signer
from fenshen.vault.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One studio, opened for one run."""

    settings: Settings
    vault: Vault
    store: Store
    signer: Signer
    clock: Clock


def open_desk(settings: Settings, clock: Clock | None = None) -> Desk:
    """Open vault, tables and signing key, making them at first use.

    Raises DiskFullError and the errors of the key file (``vault/kek.py``). It does not sweep; call
    ``retention.sweep(desk)`` at the start of a run.
    """
    core_files.forbid()
    disk.private_folder(settings.home)
    vault = Vault(settings)
    return Desk(
        settings=settings,
        vault=vault,
        store=open_store(settings),
        signer=Signer(settings, vault.keys),
        clock=clock or SystemClock(),
    )
