"""Passwords, for who has no passkey. The name that goes with one is kept as a keyed hash, the password as argon2id.

Rules after OWASP ASVS 5.0, 6.2 and NIST SP 800-63B-4: a length, no recipe, and none of those that are tried first.
An unknown name costs as much time as a wrong password. Whoever guesses is slowed per name and, by the web, per address.
"""

import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

from fenshen.accounts.common_passwords import is_common
from fenshen.accounts.keyed import keyed
from fenshen.accounts.limits import Limits, Rate
from fenshen.clock import Clock
from fenshen.errors import FenshenError
from fenshen.ids import AccountId
from fenshen.store import accounts, credentials
from fenshen.store.credentials import PasswordRow
from fenshen.store.database import Store
from fenshen.vault.keys import KeyStore

if TYPE_CHECKING:
    from pwdlib import PasswordHash

SHORTEST, ADVISED, LONGEST = 8, 15, 128  # characters of a password
SHORTEST_LOGIN, LONGEST_LOGIN = 3, 64  # characters of a name
GUESSES: Final = (Rate(burst=5, seconds=60), Rate(burst=40, seconds=1800))  # per name: 5 at once, 48 a day
_at_once = threading.BoundedSemaphore(3)  # each needs 64 MB


class PasswordWrongError(FenshenError):
    """The name and the password do not go together; which of them is wrong is not said."""

    code = "password_wrong"


class PasswordWeakError(FenshenError):
    """The password would be guessed, or is not of a length that can be kept. Facts: ``shortest``, ``longest``."""

    code = "password_weak"


class LoginUnusableError(FenshenError):
    """The name cannot be used to sign in: its length, or somebody has it. Facts: ``shortest``, ``longest``."""

    code = "login_unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passwords:
    """The passwords of one studio. Slow on purpose: call it from a thread."""

    store: Store
    keys: KeyStore
    clock: Clock

    def whose(self, login: str, password: str) -> AccountId:
        """Tell whose name and password these are. Raises PasswordWrongError, TooOftenError."""
        typed = self._hash_of(login)
        with self.store.begin() as connection:
            row = credentials.password(connection, typed)
        return self._try(typed, row, password).account

    def prove(self, account: AccountId, password: str) -> None:
        """See that this is an account's password. Raises PasswordWrongError, TooOftenError."""
        with self.store.begin() as connection:
            row = credentials.password_of(connection, account)
        self._try(row.login_hash if row else account, row, password)

    def set(self, account: AccountId, login: str, password: str, *, session: str) -> None:
        """Note a password; the one before it goes, and every session but this one ends.

        Raises LoginUnusableError, PasswordWeakError.
        """
        name = plain(login)
        if not SHORTEST_LOGIN <= len(name) <= LONGEST_LOGIN:
            raise LoginUnusableError(shortest=SHORTEST_LOGIN, longest=LONGEST_LOGIN)
        self._keep(account, self._hash_of(login), _worthy(password, name), session)

    def change(self, account: AccountId, old: str, new: str, *, session: str) -> None:
        """Put a new password in place of the old one, which must be known; every session but this one ends.

        Raises PasswordWrongError, PasswordWeakError, TooOftenError.
        """
        self.prove(account, old)
        with self.store.begin() as connection:
            row = credentials.password_of(connection, account)
        if row is None:
            raise PasswordWrongError
        self._keep(account, row.login_hash, _worthy(new, ""), session)

    def _try(self, name: str, row: PasswordRow | None, password: str) -> PasswordRow:
        """1. count the guess  2. compare, as slowly for nobody as for somebody  3. forgive who was right."""
        limits = Limits(store=self.store, keys=self.keys, clock=self.clock)
        limits.take("password", name, *GUESSES)  # (1)
        nobodys = _nobodys()  # asked for in either case: it is made once, which takes a while
        is_right, better = _verified(password, row.hash if row else nobodys)  # (2)
        if row is None or not is_right:
            raise PasswordWrongError
        limits.forgive("password", name, *GUESSES)  # (3)
        if better:
            with self.store.begin() as connection:
                credentials.rehash(connection, row.login_hash, old=row.hash, new=better)
        return row

    def _keep(self, account: AccountId, login_hash: str, password: str, session: str) -> None:
        with _at_once:
            hashed = _hasher().hash(password)
        row = PasswordRow(login_hash=login_hash, account=account, hash=hashed, created_at=self.clock.now())
        with self.store.begin() as connection:
            there = credentials.password(connection, login_hash)
            if there is not None and there.account != account:
                raise LoginUnusableError(shortest=SHORTEST_LOGIN, longest=LONGEST_LOGIN)
            credentials.add_password(connection, row)
            accounts.end_sessions(connection, account, but=[session])

    def _hash_of(self, login: str) -> str:
        return keyed(self.keys, "login", plain(login)[: LONGEST_LOGIN + 1])


def plain(login: str) -> str:
    """Give a name as it is compared: its width and its capitals do not matter, nor what surrounds it."""
    return normalize("NFKC", login).strip().casefold()


def _worthy(password: str, login: str) -> str:
    """Give a password as it is hashed. Raises PasswordWeakError."""
    if not SHORTEST <= len(password) <= LONGEST or is_common(normalize("NFKC", password), login):
        raise PasswordWeakError(shortest=SHORTEST, longest=LONGEST)
    return normalize("NFKC", password)


def _verified(password: str, hashed: str) -> tuple[bool, str | None]:
    """Tell whether this is the password, and give a stronger hash when ours is of weaker days."""
    with _at_once:
        return _hasher().verify_and_update(normalize("NFKC", password[: LONGEST + 1]), hashed)


@lru_cache(maxsize=1)
def _hasher() -> "PasswordHash":
    from pwdlib import PasswordHash

    return PasswordHash.recommended()  # argon2id, 64 MiB, three passes (RFC 9106, 4)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    """Give a hash that nothing opens, so that an unknown name takes as long as a known one."""
    import secrets

    return _hasher().hash(secrets.token_urlsafe(32))
