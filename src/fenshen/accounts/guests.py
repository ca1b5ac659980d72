"""Who began as a guest and then signs in to an account: what was begun comes along, or stays behind, as they say."""

from fenshen.accounts.credentials import has_credential
from fenshen.accounts.sessions import Visitor
from fenshen.errors import FenshenError
from fenshen.ids import AccountId
from fenshen.store import accounts, credentials
from fenshen.store.database import Store


class GuestUndecidedError(FenshenError):
    """A guest who has begun something signs in elsewhere, and has not said what is to become of it."""

    code = "guest_undecided"


def begun(store: Store, visitor: Visitor | None) -> int:
    """Tell how many people a guest looks after, whom nobody could come back to; 0 for who is no guest."""
    if visitor is None:
        return 0
    with store.begin() as connection:
        if has_credential(connection, visitor.account):
            return 0
        return len(accounts.sitters_of(connection, visitor.account))


def must_have_decided(store: Store, visitor: Visitor | None, choice: str) -> None:
    """Raise GuestUndecidedError unless there is nothing to decide, or ``bring`` or ``leave`` was chosen."""
    if choice not in {"bring", "leave"} and begun(store, visitor):
        raise GuestUndecidedError


def bring(store: Store, visitor: Visitor | None, account: AccountId) -> None:
    """Give all that a guest looks after to an account, and forget the guest. Nothing happens for who is no guest."""
    if visitor is None or visitor.account == account:
        return
    with store.begin() as connection:
        if has_credential(connection, visitor.account):
            return
        credentials.move(connection, old=visitor.account, new=account)
        accounts.remove(connection, visitor.account)
    store.scrub()
