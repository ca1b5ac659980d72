"""Somebody agrees, for themselves or for a person they look after: the first step of every journey."""

from collections.abc import Collection, Mapping

from fenshen.errors import FenshenError
from fenshen.ids import AccountId, SitterId, new_id
from fenshen.rights import consent
from fenshen.rights.consent import AgeBand
from fenshen.rights.desk import Desk
from fenshen.rights.notices import notice
from fenshen.rights.purposes import Purpose
from fenshen.rights.receipts import Receipt
from fenshen.store import accounts


class NoticeChangedError(FenshenError):
    """What was read is not what is said today, or was read in another language. Facts: ``purpose``."""

    code = "notice_changed"


def agree(
    desk: Desk,
    account: AccountId,
    purposes: Collection[Purpose],
    *,
    age: AgeBand,
    is_self: bool,
    language: str,
) -> tuple[SitterId, Receipt]:
    """Note whose account a new sitter's is, then what was agreed to; give the sitter and the receipt."""
    sitter, minor = SitterId(new_id("sitter")), None if age is AgeBand.ADULT else age
    with desk.store.begin() as connection:
        accounts.look_after(connection, account, sitter, desk.clock.now())
    receipt = consent.grant(
        desk, sitter, purposes, adult=minor is None, is_self=minor is None and is_self, language=language, minor=minor
    )  # fmt: skip
    return sitter, receipt


def must_be_todays(shown: Mapping[Purpose, str], *, age: AgeBand, language: str) -> None:
    """Raise NoticeChangedError unless these are the hashes of today's words: consent is to what was read."""
    for purpose, digest in shown.items():
        if notice(purpose, language, minor=age is not AgeBand.ADULT).sha256 != digest:
            raise NoticeChangedError(purpose=purpose)


class MustBeToldError(FenshenError):
    """Somebody speaks for a minor or for another adult, who must have been told and must agree."""

    code = "must_be_told"
