"""A question and its answer belong to one browser, ten minutes, once: passkeys and accounts elsewhere both need that.

The browser holds a random ticket; we keep its hash, what was asked and whose account it was asked for.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final, Literal

from fenshen.clock import Clock
from fenshen.errors import FenshenError
from fenshen.ids import AccountId
from fenshen.store import credentials
from fenshen.store.credentials import CeremonyRow
from fenshen.store.database import Store

LASTS: Final = timedelta(minutes=10)
LONGEST_TICKET: Final = 64  # characters that are looked at
Aim = Literal["enter", "add", "again"]  # come in; one more way to come in; show once more that it is oneself


class CeremonyOverError(FenshenError):
    """The answer fits no question that this browser was asked lately. Nothing was changed."""

    code = "ceremony_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a browser was asked."""

    ticket: str
    challenge: bytes
    account: AccountId | None


def ask(
    store: Store, clock: Clock, kind: str, *, account: AccountId | None = None, challenge: bytes | None = None
) -> Asked:
    """Ask something. kind: what; an answer to another kind does not fit. challenge: 32 random bytes unless given."""
    asked = Asked(
        ticket=secrets.token_urlsafe(32),
        challenge=secrets.token_bytes(32) if challenge is None else challenge,
        account=account,
    )
    row = CeremonyRow(
        id=_id(asked.ticket), account=account, kind=kind, challenge=asked.challenge, at=clock.now()
    )
    with store.begin() as connection:
        credentials.ask(connection, row)
    return asked


def answered(store: Store, clock: Clock, ticket: str | None, kind: str) -> Asked:
    """Give what was asked, once. The caller compares whose account it was. Raises CeremonyOverError."""
    if not ticket or len(ticket) > LONGEST_TICKET:
        raise CeremonyOverError
    with store.begin() as connection:
        row = credentials.answer(connection, _id(ticket))
    if row is None or row.kind != kind or clock.now() - row.at > LASTS:
        raise CeremonyOverError
    return Asked(ticket=ticket, challenge=row.challenge, account=row.account)


def _id(ticket: str) -> str:
    return sha256(ticket.encode()).hexdigest()
