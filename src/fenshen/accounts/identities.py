"""Which account here an account elsewhere opens."""

from fenshen.accounts.elsewhere import Elsewhere
from fenshen.clock import Clock
from fenshen.errors import FenshenError
from fenshen.ids import AccountId
from fenshen.store import credentials
from fenshen.store.credentials import IdentityRow
from fenshen.store.database import Store


class IdentityTakenError(FenshenError):
    """The account elsewhere opens another account here. Facts: ``service``."""

    code = "identity_taken"


def opens(store: Store, subject_hash: str) -> AccountId | None:
    """Tell what an account elsewhere opens."""
    with store.begin() as connection:
        row = credentials.identity(connection, subject_hash)
    return None if row is None else row.account


def bind(store: Store, clock: Clock, account: AccountId, service: Elsewhere, subject_hash: str) -> None:
    """Let an account elsewhere open this one. Doing it again is fine. Raises IdentityTakenError."""
    row = IdentityRow(
        subject_hash=subject_hash, account=account, provider=service.name, created_at=clock.now()
    )
    with store.begin() as connection:
        there = credentials.identity(connection, subject_hash)
        if there is None:
            credentials.add_identity(connection, row)
        elif there.account != account:
            raise IdentityTakenError(service=service.host)
