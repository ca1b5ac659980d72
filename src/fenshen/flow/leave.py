"""Go away: everything of an account is erased, the faces it looked after first, each with a receipt."""

import io
import zipfile
from contextlib import suppress

from fenshen.errors import NotFoundError
from fenshen.ids import AccountId
from fenshen.rights import account_holdings, erasure, export
from fenshen.rights.desk import Desk
from fenshen.rights.receipts import Receipt
from fenshen.store import accounts

PATIENCE = 30.0  # seconds to wait for a run at work to stop; it does so at its next photo or picture


def leave(desk: Desk, account: AccountId) -> list[Receipt]:
    """1. erase every sitter, with a receipt each  2. delete the account and what opens it.

    Raises what ``erasure.erase`` raises; the account then stays, so that its owner can try again.
    """
    with desk.store.begin() as connection:
        mine = accounts.sitters_of(connection, account)
    receipts = []
    for sitter in mine:
        with suppress(NotFoundError):  # nothing is kept of them any more
            receipts.append(erasure.erase(desk, sitter, patience=PATIENCE))  # (1)
    account_holdings.forget(desk, account)  # (2)
    return receipts


def take_everything(desk: Desk, account: AccountId) -> bytes:
    """Give a zip archive, in memory, of all that is kept of an account and its sitters, decrypted."""
    with desk.store.begin() as connection:
        mine = accounts.sitters_of(connection, account)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as out:
        out.writestr("account.json", account_holdings.export_of(desk, account))
        for sitter in mine:
            with suppress(NotFoundError):
                out.writestr(f"{sitter}.zip", export.export(desk, sitter))
    return archive.getvalue()
