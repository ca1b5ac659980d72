"""Accounts and their sessions. A session is a row; the browser holds a random key to it, and we its hash only.

Whoever begins without signing in has an account, too: a guest's, which only this browser opens until a passkey or a
password is added. Lengths follow OWASP ASVS 5.0, 7.3.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from fenshen.clock import Clock
from fenshen.errors import FenshenError
from fenshen.ids import AccountId, new_id
from fenshen.store import accounts
from fenshen.store.accounts import AccountRow, SessionRow
from fenshen.store.database import Store

IDLE: Final = timedelta(days=7)  # without a visit
LONGEST: Final = timedelta(days=30)  # then one signs in anew
PROOF_HOLDS: Final = timedelta(minutes=10)  # how long a credential that was shown counts for what is grave
LONGEST_KEY: Final = 64  # characters that are looked at
NOTED: Final = timedelta(minutes=5)  # between two notes that a session is in use


class SignedOutError(FenshenError):
    """Nobody is signed in, or the session has ended. What was kept is as it was."""

    code = "signed_out"


class ProofNeededError(FenshenError):
    """This needs the credential to be shown again, and lately."""

    code = "proof_needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who is in."""

    account: AccountId
    session: str  # the id of its row: a hash, which opens nothing
    proved_at: datetime | None  # None for a guest who has no credential

    def must_have_proved(self, now: datetime, *, has_credential: bool) -> None:
        """Raise ProofNeededError unless a credential was shown lately; who has none is known by the browser alone."""
        if has_credential and (self.proved_at is None or now - self.proved_at > PROOF_HOLDS):
            raise ProofNeededError


def open_account(store: Store, clock: Clock) -> AccountId:
    """Make an account that nothing opens yet."""
    id_, now = AccountId(new_id("account")), clock.now()
    with store.begin() as connection:
        accounts.add(connection, AccountRow(id=id_, created_at=now, seen_at=now))
    return id_


def sign_in(store: Store, clock: Clock, account: AccountId, *, proved: bool, old: str | None = None) -> str:
    """Open a session and give the key for the browser. old: the session before it, which ends (fixation)."""
    key, now = secrets.token_urlsafe(32), clock.now()
    row = SessionRow(
        id=id_of(key), account=account, created_at=now, seen_at=now, proved_at=now if proved else None
    )
    with store.begin() as connection:
        if old:
            accounts.end_session(connection, old)
        accounts.open_session(connection, row)
        accounts.seen(connection, account, now)
    return key


def visitor(store: Store, clock: Clock, key: str | None) -> Visitor | None:
    """Tell who holds a key; None when it opens nothing, or nothing any more."""
    if not key or len(key) > LONGEST_KEY:
        return None
    now = clock.now()
    with store.look() as connection:
        row = accounts.session(connection, id_of(key))
    if row is None or now - row.seen_at > IDLE or now - row.created_at > LONGEST:
        return None
    if now - row.seen_at > NOTED:
        with store.begin() as connection:
            accounts.touch_session(connection, row.id, now=now)
            accounts.seen(connection, row.account, now)
    return Visitor(account=row.account, session=row.id, proved_at=row.proved_at)


def sign_out(store: Store, session: str) -> None:
    """End a session."""
    with store.begin() as connection:
        accounts.end_session(connection, session)


def id_of(key: str) -> str:
    """Give the id of the session that a browser's key opens: 256 random bits need no salt."""
    return sha256(key.encode()).hexdigest()
