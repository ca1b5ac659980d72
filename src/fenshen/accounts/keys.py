"""API keys: a program's way in, for a part of what an account may do, and for a time.

A key is shown once, when it is made; only its SHA-256 is kept, which is enough for 256 random bits. Its prefix lets
scanners find one that was published by mistake. A lapsed key opens nothing and is deleted when it is next tried.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from fenshen.clock import Clock
from fenshen.errors import FenshenError
from fenshen.ids import AccountId, new_id
from fenshen.store import api_keys
from fenshen.store.api_keys import KeyRow
from fenshen.store.database import Store

PREFIX: Final = "fsk_"
LONGEST_LIFE: Final = 365  # days
MOST_KEYS: Final = 20  # of one account
LONGEST_KEY: Final = 64  # characters that are looked at
NOTED: Final = timedelta(minutes=5)  # between two notes that a key is in use


class Scope(StrEnum):
    """What a key may be for."""

    PHOTOS = "photos"  # consents, albums and their photos
    DOUBLES = "doubles"  # sending an album off, jobs, doubles
    PORTRAITS = "portraits"
    DATA = "data"  # holdings, export, receipts, withdrawal, erasure
    COMPLAINTS = "complaints"
    WEBHOOKS = "webhooks"  # where to be told of what happens


class KeyInvalidError(FenshenError):
    """The request carries no key, or one that opens nothing or nothing any more."""

    code = "key_invalid"


class ScopeMissingError(FenshenError):
    """The key is not for this. Facts: ``scopes``, any of which would do."""

    code = "scope_missing"


class TooManyKeysError(FenshenError):
    """The account has as many keys as it may. Facts: ``limit``."""

    code = "too_many_keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A program that showed a key."""

    account: AccountId
    key: str  # the id of its row, which opens nothing
    scopes: frozenset[Scope]

    def must_have(self, *any_of: Scope) -> None:
        """Raise ScopeMissingError unless the key is for one of these; without any, every key will do."""
        if any_of and not self.scopes & set(any_of):
            raise ScopeMissingError(scopes=", ".join(any_of))


def make(
    store: Store, clock: Clock, account: AccountId, scopes: Collection[Scope], *, days: int
) -> tuple[str, KeyRow]:
    """Make a key: what the program shows, and its row. days: 1..LONGEST_LIFE. Raises TooManyKeysError."""
    if not scopes or not 1 <= days <= LONGEST_LIFE:
        raise ValueError("a key needs a scope, and ends within a year")
    key, now = PREFIX + secrets.token_urlsafe(32), clock.now()
    row = KeyRow(
        id=new_id("key"), account=account, hash=_hash(key), scopes=",".join(sorted(set(scopes))), created_at=now,
        expires_at=now + timedelta(days=days),
    )  # fmt: skip
    with store.begin() as connection:
        if len(api_keys.every(connection, account)) >= MOST_KEYS:
            raise TooManyKeysError(limit=MOST_KEYS)
        api_keys.add(connection, row)
    return key, row


def caller(store: Store, clock: Clock, key: str) -> Caller:
    """Tell who holds a key. Raises KeyInvalidError."""
    if not key.startswith(PREFIX) or len(key) > LONGEST_KEY:
        raise KeyInvalidError
    now = clock.now()
    with store.begin() as connection:
        row = api_keys.by_hash(connection, _hash(key))
        if row is not None and row.expires_at <= now:
            api_keys.remove(connection, row.id)
            row = None
        if row is not None and (row.used_at is None or now - row.used_at > NOTED):
            api_keys.used(connection, row.id, now)
    if row is None:
        raise KeyInvalidError
    return Caller(account=row.account, key=row.id, scopes=scopes_of(row))


def every(store: Store, account: AccountId) -> list[KeyRow]:
    """Give an account's keys, the newest first."""
    with store.begin() as connection:
        return api_keys.every(connection, account)


def revoke(store: Store, key_id: str) -> None:
    """End a key, at once. One that has ended is fine."""
    with store.begin() as connection:
        api_keys.remove(connection, key_id)


def scopes_of(row: KeyRow) -> frozenset[Scope]:
    """Give what a key is for."""
    return frozenset(Scope(name) for name in row.scopes.split(","))


def _hash(key: str) -> str:
    return sha256(key.encode()).hexdigest()
